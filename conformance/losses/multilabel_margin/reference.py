"""multilabel_margin_loss in exact integers: a float is a fraction over a power of two."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from mlloss.conformance.expected.definitions import Number, Row, RowLoss

Listed = list[int]


def value(row: Row) -> list[Number]:
    """Return the sum of the hinges 1 - (x[j] - x[i]) > 0 of targets j and other classes i."""
    infinite = _infinite_hinges(row)
    if any(map(math.isnan, row.x + infinite)):
        return [math.nan]
    if math.inf in infinite:
        return [math.inf]
    one, _ = _whole_numbers(row.x)
    return [Fraction(sum(hinge for _, _, hinge in _active(row)), one)]


def gradient(row: Row) -> list[Number]:
    """Return, for each class, its active pairs as other class minus those as target."""
    if any(map(math.isnan, row.x + _infinite_hinges(row))):
        return [math.nan] * len(row.x)
    counts: list[Number] = [0.0] * len(row.x)
    for j, i, _ in _active(row):
        counts[i], counts[j] = counts[i] + 1, counts[j] - 1
    return counts


def second_derivative(row: Row) -> list[Number]:
    """Return 0, of a nan row nan."""
    return [0.0 * slope for slope in gradient(row)]


def active_pairs(row: Row) -> Number:
    """Return the number of active pairs, of which each may add one rounding of 1."""
    return sum(max(slope, 0) for slope in gradient(row))


def _pairs(row: Row) -> Iterator[tuple[int, int]]:
    """Yield targets, as often as they are listed, with the classes that are not listed."""
    others = [i for i in range(len(row.x)) if i not in row.labels]
    return ((int(j), i) for j in row.labels for i in others)


def _infinite_hinges(row: Row) -> list[float]:
    x = row.x
    return [1 - (x[j] - x[i]) for j, i in _pairs(row) if math.isinf(x[j]) or math.isinf(x[i])]


def _active(row: Row) -> Iterator[tuple[int, int, int]]:
    """Yield target, other class and hinge of each active pair, the hinge as a whole number."""
    one, whole = _whole_numbers(row.x)
    for j, i in _pairs(row):
        hinge = one - (whole[j] - whole[i])
        if hinge > 0:
            yield j, i, hinge


def _whole_numbers(x: list[float]) -> tuple[int, list[int]]:
    """Return 1 and x as multiples of one small number; infinities lie far beyond all others."""
    ratios = [v.as_integer_ratio() if math.isfinite(v) else (0, 1) for v in x]
    one = max(denominator for _, denominator in ratios)  # powers of 2: each divides the largest
    whole = [numerator * (one // denominator) for numerator, denominator in ratios]
    far = 2 * max(map(abs, whole)) + 2 * one
    ends = {math.inf: far, -math.inf: -far}
    return one, [ends.get(v, w) for v, w in zip(x, whole, strict=True)]


REFERENCE = RowLoss(
    derivatives={
        (): value,
        ("input",): gradient,
        ("input", "input"): second_derivative,
    },
    mean=True,
    labels="listed",
    piecewise_linear=True,
    rounded=active_pairs,
)
