"""`torch.nn`: the multi-label losses, on arrays of any framework.

import mlloss.dialects.torch as nn
import mlloss.dialects.torch.functional as F
"""

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects.call import MARGIN, SOFT, call
from mlloss.dialects.criterion import Criterion
from mlloss.dialects.torch import functional as functional
from mlloss.dialects.torch.reduction import reduction_of

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "functional"]


class MultiLabelMarginLoss(Criterion):
    """`functional.multilabel_margin_loss` with its options.

    Args:
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum".
        reduction: "none", "mean" (over rows) or "sum".

    Called with input (..., C) and target (..., L); returns (...) for "none", a scalar otherwise.

    Raises:
        ValueError: a reduction that there is not.

    Example:
        >>> import numpy as np
        >>> loss = MultiLabelMarginLoss()
        >>> print(loss(np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])).round(6))
        0.85

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction_of(type(self).__name__, size_average, reduce, reduction))

    def forward(self, input: Array, target: Array) -> Array:
        spelling = "MultiLabelMarginLoss(input, target)"
        return call(spelling, MARGIN, self.reduction, "indices", None, input, target)


class MultiLabelSoftMarginLoss(Criterion):
    """`functional.multilabel_soft_margin_loss` with its options.

    Args:
        weight: None, a number, one number a class (C,), or what broadcasts to input's shape.
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum".
        reduction: "none", "mean" (over rows) or "sum".

    Called with input and target (..., C); returns (...) for "none", a scalar otherwise.

    Raises:
        ValueError: a reduction that there is not.

    Example:
        >>> import numpy as np
        >>> loss = MultiLabelSoftMarginLoss()
        >>> print(loss(np.array([[0.0, 0.0]]), np.array([[1, 0]])).round(6))
        0.693147

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
    """

    def __init__(
        self,
        weight: Array | float | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        self.weight = weight
        super().__init__(reduction_of(type(self).__name__, size_average, reduce, reduction))

    def forward(self, input: Array, target: Array) -> Array:
        spelling = "MultiLabelSoftMarginLoss(input, target)"
        return call(spelling, SOFT, self.reduction, "binary", None, input, target, self.weight)
