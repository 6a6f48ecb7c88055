"""Functions with their arguments counted out, as MindSpore's parser wants them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mindspore import ops

from mlloss.backends.host_numpy import Average, Row, Value
from mlloss.core.ops import Array

Function = Callable[..., Any]


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


WIDENED = {
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


BACKWARD: dict[int, Function] = {2: _of_two, 3: _of_three}
AGAIN: dict[int, Function] = {2: _two_again, 3: _three_again}


def _constant_one(x: Array, out: Array, gradient: Array) -> tuple[Array]:
    return (ops.zeros_like(x),)


CONSTANT = {1: _constant_one, 3: _of_three(None)}


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


COUNTED = {1: _one, 2: _two, 3: _three, 4: _four}
