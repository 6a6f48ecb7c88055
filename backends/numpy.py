"""NumPy: values only, no derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mlloss.backends.base import CACHED, Base, blocks
from mlloss.ops import Array, Smooth

_FEW = 40  # thresholds that are compared one by one sooner than by a table, in any row ...
_ROW = 200_000  # ... and in a short one: so many comparisons take as long as making a table
_BUCKETS = 32  # for each threshold


class NumpyBackend(Base):
    """The operations of the kernels in NumPy."""

    name = "numpy"
    by_host = True

    def is_array(self, x: object) -> bool:
        ours = isinstance(x, (np.ndarray, np.generic))
        return ours and not isinstance(x, (np.ma.MaskedArray, np.matrix))  # other arithmetic

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        return np.asarray(x)

    def run(self, function: Callable[..., Array], *args: Any) -> Array:
        with np.errstate(all="ignore"):  # inf - inf and 0 / 0 have the meaning we want
            return function(self, *args)

    def dtype(self, x: Array) -> str:
        return str(x.dtype)

    def shape(self, x: Array) -> tuple[int, ...]:
        return tuple(x.shape)

    def cast(self, x: Array, dtype: str) -> Array:
        return x.astype(dtype, copy=False)

    def reshape(self, x: Array, shape: tuple[int, ...]) -> Array:
        return np.reshape(x, shape)

    def moveaxis(self, x: Array, source: int, destination: int) -> Array:
        return np.moveaxis(x, source, destination)

    def broadcast_to(self, x: Array, shape: tuple[int, ...]) -> Array:
        return np.broadcast_to(x, shape)

    def detach(self, x: Array) -> Array:
        return x

    def where(self, condition: Array, a: Array | float, b: Array | float) -> Array:
        return np.where(condition, a, b)

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        return super().mean(x, weight)[()]  # a scalar as NumPy's own means are, not a 0-d array

    def number(self, value: float, like: Array) -> Array:
        return np.asarray(value, like.dtype)

    def abs(self, x: Array) -> Array:
        return np.abs(x)

    def isnan(self, x: Array) -> Array:
        return np.isnan(x)

    def log1p_exp(self, x: Array) -> Array:
        return np.log1p(np.exp(x))

    def sigmoid(self, x: Array) -> Array:
        small = np.exp(-np.abs(x))
        return np.where(x < 0, small, 1) / (1 + small)

    def sum(self, x: Array) -> Array:
        return np.ascontiguousarray(x).sum(-1)  # pairwise along a contiguous axis only

    def any(self, x: Array) -> Array:
        return x.any(-1)

    def cumsum(self, x: Array) -> Array:
        return np.cumsum(x, -1, dtype=x.dtype)

    def flip(self, x: Array) -> Array:
        return x[..., ::-1]

    def argsort(self, x: Array) -> Array:
        return np.argsort(x, -1, kind="stable")

    def take(self, x: Array, index: Array) -> Array:
        return x.ravel()[_flat(index, x)]

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        result = np.array(x, order="C")
        result.ravel()[_flat(index, x)] = values
        return result

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        result = np.array(x, order="C")
        np.add.at(result.ravel(), _flat(index, x), values)
        return result

    def count_below(self, thresholds: Array, x: Array) -> Array:
        slots = thresholds.shape[1]
        counts = np.zeros(x.shape, np.uint8 if slots < 256 else np.uint32)
        if (slots - _FEW) * x.shape[1] <= _ROW:
            for block, some, scores in blocks((counts, thresholds, x), *x.shape):
                for limits in some.T:
                    np.add(block, scores > limits[:, None], out=block)
            return counts
        for row, limits, scores in zip(counts, thresholds, x, strict=True):
            row[:] = _count_below(limits, scores)
        return counts

    def histogram(self, counts: Array, bins: int) -> Array:
        rows = np.arange(len(counts))[:, None] * bins
        return np.bincount((counts + rows).ravel(), minlength=len(counts) * bins).reshape(-1, bins)

    def arange(self, n: int, like: Array) -> Array:
        return np.arange(n)

    def apply(self, function: Smooth, *args: Array) -> Array:
        """The value alone."""
        if args[0].size <= CACHED:
            return function.value(self, *args)
        parts = [function.value(self, *some) for some in blocks(args, *args[0].shape)]
        return np.concatenate(parts)


def _flat(index: Array, x: Array) -> Array:
    """The places of x[n, index[n, t]] in x.ravel()."""
    return index + np.arange(0, x.size, x.shape[1])[:, None]


def _count_below(limits: Array, x: Array) -> Array:
    """How many of one row's sorted limits are < each x, by a table of buckets.

    One map, which never falls, sorts limits and x into buckets. The table has for each how many
    limits lie before it; only an x that shares its bucket with a limit has to be compared.
    """
    finite = limits[np.isfinite(limits)]
    buckets = min(_BUCKETS * finite.size, x.size)
    width = np.float64(finite[-1]) - finite[0] if finite.size else math.inf
    if width == math.inf:
        return limits.searchsorted(x)
    step = x.dtype.type(min(buckets / width, 1e30))

    def bucket(x: Array) -> Array:
        place = np.subtract(x, finite[0])
        place *= step
        place += 1
        return np.fmin(np.fmax(place, 0, out=place), buckets + 2, out=place).astype(np.intp)

    own, places = bucket(limits), bucket(x)
    held = np.bincount(own, minlength=buckets + 3)
    before = np.cumsum(held) - held
    before[held > 0] = -1
    counts = before[places]
    shared = np.flatnonzero(counts < 0)
    counts[shared] = limits.searchsorted(x[shared])
    return counts


backend = NumpyBackend()
