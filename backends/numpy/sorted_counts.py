"""Where scores stand among sorted thresholds, in NumPy: `among` of the operations, three ways.

Each takes sorted thresholds, (N, T), values that go with them, and scores x, (N, C). A place is a
number that tells how many thresholds are below a score, and nothing else of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np

from mlloss.core.ops import Array
from mlloss.core.tuning import NUMPY_BUCKETS, NUMPY_BUFFERED, NUMPY_FEW, NUMPY_RARE, NUMPY_SPREAD

_BUFFER = 8192  # numbers that NumPy's has room for, unless it is told

Stand = tuple[Array, Array, Array]  # what `among` gives


@contextmanager
def row_by_row(classes: int) -> Iterator[None]:
    """So that NumPy does not write down a number a row for each class, in a buffer of many rows."""
    size = np.setbufsize(min(_BUFFER, classes // 16 * 16)) if classes >= NUMPY_BUFFERED else None
    try:
        yield
    finally:
        if size:
            np.setbufsize(size)


def rank_in_sorted(thresholds: Array, values: Array, x: Array) -> Stand:
    """By whichever way is the quickest."""
    above = x > thresholds[:, :1]
    if np.count_nonzero(above) * NUMPY_RARE < x.size:
        return _searched(thresholds, values, x, above)
    if thresholds.shape[1] <= NUMPY_FEW:
        return _compared(thresholds, values, x, above)
    return _bucketed(thresholds, values, x)


def _compared(thresholds: Array, values: Array, x: Array, above: Array) -> Stand:
    """Every score is compared with every threshold; with the first, it has been."""
    rows, slots = thresholds.shape
    counts, one = above.view(np.uint8), np.empty(x.shape, bool)
    for limits in thresholds.T[1:]:
        np.greater(x, limits[:, None], out=one)
        np.add(counts, one.view(np.uint8), out=counts)
    place = counts.astype(np.intp)
    place += starts(rows, slots + 1)
    nearest = _last(values).take(place, mode="clip")  # "raise" takes twice as long
    return counts.astype(x.dtype), nearest, _at_least(place.ravel(), thresholds)


def _searched(thresholds: Array, values: Array, x: Array, above: Array) -> Stand:
    """Only those above the first threshold are looked at."""
    slots = thresholds.shape[1]
    some = np.flatnonzero(above)
    row = some // x.shape[1]
    counts = _search(thresholds, slots, row, 0, x.ravel()[some])
    place = row * (slots + 1) + counts
    count, nearest = np.zeros((2, *x.shape), x.dtype)
    count.ravel()[some] = counts
    nearest.ravel()[some] = _last(values).take(place)
    return count, nearest, _at_least(place, thresholds)


def _bucketed(thresholds: Array, values: Array, x: Array) -> Stand:
    """By a table of buckets.

    One map a row, which never falls, sorts thresholds and x into buckets. The table has for each
    how many thresholds lie before it; only an x that shares its bucket with one has to be searched.
    Such an x then has a place behind the buckets, where there is one for each count.
    """
    rows, slots = thresholds.shape
    bucket, end, width = _buckets(thresholds, x)
    held = np.bincount(bucket(thresholds)[thresholds < np.inf], None, rows * width)
    counts = np.cumsum(held.reshape(rows, width), 1)
    counts[:, end:] = np.arange(slots + 1)
    before = counts.ravel() - held
    place = bucket(x)
    count = np.where(held, -1, before).astype(x.dtype).take(place, mode="clip")
    flat, shared = place.ravel(), np.flatnonzero(count < 0)
    if shared.size:
        own = flat[shared]
        row = own // width
        found = _search(thresholds, int(held.max()), row, before[own], x.ravel()[shared])
        count.ravel()[shared] = found
        flat[shared] = row * width + end + found
    counts += starts(rows, slots + 1)
    nearest = _last(values).take(counts).take(place, mode="clip")
    held = np.bincount(flat, None, rows * width)
    return count, nearest, _at_least(counts.ravel(), thresholds, held)


def _buckets(thresholds: Array, x: Array) -> tuple[Callable[[Array], Array], int, int]:
    """The map to buckets, in flat places; how many of these a row has, without and with counts."""
    rows, slots = thresholds.shape
    finite = np.isfinite(thresholds)
    low = thresholds.min(1, where=finite, initial=np.inf, keepdims=True)
    high = thresholds.max(1, where=finite, initial=-np.inf, keepdims=True)
    low = np.where(low < np.inf, low, 0)
    buckets = min(NUMPY_BUCKETS * slots, x.shape[1] // NUMPY_SPREAD)
    step = np.clip(buckets / (high.astype(float) - low), 1e-30, 1e30).astype(x.dtype)
    end = buckets + 3
    first = starts(rows, end + slots + 1).astype(np.int32)

    def bucket(x: Array) -> Array:
        place = np.subtract(x, low)
        place *= step
        place += 1
        whole = np.clip(place, 0, end - 1, out=place).astype(np.int32)
        if whole.size and whole.min() < 0:  # of nan
            np.maximum(whole, 0, out=whole)
        whole += first
        return whole.astype(np.intp)

    return bucket, end, end + slots + 1


def _search(thresholds: Array, some: int, row: Array, before: Array | int, x: Array) -> Array:
    """How many thresholds of its row are < x, for each x, by halving.

    It is known that so many are before, and at most some more.
    """
    rows, slots = thresholds.shape
    ended = np.full((rows, slots + 2 * some), np.inf, x.dtype)
    ended[:, :slots] = thresholds
    first = row * ended.shape[1] - 1
    place = first + before
    half = 1 << some.bit_length()
    while half := half // 2:
        place += (ended.take(place + half) < x) * half
    return place - first


def _last(values: Array) -> Array:
    """For each count, the value of the last of so many thresholds; of none, any."""
    return np.concatenate((values[:, :1], values), 1)


def _at_least(place: Array, thresholds: Array, weights: Array | None = None) -> Array:
    """How many have 1 ... T thresholds below, of places that tell the row and the count."""
    rows, slots = thresholds.shape
    exactly = np.bincount(place, weights, rows * (slots + 1)).reshape(rows, slots + 1)
    return np.cumsum(exactly[:, :0:-1], 1)[:, ::-1]


@lru_cache(maxsize=64)
def starts(rows: int, width: int) -> Array:
    """Where each row begins in all rows, flat: (N, 1)."""
    return np.arange(0, rows * width, width)[:, None]
