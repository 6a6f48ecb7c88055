"""Every loss, once: what each class adds to its row's loss, with the derivatives written out.

A kernel takes `(ops, x, labels)`, x of shape (N, C) in float32 or float64, and gives `Shares`, or
`Lines` if it takes no weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from mlloss.core.label_formats import DenseLabels, IndexLabels, to_index_labels
from mlloss.core.ops import Array, Elementwise, Ops


class Shares(NamedTuple):
    """The rows' losses before weights are the means of function(*args) over the classes."""

    function: Elementwise
    args: tuple[Array, ...]


class PiecewiseLinear(NamedTuple):
    """The rows' losses are piecewise linear.

    function(ops, *args, slope=True, count=1) gives them, (N,), and if asked their slope in the
    first argument over `count`, (N, C).
    """

    function: Callable[..., tuple[Array, ...]]
    args: tuple[Array, ...]


def rows(
    ops: Ops, loss: str, x: Array, labels: IndexLabels | DenseLabels, weight: Array | None
) -> Array:
    """Each row's loss: (N, C) to (N,)."""
    parts = KERNELS[loss](ops, x, labels)
    if isinstance(parts, PiecewiseLinear):
        return ops.lines(parts.function, parts.args)
    if weight is None:
        return ops.average(parts.function, parts.args)
    shares = ops.apply(parts.function, *parts.args)
    return ops.mean(_limited(ops, shares, weight), weight)


def mean_of_rows(
    ops: Ops, loss: str, x: Array, labels: IndexLabels | DenseLabels, factor: Array | None
) -> Array:
    """The mean of the rows' losses without weights, times their factor if any: to one number."""
    parts = KERNELS[loss](ops, x, labels)
    if isinstance(parts, PiecewiseLinear):
        return ops.lines_mean(parts.function, parts.args, factor)
    return ops.average_mean(parts.function, parts.args, factor)


def _limited(ops: Ops, shares: Array, weight: Array) -> Array:
    """Infinite shares with a weight of 0 have the limit, 0."""
    return ops.where((ops.abs(shares) == math.inf) & (weight == 0), 0.0, shares)


def soft_margin(ops: Ops, x: Array, labels: IndexLabels | DenseLabels) -> Shares:
    """-(y log(sigmoid(x)) + (1 - y) log(sigmoid(-x))) for each class."""
    if isinstance(labels, DenseLabels):
        return Shares(_DENSE, (x, labels.y))
    return Shares(_LISTED, (x, ops.to_framework(labels.index), ops.to_framework(labels.some)))


# softplus(z) = max(z, 0) + log1p(exp(-|z|)) adds terms >= 0 only, so that nothing cancels.


def _dense_value(ops: Ops, x: Array, y: Array) -> Array:
    return _dense_lead(ops, x, y) + ops.tail(x)


def _dense_mean(ops: Ops, x: Array, y: Array) -> Array:
    return ops.mean_with_tail(_dense_lead(ops, x, y), x)


def _dense_lead(ops: Ops, x: Array, y: Array) -> Array:
    if ops.known_in_range(x, -1e308, 1e308):
        return ops.wrong_side(x, y)
    wrong = ops.where(x > 0, 1 - y, y)
    return ops.where(wrong == 0, 0.0, wrong * ops.abs(x))  # at inf the right side costs 0


def _dense_slope(ops: Ops, x: Array, y: Array) -> Array:
    return ops.sigmoid_less(x, y)


def _curvature(ops: Ops, x: Array, *labels: Array) -> Array:
    return ops.sigmoid(x) * ops.sigmoid(-x)


def _minus_one(ops: Ops, x: Array, y: Array) -> Array:
    return y * 0 - 1


def _minus_x(ops: Ops, x: Array, y: Array) -> Array:
    return -x


# A target class is a non-target with its score negated: no array of labels is needed.


def _listed_value(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.relu(z) + ops.tail(z)


def _listed_mean(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.mean_with_tail(ops.relu(z), z)


def _listed_slope(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.negate_at(ops.sigmoid(z), index, some)


_DENSE = Elementwise(
    "soft_margin_dense",
    _dense_value,
    (
        Elementwise("soft_margin_dense_slope", _dense_slope, (_curvature, _minus_one)),
        Elementwise("soft_margin_dense_truth", _minus_x, (_minus_one, None)),
    ),
    _dense_mean,
)
_LISTED = Elementwise(
    "soft_margin_listed",
    _listed_value,
    (
        Elementwise("soft_margin_listed_slope", _listed_slope, (_curvature, None, None)),
        None,
        None,
    ),
    _listed_mean,
)


def margin(ops: Ops, x: Array, labels: IndexLabels | DenseLabels) -> PiecewiseLinear:
    """The hinges of each class that is no target, against every target of its row.

    The loss is piecewise linear: its slope in x is a matrix of whole numbers over C. No N x C x T
    array but of the smallest, and only terms >= 0 are added.
    """
    if isinstance(labels, DenseLabels):
        labels = to_index_labels(ops, labels, ops.shape(x)[1])
    return PiecewiseLinear(_hinges, (x, labels.index, labels.listed))


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


def _hinges(
    ops: Ops, scores: Array, index: Array, listed: Array, slope: bool = True, count: Any = 1
) -> tuple[Array, ...]:
    """The mean of each row's hinges over the classes, (N,), and its slope in the scores, (N, C).

    The slope is that of a mean over so many rows.
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
    return (mean, _slope(ops, counts(), index, classes * count, factor)) if slope else (mean,)


def _slope(ops: Ops, counts: Counts, index: Array, size: Any, factor: Array | None) -> Array:
    """How many hinges each class raises, less how many it lowers, over `size`."""
    slope = ops.divide(ops.add_at(counts.above, index, -counts.below), size)
    return slope if factor is None else slope * ops.reshape(factor, (ops.shape(slope)[0], 1))


def _by_pairs(ops: Ops, others: Array, levels: Levels, scale: Array | None) -> Hinges:
    """Every class against every slot, in arrays of N x T x C."""
    (many, classes), slots = ops.shape(others), ops.shape(levels.high)[1]
    column = (many, slots, 1)
    x = ops.reshape(others, (many, 1, classes))
    high, low = (ops.reshape(level, column) for level in levels)
    above = (x - high) - low  # x - high is exact where low could decide
    active = above > 0
    if scale is None:
        hinges = ops.relu(above)
    else:
        scale = ops.reshape(scale, (many, 1, 1))
        hinges = ops.where(active, (x * scale - high * scale) - low * scale, 0.0)
    total = ops.sum(ops.reshape(hinges, (many, slots * classes)))
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
    above, nearest, at_least = ops.rank_in_sorted(
        floor, high, others
    )  # k, t[k], how many have k >= 1 ... T
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


KERNELS: dict[str, Callable[[Ops, Array, IndexLabels | DenseLabels], Shares | PiecewiseLinear]] = {
    "multilabel_margin_loss": margin,
    "multilabel_soft_margin_loss": soft_margin,
}
