"""NumPy's kernels as operations of MindSpore's graphs in host memory, with all their derivatives.

A graph keeps every array that one of its own operations gives; of these it sees the results only.
MindSpore reads the source of what an operation is made of, and takes neither *args nor a lambda.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import mindspore as ms
import numpy as np
from mindspore import ops
from mindspore.common.dtype import TensorType
from mindspore.graph.jit_context import jit_context

from mlloss.backends.base import blocks
from mlloss.backends.host import Average, Row, Value, _given
from mlloss.backends.mindspore_scaled import Scaled
from mlloss.backends.numpy import backend as numpy
from mlloss.ops import Array, Ops, Smooth

Shape = Sequence[int]
Function = Callable[..., Any]


def worked(value: Value, *args: Array) -> Array:
    """What a `Smooth` gives, with its derivatives."""
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
    slopes = [_scaled(f, value, count) for f in value.function.partials]
    bprop = _BACKWARD[count](*slopes)
    return ops.Custom(_COUNTED[count](compute), shape, _first, "pyfunc", bprop=bprop)


@cache
def _scaled(partial: Smooth | Function | None, value: Value, count: int) -> Any:
    """A slope times the gradient; that of what is no `Smooth` is taken for constant."""
    if partial is None:
        return None
    work = Scaled(partial, value)

    def compute(*args: Any) -> Any:
        (result,) = numpy.run(_in_place, work.rows, *work.spread(numpy, *args))
        return result

    smooth = isinstance(partial, Smooth)
    slope = Value(partial if smooth else Smooth("constant", partial, (None,) * count))
    slopes = [_scaled(f, slope, count) for f in slope.function.partials]
    bprop = _AGAIN[count](*_WIDENED[type(value)], _worked(slope), *slopes)
    return ops.Custom(_COUNTED[count + 1](compute), _first, _first, "pyfunc", bprop=bprop)


def _in_place(ops: Ops, function: Function, *args: Any) -> tuple[Any, ...]:
    """function(ops, *args), the last result in the memory of the first argument.

    MindSpore has copied that for this operation alone.
    """
    x, *others = np.require(args[0], requirements="W"), *args[1:]
    whole: tuple[Any, ...] = ()
    done = 0
    for some in blocks((x, *others), *x.shape):
        *parts, some[0][...] = function(ops, *some)
        whole = whole or tuple(np.empty((len(x), *p.shape[1:]), p.dtype) for p in parts)
        for result, part in zip(whole, parts, strict=True):
            result[done : done + len(part)] = part
        done += len(some[0])
    return (*whole, x)


def given(function: Function, *args: Array) -> tuple[Array, ...]:
    """What takes no derivative: a tuple of arrays of as many rows."""
    operation = _given_of(function, len(args))
    kinds = operation.kinds([(x.shape, _name(x.dtype)) for x in args])
    results: tuple[Array, ...] = _called(operation, kinds, *args)
    return results


@cache
def _given_of(function: Function, count: int) -> Any:
    def compute(*args: Any) -> tuple[Any, ...]:
        return tuple(map(_plain, numpy.run(_given, function, *args)))

    return _Given(function, _COUNTED[count](compute), _CONSTANT[count])


def lines(function: Function, x: Array, index: Array, listed: Array) -> Array:
    """`Ops.lines`."""
    args, operation = (x, index, listed), _lines_of(function)
    kinds = operation.kinds([(a.shape, _name(a.dtype)) for a in args])
    return _called(operation, kinds, *args)[0]


@cache
def _lines_of(function: Function) -> Any:
    kept, times = _kept(), _times()

    def compute(*args: Any) -> tuple[Any, ...]:
        return tuple(numpy.run(_in_place, function, *args))

    def bprop(x: Array, index: Array, listed: Array, out: Any, gradient: Any) -> tuple[Array, ...]:
        by_x = times(out[1], kept(gradient[0], out[0]))
        return by_x, ops.zeros_like(index), ops.zeros_like(listed)

    return _Given(function, _COUNTED[3](compute), bprop)


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
        results = map(_plain, numpy.run(_given, self._function, *row))
        return [((args[0][0][0], *x.shape[1:]), str(x.dtype)) for x in results]


def _name(dtype: Any) -> str:
    return str(dtype).lower()


@cache
def _times() -> Any:
    """A constant slope times the rows' gradient; MindSpore's own takes four arrays more."""

    def compute(slope: Any, gradient: Any) -> Any:
        return numpy.run(_in_place, _product, slope, gradient[:, None])[0]

    def bprop(slope: Array, gradient: Array, out: Array, again: Array) -> tuple[Array, ...]:
        return ops.zeros_like(slope), ops.sum(again * slope, -1)

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


def _as_it_is(gradient: Array, x: Array) -> Array:
    return gradient


def _of_rows(gradient: Array, x: Array) -> Array:
    return ops.reshape(gradient, (-1, 1))


def _of_means(gradient: Array, x: Array) -> Array:
    return ops.reshape(gradient, (-1, 1)) / x.shape[1]


def _sum_of_rows(wide: Array, x: Array) -> Array:
    return ops.sum(wide, -1)


def _mean_of_rows(wide: Array, x: Array) -> Array:
    return ops.sum(wide, -1) / x.shape[1]


_WIDENED = {
    Value: (_as_it_is, _as_it_is),
    Row: (_of_rows, _sum_of_rows),
    Average: (_of_means, _mean_of_rows),
}


def _of_two(first: Function | None, second: Function | None) -> Function:
    def bprop(x: Array, y: Array, out: Array, gradient: Array) -> tuple[Array, ...]:
        by_x = ops.zeros_like(x) if first is None else first(x, y, gradient)
        return by_x, ops.zeros_like(y) if second is None else second(x, y, gradient)

    return bprop


def _of_three(first: Function | None, *nothing: None) -> Function:
    def bprop(x: Array, y: Array, z: Array, out: Array, gradient: Array) -> tuple[Array, ...]:
        by_x = ops.zeros_like(x) if first is None else first(x, y, z, gradient)
        return by_x, ops.zeros_like(y), ops.zeros_like(z)

    return bprop


def _two_again(
    widen: Function,
    narrow: Function,
    slope: Function,
    first: Function | None,
    second: Function | None,
) -> Function:
    def bprop(x: Array, y: Array, g: Array, out: Array, gradient: Array) -> tuple[Array, ...]:
        wide, by_g = gradient * widen(g, x), narrow(gradient * slope(x, y), x)
        by_x = ops.zeros_like(x) if first is None else first(x, y, wide)
        return by_x, ops.zeros_like(y) if second is None else second(x, y, wide), by_g

    return bprop


def _three_again(
    widen: Function, narrow: Function, slope: Function, first: Function | None, *nothing: None
) -> Function:
    def bprop(
        x: Array, y: Array, z: Array, g: Array, out: Array, gradient: Array
    ) -> tuple[Array, ...]:
        wide, by_g = gradient * widen(g, x), narrow(gradient * slope(x, y, z), x)
        by_x = ops.zeros_like(x) if first is None else first(x, y, z, wide)
        return by_x, ops.zeros_like(y), ops.zeros_like(z), by_g

    return bprop


_BACKWARD: dict[int, Function] = {2: _of_two, 3: _of_three}
_AGAIN: dict[int, Function] = {2: _two_again, 3: _three_again}


def _constant_one(x: Array, out: Array, gradient: Array) -> tuple[Array]:
    return (ops.zeros_like(x),)


_CONSTANT = {1: _constant_one, 3: _of_three(None)}


def _one(compute: Function) -> Function:
    def counted(x: Any) -> Any:
        return compute(x)

    return counted


def _two(compute: Function) -> Function:
    def counted(x: Any, y: Any) -> Any:
        return compute(x, y)

    return counted


def _three(compute: Function) -> Function:
    def counted(x: Any, y: Any, z: Any) -> Any:
        return compute(x, y, z)

    return counted


def _four(compute: Function) -> Function:
    def counted(x: Any, y: Any, z: Any, g: Any) -> Any:
        return compute(x, y, z, g)

    return counted


_COUNTED = {1: _one, 2: _two, 3: _three, 4: _four}
_DTYPES = {"float32": ms.float32, "float64": ms.float64, "int32": ms.int32, "bool": ms.bool_}
