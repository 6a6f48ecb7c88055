"""The losses as cells of MindSpore."""

from __future__ import annotations

from mindspore import nn
from mindspore.rewrite.common.namespace import _subtree_black_list

from mlloss.arguments import Margin, SoftMargin


class MultiLabelMarginLoss(Margin, nn.Cell):  # type: ignore[misc]
    """`mlloss.MultiLabelMarginLoss` as a `mindspore.nn.Cell`.

    Example:
        By hand: the hinges of targets 3 and 0 add up to 3.4, over 4 classes.

        >>> from mindspore import Tensor
        >>> loss = MultiLabelMarginLoss()
        >>> print(loss(Tensor([[0.1, 0.2, 0.4, 0.8]]), Tensor([[3, 0, -1, 1]])))
        0.85
    """

    _framework = "mindspore"
    construct = Margin._evaluate
    extend_repr = Margin._shown


class MultiLabelSoftMarginLoss(SoftMargin, nn.Cell):  # type: ignore[misc]
    """`mlloss.MultiLabelSoftMarginLoss` as a `mindspore.nn.Cell`.

    Example:
        By hand: sigmoid(0) is 1/2, so each class costs log 2 times its weight, 2 on average.

        >>> from mindspore import Tensor
        >>> loss = MultiLabelSoftMarginLoss(Tensor([1.0, 3.0]))
        >>> print(round(float(loss(Tensor([[0.0, 0.0]]), Tensor([[1, 0]]))), 6))
        1.386294
    """

    _framework = "mindspore"
    construct = SoftMargin._evaluate
    extend_repr = SoftMargin._shown


# `mindspore.amp` O1 writes Cells anew and puts the folders that they come from into sys.path: this
# one, where a torch.py lies. Here it finds nothing to do.
_subtree_black_list += [MultiLabelMarginLoss, MultiLabelSoftMarginLoss]
