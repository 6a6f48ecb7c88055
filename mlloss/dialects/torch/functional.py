"""`torch.nn.functional`: the multi-label losses, on arrays of any framework."""

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects.call import MARGIN, SOFT, call
from mlloss.dialects.torch.reduction import reduction_of

__all__ = ["multilabel_margin_loss", "multilabel_soft_margin_loss"]


def multilabel_margin_loss(
    input: Array,
    target: Array,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> Array:
    """`mlloss.multilabel_margin_loss` of index lists, as PyTorch is asked for it.

    Args:
        input: floating scores, (..., C); any leading axes, where PyTorch has one or none.
        target: class numbers, (..., L), of any integer dtype and any width L; -1 ends a list.
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum". Where
            either is given, `reduction` does not count.
        reduction: "none", "mean" (over rows) or "sum".

    Returns:
        An array of input's framework, device and dtype: (...) for "none", a scalar otherwise.

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        >>> import numpy as np
        >>> x = np.array([[0.1, 0.2, 0.4, 0.8]])
        >>> print(multilabel_margin_loss(x, np.array([[3, 0, -1, 1]])).round(6))
        0.85

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
    """
    meant = reduction_of("multilabel_margin_loss", size_average, reduce, reduction)
    spelling = "multilabel_margin_loss(input, target)"
    return call(spelling, MARGIN, meant, "indices", None, input, target)


def multilabel_soft_margin_loss(
    input: Array,
    target: Array,
    weight: Array | float | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: Reduction = "mean",
) -> Array:
    """`mlloss.multilabel_soft_margin_loss` of {0, 1} labels, as PyTorch is asked for it.

    Args:
        input: floating scores, (..., C), any leading axes.
        target: one label a class in input's shape, any number in [0, 1].
        weight: None, a number, one number a class (C,), or what broadcasts to input's shape.
        size_average, reduce: deprecated; reduce=False is "none", size_average=False "sum". Where
            either is given, `reduction` does not count.
        reduction: "none", "mean" (over rows) or "sum".

    Returns:
        An array of input's framework, device and dtype: (...) for "none", a scalar otherwise.

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: sigmoid(0) is 1/2 for both classes, so that each costs log 2 = 0.693147.

        >>> import numpy as np
        >>> x = np.array([[0.0, 0.0]])
        >>> print(multilabel_soft_margin_loss(x, np.array([[1, 0]])).round(6))
        0.693147

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
    """
    meant = reduction_of("multilabel_soft_margin_loss", size_average, reduce, reduction)
    spelling = "multilabel_soft_margin_loss(input, target)"
    return call(spelling, SOFT, meant, "binary", None, input, target, weight)
