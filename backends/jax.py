"""JAX: eager and under every transformation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mlloss.backends.base import Base
from mlloss.backends.modules.jax import MultiLabelMarginLoss, MultiLabelSoftMarginLoss
from mlloss.ops import Array, Smooth

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "backend"]

_FEW = 128  # thresholds that are compared one by one sooner than looked up ...
_STRIDE = 4  # ... so many in a pass
_BLOCK = 128  # XLA adds up a row one by one; blocks keep the rounding error of a long row small


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _apply(function: Smooth, *args: Array) -> Array:
    return function.value(backend, *args)


def _jvp(function: Smooth, primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    terms = [
        tangent * backend.apply(partial, *primals)
        for tangent, partial in zip(tangents, function.partials, strict=True)
        if partial is not None and not isinstance(tangent, jax.custom_derivatives.SymbolicZero)
    ]
    value = _apply(function, *primals)
    return value, sum(terms[1:], terms[0]) if terms else jnp.zeros_like(value)


_apply.defjvp(_jvp, symbolic_zeros=True)


@dataclass(frozen=True)
class _Slot:
    """Where an array was taken out of static arguments."""

    place: int


def _take_out(value: Any, arrays: list[Any]) -> Any:
    """`value` with slots for the arrays and floats in it, which go to `arrays`."""
    if isinstance(value, (jax.Array, float)):
        arrays.append(value)
        return _Slot(len(arrays) - 1)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    old = {field.name: getattr(value, field.name) for field in fields(value)}
    new = {name: _take_out(part, arrays) for name, part in old.items()}
    return value if all(new[name] is old[name] for name in old) else replace(value, **new)


def _put_back(value: Any, arrays: tuple[Any, ...]) -> Any:
    if isinstance(value, _Slot):
        return arrays[value.place]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts = {field.name: getattr(value, field.name) for field in fields(value)}
    return replace(value, **{name: _put_back(part, arrays) for name, part in parts.items()})


@partial(jax.jit, static_argnums=(0, 1))
def _run(function: Callable[..., Array], static: tuple[Any, ...], *arrays: Array) -> Array:
    return function(backend, *(_put_back(value, arrays) for value in static))


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
        arrays: list[Any] = []  # one compiled call: op by op takes ten times the time and memory
        static = tuple(_take_out(value, arrays) for value in args)
        return _run(function, static, *arrays)

    def one_by_one(self, functions: Sequence[Callable[[], Any]]) -> list[Any]:
        if not isinstance(jnp.zeros(()), jax.core.Tracer):  # nobody compiles
            return [jax.checkpoint(function)() for function in functions]
        # in a loop of XLA's, which would compute them side by side otherwise, all in memory
        step = jax.checkpoint(partial(jax.lax.switch, branches=functions), prevent_cse=False)
        results = jax.lax.map(step, jnp.arange(len(functions)))
        return [jax.tree.map(lambda x, n=n: x[n], results) for n in range(len(functions))]

    def dtype(self, x: Array) -> str:
        return str(x.dtype)

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
        return jnp.log1p(jnp.exp(x))

    def sigmoid(self, x: Array) -> Array:
        return jax.nn.sigmoid(x)

    def sum(self, x: Array) -> Array:
        if not isinstance(x.shape[-1], int):  # jax.export of an open size: enough for 2 million
            return _blocks(_blocks(_blocks(x))).sum(-1)
        while x.shape[-1] > _BLOCK:
            x = _blocks(x)
        return x.sum(-1)

    def any(self, x: Array) -> Array:
        return x.any(-1)

    def cumsum(self, x: Array) -> Array:
        return jnp.cumsum(x, -1, dtype=x.dtype)

    def flip(self, x: Array) -> Array:
        return jnp.flip(x, -1)

    def argsort(self, x: Array) -> Array:
        return jnp.argsort(x, -1, stable=True).astype("int32")

    def take(self, x: Array, index: Array) -> Array:
        return jnp.take_along_axis(x, index, -1, mode="promise_in_bounds")

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        one = isinstance(values, (int, float))
        return jax.vmap(_put, (0, 0, None if one else 0))(x, index, values)

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        return jax.vmap(_add)(x, index, values)

    def count_below(self, thresholds: Array, x: Array) -> Array:
        if thresholds.shape[1] > _FEW:
            search = partial(jnp.searchsorted, method="scan")
            return jax.vmap(search)(thresholds, x).astype("int32")
        odd = -thresholds.shape[1] % _STRIDE
        padded = jnp.pad(thresholds, ((0, 0), (0, odd)), constant_values=jnp.inf)

        def step(n: Array, count: Array) -> Array:
            some = jax.lax.dynamic_slice_in_dim(padded, n * _STRIDE, _STRIDE, 1)
            return count + sum((x > some[:, i : i + 1]).astype("int32") for i in range(_STRIDE))

        return jax.lax.fori_loop(0, padded.shape[1] // _STRIDE, step, jnp.zeros_like(x, "int32"))

    def histogram(self, counts: Array, bins: int) -> Array:
        nothing = jnp.broadcast_to(jnp.zeros_like(counts[:, :1]), (counts.shape[0], bins))
        return jax.vmap(_add, (0, 0, None))(nothing, counts, 1)

    def arange(self, n: int, like: Array) -> Array:
        return jnp.arange(n, dtype="int32")

    def apply(self, function: Any, *args: Array) -> Array:
        if isinstance(function, Smooth):
            return _apply(function, *args)
        return function(self, *args)


def _blocks(x: Array) -> Array:
    """Sums of blocks of the last axis."""
    blocks = -(-x.shape[-1] // _BLOCK)
    padding = [(0, 0)] * (x.ndim - 1) + [(0, blocks * _BLOCK - x.shape[-1])]
    return jnp.pad(x, padding).reshape(*x.shape[:-1], blocks, _BLOCK).sum(-1)


# For one row, and by vmap for all: XLA sees then that no row needs another, and leaves arrays that
# are sharded over the batch where they are.


def _put(x: Array, index: Array, values: Array | float) -> Array:
    return x.at[index].set(values, mode="promise_in_bounds")


def _add(x: Array, index: Array, values: Array | int) -> Array:
    return x.at[index].add(values, mode="promise_in_bounds")


backend = JaxBackend()
