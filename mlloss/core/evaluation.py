"""From checked arguments to the result: prepare the arrays, run the kernel, weigh, reduce."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

from mlloss.backends.base import times
from mlloss.core import label_formats
from mlloss.core.kernel_types import ClassTerms, PiecewiseLinear
from mlloss.core.label_formats import DenseLabels, IndexLabels, LabelInput
from mlloss.core.ops import Array, Ops
from mlloss.core.reductions import is_none, reduce
from mlloss.core.registry import LOSSES
from mlloss.core.shapes import from_rows, leading, to_rows
from mlloss.core.spec import Labels, LossSpec, Reduction, compute_dtype


class Option(NamedTuple):
    """An argument of one loss alone, for its kernel: a Python value, known to every compiler."""

    name: str
    value: Any


@dataclass(frozen=True)
class Call:
    """One call of a loss. Backends look for arrays in the fields, and in tuples of these."""

    loss: str
    input: Array
    target: Array
    weights: tuple[Array | float | None, ...]  # in the order of the record
    options: tuple[Option, ...]
    reduction: Reduction
    labels: Labels
    axis: int
    validate: bool | None

    @property
    def spec(self) -> LossSpec:
        """The record of the loss."""
        return LOSSES[self.loss]


class Rows(NamedTuple):
    """The arguments as the kernels take them: (N, C), in the dtype of the computation."""

    x: Array
    labels: IndexLabels | DenseLabels
    scales: list[Array]  # factors of the terms; each broadcasts to (N, C)
    arguments: dict[str, Any]  # of the kernel, by name
    factor: Array | None  # (N,): nan for a row with invalid labels, else 1


def evaluate(
    ops: Ops, call: Call, given: LabelInput, lists: IndexLabels | None, mark_invalid: bool
) -> Array:
    """Return the loss of checked arguments.

    Args:
        ops: the backend.
        call: the arguments.
        given: the labels and what their convention depends on.
        lists: the index lists, where NumPy has read them already.
        mark_invalid: whether rows with invalid labels become nan.
    """
    dtype = ops.dtype(call.input)
    x = to_rows(ops, ops.cast(call.input, compute_dtype(dtype)), given.axis)
    count = ops.shape(x)[0]
    per_class = call.spec.kind == "class" and call.reduction != "mean"
    if is_none(count):
        terms = _no_terms(ops, x, call, given)
        values = terms if per_class else ops.sum(terms)
    else:
        rows = _rows(ops, x, call, given, lists, mark_invalid)
        if call.reduction == "mean" and not rows.scales:
            return ops.cast(_mean(ops, call.spec, rows), dtype)
        values = (_class_terms if per_class else _row_losses)(ops, call.spec, rows)
    return ops.cast(_reduced(ops, values, call, given.axis, per_class), dtype)


def _reduced(ops: Ops, values: Array, call: Call, axis: int, per_class: bool) -> Array:
    """Reduce the numbers of rows, (N,), or with `per_class` those of classes, (N, C)."""
    if call.reduction != "none":
        rows = ops.sum(values) if per_class else values
        return reduce(ops, rows, call.reduction, ops.shape(rows)[0])
    if per_class:
        return from_rows(ops, values, call.input, axis)
    lead = leading(ops.shape(call.input), axis)
    return values if len(lead) == 1 else ops.reshape(values, lead)


def _no_terms(ops: Ops, x: Array, call: Call, given: LabelInput) -> Array:
    """Return an empty array that depends on every argument, so that all have a gradient."""
    terms = ops.sigmoid(x)
    for weight in call.weights:
        if weight is not None:
            terms = terms * ops.sigmoid(_weight(ops, weight, call.input, given.axis, x))
    if given.labels != "indices":
        labels = ops.cast(to_rows(ops, given.target, given.axis), ops.dtype(x))
        terms = terms * ops.sigmoid(labels)
    return terms


def _rows(
    ops: Ops,
    x: Array,
    call: Call,
    given: LabelInput,
    lists: IndexLabels | None,
    mark_invalid: bool,
) -> Rows:
    scales = []
    arguments = dict(call.options)
    for (name, use), weight in zip(call.spec.weights.items(), call.weights, strict=True):
        array = None if weight is None else _weight(ops, weight, call.input, given.axis, x)
        if use == "kernel":
            arguments[name] = array if array is None else ops.broadcast_to(array, ops.shape(x))
        elif array is not None:
            scales.append(array)
    labels, factor = _labels(ops, x, given, lists, mark_invalid)
    return Rows(x, labels, scales, arguments, factor)


def _labels(
    ops: Ops, x: Array, given: LabelInput, lists: IndexLabels | None, mark_invalid: bool
) -> tuple[IndexLabels | DenseLabels, Array | None]:
    """Return the labels and the factor of `Rows`, which makes the gradient nan too."""
    dtype = ops.dtype(x)
    if mark_invalid:
        labels, wrong = label_formats.read(ops, given, dtype)
        return labels, ops.fill_where(wrong, math.nan, dtype)
    if lists is not None:
        return lists, None
    if given.labels == "indices":
        return label_formats.read(ops, given, dtype)[0], None
    return label_formats.read_dense(ops, given, dtype), None


def _weight(ops: Ops, weight: Array | float, input: Array, axis: int, x: Array) -> Array:
    """Return a weight in a shape that broadcasts to (N, C)."""
    number = isinstance(weight, Real)
    array = ops.number(weight, x) if number else ops.cast(weight, ops.dtype(x))
    own, shape = ops.shape(array), ops.shape(input)
    if len(own) <= 1:
        return ops.reshape(array, (1, math.prod(own)))
    own = (1,) * (len(shape) - len(own)) + own
    if all(size == 1 for size in leading(own, axis)):
        return ops.reshape(array, (1, own[axis]))
    return to_rows(ops, ops.broadcast_to(ops.reshape(array, own), shape), axis)


def _row_losses(ops: Ops, spec: LossSpec, rows: Rows) -> Array:
    """Return the loss of each row, (N,)."""
    parts = spec.kernel(ops, rows.x, rows.labels, **rows.arguments)
    if isinstance(parts, PiecewiseLinear):
        losses = ops.piecewise_linear(parts.function, parts.args)
    elif not rows.scales:
        losses = ops.average(parts.function, parts.args)
    else:
        *others, last = rows.scales
        terms = _scaled(ops, ops.apply(parts.function, *parts.args), others)
        losses = ops.mean(_limited(ops, terms, last), last)
    return times(losses, rows.factor)


def _class_terms(ops: Ops, spec: LossSpec, rows: Rows) -> Array:
    """Return the term of each class, (N, C)."""
    parts = spec.kernel(ops, rows.x, rows.labels, **rows.arguments)
    assert isinstance(parts, ClassTerms), f"{spec.name}: a piecewise linear loss has kind 'row'"
    terms = _scaled(ops, ops.apply(parts.function, *parts.args), rows.scales)
    if rows.factor is None:
        return terms
    return terms * ops.reshape(rows.factor, (ops.shape(rows.x)[0], 1))


def _mean(ops: Ops, spec: LossSpec, rows: Rows) -> Array:
    """Return the mean of the losses of all rows without weights, one number."""
    parts = spec.kernel(ops, rows.x, rows.labels, **rows.arguments)
    if isinstance(parts, PiecewiseLinear):
        return ops.piecewise_linear_mean(parts.function, parts.args, rows.factor)
    return ops.average_mean(parts.function, parts.args, rows.factor)


def _scaled(ops: Ops, terms: Array, scales: list[Array]) -> Array:
    for scale in scales:
        terms = _limited(ops, terms, scale) * scale
    return terms


def _limited(ops: Ops, terms: Array, weight: Array) -> Array:
    """Return the terms with 0, the limit, for an infinite term of weight 0."""
    return ops.where((ops.abs(terms) == math.inf) & (weight == 0), 0.0, terms)
