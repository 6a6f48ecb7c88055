"""The multi-label soft margin loss.

softplus(z) = max(z, 0) + log1p(exp(-|z|)) is a sum of non-negative terms: nothing cancels.
"""

from __future__ import annotations

from mlloss.core.arrays import ArrayLike, ArrayT
from mlloss.core.kernel_types import ClassTerms
from mlloss.core.label_formats import DenseLabels, IndexLabels
from mlloss.core.ops import Array, Elementwise, Ops
from mlloss.core.pipeline import compute
from mlloss.core.registry import register
from mlloss.core.spec import Labels, Reduction


def _dense_value(ops: Ops, x: Array, y: Array) -> Array:
    return _dense_lead(ops, x, y) + ops.tail(x)


def _dense_mean(ops: Ops, x: Array, y: Array) -> Array:
    return ops.mean_with_tail(_dense_lead(ops, x, y), x)


def _dense_lead(ops: Ops, x: Array, y: Array) -> Array:
    if ops.known_in_range(x, -1e308, 1e308):
        return ops.wrong_side(x, y)
    wrong = ops.where(x > 0, 1 - y, y)
    return ops.where(wrong == 0, 0.0, wrong * ops.abs(x))  # an infinite score on its own side: 0


def _dense_gradient(ops: Ops, x: Array, y: Array) -> Array:
    return ops.sigmoid_less(x, y)


def _second(ops: Ops, x: Array, *labels: Array) -> Array:
    return ops.sigmoid(x) * ops.sigmoid(-x)


def _minus_one(ops: Ops, x: Array, y: Array) -> Array:
    return y * 0 - 1


def _minus_x(ops: Ops, x: Array, y: Array) -> Array:
    return -x


# A target class is a non-target with its score negated: index lists need no dense labels.


def _listed_value(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.relu(z) + ops.tail(z)


def _listed_mean(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.mean_with_tail(ops.relu(z), z)


def _listed_gradient(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.negate_at(ops.sigmoid(z), index, some)


_DENSE = Elementwise(
    "soft_margin_dense",
    _dense_value,
    (
        Elementwise("soft_margin_dense_gradient", _dense_gradient, (_second, _minus_one)),
        Elementwise("soft_margin_dense_label_gradient", _minus_x, (_minus_one, None)),
    ),
    _dense_mean,
)
_LISTED = Elementwise(
    "soft_margin_listed",
    _listed_value,
    (
        Elementwise("soft_margin_listed_gradient", _listed_gradient, (_second, None, None)),
        None,
        None,
    ),
    _listed_mean,
)


def _kernel(ops: Ops, x: Array, labels: IndexLabels | DenseLabels) -> ClassTerms:
    """Return -(y log(sigmoid(x)) + (1 - y) log(sigmoid(-x))) for each class."""
    if isinstance(labels, DenseLabels):
        return ClassTerms(_DENSE, (x, labels.y))
    return ClassTerms(_LISTED, (x, ops.to_framework(labels.index), ops.to_framework(labels.some)))


def multilabel_soft_margin_loss(
    input: ArrayT,
    target: ArrayLike,
    weight: ArrayLike | float | None = None,
    *,
    reduction: Reduction = "mean",
    labels: Labels = "binary",
    axis: int = -1,
    validate: bool | None = None,
) -> ArrayT:
    """Binary cross-entropy of every class's own sigmoid, averaged over the classes.

        loss(x, y) = mean over c of
            weight[c] * -(y[c] * log(sigmoid(x[c])) + (1 - y[c]) * log(sigmoid(-x[c])))

    Notes:
        - Binary labels may be any number in [0, 1]. An index list is a set: a class listed twice
          counts once.
        - "mean" divides by the number of rows, never by the sum of the weights.
        - Finite for every finite score. At x = -inf and +inf the limit: 0 on the right side, inf
          on the wrong one. A class of weight 0 adds 0.
        - nan in a row of input makes the loss of that row nan, and of no other.

    Args:
        input: floating scores of C classes, (..., C); any number of leading axes, also none.
        target: with labels="binary" or "signed" one label a class, in input's shape. With
            "indices" integers, (..., L) for any L: class indices, then -1; what follows is
            ignored.
        weight: None, a number, one number a class (C,), or an array that broadcasts to input's
            shape without changing it.
        reduction: "none": one number a row; "sum": their sum; "mean": the sum divided by the
            number of rows.
        labels: "indices": class indices, ended by -1; "binary": a number in [0, 1] a class;
            "signed": {-1, +1} a class.
        axis: the class axis of input and target; for index lists, the list axis of target.
        validate: None: check label values where they can be read, else make the rows of invalid
            labels nan. True: always check. False: neither; labels enter the formula as they are,
            and a class index out of range ends the list.

    Returns:
        An array of input's framework, device and dtype: input's shape without the class axis for
        "none", a scalar for "mean" and "sum".

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: sigmoid(0) is 1/2 for both classes, so that each costs log 2 = 0.693147.

        >>> import numpy as np
        >>> scores = np.array([[0.0, 0.0]])
        >>> target = np.array([[1, 0]])
        >>> round(float(multilabel_soft_margin_loss(scores, target)), 6)
        0.693147

    References:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
        https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelSoftMarginLoss_en.html
        https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_soft_margin_loss.html
    """
    return compute(
        "multilabel_soft_margin_loss", input, target, weight, reduction, labels, axis, validate
    )


register(
    multilabel_soft_margin_loss,
    class_name="MultiLabelSoftMarginLoss",
    kind="row",
    kernel=_kernel,
    fractions=True,
    weights={"weight": "scale"},
)
