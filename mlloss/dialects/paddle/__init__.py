"""`paddle.nn` of PaddlePaddle for arrays of any framework.

import mlloss.dialects.paddle as nn
import mlloss.dialects.paddle.functional as F
"""

# Generated from conformance/losses/*/natives.toml by `make generated`.

from __future__ import annotations

from typing import Literal

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects import runtime
from mlloss.dialects.paddle import functional as functional

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "functional"]


class MultiLabelMarginLoss(runtime.Criterion):
    """Multi-label hinge loss: every target class should lead every other class by 1.

    `mlloss.multilabel_margin_loss` with the arguments of
    `paddle.nn.MultiLabelMarginLoss`.

    Args:
        name: accepted for compatibility and ignored.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
        >>> print(MultiLabelMarginLoss()(x, y).round(6))
        0.85

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelMarginLoss_en.html
    """

    def __init__(self, reduction: Reduction = "mean", name: str | None = None) -> None:
        super().__init__(reduction=reduction, name=name)

    def forward(self, input: Array, label: Array) -> Array:
        return runtime.call(
            "MultiLabelMarginLoss(input, label)",
            "multilabel_margin_loss",
            "reduction",
            input,
            label,
            self.reduction,
        )


class MultiLabelSoftMarginLoss(runtime.Criterion):
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

    `mlloss.multilabel_soft_margin_loss` with the arguments of
    `paddle.nn.MultiLabelSoftMarginLoss`.

    Args:
        name: accepted for compatibility and ignored.
        labels: what the labels are: "binary", "signed", "unchecked".
            "unchecked" puts any number into the formula for 0 and 1.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.0, 0.0]]), np.array([[1, 0]])
        >>> print(MultiLabelSoftMarginLoss()(x, y).round(6))
        0.693147

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelSoftMarginLoss_en.html
    """

    labels_taken = ("binary", "signed", "unchecked")

    def __init__(
        self,
        weight: Array | float | None = None,
        reduction: Reduction = "mean",
        name: str | None = None,
        *,
        labels: Literal["binary", "signed", "unchecked"] = "binary",
    ) -> None:
        super().__init__(weight=weight, reduction=reduction, name=name, labels=labels)

    def forward(self, input: Array, label: Array) -> Array:
        return runtime.call(
            "MultiLabelSoftMarginLoss(input, label, labels=binary|signed|unchecked)",
            "multilabel_soft_margin_loss",
            "weight reduction labels",
            input,
            label,
            self.weight,
            self.reduction,
            self.labels,
        )
