"""The two forms in which a loss defines itself in `conformance/losses/<loss>/reference.py`.

Everything here is plain Python on the numbers of one row; no code of the kernels is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypeAlias

Number: TypeAlias = float | Fraction
By = tuple[str, ...]  # the arguments of a derivative; () is the loss itself


@dataclass(frozen=True)
class Row:
    """One row of a call.

    Attributes:
        x: scores.
        labels: y of each class in [0, 1], or the class numbers as often as they are listed.
        weights: one number a class of each weight that is not a factor, such as pos_weight.
        options: arguments of the loss that are numbers, such as a margin.
    """

    x: list[float]
    labels: Sequence[float]
    weights: Mapping[str, list[float]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassTerms:
    """A loss that is the sum, or the mean, over the classes of a term.

    Attributes:
        derivatives: functions (x, y, **weights, **options) of one class: the term under (), its
            derivatives under the names of their arguments.
        sizes: where a derivative is a difference, the size of what is subtracted; the absolute
            value of the derivative elsewhere. Tolerances are relative to it.
        mean: whether a row's loss is the mean of the terms; of a loss of kind "class" it is not.
    """

    derivatives: Mapping[By, Callable[..., float]]
    sizes: Mapping[By, Callable[..., float]] = field(default_factory=dict)
    mean: bool = False
    labels: Literal["truth", "listed"] = "truth"
    piecewise_linear: bool = False

    def terms(self, by: By, row: Row) -> list[Number]:
        """Return one number a class."""
        return self._each(self.derivatives[by], row)

    def size(self, by: By, row: Row) -> list[Number]:
        """Return the magnitude of what each number is computed from."""
        if by in self.sizes:
            return self._each(self.sizes[by], row)
        return [size_of(term) for term in self.terms(by, row)]

    def roundings(self, row: Row) -> list[Number]:
        """Return how many roundings of 1 the loss may be off by besides."""
        return [0.0] * len(row.x)

    def _each(self, function: Callable[..., float], row: Row) -> list[Number]:
        names, columns = list(row.weights), zip(*row.weights.values(), strict=True)
        weights = [dict(zip(names, w, strict=True)) for w in columns] or [{}] * len(row.x)
        return [
            function(x, y, **w, **row.options)
            for x, y, w in zip(row.x, row.labels, weights, strict=True)
        ]


@dataclass(frozen=True)
class RowLoss:
    """A loss of a row as a whole.

    Attributes:
        derivatives: functions of a `Row`: under () a list of one number, the row's loss; under
            the names of arguments one number a class.
        mean: whether these are still to be divided by the number of classes.
        labels: whether a row's labels are y of each class or the listed class numbers.
        piecewise_linear: whether a derivative of 0 must be exactly 0.
        rounded: of a row, how many roundings of 1 its loss may be off by besides.
    """

    derivatives: Mapping[By, Callable[[Row], Sequence[Number]]]
    mean: bool = False
    labels: Literal["truth", "listed"] = "truth"
    piecewise_linear: bool = False
    rounded: Callable[[Row], Number] = lambda row: 0.0

    def terms(self, by: By, row: Row) -> list[Number]:
        """Return the row's loss as a list of one, or one number a class."""
        return list(self.derivatives[by](row))

    def size(self, by: By, row: Row) -> list[Number]:
        """Return the magnitude of each number."""
        return [size_of(term) for term in self.terms(by, row)]

    def roundings(self, row: Row) -> list[Number]:
        """Return how many roundings of 1 the loss may be off by besides."""
        return [self.rounded(row)]


Definition = ClassTerms | RowLoss


def times(factor: float, value: Number) -> Number:
    """Return the product in the limit: 0 * inf is 0, 0 * nan is nan."""
    if factor == 1:  # keeps a fraction exact
        return value
    return 0.0 if factor == 0 and is_infinite(value) else factor * value


def size_of(value: Number) -> Number:
    """Return the absolute value."""
    return -value if value < 0 else value


def is_infinite(value: Number) -> bool:
    """Return whether a number is inf or -inf; a fraction is finite, however large."""
    return not isinstance(value, Fraction) and math.isinf(value)


def is_finite(value: Number) -> bool:
    """Return whether a number is neither infinite nor nan."""
    return isinstance(value, Fraction) or math.isfinite(value)


def mean(values: Sequence[Number], divisor: int) -> float:
    """Return sum(values) / divisor, rounded once and finite whenever the quotient is."""
    if not all(map(is_finite, values)):
        return float(sum(v for v in values if not is_finite(v)))
    return to_float(sum((Fraction(v) for v in values), Fraction(0)) / divisor)


def to_float(value: Fraction) -> float:
    """Return the nearest float, infinite beyond the largest."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def softplus(x: float) -> float:
    """Return log(1 + exp(x)); no exponential is above 1."""
    return math.nan if math.isnan(x) else max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(-x)); no exponential is above 1."""
    small = math.exp(-abs(x))
    return (small if x < 0 else 1.0) / (1.0 + small)
