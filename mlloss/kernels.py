"""Every loss, once: what each class adds to its row's loss, with the derivatives written out.

A kernel takes `(ops, x, labels)`, x of shape (N, C) in float32 or float64, and gives `Shares` or
`Totals`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from mlloss.ops import Array, Ops, Smooth


class Shares(NamedTuple):
    """The rows' losses before weights are the means of these over the classes."""

    shares: Array  # (N, C), carries the derivatives


class Totals(NamedTuple):
    """The rows' losses, which take no weights: (nothing + totals) / C, times factor."""

    nothing: Array  # (N, C), adds up to 0 and carries the derivatives
    totals: Array  # (N,)
    factor: Array  # (N,), nan for rows that have no loss


class Listed(NamedTuple):
    """Target classes as lists, of NumPy where it has read them for a framework in host memory."""

    index: Array  # (N, T) in [0, C); a slot not listed repeats a listed class of its row, or is 0
    listed: Array  # (N, T) bool
    some: Array  # (N, 1) bool: whether the row lists any class


class Dense(NamedTuple):
    """Target classes as one number a class."""

    y: Array  # (N, C)


def listed(ops: Ops, labels: Dense, classes: int) -> Listed:
    """Every class with a positive number, listed once, each in the slot of its own number."""
    positive = labels.y > 0
    number = class_numbers(ops, labels.y, classes)
    place = ops.cumsum(ops.cast(positive, ops.index_dtype))
    some = place[:, -1:] > 0
    first = ops.cumsum(ops.where(positive & (place == 1), number, 0))[:, -1:]
    return Listed(ops.where(positive, number, first), positive, some)


def class_numbers(ops: Ops, like: Array, classes: int) -> Array:
    """0 ... classes - 1 in every row of `like`."""
    row = ops.reshape(ops.arange(classes, like), (1, classes))
    return ops.broadcast_to(row, (ops.shape(like)[0], classes))


def rows(ops: Ops, loss: str, x: Array, labels: Listed | Dense, weight: Array | None) -> Array:
    """Each row's loss: (N, C) to (N,)."""
    parts = KERNELS[loss](ops, x, labels)
    if isinstance(parts, Totals):
        totals = ops.sum(parts.nothing) + parts.totals
        return ops.divide(totals, ops.shape(x)[1]) * parts.factor
    return ops.mean(_limited(ops, parts.shares, weight), weight)


def _limited(ops: Ops, shares: Array, weight: Array | None) -> Array:
    """Infinite shares with a weight of 0 have the limit, 0."""
    if weight is None:
        return shares
    return ops.where((ops.abs(shares) == math.inf) & (weight == 0), 0.0, shares)


def soft_margin(ops: Ops, x: Array, labels: Listed | Dense) -> Shares:
    """-(y log(sigmoid(x)) + (1 - y) log(sigmoid(-x))) for each class."""
    if isinstance(labels, Dense):
        return Shares(ops.apply(_DENSE, x, labels.y))
    return Shares(ops.apply(_LISTED, x, ops.own(labels.index), ops.own(labels.some)))


# softplus(z) = max(z, 0) + log1p(exp(-|z|)) adds terms >= 0 only, so that nothing cancels.


def _dense_value(ops: Ops, x: Array, y: Array) -> Array:
    wrong = ops.where(x > 0, 1 - y, y)
    linear = ops.where(wrong == 0, 0.0, wrong * ops.abs(x))  # at inf the right side costs 0
    return linear + ops.log1p_exp(-ops.abs(x))


def _dense_slope(ops: Ops, x: Array, y: Array) -> Array:
    return (1 - y) * ops.sigmoid(x) - y * ops.sigmoid(-x)


def _curvature(ops: Ops, x: Array, *labels: Array) -> Array:
    return ops.sigmoid(x) * ops.sigmoid(-x)


def _minus_one(ops: Ops, x: Array, y: Array) -> Array:
    return y * 0 - 1


def _minus_x(ops: Ops, x: Array, y: Array) -> Array:
    return -x


# A target class is a non-target with its score negated: no array of labels is needed.


def _listed_value(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.where(z > 0, z, 0.0) + ops.log1p_exp(-ops.abs(z))


def _listed_slope(ops: Ops, x: Array, index: Array, some: Array) -> Array:
    z = ops.negate_at(x, index, some)
    return ops.negate_at(ops.sigmoid(z), index, some)


_DENSE = Smooth(
    "soft_margin_dense",
    _dense_value,
    (
        Smooth("soft_margin_dense_slope", _dense_slope, (_curvature, _minus_one)),
        Smooth("soft_margin_dense_truth", _minus_x, (_minus_one, None)),
    ),
)
_LISTED = Smooth(
    "soft_margin_listed",
    _listed_value,
    (
        Smooth("soft_margin_listed_slope", _listed_slope, (_curvature, None, None)),
        None,
        None,
    ),
)


def margin(ops: Ops, x: Array, labels: Listed | Dense) -> Totals:
    """The hinges of each class that is no target, against every target of its row.

    The loss is piecewise linear: its slope in x is a matrix of whole numbers. With the targets'
    thresholds x[j] - 1 sorted, a class above k of them costs k (x - t[k]) and what those k lie
    apart; the latter is counted once a row. C log T work, no N x C x T array, and only terms >= 0
    are added.
    """
    if isinstance(labels, Dense):
        labels = listed(ops, labels, ops.shape(x)[1])
    scores = ops.detach(x)
    total, slope, factor = ops.given(_hinges, scores, labels.index, labels.listed)
    return Totals(ops.apply(_GIVEN, x, slope), total, factor)


def _hinges(ops: Ops, scores: Array, index: Array, listed: Array) -> tuple[Array, Array, Array]:
    """The sum of each row's hinges, its slope in the scores, and what both are to be times."""
    chosen = ops.take(scores, index)
    others = ops.put(scores, index, -math.inf)  # at -inf a class is above no threshold
    undefined = _undefined(ops, scores, index, listed, chosen, others)
    high, low, floor = _thresholds(ops, chosen)
    floor = ops.where(listed, floor, math.inf)
    order = ops.argsort(floor)
    floor, high, low, index = (ops.take(a, order) for a in (floor, high, low, index))

    above = ops.count_below(floor, others)  # k of each class
    exactly = ops.histogram(above, ops.shape(index)[1] + 1)  # classes with k = 0, 1, ... T
    at_least = ops.flip(ops.cumsum(ops.flip(exactly)))[:, 1:]  # classes with k >= 1, ... T
    exactly, at_least = (ops.cast(n, ops.dtype(scores)) for n in (exactly[:, 1:], at_least))

    scale = _scale(ops, scores)
    others, high, low = others * scale, high * scale, low * scale
    nearest = ops.take(high, ops.where(above > 0, above - 1, above))
    lead = ops.where(above > 0, others - nearest, 0.0)
    count = ops.cast(above, ops.dtype(scores))
    total = ops.sum(count * lead) + _between_thresholds(ops, high, low, exactly, at_least)
    slope = ops.add_at(count, index, -at_least) * scale
    factor = nan_where(ops, undefined, ops.dtype(scores)) / ops.reshape(scale, ops.shape(undefined))
    return total, slope, factor


def _scale(ops: Ops, scores: Array) -> Array:
    """What a row is worked out in, so that no sum of its hinges overflows: 1 or 2**-32, (N, 1)."""
    limit = ops.number(2.0 ** _GREAT[ops.dtype(scores)], scores)
    great = ops.reshape(ops.any(ops.abs(scores) > limit), (ops.shape(scores)[0], 1))
    return ops.where(great, 2.0**-32, 1 - ops.cast(great, ops.dtype(scores)))


_GREAT = {"float32": 96, "float64": 992}  # exponents: 2**32 below the largest number


def _thresholds(ops: Ops, chosen: Array) -> tuple[Array, Array, Array]:
    """x - 1 as high + low without error, and the greatest float <= x - 1.

    A score is above x - 1 in exact arithmetic just when it is above that float; x - 1 rounded
    to nearest would decide some ties wrongly (in float32, of scores around -8192 for instance).
    """
    high = chosen - 1
    moved = high - chosen
    low = (chosen - (high - moved)) - (1 + moved)  # Knuth's two-sum
    low = ops.where(ops.abs(high) < math.inf, low, 0.0)
    floor = ops.where(low < 0, high - ops.abs(high) * _NEXT[ops.dtype(chosen)], high)
    return high, low, floor


_NEXT = {"float32": 0.6 * 2.0**-23, "float64": 0.6 * 2.0**-52}  # x (1 - this) rounds one float on


def _between_thresholds(
    ops: Ops, high: Array, low: Array, exactly: Array, at_least: Array
) -> Array:
    """Sum over classes of sum over j <= k of (t[k] - t[j]), less what `high` lacks of t: (N,)."""
    slots = ops.shape(high)[1]
    before = ops.cast(class_numbers(ops, high, slots), ops.dtype(high))  # 0 ... T-1
    lacking = ops.sum(low * ((before + 1) * exactly))
    if isinstance(slots, int) and slots == 1:  # torch.jit.trace would keep the branch
        return -lacking
    step = ops.where(high[:, 1:] == high[:, :-1], 0.0, high[:, 1:] - high[:, :-1])
    passed = (before * at_least)[:, 1:]
    gap = ops.where(passed > 0, step + (low[:, 1:] - low[:, :-1]), 0.0)
    return ops.sum(gap * passed) - lacking


def _undefined(
    ops: Ops, scores: Array, index: Array, listed: Array, chosen: Array, others: Array
) -> Array:
    """Rows with a nan, or with a target and another class at the same infinity: (N,) bool."""
    lifted = ops.put(scores, index, math.inf)
    high = ops.any(listed & (chosen == math.inf)) & ops.any(others == math.inf)
    low = ops.any(listed & (chosen == -math.inf)) & ops.any(lifted == -math.inf)
    return ops.any(ops.isnan(scores)) | high | low


def nan_where(ops: Ops, condition: Array, dtype: str) -> Array:
    """nan where the condition holds, 1 elsewhere: a factor that also reaches the gradient."""
    return ops.where(condition, math.nan, 1 - ops.cast(condition, dtype))


def _nothing(ops: Ops, x: Array, slope: Array) -> Array:
    return slope * 0


def _given_slope(ops: Ops, x: Array, slope: Array) -> Array:
    return slope


def _zero(ops: Ops, x: Array, slope: Array) -> Array:
    return ops.where(ops.isnan(slope), slope, 0.0)


_GIVEN = Smooth("given", _nothing, (Smooth("given_slope", _given_slope, (_zero, None)), None))

KERNELS: dict[str, Callable[[Ops, Array, Listed | Dense], Shares | Totals]] = {
    "multilabel_margin_loss": margin,
    "multilabel_soft_margin_loss": soft_margin,
}
