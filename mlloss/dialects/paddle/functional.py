"""`paddle.nn.functional`: the multi-label losses, on arrays of any framework."""

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.spec import Reduction
from mlloss.dialects.call import MARGIN, call
from mlloss.dialects.paddle.soft_margin import PaddleLabels, soft_margin

__all__ = ["multi_label_margin_loss", "multi_label_soft_margin_loss"]


def multi_label_margin_loss(
    input: Array, label: Array, reduction: Reduction = "mean", name: str | None = None
) -> Array:
    """`mlloss.multilabel_margin_loss` of index lists, as Paddle is asked for it.

    Args:
        input: floating scores, (..., C); any leading axes, where Paddle has one.
        label: class numbers, (..., L), of any integer dtype and any width L; -1 ends a list.
        reduction: "none", "mean" (over rows) or "sum".
        name: a name of the operation in Paddle's graphs; nothing here.

    Returns:
        An array of input's framework, device and dtype: (...) for "none", a scalar otherwise.

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        >>> import numpy as np
        >>> x = np.array([[0.1, 0.2, 0.4, 0.8], [0.2, 0.5, 0.3, 0.1]])
        >>> print(multi_label_margin_loss(x, np.array([[3, 0, -1, -1], [0, 2, -1, -1]])).round(6))
        0.95

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/functional/multi_label_margin_loss_en.html
    """
    spelling = "multi_label_margin_loss(input, label)"
    return call(spelling, MARGIN, reduction, "indices", None, input, label)


def multi_label_soft_margin_loss(
    input: Array,
    label: Array,
    weight: Array | float | None = None,
    reduction: Reduction = "mean",
    name: str | None = None,
    *,
    labels: PaddleLabels = "binary",
) -> Array:
    """`mlloss.multilabel_soft_margin_loss`, as Paddle is asked for it.

    Paddle's page has a formula for labels of 0 and 1, and examples with labels of -1 and 1. Here
    `labels` says what they are.

    Args:
        input: floating scores, (..., C), any leading axes; classes are last, as in Paddle's code.
        label: one label a class in input's shape.
        weight: None, a number, one number a class (C,), or what broadcasts to input's shape.
        reduction: "none", "mean" (over rows) or "sum".
        name: a name of the operation in Paddle's graphs; nothing here.
        labels: "binary", the formula's {0, 1} and all between, where -1 is an error; "signed",
            -1 for no and 1 for yes; "unchecked", any number put into the formula, which gives what
            the page prints: with a -1 the loss falls without end as that class's score does.

    Returns:
        An array of input's framework, device and dtype: (...) for "none", a scalar otherwise.

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: a score of -10 is nearly right for -1, log(1 + exp(-10)) = 0.000045. As it stands
        in the formula -1 is log(sigmoid(-10)) - 2 log(sigmoid(10)) = -10.000045 + 2 * 0.000045.

        >>> import numpy as np
        >>> x, y = np.array([[-10.0]]), np.array([[-1]])
        >>> print(multi_label_soft_margin_loss(x, y, labels="signed").round(6))
        4.5e-05
        >>> print(multi_label_soft_margin_loss(x, y, labels="unchecked").round(6))
        -9.999955

    Reference: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/functional/multi_label_soft_margin_loss_en.html
    """
    spelling = "multi_label_soft_margin_loss(input, label, labels)"
    return soft_margin(spelling, input, label, weight, reduction, labels)
