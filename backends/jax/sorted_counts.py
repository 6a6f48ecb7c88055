"""How many thresholds each score passes, and how many scores pass each threshold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp

from mlloss.backends.jax.indexing import add_ones, counted
from mlloss.backends.jax.reductions import BLOCK
from mlloss.core.ops import Array, Ops
from mlloss.core.tuning import JAX_CACHED, JAX_FEW, JAX_MANY, JAX_SHORT

_FIELDS = 5  # of a word of counts, ...
_BITS = 6  # ... so wide, ...
_FULL = 62  # ... which hold so many


def count_below(thresholds: Array, x: Array) -> Array:
    """How many of a row's sorted thresholds are below each x."""
    if thresholds.shape[1] > JAX_MANY:
        search = partial(jnp.searchsorted, method="scan")
        return jax.vmap(search)(thresholds, x).astype("int32")
    return counted(lambda column, _: column < x, thresholds)


def histogram(counts: Array, bins: int) -> Array:
    """How often each of 0 ... bins - 1 occurs in a row."""
    rows, classes = counts.shape
    nothing = jnp.broadcast_to(jnp.zeros_like(counts[:, :1]), (rows, bins))
    if not isinstance(rows, int):
        return add_ones(nothing, counts)
    width = min(classes, max(BLOCK, JAX_CACHED // rows))

    def step(n: Array, found: Array) -> Array:
        some = jax.lax.dynamic_slice_in_dim(counts, n * width, width, 1)
        return add_ones(found, some)

    found = jax.lax.fori_loop(0, classes // width, step, nothing)
    odd = classes % width
    return add_ones(found, counts[:, classes - odd :]) if odd else found


def fits_words(thresholds: Array, x: Array) -> bool:
    """Whether few thresholds meet short rows; jax.export may leave their length open."""
    classes = x.shape[1]
    return thresholds.shape[1] <= JAX_FEW and isinstance(classes, int) and classes <= JAX_SHORT


def among_few(ops: Ops, thresholds: Array, values: Array, x: Array) -> tuple[Array, Array, Array]:
    """`Base.among` of what fits words, in one comparison for each threshold."""
    slots = thresholds.shape[1]
    above, nearest = jnp.zeros_like(x), jnp.broadcast_to(values[:, :1], x.shape)
    for n in range(slots):
        passed = thresholds[:, n : n + 1] < x
        above = jnp.where(passed, n + 1.0, above)
        nearest = jnp.where(passed, values[:, n : n + 1], nearest)
    exactly = _in_fields(above, slots + 1)  # a flip here would be made part of it, and slow
    fewer = ops.cumsum(exactly)
    return above, nearest, fewer[:, -1:] - fewer + exactly


def _in_fields(counts: Array, bins: int) -> Array:
    """`histogram` without its 0 of short rows, by adding up words with a field for each bin."""
    parts = max(1, min(_FULL, counts.shape[1] // JAX_FEW))
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
