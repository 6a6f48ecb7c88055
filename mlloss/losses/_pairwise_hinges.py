"""The hinges max(0, 1 - (x[j] - x[i])) of targets j against the other classes i of a row.

Their sum is piecewise linear in x: the gradient is a matrix of small integers, how many active
pairs raise a class less how many lower it. Pairs are compared one by one where they are few; else
the targets' thresholds x[j] - 1 are sorted, O(C log T), so that no N x C x T array exists. Only
terms >= 0 are added.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from mlloss.core.ops import Array, Ops


class Levels(NamedTuple):
    """What a class has to stay below, for each slot of a list: its target's score less 1.

    Where a slot is not listed: inf.
    """

    high: Array  # (N, T), it rounded, ...
    low: Array  # (N, T), ... and what that lacks


class Counts(NamedTuple):
    """How many hinges are active, as floats."""

    above: Array  # (N, C), for each class that is no target
    below: Array  # (N, T), for each slot


class Hinges(NamedTuple):
    """What the active ones of each row add up to, and how many they are, if that is asked."""

    total: Array  # (N,)
    counts: Callable[[], Counts]


def hinges(
    ops: Ops, scores: Array, index: Array, listed: Array, derivative: bool = True, count: Any = 1
) -> tuple[Array, ...]:
    """Return the mean of each row's hinges over the classes, (N,), and its gradient, (N, C).

    The gradient is by the scores, of a mean over `count` rows.
    """
    dtype, classes = ops.dtype(scores), ops.shape(scores)[1]
    great = 2.0 ** _GREAT[dtype]
    scale = None if ops.known_in_range(scores, -great, great) else _scale(ops, scores)
    chosen = ops.take(scores, index)
    others = ops.put(scores, index, -math.inf)  # at -inf a class is above no level
    levels = _levels(ops, chosen, listed, scale is None)
    add_up = _by_pairs if ops.prefers_pairwise(ops.shape(scores), ops.shape(index)) else _by_sorting
    total, counts = add_up(ops, others, levels, scale)
    mean, factor = ops.divide(total, classes), None
    if scale is not None:
        undefined = _undefined(ops, scores, index, listed, chosen, others)
        factor = ops.fill_where(undefined, math.nan, dtype)
        mean = mean / ops.reshape(scale, ops.shape(undefined)) * factor
    size = classes * count
    return (mean, _derivative(ops, counts(), index, size, factor)) if derivative else (mean,)


def _derivative(ops: Ops, counts: Counts, index: Array, size: Any, factor: Array | None) -> Array:
    """How many hinges each class raises, less how many it lowers, over `size`."""
    derivative = ops.divide(ops.add_at(counts.above, index, -counts.below), size)
    if factor is None:
        return derivative
    return derivative * ops.reshape(factor, (ops.shape(derivative)[0], 1))


def _by_pairs(ops: Ops, others: Array, levels: Levels, scale: Array | None) -> Hinges:
    """Every class against every slot, in arrays of N x T x C."""
    (many, classes), slots = ops.shape(others), ops.shape(levels.high)[1]
    column = (many, slots, 1)
    x = ops.reshape(others, (many, 1, classes))
    high, low = (ops.reshape(level, column) for level in levels)
    above = (x - high) - low  # x - high is exact where low could decide
    active = above > 0
    if scale is None:
        costs = ops.relu(above)
    else:
        scale = ops.reshape(scale, (many, 1, 1))
        costs = ops.where(active, (x * scale - high * scale) - low * scale, 0.0)
    total = ops.sum(ops.reshape(costs, (many, slots * classes)))
    return Hinges(total, lambda: _count(ops, ops.cast(active, ops.dtype(others))))


def _count(ops: Ops, active: Array) -> Counts:
    """Of pairs, 1 where active and 0 elsewhere."""
    return Counts(ops.sum_of_slots(active), ops.sum(active))


def _by_sorting(ops: Ops, others: Array, levels: Levels, scale: Array | None) -> Hinges:
    """By sorted levels: a class above k of them costs k (x - t[k]) and what those k lie apart.

    The latter is counted once a row. C log T work.
    """
    floor = _floor(ops, levels)
    order = ops.argsort(floor)
    floor, high, low = (ops.take(level, order) for level in (floor, *levels))
    if scale is not None:
        high, low = high * scale, low * scale
    # k, t[k], and how many classes have k >= 1 ... T
    above, nearest, at_least = ops.rank_in_sorted(floor, high, others)
    at_least = ops.cast(at_least, ops.dtype(others))
    below = ops.put(at_least, order, at_least)  # in the slots' own order again
    if scale is None:
        lead = ops.relu(others - nearest)
    else:
        lead = ops.where(above > 0, others * scale - nearest, 0.0)
    total = ops.sum(above * lead) + _between_levels(ops, high, low, at_least)
    return Hinges(total, lambda: Counts(above, below))


def _scale(ops: Ops, scores: Array) -> Array:
    """What a row is worked out in, so that no sum of its hinges overflows: 1 or 2**-32, (N, 1)."""
    limit = 2.0 ** _GREAT[ops.dtype(scores)]
    great = ops.reshape(ops.exceeds(scores, limit), (ops.shape(scores)[0], 1))
    return ops.fill_where(great, 2.0**-32, ops.dtype(scores))


_GREAT = {"float32": 96, "float64": 992}  # exponents: 2**32 below the largest number


def _levels(ops: Ops, chosen: Array, listed: Array, finite: bool) -> Levels:
    """x - 1 as high + low without error."""
    high = chosen - 1
    moved = high - chosen
    low = (chosen - (high - moved)) - (1 + moved)  # Knuth's two-sum
    high = ops.where(listed, high, math.inf)
    low = ops.where(listed if finite else ops.abs(high) < math.inf, low, 0.0)
    return Levels(high, low)


def _floor(ops: Ops, levels: Levels) -> Array:
    """The greatest float <= each level.

    A score is above a level in exact arithmetic just when it is above that float; `high` would
    decide some ties wrongly (in float32, of scores around -8192 for instance).
    """
    high, low = levels
    return ops.where(low < 0, high - ops.abs(high) * _NEXT[ops.dtype(high)], high)


_NEXT = {"float32": 0.6 * 2.0**-23, "float64": 0.6 * 2.0**-52}  # x (1 - this) rounds one float on


def _between_levels(ops: Ops, high: Array, low: Array, at_least: Array) -> Array:
    """Sum over classes of sum over j <= k of (t[k] - t[j]), less what `high` lacks of t: (N,)."""
    slots = ops.shape(high)[1]
    lacking = ops.sum(low * at_least)
    if isinstance(slots, int) and slots == 1:  # torch.jit.trace would keep the branch
        return -lacking
    before = ops.cast(ops.reshape(ops.arange(slots, high), (1, slots)), ops.dtype(high))  # 0...T-1
    passed = (before * at_least)[:, 1:]
    step = ops.where(high[:, 1:] == high[:, :-1], 0.0, high[:, 1:] - high[:, :-1])
    return ops.sum(ops.where(passed > 0, step, 0.0) * passed) - lacking


def _undefined(
    ops: Ops, scores: Array, index: Array, listed: Array, chosen: Array, others: Array
) -> Array:
    """Rows with a nan, or with a target and another class at the same infinity: (N,) bool."""
    lifted = ops.put(scores, index, math.inf)
    high = ops.any(listed & (chosen == math.inf)) & ops.any(others == math.inf)
    low = ops.any(listed & (chosen == -math.inf)) & ops.any(lifted == -math.inf)
    return ops.any(ops.isnan(scores)) | high | low
