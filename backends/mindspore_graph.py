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

from mlloss.backends.host import Average, Row, Value, _given
from mlloss.backends.numpy import backend as numpy
from mlloss.ops import LINEAR, Array, Smooth

Shape = Sequence[int]
Function = Callable[..., Any]


def worked(value: Value, *args: Array) -> Array:
    """What a `Smooth` gives, with its derivatives."""
    return _worked(value)(*args)


@cache
def _worked(value: Value) -> Any:

    def compute(*args: Any) -> Any:
        return np.ascontiguousarray(numpy.run(value, *args), args[0].dtype)

    def shape(*shapes: Shape) -> Shape:
        return shapes[0][:1] if isinstance(value, Row) else shapes[0]

    count = len(value.function.partials)
    slopes = [_slope(f, count) for f in value.function.partials]
    bprop = _BACKWARD[count](_WIDEN[type(value)], *slopes)
    return ops.Custom(_COUNTED[count](compute), shape, _first, "pyfunc", bprop=bprop)


def given(function: Function, *args: Array) -> tuple[Array, ...]:
    """What takes no derivative: a tuple of arrays of as many rows."""
    results: tuple[Array, ...] = _Given.of(function, len(args))(*args)
    return results


class _Given(ops.Custom):  # type: ignore[misc]
    """As an operation; the shapes and dtypes of its results are those of a row of zeros."""

    def __init__(self, function: Function, count: int) -> None:
        def compute(*args: Any) -> tuple[Any, ...]:
            return tuple(map(_plain, numpy.run(_given, function, *args)))

        self._function = function
        known = {"out_shape": _first, "out_dtype": _first, "bprop": _CONSTANT[count]}
        super().__init__(_COUNTED[count](compute), func_type="pyfunc", **known)

    @staticmethod
    @cache
    def of(function: Function, count: int) -> _Given:
        return _Given(function, count)

    def __infer__(self, *args: dict[str, Any]) -> dict[str, Any]:
        kinds = [str(x["dtype"].element_type()).lower() for x in args]
        row = [np.zeros((1, *x["shape"][1:]), k) for x, k in zip(args, kinds, strict=True)]
        results = list(map(_plain, numpy.run(_given, self._function, *row)))
        return {
            "shape": tuple((args[0]["shape"][0], *x.shape[1:]) for x in results),
            "dtype": tuple(TensorType(_DTYPES[str(x.dtype)]) for x in results),
            "value": None,
        }


def linear(x: Array, slope: Array, value: Array) -> Array:
    """`Ops.linear`."""
    return _linear()(x, slope, value)


@cache
def _linear() -> Any:
    slope_of = _slope(LINEAR.partials[0], 2)

    def compute(x: Any, slope: Any, value: Any) -> Any:
        return value.copy()

    def shape(x: Shape, slope: Shape, value: Shape) -> Shape:
        return value

    def bprop(x: Array, slope: Array, value: Array, out: Array, gradient: Array) -> tuple[Any, ...]:
        return _of_rows(gradient, x) * slope_of(x, slope), ops.zeros_like(slope), gradient

    return ops.Custom(compute, shape, _first, "pyfunc", bprop=bprop)


def _plain(x: Any) -> Any:
    """What MindSpore can take: in one piece, whole numbers in 32 bits."""
    return np.ascontiguousarray(x, np.int32 if x.dtype == np.int64 else x.dtype)


def _slope(f: Smooth | Function | None, count: int) -> Any:
    """A partial derivative; that of what is no `Smooth` is taken for 0."""
    if f is None:
        return None
    return _worked(Value(f if isinstance(f, Smooth) else Smooth("constant", f, (None,) * count)))


def _first(*them: Any) -> Any:
    return them[0]


def _as_it_is(gradient: Array, x: Array) -> Array:
    return gradient


def _of_rows(gradient: Array, x: Array) -> Array:
    return ops.reshape(gradient, (-1, 1))


def _of_means(gradient: Array, x: Array) -> Array:
    return ops.reshape(gradient, (-1, 1)) / x.shape[1]


_WIDEN = {Value: _as_it_is, Row: _of_rows, Average: _of_means}


def _of_two(widen: Function, first: Function | None, second: Function | None) -> Function:
    def bprop(x: Array, y: Array, out: Array, gradient: Array) -> tuple[Array, ...]:
        wide = widen(gradient, x)
        by_x = ops.zeros_like(x) if first is None else wide * first(x, y)
        return by_x, ops.zeros_like(y) if second is None else wide * second(x, y)

    return bprop


def _of_three(widen: Function, first: Function | None, *nothing: None) -> Function:
    def bprop(x: Array, y: Array, z: Array, out: Array, gradient: Array) -> tuple[Array, ...]:
        by_x = ops.zeros_like(x) if first is None else widen(gradient, x) * first(x, y, z)
        return by_x, ops.zeros_like(y), ops.zeros_like(z)

    return bprop


_BACKWARD: dict[int, Function] = {2: _of_two, 3: _of_three}


def _constant_one(x: Array, out: Array, gradient: Array) -> tuple[Array]:
    return (ops.zeros_like(x),)


_CONSTANT = {1: _constant_one, 3: _of_three(_as_it_is, None)}


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


_COUNTED = {1: _one, 2: _two, 3: _three}
_DTYPES = {"float32": ms.float32, "float64": ms.float64, "int32": ms.int32, "bool": ms.bool_}
