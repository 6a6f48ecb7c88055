"""`mindspore.nn`: the multi-label losses, on arrays of any framework.

import mlloss.dialects.mindspore as nn
import mlloss.dialects.mindspore.ops as ops
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects.call import MARGIN, SOFT, call
from mlloss.dialects.criterion import Criterion
from mlloss.dialects.mindspore import ops as ops

__all__ = ["MultiLabelSoftMarginLoss", "MultilabelMarginLoss", "ops"]


class _Cell(Criterion):
    """What computes is called `construct`."""

    construct: Callable[..., Any]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.construct(*args, **kwargs)


class MultilabelMarginLoss(_Cell):
    """`ops.multilabel_margin_loss` with its option.

    Args:
        reduction: "none", "mean" (over rows) or "sum".

    Called with x (..., C) and target (..., L); returns (...) for "none", a scalar otherwise.

    Raises:
        ValueError: a reduction that there is not.

    Example:
        >>> import numpy as np
        >>> loss = MultilabelMarginLoss()
        >>> print(loss(np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])).round(6))
        0.85

    Reference: https://www.mindspore.cn/docs/en/master/api_python/nn/mindspore.nn.MultilabelMarginLoss.html
    """

    def construct(self, x: Array, target: Array) -> Array:
        spelling = "MultilabelMarginLoss(x, target)"
        return call(spelling, MARGIN, self.reduction, "indices", None, x, target)


class MultiLabelSoftMarginLoss(_Cell):
    """`ops.multilabel_soft_margin_loss` with its options.

    Args:
        weight: None, a number, one number a class (C,), or what broadcasts to x's shape.
        reduction: "none", "mean" (over rows) or "sum".

    Called with x and target (..., C); returns (...) for "none", a scalar otherwise.

    Raises:
        ValueError: a reduction that there is not.

    Example:
        >>> import numpy as np
        >>> loss = MultiLabelSoftMarginLoss()
        >>> print(loss(np.array([[0.0, 0.0]]), np.array([[1, 0]])).round(6))
        0.693147

    Reference: https://www.mindspore.cn/docs/en/master/api_python/nn/mindspore.nn.MultiLabelSoftMarginLoss.html
    """

    def __init__(self, weight: Array | float | None = None, reduction: Reduction = "mean") -> None:
        self.weight = weight
        super().__init__(reduction)

    def construct(self, x: Array, target: Array) -> Array:
        spelling = "MultiLabelSoftMarginLoss(x, target)"
        return call(spelling, SOFT, self.reduction, "binary", None, x, target, self.weight)
