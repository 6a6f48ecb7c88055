"""JAX: eager and under every transformation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mlloss.backends.base import Base, dtype_name, native_class
from mlloss.backends.jax.custom_jvp import average, linear, mean, sigmoid, smooth_value
from mlloss.backends.jax.indexing import add, argsort, chosen, cut, put, take
from mlloss.backends.jax.jit_call import called
from mlloss.backends.jax.reductions import added_up, any_of, mean_with_tail
from mlloss.backends.jax.sorted_counts import among_few, count_below, fits_words, histogram
from mlloss.core.ops import Array, Elementwise
from mlloss.core.tuning import JAX_MANY, JAX_PAIRS, JAX_PAIRS_A_ROW

__all__ = ["backend"]


class JaxBackend(Base):
    """The operations of the kernels in jax.numpy, made for tracing."""

    name = "jax"
    index_dtype = "int32"

    def is_array(self, x: object) -> bool:
        return isinstance(x, jax.Array)

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        if isinstance(x, jax.core.Tracer) or not x.is_fully_addressable:
            return None
        if any(device.platform != "cpu" for device in x.devices()):
            return None
        return np.asarray(x.astype("float32") if x.dtype == "bfloat16" else x)

    def run(self, function: Callable[..., Array], *args: Any) -> Array:
        return called(self, function, args)

    def one_by_one(self, functions: Sequence[Callable[[], Any]], like: Array) -> list[Any]:
        if not isinstance(jnp.zeros(()), jax.core.Tracer):  # nobody compiles
            return [jax.checkpoint(function)() for function in functions]
        # in a loop of XLA's, which would compute them side by side otherwise, all in memory
        step = jax.checkpoint(partial(jax.lax.switch, branches=functions), prevent_cse=False)
        results = jax.lax.map(step, jnp.arange(len(functions)))
        return [jax.tree.map(lambda x, n=n: x[n], results) for n in range(len(functions))]

    def dtype(self, x: Array) -> str:
        return dtype_name(x.dtype)

    def shape(self, x: Array) -> tuple[int, ...]:
        return tuple(x.shape)

    def cast(self, x: Array, dtype: str) -> Array:
        return x.astype(dtype)

    def reshape(self, x: Array, shape: tuple[int, ...]) -> Array:
        return jnp.reshape(x, shape)

    def moveaxis(self, x: Array, source: int, destination: int) -> Array:
        return jnp.moveaxis(x, source, destination)

    def broadcast_to(self, x: Array, shape: tuple[int, ...]) -> Array:
        return jnp.broadcast_to(x, shape)

    def detach(self, x: Array) -> Array:
        return jax.lax.stop_gradient(x)

    def where(self, condition: Array, a: Array | float, b: Array | float) -> Array:
        return jnp.where(condition, a, b)

    def number(self, value: float, like: Array) -> Array:
        return jnp.asarray(value, like.dtype)

    def abs(self, x: Array) -> Array:
        return jnp.abs(x)

    def isnan(self, x: Array) -> Array:
        return jnp.isnan(x)

    def log1p_exp(self, x: Array) -> Array:
        return jnp.log1p(jnp.exp(x))  # XLA takes s - ((1 + s) - 1) for 0: no log does for it

    def sigmoid(self, x: Array) -> Array:
        return sigmoid(x)

    def sigmoid_less(self, x: Array, share: Array) -> Array:
        small = jnp.exp(-jnp.abs(x))
        side = (x > 0).astype(x.dtype)
        return side - share + (1 - 2 * side) * (small / (1 + small))

    def sum(self, x: Array) -> Array:
        return added_up(x)

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        return mean(self, x) if weight is None else super().mean(x, weight)

    def mean_with_tail(self, lead: Array, x: Array) -> Array:
        return mean_with_tail(self, lead, x)

    def any(self, x: Array) -> Array:
        return any_of(x)

    def cumsum(self, x: Array) -> Array:
        return jnp.cumsum(x, -1, dtype=x.dtype)

    def after_first(self, x: Array) -> Array:
        slot = jax.lax.broadcasted_iota("int32", x.shape, 1)
        first = jnp.where(x, slot, x.shape[1]).min(-1, keepdims=True)
        return jnp.where(slot < first, 0, jnp.where(slot == first, 1, 2))

    def flip(self, x: Array) -> Array:
        return jnp.flip(x, -1)

    def argsort(self, x: Array) -> Array:
        return argsort(x)

    def take(self, x: Array, index: Array) -> Array:
        return take(x, index)

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        if isinstance(values, (int, float)):  # a part of what reads it, and no copy
            return jnp.where(chosen(x, index, jnp.ones_like(index, bool)), values, x)
        return put(x, index, values)

    def negate_at(self, x: Array, index: Array, rows: Array) -> Array:
        negated = chosen(x, index, jnp.broadcast_to(rows, index.shape))
        return x * jnp.where(negated, -1.0, 1.0)

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        return add(x, index, values)

    def count_below(self, thresholds: Array, x: Array) -> Array:
        return count_below(thresholds, x)

    def histogram(self, counts: Array, bins: int) -> Array:
        return histogram(counts, bins)

    def rank_in_sorted(
        self, thresholds: Array, values: Array, x: Array
    ) -> tuple[Array, Array, Array]:
        if fits_words(thresholds, x):
            return among_few(self, thresholds, values, x)
        return super().rank_in_sorted(thresholds, values, x)

    def arange(self, n: int, like: Array) -> Array:
        return jnp.arange(n, dtype="int32")

    def prefers_pairwise(self, scores: tuple[Any, ...], lists: tuple[Any, ...]) -> bool:
        rows, row = scores[0], scores[1] * lists[1]
        return isinstance(rows, int) and row <= JAX_PAIRS_A_ROW and rows * row <= JAX_PAIRS

    def without_grad(self, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        if len(args) == 1 or args[1].shape[1] <= JAX_MANY:  # no scores, or lists that are short
            return super().without_grad(function, *args)
        return cut(self, function, args)

    def linear(self, x: Array, derivative: Array, value: Array) -> Array:
        return linear(self, x, derivative, value)

    def average(self, function: Elementwise, args: tuple[Array, ...]) -> Array:
        return average(self, function, *args)

    def apply(self, function: Any, *args: Array) -> Array:
        if isinstance(function, Elementwise):
            return smooth_value(self, function, *args)
        return function(self, *args)


backend = JaxBackend()


def __getattr__(name: str) -> Any:
    """Return a class of `mlloss.jax`: until 0.1 they were attributes of this module."""
    return native_class("jax", name)
