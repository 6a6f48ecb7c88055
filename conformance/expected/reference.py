"""What every loss is, in plain loops and float64: the numbers that all else is judged by.

Shares no code with the kernels. NumPy only holds the input and the output. The margin loss is
computed in exact integers (a float is a fraction over a power of two), the soft margin loss in
terms good to 1e-15 each, added exactly; so float32 and float64 input alike get the true value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MARGIN, SOFT = "multilabel_margin_loss", "multilabel_soft_margin_loss"
DEFAULT_LABELS = {MARGIN: "indices", SOFT: "binary"}
Row = list[float]
Array = NDArray[Any]


def loss(
    name: str,
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    labels: str | None = None,
    axis: int = -1,
) -> Array:
    """The loss itself: one number a row for 'none', else one number."""
    call = _Call(name, input, target, weight, labels, axis)
    if name == MARGIN:
        values = [_margin(x, listed)[0] for x, listed in zip(call.x, call.listed(), strict=True)]
    else:
        values = [mean(row, call.classes) for row in call.each(_soft_term)]
    if reduction == "none":
        return np.array(values, dtype=np.float64).reshape(call.lead)
    if reduction == "mean" and not values:
        return np.array(math.nan)
    return np.array(mean(values, call.divisor(reduction)))


def gradient(
    name: str,
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    labels: str | None = None,
    axis: int = -1,
) -> Array:
    """Derivative by input. For 'none' every row's own, as for 'sum'."""
    call = _Call(name, input, target, weight, labels, axis)
    if name == MARGIN:
        rows = [_margin(x, listed)[1] for x, listed in zip(call.x, call.listed(), strict=True)]
    else:
        rows = call.each(_soft_slope)
    return call.like_input(rows, call.classes * call.divisor(reduction))


def second_derivative(
    name: str,
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    labels: str | None = None,
    axis: int = -1,
) -> Array:
    """The diagonal of the Hessian by input, 0 for the margin (of a nan row nan); the rest is 0."""
    call = _Call(name, input, target, weight, labels, axis)
    if name == MARGIN:
        return gradient(name, input, target, labels=labels, axis=axis) * 0.0
    return call.like_input(call.each(_soft_bend), call.classes * call.divisor(reduction))


def weight_gradient(
    name: str,
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike,
    *,
    reduction: str = "mean",
    labels: str | None = None,
    axis: int = -1,
) -> Array:
    """Derivative by weight, in the weight's shape: each entry's terms added up.

    An infinite term that a weight of 0 leaves out of the loss is left out here, too.
    """
    call = _Call(name, input, target, None, labels, axis)
    flat, shape = np.asarray(weight).ravel(), np.shape(weight)
    places = _rows(_spread(np.arange(flat.size).reshape(shape), np.shape(input), axis), axis)
    terms: list[Row] = [[] for _ in flat]
    for place, row in zip(places, call.each(_soft_term), strict=True):
        for entry, term in zip(place, row, strict=True):
            terms[entry].append(0.0 if flat[entry] == 0 and math.isinf(term) else term)
    divisor = call.classes * call.divisor(reduction)
    return np.array([mean(own, divisor) for own in terms], dtype=np.float64).reshape(shape)


def target_gradient(
    name: str,
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    labels: str | None = None,
    axis: int = -1,
) -> Array:
    """Derivative by target, for float labels of the soft margin loss: -x, weighted."""
    call = _with_slopes_by_target(name, input, target, weight, labels, axis)
    rows = call.each(lambda x, y: -x)
    return call.like_input(rows, call.classes * call.divisor(reduction))


def mixed_derivative(
    name: str,
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: str = "mean",
    labels: str | None = None,
    axis: int = -1,
) -> Array:
    """Derivative by input and target of one class: -1, weighted; of two it is 0."""
    call = _with_slopes_by_target(name, input, target, weight, labels, axis)
    rows = call.each(lambda x, y: -1.0)
    return call.like_input(rows, call.classes * call.divisor(reduction))


def _with_slopes_by_target(
    name: str,
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    labels: str | None,
    axis: int,
) -> _Call:
    if name != SOFT or labels not in (None, "binary", "formula"):
        raise ValueError(f"{name} has no derivative by target written as {labels}")
    return _Call(name, input, target, weight, labels, axis)


class _Call:
    """The arguments as rows of Python numbers, class axis last, labels checked."""

    def __init__(
        self,
        name: str,
        input: ArrayLike,
        target: ArrayLike,
        weight: ArrayLike | None,
        labels: str | None,
        axis: int,
    ) -> None:
        x, t = np.asarray(input).astype(np.float64), np.asarray(target)
        self.lead = np.moveaxis(x, axis, -1).shape[:-1]
        self.classes, self.axis, self.labels = x.shape[axis], axis, labels or DEFAULT_LABELS[name]
        if self.classes == 0:
            raise ValueError("no classes")
        same = t.shape == x.shape or self.labels == "indices"
        if not same or np.moveaxis(t, axis, -1).shape[:-1] != self.lead:
            raise ValueError(f"target of shape {t.shape} for input of shape {x.shape}")
        if name == MARGIN and weight is not None:
            raise ValueError(f"{name} has no weight")
        w = _spread(np.asarray(1.0 if weight is None else weight).astype(np.float64), x.shape, axis)
        self.x, self.w, self.t = _rows(x, axis), _rows(w, axis), _rows(t, axis)

    def listed(self) -> list[list[int]]:
        """The targets of each row as class numbers, as often as they are listed."""
        if self.labels == "indices":
            return [_list(row, self.classes) for row in self.t]
        off = {"binary": 0, "signed": -1}[self.labels]
        for row in self.t:
            _require(all(t in (off, 1) for t in row), f"labels {row} are not {self.labels}")
        return [[c for c, t in enumerate(row) if t == 1] for row in self.t]

    def truth(self) -> list[Row]:
        """y of each class: 1, 0 or what lies between."""
        if self.labels == "formula":
            return [[float(t) for t in row] for row in self.t]
        if self.labels == "binary":
            for row in self.t:
                _require(all(0 <= t <= 1 for t in row), f"labels {row} are not in [0, 1]")
            return [[float(t) for t in row] for row in self.t]
        return [[float(c in row) for c in range(self.classes)] for row in self.listed()]

    def each(self, term: Callable[[float, float], float]) -> list[Row]:
        """weight * term(x, y) of every class; a weight of 0 makes 0 of inf, but not of nan."""
        return [
            [_weighted(w, term(x, y)) for w, x, y in zip(*row, strict=True)]
            for row in zip(self.w, self.x, self.truth(), strict=True)
        ]

    def divisor(self, reduction: str) -> int:
        """What the rows are divided by; of no rows nothing is."""
        return {"none": 1, "sum": 1, "mean": max(1, len(self.x))}[reduction]

    def like_input(self, rows: Sequence[Row], divisor: int) -> Array:
        flat = np.array([mean([v], divisor) for row in rows for v in row], dtype=np.float64)
        return np.moveaxis(flat.reshape(*self.lead, self.classes), -1, self.axis)


def _margin(x: Row, listed: list[int]) -> tuple[float, Row]:
    """One row: its loss, and its slope times C; a pair adds 1 - (x[j] - x[i]) if that is > 0."""
    others = [i for i in range(len(x)) if i not in listed]
    pairs = [(j, i) for j in listed for i in others]
    ends = [1 - (x[j] - x[i]) for j, i in pairs if math.isinf(x[j]) or math.isinf(x[i])]
    if any(map(math.isnan, x + ends)):
        return math.nan, [math.nan] * len(x)
    one, whole = _whole_numbers(x)
    total, slope = 0, [0.0] * len(x)
    for j, i in pairs:
        gap = one - (whole[j] - whole[i])
        if gap > 0:
            total += gap
            slope[i], slope[j] = slope[i] + 1, slope[j] - 1
    return math.inf if math.inf in ends else _float(Fraction(total, one * len(x))), slope


def _whole_numbers(x: Row) -> tuple[int, list[int]]:
    """1 and x as multiples of one small number, exactly; +-inf as what lies far beyond them all."""
    ratios = [v.as_integer_ratio() if math.isfinite(v) else (0, 1) for v in x]
    one = max(denominator for _, denominator in ratios)  # powers of 2: each divides the largest
    whole = [numerator * (one // denominator) for numerator, denominator in ratios]
    far = 2 * max(map(abs, whole)) + 2 * one
    return one, [_sign(v) * far if math.isinf(v) else w for v, w in zip(x, whole, strict=True)]


def _soft_term(x: float, y: float) -> float:
    """-( y*log(sigmoid(x)) + (1-y)*log(sigmoid(-x)) ), 0 * inf being the limit 0."""
    return _weighted(y, _softplus(-x)) + _weighted(1 - y, _softplus(x))


def _soft_slope(x: float, y: float) -> float:
    """sigmoid(x) - y without its cancellation."""
    return (1 - y) * _sigmoid(x) - y * _sigmoid(-x)


def _soft_bend(x: float, y: float) -> float:
    """sigmoid(x) * sigmoid(-x)."""
    return _sigmoid(x) * _sigmoid(-x)


def _softplus(x: float) -> float:
    """log(1 + exp(x)), with no exponential above 1."""
    return math.nan if math.isnan(x) else max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), with no exponential above 1."""
    small = math.exp(-abs(x))
    return (small if x < 0 else 1.0) / (1.0 + small)


def _weighted(w: float, value: float) -> float:
    """w * value, in the limit: 0 * inf is 0, 0 * nan is nan."""
    return 0.0 if w == 0 and math.isinf(value) else w * value


def mean(values: Row, divisor: int) -> float:
    """sum(values) / divisor, rounded once and finite whenever the quotient is."""
    if not all(map(math.isfinite, values)):
        return sum(v for v in values if not math.isfinite(v))
    return _float(sum(map(Fraction, values), Fraction(0)) / divisor)


def _float(value: Fraction) -> float:
    """The nearest float, inf beyond the largest."""
    try:
        return float(value)
    except OverflowError:
        return _sign(value) * math.inf


def _sign(value: float | Fraction) -> int:
    return 1 if value > 0 else -1


def _list(row: Sequence[Any], classes: int) -> list[int]:
    """The class numbers before the first -1."""
    listed = row[: row.index(-1)] if -1 in row else row
    _require(all(type(t) is int and 0 <= t < classes for t in listed), f"{row}, {classes} classes")
    return list(listed)


def _rows(array: Array, axis: int) -> list[list[Any]]:
    """The array as a list of rows, `axis` being the one that runs along them."""
    last = np.moveaxis(array, axis, -1)
    rows: list[list[Any]] = last.reshape(math.prod(last.shape[:-1]), last.shape[-1]).tolist()
    return rows


def _spread(weight: Array, shape: tuple[int, ...], axis: int) -> Array:
    """A weight in the input's shape; of length C it runs along the classes, wherever they are."""
    if weight.shape == (shape[axis],):
        along = [1] * len(shape)
        along[axis] = -1
        weight = weight.reshape(along)
    return np.broadcast_to(weight, shape)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
