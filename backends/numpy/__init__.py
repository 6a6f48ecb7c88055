"""NumPy: values only, no derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from mlloss.backends.base import Base, blocks, dtype_name, gathered, remembered, together
from mlloss.backends.numpy.sorted_counts import rank_in_sorted, row_by_row, starts
from mlloss.core.ops import Array, Elementwise
from mlloss.core.tuning import CACHED, NUMPY_LONG, NUMPY_MANY, NUMPY_PAIRS

_ONE_THREAD = 10_000  # numbers that BLAS leaves to one thread


class NumpyBackend(Base):
    """The operations of the kernels in NumPy."""

    name = "numpy"
    by_host = True
    abs = staticmethod(np.abs)
    isnan = staticmethod(np.isnan)
    broadcast_to = staticmethod(np.broadcast_to)
    once = staticmethod(remembered)

    def is_array(self, x: object) -> bool:
        ours = isinstance(x, (np.ndarray, np.generic))
        return ours and not isinstance(x, (np.ma.MaskedArray, np.matrix))  # other arithmetic

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        return np.asarray(x)

    @np.errstate(all="ignore")  # inf - inf and 0 / 0 have the meaning we want
    def run(self, function: Callable[..., Array], *args: Any) -> Array:
        return function(self, *args)

    def dtype(self, x: Array) -> str:
        return dtype_name(x.dtype)

    def shape(self, x: Array) -> tuple[int, ...]:
        return x.shape  # type: ignore[no-any-return]

    def cast(self, x: Array, dtype: str) -> Array:
        return x if dtype_name(x.dtype) == dtype else x.astype(dtype)

    def reshape(self, x: Array, shape: tuple[int, ...]) -> Array:
        return x.reshape(shape)

    def moveaxis(self, x: Array, source: int, destination: int) -> Array:
        axes = list(range(x.ndim))
        axes.insert(destination, axes.pop(source))
        return x.transpose(axes)  # np.moveaxis takes ten times as long

    def detach(self, x: Array) -> Array:
        return x

    def where(self, condition: Array, a: Array | float, b: Array | float) -> Array:
        return np.where(condition, a, b)

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        return super().mean(x, weight)[()]  # a scalar as NumPy's own means are, not a 0-d array

    def number(self, value: float, like: Array) -> Array:
        return np.asarray(value, like.dtype)

    def relu(self, x: Array) -> Array:
        return np.maximum(x, 0) if x.size < NUMPY_MANY else x.clip(0, math.inf)  # maximum is slow

    def wrong_side(self, x: Array, share: Array) -> Array:
        side: Array = (x > 0) - share
        side *= x
        return side

    def log1p_exp(self, x: Array) -> Array:
        return _log1p(np.exp(x))

    def tail(self, x: Array) -> Array:
        return _log1p(self.small(x))

    def mean_with_tail(self, lead: Array, x: Array) -> Array:
        if x.size < NUMPY_MANY:
            return super().mean_with_tail(lead, x)
        fewer, rest = together(self.small(x), x.shape[1])
        total = self.sum(_log1p(fewer)) + self.sum(_log1p(rest))
        total /= x.shape[1]
        total += self.mean(lead)
        return total

    def small(self, x: Array) -> Array:
        """exp(-|x|), to be overwritten."""
        small = np.abs(x)
        np.negative(small, out=small)
        return np.exp(small, out=small)

    def sigmoid(self, x: Array) -> Array:
        small = self.small(x)
        return np.maximum(small, x >= 0, dtype=x.dtype) / (1 + small)

    def sigmoid_less(self, x: Array, share: Array) -> Array:
        minus = np.signbit(x)
        derivative: Array = ~minus - share
        small = self.small(x)
        small /= 1 + small  # sigmoid(-|x|)
        derivative -= np.copysign(small, x, out=small)
        return derivative

    def prefers_pairwise(self, scores: tuple[int, ...], lists: tuple[int, ...]) -> bool:
        return math.prod(scores) * lists[1] <= NUMPY_PAIRS

    def known_in_range(self, x: Array, low: float, high: float) -> bool:
        limit = min(-low, high) if x.dtype.kind == "f" and x.size <= _ONE_THREAD else 0
        if limit > 0 and float(np.vdot(x, x)) < limit * limit / 2:
            return bool(x.size)
        return x.size > 0 and float(x.max()) <= high and float(x.min()) >= low

    def sum(self, x: Array) -> Array:
        return np.add.reduce(np.ascontiguousarray(x), -1)  # pairwise along a contiguous axis only

    def sum_of_slots(self, x: Array) -> Array:
        return np.add.reduce(x, 1)  # a tenth of what moving the axis takes

    def any(self, x: Array) -> Array:
        return x.any(-1)

    def cumsum(self, x: Array) -> Array:
        return np.cumsum(x, -1, dtype=x.dtype)

    def flip(self, x: Array) -> Array:
        return x[..., ::-1]

    def argsort(self, x: Array) -> Array:
        return np.argsort(x, -1, kind="stable")

    def take(self, x: Array, index: Array) -> Array:
        if index.shape[1] < NUMPY_LONG:  # places are right, and "raise" takes twice as long
            return x.ravel().take(_flat(index, x), mode="clip")
        result = np.empty(index.shape, x.dtype)
        for row, own, places in zip(result, x, index, strict=True):
            own.take(places, out=row, mode="clip")
        return result

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        result = np.array(x, order="C")
        result.ravel()[_flat(index, x)] = values
        return result

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        result = np.array(x, order="C")
        np.add.at(result.ravel(), _flat(index, x), values)
        return result

    def rank_in_sorted(
        self, thresholds: Array, values: Array, x: Array
    ) -> tuple[Array, Array, Array]:
        with row_by_row(x.shape[1]):
            return rank_in_sorted(thresholds, values, x)

    def count_below(self, thresholds: Array, x: Array) -> Array:
        return rank_in_sorted(thresholds, thresholds, x)[0].astype(np.intp)

    def histogram(self, counts: Array, bins: int) -> Array:
        if counts.shape[1] >= NUMPY_LONG:
            return np.stack([np.bincount(row, minlength=bins) for row in counts])
        rows = np.arange(len(counts))[:, None] * bins
        return np.bincount((counts + rows).ravel(), minlength=len(counts) * bins).reshape(-1, bins)

    def arange(self, n: int, like: Array) -> Array:
        return np.arange(n)

    def without_grad(self, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        """A few rows at a time: what is needed on the way stays in the cache."""
        rows, classes = args[0].shape
        if args[0].size <= CACHED:
            return tuple(function(self, *args))
        return gathered((function(self, *some) for some in blocks(args, rows, classes)), rows)

    def piecewise_linear(self, function: Callable[..., Any], args: tuple[Array, ...]) -> Array:
        (means,) = self.without_grad(partial(function, derivative=False), *args)
        return means

    def average(self, function: Elementwise, args: tuple[Array, ...]) -> Array:
        (means,) = self.without_grad(lambda ops, *some: (function.row_means(ops, *some),), *args)
        return means

    def apply(self, function: Elementwise, *args: Array) -> Array:
        """The value alone."""
        (value,) = self.without_grad(lambda ops, *some: (function.value(ops, *some),), *args)
        return value


def _log1p(small: Array) -> Array:
    """log(1 + small), which overwrites it; np.log1p takes eight times as long as np.log."""
    total = 1 + small
    small -= total - 1
    small /= total
    np.log(total, out=total)
    total += small
    return total


def _flat(index: Array, x: Array) -> Array:
    """The places of x[n, index[n, t]] in x.ravel()."""
    return index + starts(*x.shape)


backend = NumpyBackend()
