"""The pipeline of every loss: find the backend, check, read the labels, run the kernel, reduce."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from mlloss.backends import find
from mlloss.backends.base import Backend, times
from mlloss.backends.compiler_boundary import opaque
from mlloss.core import label_formats, validation
from mlloss.core.dispatch import backend_of, read_values, same_backend
from mlloss.core.label_formats import DenseLabels, IndexLabels, LabelInput
from mlloss.core.ops import Array, Ops
from mlloss.core.reductions import is_none, reduce
from mlloss.core.shapes import leading, to_rows
from mlloss.core.spec import Labels, LossSpec, Reduction, compute_dtype
from mlloss.losses import kernels
from mlloss.losses.catalogue import CATALOGUE


@dataclass(frozen=True)
class Call:
    """One call of a loss, its arguments as they came."""

    spec: LossSpec
    input: Array
    target: Array
    weight: Array | float | None
    reduction: Reduction
    labels: Labels
    axis: int
    validate: bool | None


@opaque
def compute(
    loss: str,
    input: Array,
    target: Array,
    weight: Array | float | None,
    reduction: Reduction,
    labels: Labels,
    axis: int,
    validate: bool | None,
) -> Array:
    """A loss, whichever it is and whatever the framework."""
    if weight is not None and isinstance(weight, Real):
        validation.weight_number(loss, weight)
        weight = float(weight)
    call = Call(CATALOGUE[loss], input, target, weight, reduction, labels, axis, validate)
    backend = _checked_backend(call)
    given = _checked_labels(call, backend)
    seen = read_values(call.spec.name, backend, given, call.validate)
    known = seen if backend.by_host and given.labels == "indices" else None
    return backend.run(_evaluate, call, given, known, call.validate is None and seen is None)


def _checked_backend(call: Call) -> Backend:
    loss = call.spec.name
    backend = backend_of(loss, "input", call.input)
    same_backend(loss, backend, "target", call.target)
    if call.weight is None or isinstance(call.weight, Real):
        return backend  # torch.compile cannot look for the backend of a number
    if find(call.weight) is None:
        validation.weight_number(loss, call.weight)
    same_backend(loss, backend, "weight", call.weight)
    return backend


def _checked_labels(call: Call, backend: Backend) -> LabelInput:
    """All that can be known without looking at values; the labels and what they depend on."""
    loss, labels, weight = call.spec.name, call.labels, call.weight
    words = (call.reduction, labels, call.axis, call.validate)
    shape = backend.static_shape(call.input)
    target = (backend.dtype(call.target), backend.static_shape(call.target))
    classes, axis = backend.cached(
        validation.call, loss, *words, backend.dtype(call.input), shape, *target
    )
    if weight is not None and not isinstance(weight, Real):
        own = backend.static_shape(weight)
        validation.weight_array(loss, backend.dtype(weight), own, shape, axis)
    return LabelInput(call.target, labels, classes, axis, call.spec.fractions)


def _evaluate(
    ops: Ops, call: Call, given: LabelInput, known: IndexLabels | None, poison: bool
) -> Array:
    """The loss of checked arguments; with `poison`, rows of wrong labels become nan.

    `known` is what the lists hold, where NumPy has read them already.
    """
    dtype = ops.dtype(call.input)
    x = to_rows(ops, ops.cast(call.input, compute_dtype(dtype)), given.axis)
    count = ops.shape(x)[0]
    if call.reduction == "mean" and call.weight is None and not is_none(count):
        labels, factor = _labels(ops, x, given, known, poison)
        return ops.cast(kernels.mean_of_rows(ops, call.spec.name, x, labels, factor), dtype)
    rows = (_no_rows if is_none(count) else _rows)(ops, x, call, given, known, poison)
    lead = leading(ops.shape(call.input), given.axis)
    if call.reduction == "none" and len(lead) != 1:
        rows = ops.reshape(rows, lead)
    return ops.cast(reduce(ops, rows, call.reduction, count), dtype)


def _no_rows(
    ops: Ops, x: Array, call: Call, given: LabelInput, known: IndexLabels | None, poison: bool
) -> Array:
    """No number, of the graph of all arguments: even an empty batch has all its derivatives."""
    nothing = ops.sigmoid(x)
    if call.weight is not None:
        nothing = nothing * ops.sigmoid(_weight(ops, call, given.axis, x))
    if given.labels != "indices":
        labels = ops.cast(to_rows(ops, given.target, given.axis), ops.dtype(x))
        nothing = nothing * ops.sigmoid(labels)
    return ops.sum(nothing)


def _rows(
    ops: Ops, x: Array, call: Call, given: LabelInput, known: IndexLabels | None, poison: bool
) -> Array:
    """Each row's loss, (N, C) to (N,)."""
    weight = None if call.weight is None else _weight(ops, call, given.axis, x)
    labels, factor = _labels(ops, x, given, known, poison)
    return times(kernels.rows(ops, call.spec.name, x, labels, weight), factor)


def _labels(
    ops: Ops, x: Array, given: LabelInput, known: IndexLabels | None, poison: bool
) -> tuple[IndexLabels | DenseLabels, Array | None]:
    """And what makes rows of wrong ones nan, if that is asked: a factor, for the gradient too."""
    if not poison:
        return _right(ops, x, given, known), None
    labels, wrong = label_formats.read(ops, given, ops.dtype(x))
    return labels, ops.fill_where(wrong, math.nan, ops.dtype(x))


def _right(
    ops: Ops, x: Array, given: LabelInput, known: IndexLabels | None
) -> IndexLabels | DenseLabels:
    """Labels known to be right, or not to be looked at."""
    if known is not None:
        return known
    if given.labels == "indices":
        return label_formats.read(ops, given, ops.dtype(x))[0]
    return label_formats.read_dense(ops, given, ops.dtype(x))


def _weight(ops: Ops, call: Call, axis: int, x: Array) -> Array:
    """The weight in a shape that broadcasts to (N, C)."""
    weight: Array = call.weight
    number = isinstance(weight, Real)
    weight = ops.number(weight, x) if number else ops.cast(weight, ops.dtype(x))
    own, shape = ops.shape(weight), ops.shape(call.input)
    if len(own) <= 1:
        return ops.reshape(weight, (1, math.prod(own)))
    own = (1,) * (len(shape) - len(own)) + own
    if all(size == 1 for size in leading(own, axis)):
        return ops.reshape(weight, (1, own[axis]))
    return to_rows(ops, ops.broadcast_to(ops.reshape(weight, own), shape), axis)
