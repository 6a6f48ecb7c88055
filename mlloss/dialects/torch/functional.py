"""`torch.nn.functional` of PyTorch for arrays of any framework."""

# Generated from conformance/losses/*/natives.toml by `make generated`.

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects import runtime

__all__ = ["multilabel_margin_loss", "multilabel_soft_margin_loss"]


def multilabel_margin_loss(
    input: Array,
    target: Array,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> Array:
    """Multi-label hinge loss: every target class should lead every other class by 1.

    `mlloss.multilabel_margin_loss` with the arguments of
    `torch.nn.functional.multilabel_margin_loss`.

    Args:
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum".
            Where either is given, `reduction` does not count.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
        >>> print(multilabel_margin_loss(x, y).round(6))
        0.85

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
    """
    reduction = runtime.reduction_of("multilabel_margin_loss", size_average, reduce, reduction)
    return runtime.call(
        "multilabel_margin_loss(input, target)",
        "multilabel_margin_loss",
        "reduction",
        input,
        target,
        reduction,
    )


def multilabel_soft_margin_loss(
    input: Array,
    target: Array,
    weight: Array | float | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> Array:
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

    `mlloss.multilabel_soft_margin_loss` with the arguments of
    `torch.nn.functional.multilabel_soft_margin_loss`.

    Args:
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum".
            Where either is given, `reduction` does not count.

    Example:
        >>> import numpy as np
        >>> x, y = np.array([[0.0, 0.0]]), np.array([[1, 0]])
        >>> print(multilabel_soft_margin_loss(x, y).round(6))
        0.693147

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
    """
    reduction = runtime.reduction_of("multilabel_soft_margin_loss", size_average, reduce, reduction)
    return runtime.call(
        "multilabel_soft_margin_loss(input, target)",
        "multilabel_soft_margin_loss",
        "weight reduction",
        input,
        target,
        weight,
        reduction,
    )
