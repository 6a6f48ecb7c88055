"""The losses as modules of PyTorch."""

from __future__ import annotations

from numbers import Real

import torch

from mlloss.arguments import Margin, SoftMargin
from mlloss.core.ops import Array


class MultiLabelMarginLoss(Margin, torch.nn.Module):  # type: ignore[misc]
    """`mlloss.MultiLabelMarginLoss` as a `torch.nn.Module`.

    Example:
        By hand: the hinges of targets 3 and 0 add up to 3.4, over 4 classes.

        >>> loss = MultiLabelMarginLoss()
        >>> loss(torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([[3, 0, -1, 1]]))
        tensor(0.8500)
    """

    _framework = "torch"
    forward = Margin._evaluate
    extra_repr = Margin._shown


class MultiLabelSoftMarginLoss(SoftMargin, torch.nn.Module):  # type: ignore[misc]
    """`mlloss.MultiLabelSoftMarginLoss` as a `torch.nn.Module`.

    A weight that is a tensor is a buffer, as it is in `torch.nn.MultiLabelSoftMarginLoss`: a
    checkpoint with the one loads into a model with the other.

    Example:
        By hand: sigmoid(0) is 1/2, so each class costs log 2 times its weight, 2 on average.

        >>> loss = MultiLabelSoftMarginLoss(torch.tensor([1.0, 3.0]))
        >>> loss(torch.zeros(1, 2), torch.tensor([[1, 0]]))
        tensor(1.3863)
    """

    _framework = "torch"
    forward = SoftMargin._evaluate
    extra_repr = SoftMargin._shown

    def _keep_weight(self, weight: Array | float | None) -> None:
        if isinstance(weight, Real):
            self.weight = weight
        else:
            self.register_buffer("weight", weight)
