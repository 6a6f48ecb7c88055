"""Lists of classes: cut to their length, sorted, looked up and filled in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from mlloss.core.ops import Array, Ops
from mlloss.core.tuning import JAX_FEW, JAX_MANY, JAX_STRIDE, JAX_WIDTHS


def cut(ops: Ops, function: Callable[..., Any], args: tuple[Array, ...]) -> tuple[Array, ...]:
    """function(ops, scores, index, listed), of lists no wider than they need be."""
    _, index, listed = args
    wider = sum(ops.any(listed[:, width:]).any().astype("int32") for width in JAX_WIDTHS)
    ways = [partial(_cut, ops, function, width) for width in (*JAX_WIDTHS, index.shape[1])]
    result: tuple[Array, ...] = jax.lax.switch(wider, ways, *args)
    return result


def _cut(ops: Ops, function: Callable[..., Any], width: int, scores: Array, *lists: Array) -> Any:
    return function(ops, scores, *(slots[:, :width] for slots in lists))


def argsort(x: Array) -> Array:
    """Stable; of few slots by counting which come before each."""
    if x.shape[1] > JAX_MANY:
        return jnp.argsort(x, -1, stable=True).astype("int32")
    slot = jnp.zeros_like(x, "int32") + jnp.arange(x.shape[1], dtype="int32")[None]

    def before(column: Array, n: Array | int) -> Array:
        return (column < x) | ((column == x) & (n < slot))

    return put(jnp.zeros_like(slot), counted(before, x), slot)


def counted(test: Callable[[Array, Array | int], Array], columns: Array) -> Array:
    """For how many of few columns, each with its number, a test holds; none of inf."""

    def some(part: Array, first: Array | int) -> Array:
        numbers = range(part.shape[1])
        return sum(test(part[:, n : n + 1], first + n).astype("int32") for n in numbers)

    def step(n: Array, count: Array) -> Array:
        part = jax.lax.dynamic_slice_in_dim(padded, n * JAX_STRIDE, JAX_STRIDE, 1)
        return count + some(part, n * JAX_STRIDE)

    if columns.shape[1] <= JAX_FEW:
        return jax.lax.optimization_barrier(some(columns, 0))
    padding = ((0, 0), (0, -columns.shape[1] % JAX_STRIDE))
    padded = jnp.pad(columns, padding, constant_values=jnp.inf)
    first = some(padded[:, :JAX_STRIDE], 0)
    return jax.lax.fori_loop(1, padded.shape[1] // JAX_STRIDE, step, first)


def take(x: Array, index: Array) -> Array:
    """x at index, row by row; out of few slots by choosing one by one."""
    if index.shape[1] <= x.shape[1]:
        return _take(x, index)
    if x.shape[1] > JAX_FEW:
        return jax.lax.optimization_barrier(_take(x, index))  # twice as slow as part of more
    found = jnp.broadcast_to(x[:, :1], index.shape)
    for n in range(1, x.shape[1]):
        found = jnp.where(index == n, x[:, n : n + 1], found)
    return found


def _take(x: Array, index: Array) -> Array:
    return jnp.take_along_axis(x, index, -1, mode="promise_in_bounds")


def chosen(x: Array, index: Array, listed: Array) -> Array:
    """Whether each class is in a list, one byte a class."""
    return put(jnp.zeros_like(x, bool), index, listed)


def put(x: Array, index: Array, values: Array) -> Array:
    """x with values at index, row by row."""
    return jax.vmap(_put)(x, index, values)


def add(x: Array, index: Array, values: Array) -> Array:
    """x with values added at index, where the same one may come more than once."""
    return jax.vmap(_add)(x, index, values)


def add_ones(x: Array, index: Array) -> Array:
    """The same with a one for each."""
    return jax.vmap(_add, (0, 0, None))(x, index, 1)


# For one row, and by vmap for all: XLA sees then that no row needs another, and leaves arrays that
# are sharded over the batch where they are.


def _put(x: Array, index: Array, values: Array) -> Array:
    return x.at[index].set(values, mode="promise_in_bounds")


def _add(x: Array, index: Array, values: Array | int) -> Array:
    return x.at[index].add(values, mode="promise_in_bounds")
