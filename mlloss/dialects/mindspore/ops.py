"""`mindspore.ops` of MindSpore for arrays of any framework."""

# Generated from conformance/losses/*/natives.toml by `make generated`.

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects import runtime

__all__ = ["MultilabelMarginLoss", "multilabel_margin_loss", "multilabel_soft_margin_loss"]


def multilabel_margin_loss(input: Array, target: Array, reduction: Reduction = "mean") -> Array:
    """Multi-label hinge loss: every target class should lead every other class by 1.

    `mlloss.multilabel_margin_loss` with the arguments of
    `mindspore.ops.multilabel_margin_loss`.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
        >>> print(multilabel_margin_loss(x, y).round(6))
        0.85

    Reference: https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_margin_loss.html
    """
    return runtime.call(
        "multilabel_margin_loss(input, target)",
        "multilabel_margin_loss",
        "reduction",
        input,
        target,
        reduction,
    )


class MultilabelMarginLoss(runtime.Criterion):
    """Multi-label hinge loss: every target class should lead every other class by 1.

    `mlloss.multilabel_margin_loss` with the arguments of
    `mindspore.ops.MultilabelMarginLoss`. Returns the loss and 0/1 targets.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
        >>> print(MultilabelMarginLoss()(x, y)[0].round(6))
        0.85

    Reference: https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.MultilabelMarginLoss.html
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)

    def __call__(self, x: Array, target: Array) -> tuple[Array, Array]:
        return runtime.call_with_targets(
            "MultilabelMarginLoss(x, target)",
            "multilabel_margin_loss",
            "reduction",
            x,
            target,
            self.reduction,
        )


def multilabel_soft_margin_loss(
    input: Array, target: Array, weight: Array | float | None = None, reduction: Reduction = "mean"
) -> Array:
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

    `mlloss.multilabel_soft_margin_loss` with the arguments of
    `mindspore.ops.multilabel_soft_margin_loss`.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.0, 0.0]]), np.array([[1, 0]])
        >>> print(multilabel_soft_margin_loss(x, y).round(6))
        0.693147

    Reference: https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_soft_margin_loss.html
    """
    return runtime.call(
        "multilabel_soft_margin_loss(input, target)",
        "multilabel_soft_margin_loss",
        "weight reduction",
        input,
        target,
        weight,
        reduction,
    )
