"""`torch.nn` of PyTorch for arrays of any framework.

import mlloss.dialects.torch as nn
import mlloss.dialects.torch.functional as F
"""

# Generated from conformance/losses/*/natives.toml by `make generated`.

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects import runtime
from mlloss.dialects.torch import functional as functional

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "functional"]


class MultiLabelMarginLoss(runtime.Criterion):
    """Multi-label hinge loss: every target class should lead every other class by 1.

    `mlloss.multilabel_margin_loss` with the arguments of
    `torch.nn.MultiLabelMarginLoss`.

    Args:
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum".
            Where either is given, `reduction` does not count.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
        >>> print(MultiLabelMarginLoss()(x, y).round(6))
        0.85

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(
            reduction=runtime.reduction_of("MultiLabelMarginLoss", size_average, reduce, reduction)
        )

    def forward(self, input: Array, target: Array) -> Array:
        return runtime.call(
            "MultiLabelMarginLoss(input, target)",
            "multilabel_margin_loss",
            "reduction",
            input,
            target,
            self.reduction,
        )


class MultiLabelSoftMarginLoss(runtime.Criterion):
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

    `mlloss.multilabel_soft_margin_loss` with the arguments of
    `torch.nn.MultiLabelSoftMarginLoss`.

    Args:
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum".
            Where either is given, `reduction` does not count.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.0, 0.0]]), np.array([[1, 0]])
        >>> print(MultiLabelSoftMarginLoss()(x, y).round(6))
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
        super().__init__(
            weight=weight,
            reduction=runtime.reduction_of(
                "MultiLabelSoftMarginLoss", size_average, reduce, reduction
            ),
        )

    def forward(self, input: Array, target: Array) -> Array:
        return runtime.call(
            "MultiLabelSoftMarginLoss(input, target)",
            "multilabel_soft_margin_loss",
            "weight reduction",
            input,
            target,
            self.weight,
            self.reduction,
        )
