"""`mindspore.nn` of MindSpore for arrays of any framework.

import mlloss.dialects.mindspore as nn
import mlloss.dialects.mindspore.ops as ops
"""

# Generated from conformance/losses/*/natives.toml by `make generated`.

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects import runtime
from mlloss.dialects.mindspore import ops as ops

__all__ = ["MultiLabelSoftMarginLoss", "MultilabelMarginLoss", "ops"]


class MultilabelMarginLoss(runtime.Cell):
    """Multi-label hinge loss: every target class should lead every other class by 1.

    `mlloss.multilabel_margin_loss` with the arguments of
    `mindspore.nn.MultilabelMarginLoss`.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
        >>> print(MultilabelMarginLoss()(x, y).round(6))
        0.85

    Reference: https://www.mindspore.cn/docs/en/master/api_python/nn/mindspore.nn.MultilabelMarginLoss.html
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)

    def construct(self, x: Array, target: Array) -> Array:
        return runtime.call(
            "MultilabelMarginLoss(x, target)",
            "multilabel_margin_loss",
            "reduction",
            x,
            target,
            self.reduction,
        )


class MultiLabelSoftMarginLoss(runtime.Cell):
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

    `mlloss.multilabel_soft_margin_loss` with the arguments of
    `mindspore.nn.MultiLabelSoftMarginLoss`.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.0, 0.0]]), np.array([[1, 0]])
        >>> print(MultiLabelSoftMarginLoss()(x, y).round(6))
        0.693147

    Reference: https://www.mindspore.cn/docs/en/master/api_python/nn/mindspore.nn.MultiLabelSoftMarginLoss.html
    """

    def __init__(self, weight: Array | float | None = None, reduction: Reduction = "mean") -> None:
        super().__init__(weight=weight, reduction=reduction)

    def construct(self, x: Array, target: Array) -> Array:
        return runtime.call(
            "MultiLabelSoftMarginLoss(x, target)",
            "multilabel_soft_margin_loss",
            "weight reduction",
            x,
            target,
            self.weight,
            self.reduction,
        )
