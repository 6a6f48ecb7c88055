"""The losses as layers of PaddlePaddle."""

from __future__ import annotations

import paddle

from mlloss.arguments import Margin, SoftMargin
from mlloss.core.ops import Array


class MultiLabelMarginLoss(Margin, paddle.nn.Layer):  # type: ignore[misc]
    """`mlloss.MultiLabelMarginLoss` as a `paddle.nn.Layer`.

    Example:
        By hand: the hinges of targets 3 and 0 add up to 3.4, over 4 classes.

        >>> loss = MultiLabelMarginLoss()
        >>> x = paddle.to_tensor([[0.1, 0.2, 0.4, 0.8]])
        >>> print(round(float(loss(x, paddle.to_tensor([[3, 0, -1, 1]]))), 6))
        0.85
    """

    _framework = "paddle"
    forward = Margin._evaluate
    extra_repr = Margin._shown


class MultiLabelSoftMarginLoss(SoftMargin, paddle.nn.Layer):  # type: ignore[misc]
    """`mlloss.MultiLabelSoftMarginLoss` as a `paddle.nn.Layer`.

    A weight that is a tensor moves with the layer and is no part of `state_dict`, as it is none of
    that of `paddle.nn.MultiLabelSoftMarginLoss`: a checkpoint with the one loads into a model with
    the other.

    Example:
        By hand: sigmoid(0) is 1/2, so each class costs log 2 times its weight, 2 on average.

        >>> loss = MultiLabelSoftMarginLoss(paddle.to_tensor([1.0, 3.0]))
        >>> print(round(float(loss(paddle.zeros([1, 2]), paddle.to_tensor([[1, 0]]))), 6))
        1.386294
    """

    _framework = "paddle"
    forward = SoftMargin._evaluate
    extra_repr = SoftMargin._shown

    def _keep_weight(self, weight: Array | float | None) -> None:
        if isinstance(weight, paddle.Tensor) and not isinstance(weight, paddle.nn.Parameter):
            self.register_buffer("weight", weight, persistable=False)
        else:
            self.weight = weight
