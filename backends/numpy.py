"""NumPy: values only, no derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mlloss.backends.base import Base
from mlloss.ops import Array


class NumpyBackend(Base):
    """The operations of the kernels in NumPy."""

    name = "numpy"

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
        return np.take_along_axis(x, index, -1)

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        result = x.copy()
        np.put_along_axis(result, index, values, -1)
        return result

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        result = x.copy()
        np.add.at(result, (np.arange(len(x))[:, None], index), values)
        return result

    def count_below(self, thresholds: Array, x: Array) -> Array:
        counts = np.empty(x.shape, np.int64)
        for row, limits, scores in zip(counts, thresholds, x, strict=True):
            row[:] = limits.searchsorted(scores)
        return counts

    def histogram(self, counts: Array, bins: int) -> Array:
        rows = np.arange(len(counts))[:, None] * bins
        return np.bincount((counts + rows).ravel(), minlength=len(counts) * bins).reshape(-1, bins)

    def arange(self, n: int, like: Array) -> Array:
        return np.arange(n)


backend = NumpyBackend()
