"""NumPy's kernels as operations of MindSpore's graphs in host memory, with all their derivatives.

A graph keeps every array that one of its own operations gives; of these it sees the results only.
MindSpore reads the source of what an operation is made of, and takes neither *args nor a lambda.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import mindspore as ms
import numpy as np
from mindspore import ops
from mindspore.common.dtype import TensorType
from mindspore.graph.jit_context import jit_context

from mlloss.backends.base import blocks, gathered
from mlloss.backends.host_numpy import Average, Row, Value, given_by, mean_of
from mlloss.backends.mindspore.fixed_arity import (
    Function,
    backward,
    backward_again,
    backward_piecewise_linear,
    with_arity,
)
from mlloss.backends.mindspore.scaled import Scaled
from mlloss.backends.numpy import backend as numpy
from mlloss.core.ops import Array, Elementwise, Ops

Shape = Sequence[int]


def worked(value: Value, *args: Array) -> Array:
    """What an `Elementwise` gives, with its derivatives."""
    shape = args[0].shape[:1] if isinstance(value, Row) else args[0].shape
    return _called(_worked(value), (shape, _name(args[0].dtype)), *args)


def _called(operation: Any, kinds: Any, *args: Array) -> Any:
    """operation(*args); where a call is written down, a stand-in, as it would copy them."""
    unseen = getattr(jit_context(), "unseen", None)
    return operation(*args) if unseen is None else unseen(operation, kinds, *args)


@cache
def _worked(value: Value) -> Any:

    def compute(*args: Any) -> Any:
        return np.ascontiguousarray(numpy.run(value, *args), args[0].dtype)

    def shape(*shapes: Shape) -> Shape:
        return shapes[0][:1] if isinstance(value, Row) else shapes[0]

    count = len(value.function.partials)
    derivatives = [_scaled(f, value, count) for f in value.function.partials]
    bprop = backward(derivatives)
    return ops.Custom(with_arity(compute, count), shape, _first, "pyfunc", bprop=bprop)


@cache
def _scaled(partial: Elementwise | Function | None, value: Value, count: int) -> Any:
    """A derivative times the gradient; that of what is no `Elementwise` is taken for constant."""
    if partial is None:
        return None
    work = Scaled(partial, value)

    def compute(*args: Any) -> Any:
        (result,) = numpy.run(_in_place, work.rows, *work.spread(numpy, *args))
        return result

    constant: Any = partial
    smooth = (
        partial
        if isinstance(partial, Elementwise)
        else Elementwise("derivative", constant, (None,) * count)
    )
    derivative = Value(smooth)
    derivatives = [_scaled(f, derivative, count) for f in derivative.function.partials]
    bprop = backward_again(*_WIDTHS[type(value)], _worked(derivative), derivatives)
    return ops.Custom(with_arity(compute, count + 1), _first, _first, "pyfunc", bprop=bprop)


def _in_place(ops: Ops, function: Function, *args: Any) -> tuple[Any, ...]:
    """function(ops, *args), the last result in the memory of the first argument.

    MindSpore has copied that for this operation alone.
    """
    x, *others = np.require(args[0], requirements="W"), *args[1:]

    def parts() -> Iterator[Sequence[Any]]:
        for some in blocks((x, *others), *x.shape):
            *rest, some[0][...] = function(ops, *some)
            yield rest

    return (*gathered(parts(), len(x)), x)


def without_grad(function: Function, *args: Array) -> tuple[Array, ...]:
    """What takes no derivative: a tuple of arrays of as many rows."""
    operation = _given_of(function, len(args))
    kinds = operation.kinds([(x.shape, _name(x.dtype)) for x in args])
    results: tuple[Array, ...] = _called(operation, kinds, *args)
    return results


@cache
def _given_of(function: Function, count: int) -> Any:
    def compute(*args: Any) -> tuple[Any, ...]:
        return tuple(map(_plain, numpy.run(given_by, function, *args)))

    return _Given(function, with_arity(compute, count), backward([None] * count))


def piecewise_linear(function: Function, *args: Array) -> Array:
    """`Ops.lines`."""
    operation = _lines_of(function, len(args))
    kinds = operation.kinds([(a.shape, _name(a.dtype)) for a in args])
    return _called(operation, kinds, *args)[0]


@cache
def _lines_of(function: Function, count: int) -> Any:
    kept, times = _kept(), _times()

    def compute(*args: Any) -> tuple[Any, ...]:
        return tuple(numpy.run(_in_place, function, *args))

    def by_first(value: Array, derivative: Array, gradient: Array) -> Array:
        return times(derivative, kept(gradient, value))

    bprop = backward_piecewise_linear(by_first, count)
    return _Given(function, with_arity(compute, count), bprop)


def mean(x: Array) -> Array:
    """`Ops.mean` without weights."""
    kind = (x.shape[:-1] or (1,), _name(x.dtype))  # MindSpore wants an axis
    return ops.reshape(_called(_mean(), kind, x), x.shape[:-1])


@cache
def _mean() -> Any:
    """The mean over the last axis: one operation instead of a dozen."""

    def compute(x: Any) -> Any:
        return np.atleast_1d(numpy.run(mean_of, x))

    def shape(x: Shape) -> Shape:
        return x[:-1] or (1,)

    def bprop(x: Array, out: Array, gradient: Array) -> tuple[Array]:
        share = ops.reshape(gradient, (*x.shape[:-1], 1)) / x.shape[-1]
        return (ops.broadcast_to(share, x.shape),)

    return ops.Custom(compute, shape, _first, "pyfunc", bprop=bprop)


class _Given(ops.Custom):  # type: ignore[misc]
    """An operation of a function that gives a tuple."""

    def __init__(self, function: Function, compute: Function, bprop: Function) -> None:
        self._function = function
        super().__init__(compute, _first, _first, "pyfunc", bprop=bprop)

    def __infer__(self, *args: dict[str, Any]) -> dict[str, Any]:
        kinds = self.kinds([(x["shape"], _name(x["dtype"].element_type())) for x in args])
        dtypes = tuple(TensorType(_DTYPES[dtype]) for _, dtype in kinds)
        return {"shape": tuple(shape for shape, _ in kinds), "dtype": dtypes, "value": None}

    def kinds(self, args: Sequence[tuple[Shape, str]]) -> list[tuple[Shape, str]]:
        """The shapes and dtypes of its results, which are those of a row of zeros."""
        row = [np.zeros((1, *shape[1:]), dtype) for shape, dtype in args]
        results = map(_plain, numpy.run(given_by, self._function, *row))
        return [((args[0][0][0], *x.shape[1:]), str(x.dtype)) for x in results]


def _name(dtype: Any) -> str:
    return str(dtype).lower()


@cache
def _times() -> Any:
    """A constant derivative times the rows' gradient; MindSpore's own takes four arrays more."""

    def compute(derivative: Any, gradient: Any) -> Any:
        return numpy.run(_in_place, _product, derivative, gradient[:, None])[0]

    def bprop(derivative: Array, gradient: Array, out: Array, again: Array) -> tuple[Array, ...]:
        return ops.zeros_like(derivative), ops.sum(again * derivative, -1)

    return ops.Custom(compute, _first, _first, "pyfunc", bprop=bprop)


def _product(ops: Ops, x: Array, y: Array) -> tuple[Array]:
    return (x * y,)


@cache
def _kept() -> Any:
    """The rows' gradient, with the derivative nan by the value where that is nan."""

    def compute(gradient: Any, value: Any) -> Any:
        return gradient

    def bprop(gradient: Array, value: Array, out: Array, again: Array) -> tuple[Array, ...]:
        return again, ops.select(ops.isnan(value), value, ops.zeros_like(value))

    return ops.Custom(compute, _first, _first, "pyfunc", bprop=bprop)


def _plain(x: Any) -> Any:
    """What MindSpore can take: in one piece, whole numbers in 32 bits."""
    return np.ascontiguousarray(x, np.int32 if x.dtype == np.int64 else x.dtype)


def _first(*them: Any) -> Any:
    return them[0]


def _same(gradient: Array, x: Array) -> Array:
    return gradient


def _of_rows(gradient: Array, x: Array) -> Array:
    return ops.reshape(gradient, (-1, 1))


def _of_row_means(gradient: Array, x: Array) -> Array:
    return ops.reshape(gradient, (-1, 1)) / x.shape[1]


def _row_sums(wide: Array, x: Array) -> Array:
    return ops.sum(wide, -1)


def _row_means(wide: Array, x: Array) -> Array:
    return ops.sum(wide, -1) / x.shape[1]


# from the gradient of a result to one for each element, and back
_WIDTHS = {
    Value: (_same, _same),
    Row: (_of_rows, _row_sums),
    Average: (_of_row_means, _row_means),
}
_DTYPES = {"float32": ms.float32, "float64": ms.float64, "int32": ms.int32, "bool": ms.bool_}
