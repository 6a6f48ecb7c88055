"""`paddle.nn`: the multi-label losses, on arrays of any framework.

import mlloss.dialects.paddle as nn
import mlloss.dialects.paddle.functional as F
"""

from __future__ import annotations

from mlloss.core import validation
from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects.call import MARGIN, call
from mlloss.dialects.criterion import Criterion
from mlloss.dialects.paddle import functional as functional
from mlloss.dialects.paddle.soft_margin import CHOICES, PaddleLabels, soft_margin

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "functional"]


class MultiLabelMarginLoss(Criterion):
    """`functional.multi_label_margin_loss` with its options.

    Args:
        reduction: "none", "mean" (over rows) or "sum".
        name: a name of the operation in Paddle's graphs; nothing here.

    Called with input (..., C) and label (..., L); returns (...) for "none", a scalar otherwise.

    Raises:
        ValueError: a reduction that there is not.

    Example:
        >>> import numpy as np
        >>> loss = MultiLabelMarginLoss()
        >>> print(loss(np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, -1]])).round(6))
        0.85

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelMarginLoss_en.html
    """

    def __init__(self, reduction: Reduction = "mean", name: str | None = None) -> None:
        super().__init__(reduction)
        self.name = name

    def forward(self, input: Array, label: Array) -> Array:
        spelling = "MultiLabelMarginLoss(input, label)"
        return call(spelling, MARGIN, self.reduction, "indices", None, input, label)


class MultiLabelSoftMarginLoss(Criterion):
    """`functional.multi_label_soft_margin_loss` with its options.

    Args:
        weight: None, a number, one number a class (C,), or what broadcasts to input's shape.
        reduction: "none", "mean" (over rows) or "sum".
        name: a name of the operation in Paddle's graphs; nothing here.
        labels: "binary", "signed" or "unchecked", as the function has them.

    Called with input and label (..., C); returns (...) for "none", a scalar otherwise.

    Raises:
        ValueError: a reduction or a meaning of labels that there is not.

    Example:
        >>> import numpy as np
        >>> loss = MultiLabelSoftMarginLoss(labels="signed")
        >>> print(loss(np.array([[0.0, 0.0]]), np.array([[1, -1]])).round(6))
        0.693147

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelSoftMarginLoss_en.html
    """

    def __init__(
        self,
        weight: Array | float | None = None,
        reduction: Reduction = "mean",
        name: str | None = None,
        *,
        labels: PaddleLabels = "binary",
    ) -> None:
        validation.word(type(self).__name__, "labels", labels, CHOICES)
        self.weight = weight
        super().__init__(reduction)
        self.name = name
        self.labels = labels

    def forward(self, input: Array, label: Array) -> Array:
        spelling = "MultiLabelSoftMarginLoss(input, label, labels)"
        return soft_margin(spelling, input, label, self.weight, self.reduction, self.labels)
