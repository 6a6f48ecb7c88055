"""`paddle.nn.functional` of PaddlePaddle for arrays of any framework."""

# Generated from conformance/losses/*/natives.toml by `make generated`.

from __future__ import annotations

from typing import Literal

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects import runtime

__all__ = ["multi_label_margin_loss", "multi_label_soft_margin_loss"]


def multi_label_margin_loss(
    input: Array, label: Array, reduction: Reduction = "mean", name: str | None = None
) -> Array:
    """Multi-label hinge loss: every target class should lead every other class by 1.

    `mlloss.multilabel_margin_loss` with the arguments of
    `paddle.nn.functional.multi_label_margin_loss`.

    Args:
        name: accepted for compatibility and ignored.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
        >>> print(multi_label_margin_loss(x, y).round(6))
        0.85

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/functional/multi_label_margin_loss_en.html
    """
    return runtime.call(
        "multi_label_margin_loss(input, label)",
        "multilabel_margin_loss",
        "reduction",
        input,
        label,
        reduction,
    )


def multi_label_soft_margin_loss(
    input: Array,
    label: Array,
    weight: Array | float | None = None,
    reduction: Reduction = "mean",
    name: str | None = None,
    *,
    labels: Literal["binary", "signed", "unchecked"] = "binary",
) -> Array:
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

    `mlloss.multilabel_soft_margin_loss` with the arguments of
    `paddle.nn.functional.multi_label_soft_margin_loss`.

    Args:
        name: accepted for compatibility and ignored.
        labels: what the labels are: "binary", "signed", "unchecked".
            "unchecked" puts any number into the formula for 0 and 1.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.0, 0.0]]), np.array([[1, 0]])
        >>> print(multi_label_soft_margin_loss(x, y).round(6))
        0.693147

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/functional/multi_label_soft_margin_loss_en.html
    """
    return runtime.call(
        "multi_label_soft_margin_loss(input, label, labels=binary|signed|unchecked)",
        "multilabel_soft_margin_loss",
        "weight reduction labels",
        input,
        label,
        weight,
        reduction,
        labels,
    )
