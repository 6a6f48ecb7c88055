"""JAX: eager and under every transformation."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from mlloss.backends.base import Base
from mlloss.backends.modules.jax import MultiLabelMarginLoss, MultiLabelSoftMarginLoss
from mlloss.ops import LINEAR, Array, Smooth

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "backend"]

# XLA on a CPU is fast at comparisons of whole arrays, and at gathers that stand alone. It is slow
# at sorting, at running sums of long rows, and where memory is new. It takes s - ((1 + s) - 1) for
# 0, so that log1p cannot be made of log.
_FEW = 16  # slots that are gone through in one operation ...
_MANY = 128  # ... or compared one by one sooner than looked up, ...
_STRIDE = 8  # ... so many in a pass
_WIDTHS = (_FEW, 48, _MANY)  # that wider lists are cut to, where no row lists more
_PAIRS = 1 << 14  # hinges that take less time all at once than by sorted levels, ...
_SMALL = 1 << 9  # ... in rows that have no more each
_LONG = 64  # classes that are put together, ...
_TOGETHER = 8  # ... so many at a time, before a row is looked through or added up, ...
_BLOCK = 128  # ... each so many after the last
_SHORT = 1024  # classes whose counts are added up in words sooner than scattered: ...
_FIELDS = 5  # ... so many fields, ...
_BITS = 6  # ... so wide, ...
_FULL = 62  # ... which hold so many
_CACHED = 1 << 16  # counts that go into a histogram at a time, in little new memory


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _apply(function: Smooth, *args: Array) -> Array:
    return function.value(backend, *args)


def _jvp(function: Smooth, primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    value = _apply(function, *primals)
    return value, _tangent(function, primals, tangents, value)


_apply.defjvp(_jvp, symbolic_zeros=True)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _average(function: Smooth, *args: Array) -> Array:
    """The mean of `_apply`, which need not make up an array of what it is the mean of."""
    return function.row_means(backend, *args)


def _average_jvp(function: Smooth, primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    value, x = _average(function, *primals), primals[0]
    return value, _tangent(function, primals, tangents, x).sum(-1) / x.shape[1]


_average.defjvp(_average_jvp, symbolic_zeros=True)


def _tangent(
    function: Smooth, primals: tuple[Array, ...], tangents: tuple[Array, ...], like: Array
) -> Array:
    terms = [
        tangent * backend.apply(partial, *primals)
        for tangent, partial in zip(tangents, function.partials, strict=True)
        if partial is not None and not isinstance(tangent, jax.custom_derivatives.SymbolicZero)
    ]
    return sum(terms[1:], terms[0]) if terms else jnp.zeros_like(like)


@partial(jax.custom_jvp, nondiff_argnums=())
def _sigmoid(x: Array) -> Array:
    """Of the exponential that `tail` takes too, so that XLA takes it once for value and slope."""
    small = jnp.exp(-jnp.abs(x))
    return jnp.where(x > 0, 1, small) / (1 + small)


def _sigmoid_jvp(primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    (x,), (dx,) = primals, tangents
    return _sigmoid(x), dx * (_sigmoid(x) * _sigmoid(-x))


_sigmoid.defjvp(_sigmoid_jvp)


@partial(jax.custom_jvp, nondiff_argnums=())
def _mean(x: Array) -> Array:
    """Differentiated without the look for an overflow."""
    return Base.mean(backend, x)


def _mean_jvp(primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    (x,), (dx,) = primals, tangents
    return _mean(x), dx.sum(-1) / x.shape[-1]


_mean.defjvp(_mean_jvp)


@partial(jax.custom_jvp, nondiff_argnums=())
def _linear(x: Array, slope: Array, value: Array) -> Array:
    """`Base.linear` without a sum of zeros."""
    return value


def _linear_jvp(primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    x, slope, value = primals
    return value, backend.sum(tangents[0] * _apply(LINEAR.partials[0], x, slope))


_linear.defjvp(_linear_jvp)


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
        return _sigmoid(x)

    def sigmoid_less(self, x: Array, share: Array) -> Array:
        small = jnp.exp(-jnp.abs(x))
        side = (x > 0).astype(x.dtype)
        return side - share + (1 - 2 * side) * (small / (1 + small))

    def sum(self, x: Array) -> Array:
        if not isinstance(x.shape[-1], int):  # jax.export of an open size: enough for 2 million
            return _blocks(_blocks(_blocks(x))).sum(-1)
        while x.shape[-1] > _BLOCK:
            x = _blocks(x)
        return x.sum(-1)

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        return _mean(x) if weight is None else super().mean(x, weight)

    def mean_with_tail(self, lead: Array, x: Array) -> Array:
        if not _is_long(x):
            return self.mean(lead + self.tail(x))
        small = _together(_product, jnp.exp(-jnp.abs(x)))
        tail = self.sum(jnp.log1p(self.relu(small)))  # of what is made in one pass, for relu's sake
        share = 2.0 ** -x.shape[1].bit_length()  # so that no sum overflows
        few = _together(operator.add, lead * share).sum(-1)  # in blocks it would take a pass more
        return few / (share * x.shape[1]) + tail / x.shape[1]

    def any(self, x: Array) -> Array:
        return (_together(operator.or_, x) if _is_long(x) else x).any(-1)

    def cumsum(self, x: Array) -> Array:
        return jnp.cumsum(x, -1, dtype=x.dtype)

    def ends(self, x: Array) -> Array:
        slot = jax.lax.broadcasted_iota("int32", x.shape, 1)
        first = jnp.where(x, slot, x.shape[1]).min(-1, keepdims=True)
        return jnp.where(slot < first, 0, jnp.where(slot == first, 1, 2))

    def flip(self, x: Array) -> Array:
        return jnp.flip(x, -1)

    def argsort(self, x: Array) -> Array:
        if x.shape[1] > _MANY:
            return jnp.argsort(x, -1, stable=True).astype("int32")
        slot = jnp.zeros_like(x, "int32") + jnp.arange(x.shape[1], dtype="int32")[None]

        def before(column: Array, n: Array | int) -> Array:
            return (column < x) | ((column == x) & (n < slot))

        return self.put(jnp.zeros_like(slot), _counted(before, x), slot)

    def take(self, x: Array, index: Array) -> Array:
        if index.shape[1] <= x.shape[1]:
            return _take(x, index)
        if x.shape[1] > _FEW:
            return jax.lax.optimization_barrier(_take(x, index))  # twice as slow as part of more
        found = jnp.broadcast_to(x[:, :1], index.shape)
        for n in range(1, x.shape[1]):
            found = jnp.where(index == n, x[:, n : n + 1], found)
        return found

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        if isinstance(values, (int, float)):  # a part of what reads it, and no copy
            return jnp.where(_chosen(x, index, jnp.ones_like(index, bool)), values, x)
        return jax.vmap(_put)(x, index, values)

    def negate_at(self, x: Array, index: Array, rows: Array) -> Array:
        chosen = _chosen(x, index, jnp.broadcast_to(rows, index.shape))
        return x * jnp.where(chosen, -1.0, 1.0)

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        return jax.vmap(_add)(x, index, values)

    def count_below(self, thresholds: Array, x: Array) -> Array:
        if thresholds.shape[1] > _MANY:
            search = partial(jnp.searchsorted, method="scan")
            return jax.vmap(search)(thresholds, x).astype("int32")
        return _counted(lambda column, _: column < x, thresholds)

    def histogram(self, counts: Array, bins: int) -> Array:
        rows, classes = counts.shape
        nothing = jnp.broadcast_to(jnp.zeros_like(counts[:, :1]), (rows, bins))
        if not isinstance(rows, int):
            return _scattered(nothing, counts)
        width = min(classes, max(_BLOCK, _CACHED // rows))

        def step(n: Array, found: Array) -> Array:
            some = jax.lax.dynamic_slice_in_dim(counts, n * width, width, 1)
            return _scattered(found, some)

        found = jax.lax.fori_loop(0, classes // width, step, nothing)
        odd = classes % width
        return _scattered(found, counts[:, classes - odd :]) if odd else found

    def among(self, thresholds: Array, values: Array, x: Array) -> tuple[Array, Array, Array]:
        slots, classes = thresholds.shape[1], x.shape[1]
        if slots > _FEW or not isinstance(classes, int) or classes > _SHORT:
            return super().among(thresholds, values, x)
        above, nearest = jnp.zeros_like(x), jnp.broadcast_to(values[:, :1], x.shape)
        for n in range(slots):
            passed = thresholds[:, n : n + 1] < x
            above = jnp.where(passed, n + 1.0, above)
            nearest = jnp.where(passed, values[:, n : n + 1], nearest)
        exactly = _in_fields(above, slots + 1)  # a flip here would be made part of it, and slow
        fewer = self.cumsum(exactly)
        return above, nearest, fewer[:, -1:] - fewer + exactly

    def arange(self, n: int, like: Array) -> Array:
        return jnp.arange(n, dtype="int32")

    def compares(self, scores: tuple[Any, ...], lists: tuple[Any, ...]) -> bool:
        rows, row = scores[0], scores[1] * lists[1]
        return isinstance(rows, int) and row <= _SMALL and rows * row <= _PAIRS

    def given(self, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        if len(args) == 1 or args[1].shape[1] <= _MANY:
            return super().given(function, *args)
        _, index, listed = args  # with scores
        wider = sum(self.any(listed[:, width:]).any().astype("int32") for width in _WIDTHS)
        ways = [partial(_cut, function, width) for width in (*_WIDTHS, index.shape[1])]
        result: tuple[Array, ...] = jax.lax.switch(wider, ways, *args)
        return result

    def linear(self, x: Array, slope: Array, value: Array) -> Array:
        return _linear(x, slope, value)

    def average(self, function: Smooth, args: tuple[Array, ...]) -> Array:
        return _average(function, *args)

    def apply(self, function: Any, *args: Array) -> Array:
        if isinstance(function, Smooth):
            return _apply(function, *args)
        return function(self, *args)


def _blocks(x: Array) -> Array:
    """Sums of blocks of the last axis: XLA may add up a row one by one, under vmap for instance."""
    blocks = -(-x.shape[-1] // _BLOCK)
    padding = [(0, 0)] * (x.ndim - 1) + [(0, blocks * _BLOCK - x.shape[-1])]
    return jnp.pad(x, padding).reshape(*x.shape[:-1], blocks, _BLOCK).sum(-1)


def _is_long(x: Array) -> bool:
    """Whether rows are worth shortening; jax.export may leave their length open."""
    return isinstance(x.shape[1], int) and x.shape[1] >= _LONG


def _together(function: Callable[[Array, Array], Array], x: Array) -> Array:
    """Rows of about an eighth of the length: classes put together by a few, and what is over.

    Those of a block, so that classes that are sharded stay where they are.
    """
    rows, classes = x.shape
    blocks = -(-classes // (_TOGETHER * _BLOCK))
    width = classes // (_TOGETHER * blocks)
    whole = blocks * _TOGETHER * width
    few = x[:, :whole].reshape(rows, blocks, _TOGETHER, width)
    while few.shape[2] > 1:
        half = few.shape[2] // 2
        few = function(few[:, :, :half], few[:, :, half:])
    return jnp.concatenate((few.reshape(rows, blocks * width), x[:, whole:]), 1)


def _product(a: Array, b: Array) -> Array:
    """(1 + a)(1 + b) - 1, of numbers >= 0 and without cancellation: one logarithm for both."""
    return a * b + a + b


def _cut(function: Callable[..., Any], width: int, scores: Array, *lists: Array) -> Any:
    return function(backend, scores, *(slots[:, :width] for slots in lists))


def _take(x: Array, index: Array) -> Array:
    return jnp.take_along_axis(x, index, -1, mode="promise_in_bounds")


def _counted(test: Callable[[Array, Array | int], Array], columns: Array) -> Array:
    """For how many of few columns, each with its number, a test holds; none of inf."""

    def some(part: Array, first: Array | int) -> Array:
        numbers = range(part.shape[1])
        return sum(test(part[:, n : n + 1], first + n).astype("int32") for n in numbers)

    def step(n: Array, count: Array) -> Array:
        part = jax.lax.dynamic_slice_in_dim(padded, n * _STRIDE, _STRIDE, 1)
        return count + some(part, n * _STRIDE)

    if columns.shape[1] <= _FEW:
        return jax.lax.optimization_barrier(some(columns, 0))
    padding = ((0, 0), (0, -columns.shape[1] % _STRIDE))
    padded = jnp.pad(columns, padding, constant_values=jnp.inf)
    first = some(padded[:, :_STRIDE], 0)
    return jax.lax.fori_loop(1, padded.shape[1] // _STRIDE, step, first)


def _in_fields(counts: Array, bins: int) -> Array:
    """`histogram` without its 0 of short rows, by adding up words with a field for each bin."""
    parts = max(1, min(_FULL, counts.shape[1] // _FEW))
    width = counts.shape[1] // parts
    pieces = [counts[:, n * width : (n + 1) * width] for n in range(parts)]
    rest = counts[:, parts * width :]
    found = _unpacked(pieces, bins)
    return found + _unpacked([rest], bins) if rest.shape[1] else found


def _unpacked(pieces: Sequence[Array], bins: int) -> Array:
    words = [sum(_word(x, first) for x in pieces) for first in range(1, bins, _FIELDS)]
    place = _BITS * jnp.arange(_FIELDS, dtype="int32").reshape(1, 1, _FIELDS, 1)
    fields = (jnp.stack(words, 1)[:, :, None] >> place) & ((1 << _BITS) - 1)
    found = fields.sum(-1, dtype="int32")
    return found.reshape(found.shape[0], len(words) * _FIELDS)[:, : bins - 1]


def _word(counts: Array, first: int) -> Array:
    """1 in the field of each count, the lowest that of `first`; XLA shifts out what is beyond."""
    place = _BITS * (counts.astype("int32") - first)
    return jax.lax.shift_left(jnp.ones_like(place), place)


# For one row, and by vmap for all: XLA sees then that no row needs another, and leaves arrays that
# are sharded over the batch where they are.


def _put(x: Array, index: Array, values: Array) -> Array:
    return x.at[index].set(values, mode="promise_in_bounds")


def _chosen(x: Array, index: Array, listed: Array) -> Array:
    """Whether each class is in a list, one byte a class."""
    return jax.vmap(_put)(jnp.zeros_like(x, bool), index, listed)


def _add(x: Array, index: Array, values: Array | int) -> Array:
    return x.at[index].add(values, mode="promise_in_bounds")


def _scattered(found: Array, counts: Array) -> Array:
    return jax.vmap(_add, (0, 0, None))(found, counts, 1)


backend = JaxBackend()
