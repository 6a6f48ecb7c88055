"""The tilted logistic loss: binary cross-entropy of logits with a factor for the targets."""

from __future__ import annotations

import math

from mlloss.core.arrays import ArrayLike, ArrayT
from mlloss.core.kernel_types import ClassTerms
from mlloss.core.label_formats import DenseLabels, IndexLabels, to_dense
from mlloss.core.ops import Array, Elementwise, Ops
from mlloss.core.pipeline import compute
from mlloss.core.registry import register
from mlloss.core.spec import Labels, Reduction


def _softplus(ops: Ops, x: Array) -> Array:
    return ops.relu(x) + ops.tail(x)


def _times(ops: Ops, factor: Array, value: Array) -> Array:
    """Return the product, 0 for an infinite value times 0."""
    return ops.where((factor == 0) & (ops.abs(value) == math.inf), 0.0, factor * value)


def _value(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    right = _times(ops, p * y, _softplus(ops, -x))
    return right + _times(ops, 1 - y, _softplus(ops, x))


def _by_x(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    return (1 - y) * ops.sigmoid(x) - p * y * ops.sigmoid(-x)


def _by_y(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    return _times(ops, p, _softplus(ops, -x)) - _softplus(ops, x)


def _by_p(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    return _times(ops, y, _softplus(ops, -x))


def _by_x_x(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    return (1 - y + p * y) * ops.sigmoid(x) * ops.sigmoid(-x)


def _by_x_y(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    return -(p * ops.sigmoid(-x)) - ops.sigmoid(x)


def _by_x_p(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    return -(y * ops.sigmoid(-x))


def _by_y_p(ops: Ops, x: Array, y: Array, p: Array) -> Array:
    return _softplus(ops, -x)


_TERM = Elementwise(
    "tilted_logistic",
    _value,
    (
        Elementwise("tilted_logistic_by_x", _by_x, (_by_x_x, _by_x_y, _by_x_p)),
        Elementwise("tilted_logistic_by_y", _by_y, (_by_x_y, None, _by_y_p)),
        Elementwise("tilted_logistic_by_p", _by_p, (_by_x_p, _by_y_p, None)),
    ),
)


def _kernel(
    ops: Ops, x: Array, labels: IndexLabels | DenseLabels, pos_weight: Array | None
) -> ClassTerms:
    if isinstance(labels, DenseLabels):
        y = labels.y
    else:
        lists = IndexLabels(*map(ops.to_framework, labels))
        y = ops.cast(to_dense(ops, lists, ops.shape(x)[1]), ops.dtype(x))
    if pos_weight is None:
        pos_weight = ops.detach(y) * 0 + 1
    return ClassTerms(_TERM, (x, y, pos_weight))


def tilted_logistic_loss(
    input: ArrayT,
    target: ArrayLike,
    weight: ArrayLike | float | None = None,
    pos_weight: ArrayLike | float | None = None,
    *,
    reduction: Reduction = "mean",
    labels: Labels = "binary",
    axis: int = -1,
    validate: bool | None = None,
) -> ArrayT:
    """Binary cross-entropy of each class, with a factor for the targets.

        loss(x, y) = weight * (pos_weight * y * softplus(-x) + (1 - y) * softplus(x))

    Notes:
        - "mean" is over all classes of all rows.

    Args:
        input: floating scores, (..., C).
        target: one label a class, in input's shape, or index lists, (..., L).
        weight: factor of the loss of each class; broadcasts to input.
        pos_weight: factor of the part of the targets; broadcasts to input.
        reduction: "none": input's shape; "sum", "mean": over all its numbers.
        labels: "binary", "signed" or "indices".
        axis: the class axis.
        validate: whether label values are checked.

    Returns:
        An array of input's framework, device and dtype.

    Raises:
        TypeError: an argument of the wrong kind, dtype or framework.
        ValueError: shapes or labels that do not fit.

    Example:
        By hand: softplus(0) is 0.693147.

        >>> import numpy as np
        >>> round(float(tilted_logistic_loss(np.zeros((1, 2)), np.array([[1, 0]]))), 6)
        0.693147

    References:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
    """
    return compute(
        "tilted_logistic_loss",
        *(input, target, weight, pos_weight, reduction, labels, axis, validate),
    )


register(
    tilted_logistic_loss,
    class_name="TiltedLogisticLoss",
    kind="class",
    kernel=_kernel,
    fractions=True,
    weights={"weight": "scale", "pos_weight": "kernel"},
)
