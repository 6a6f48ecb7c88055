"""The pipeline of every loss: find the backend, check the call, read the labels, evaluate."""

from __future__ import annotations

from numbers import Real
from typing import Any

from mlloss.backends import find
from mlloss.backends.base import Backend
from mlloss.backends.compiler_boundary import opaque
from mlloss.core import validation
from mlloss.core.arrays import ArrayT
from mlloss.core.dispatch import backend_of, read_values, same_backend
from mlloss.core.evaluation import Call, Option, evaluate
from mlloss.core.label_formats import LabelInput
from mlloss.core.ops import Array
from mlloss.core.registry import LOSSES


@opaque
def compute(loss: str, input: ArrayT, *values: Any) -> ArrayT:
    """Return the loss called `loss`.

    Args:
        loss: the name of a registered loss.
        input: its scores.
        values: its other arguments, in the order of the function's signature.
    """
    call = _call(loss, input, *values)
    backend = _checked_backend(call)
    given = _checked_labels(call, backend)
    labels = read_values(loss, backend, given, call.validate)
    lists = labels if backend.by_host and given.labels == "indices" else None
    mark_invalid = call.validate is None and labels is None
    result: ArrayT = backend.run(evaluate, call, given, lists, mark_invalid)
    return result


def _call(loss: str, *values: Any) -> Call:
    """Sort the arguments into those of all losses, weights, and options of the kernel."""
    spec = LOSSES[loss]
    named = dict(zip(spec.parameters, values, strict=True))
    weights = tuple(_plain(loss, name, named[name]) for name in spec.weights)
    return Call(
        loss=loss,
        input=named["input"],
        target=named["target"],
        weights=weights,
        options=tuple(Option(name, named[name]) for name in spec.options),
        reduction=named["reduction"],
        labels=named["labels"],
        axis=named["axis"],
        validate=named["validate"],
    )


def _plain(loss: str, name: str, weight: Array | float | None) -> Array | float | None:
    """Return a weight that is a number as a float, others as they are."""
    if not isinstance(weight, Real):
        return weight
    validation.weight_number(loss, name, weight)
    return float(weight)


def _checked_backend(call: Call) -> Backend:
    """Return the backend of all arrays, or raise an error that names the argument."""
    loss = call.loss
    backend = backend_of(loss, "input", call.input)
    same_backend(loss, backend, "target", call.target)
    for name, weight in zip(call.spec.weights, call.weights, strict=True):
        if weight is None or isinstance(weight, Real):
            continue  # torch.compile (2.13) cannot look for the backend of a number
        if find(weight) is None:
            validation.weight_number(loss, name, weight)
        same_backend(loss, backend, name, weight)
    return backend


def _checked_labels(call: Call, backend: Backend) -> LabelInput:
    """Check what can be known without values; return the labels and what their reading takes."""
    loss, labels = call.loss, call.labels
    options = (call.reduction, labels, call.axis, call.validate)
    shape = backend.static_shape(call.input)
    target = (backend.dtype(call.target), backend.static_shape(call.target))
    classes, axis = backend.cached(
        validation.call, loss, *options, backend.dtype(call.input), shape, *target
    )
    for name, weight in zip(call.spec.weights, call.weights, strict=True):
        if weight is not None and not isinstance(weight, Real):
            own = backend.static_shape(weight)
            validation.weight_array(loss, name, backend.dtype(weight), own, shape, axis)
    return LabelInput(call.target, labels, classes, axis, call.spec.fractions)
