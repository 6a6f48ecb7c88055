"""The losses: what each computes, on arrays of any framework."""

from __future__ import annotations

from mlloss.core.ops import Array
from mlloss.core.pipeline import compute
from mlloss.core.spec import Labels, Reduction


def multilabel_margin_loss(
    input: Array,
    target: Array,
    *,
    reduction: Reduction = "mean",
    labels: Labels = "indices",
    axis: int = -1,
    validate: bool | None = None,
) -> Array:
    """Multi-label hinge loss: every target class should lead every other class by 1.

        loss(x, J) = sum over j in J, i not in J of max(0, 1 - (x[j] - x[i])) / C

    J is the row's list of targets; a class listed twice counts twice. No targets, or every class
    a target: 0. The subgradient where 1 - (x[j] - x[i]) is exactly 0 is 0.

    Args:
        input: scores of C classes, floating, (..., C) with any leading axes, also none.
        target: with labels="indices" integers (..., L), L of any width: class numbers, the list
            ended by -1, what follows ignored. With "binary" or "signed" one label a class, in
            input's shape.
        reduction: "none", "mean" (over rows) or "sum".
        labels: how target is written: "indices", "binary" ({0, 1}) or "signed" ({-1, +1}).
        axis: the class axis of input and target.
        validate: None checks label values when they are at hand and makes offending rows nan
            otherwise; True always checks; False does neither: positive labels (signed: above -1)
            are targets then, and a number of no class ends a list.

    Returns:
        An array of input's framework, device and dtype: input's shape without the class axis for
        "none", a scalar for "mean" and "sum".

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: targets 3 and 0 lead by (0.8-0.2, 0.8-0.4, 0.1-0.2, 0.1-0.4), so that the hinges
        are 0.4 + 0.6 + 1.1 + 1.3 = 3.4, over 4 classes.

        >>> import numpy as np
        >>> x = np.array([[0.1, 0.2, 0.4, 0.8]])
        >>> print(multilabel_margin_loss(x, np.array([[3, 0, -1, 1]])).round(6))
        0.85

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
    """
    return compute("multilabel_margin_loss", input, target, None, reduction, labels, axis, validate)


def multilabel_soft_margin_loss(
    input: Array,
    target: Array,
    weight: Array | float | None = None,
    *,
    reduction: Reduction = "mean",
    labels: Labels = "binary",
    axis: int = -1,
    validate: bool | None = None,
) -> Array:
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

        loss(x, y) = mean over c of
            weight[c] * -(y[c] * log(sigmoid(x[c])) + (1 - y[c]) * log(sigmoid(-x[c])))

    Finite for every finite score, and the limit (0 or inf) at infinite ones.

    Args:
        input: scores of C classes, floating, (..., C) with any leading axes, also none.
        target: with labels="binary" one label a class in input's shape, any number in [0, 1];
            with "signed" -1 or +1 a class; with "indices" integers (..., L), L of any width:
            class numbers, the list ended by -1, what follows ignored (a set: a class listed
            twice counts once).
        weight: None, a number, one number a class (C,), or an array that broadcasts to input's
            shape. "mean" never divides by its sum.
        reduction: "none", "mean" (over rows) or "sum".
        labels: how target is written: "indices", "binary" or "signed".
        axis: the class axis of input and target.
        validate: None checks label values when they are at hand and makes offending rows nan
            otherwise; True always checks; False does neither: labels go into the formula as they
            stand then, and a number of no class ends a list.

    Returns:
        An array of input's framework, device and dtype: input's shape without the class axis for
        "none", a scalar for "mean" and "sum".

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: sigmoid(0) is 1/2 for both classes, so that each costs log 2 = 0.693147.

        >>> import numpy as np
        >>> x = np.array([[0.0, 0.0]])
        >>> print(multilabel_soft_margin_loss(x, np.array([[1, 0]])).round(6))
        0.693147

    Reference: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
    """
    return compute(
        "multilabel_soft_margin_loss", input, target, weight, reduction, labels, axis, validate
    )
