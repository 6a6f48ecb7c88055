"""The losses as floating-point arithmetic makes them: what frameworks compute where it departs.

Only where numbers overflow, are infinite or nan, or lie on the kink do these differ from the
definition; their last digits are not a framework's own, and a row that needs it gives a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.cases.model import Case, Floats
from mlloss.conformance.expected import reference
from mlloss.conformance.expected.dtypes import rounded

Round = Callable[[Any], Any]


@dataclass(frozen=True)
class Hinge:
    """How a hinge is worked out of two scores, and its slope where it is exactly 0."""

    gap: Callable[[Any, Any, Round], Any]
    slope_at_0: float = 0.0
    skips_nan: bool = False
    divided: bool = False  # each by C before they are added up, so that their sum cannot overflow

    def slope(self, gap: Any) -> float:
        """0 or 1, at 0 what is said; nan has 0."""
        return self.slope_at_0 if gap == 0 else float(gap > 0)


def _target_first(j: Any, i: Any, round: Round) -> Any:
    return round(round(1 - j) + i)


HINGES = {
    "(1 - x[j]) + x[i] if > 0": Hinge(_target_first, skips_nan=True),
    "max(0, (1 - x[j]) + x[i]) / C": Hinge(_target_first, divided=True),
    "max(0, (1 - x[j]) + x[i]) / C, slope 1 at 0": Hinge(_target_first, 1.0, divided=True),
    "max(0, (1 - x[j]) + x[i]), slope 1/2 at 0": Hinge(_target_first, 0.5),
}


@dataclass(frozen=True)
class Terms:
    """log(sigmoid(x)), its derivative and its second, element by element, in x's dtype."""

    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    bend: Callable[[Any], Any]


def _small(x: Any) -> Any:
    return np.exp(-np.abs(x))


def _sigmoid(x: Any) -> Any:
    return np.where(x < 0, _small(x), 1) / (1 + _small(x))


def _summed(x: Any) -> Any:
    """By the largest of two exponents, which at -inf is taken from itself."""
    m = np.maximum(-x, 0)
    return -m - np.log(np.exp(-m) + np.exp(-x - m))


def _summed_slope(x: Any) -> Any:
    m = np.maximum(-x, 0)
    return np.exp(-x - m) / (np.exp(-m) + np.exp(-x - m))


def _exp_slope(x: Any) -> Any:
    """e / (1 + e) as e * (1 / (1 + e)), with 1 / (1 + e) flushed to 0 where it is subnormal."""
    e = np.exp(-x)
    return e * _flushed(1 / (e + 1))


def _exp_bend(x: Any) -> Any:
    """As the quotient rule has it, (1 + e)^2 overflowing long before e does."""
    e = np.exp(-x)
    return -(e * _flushed(1 / (e + 1)) - e * (e * _flushed(1 / ((e + 1) * (e + 1)))))


def _flushed(value: Any) -> Any:
    """Halves are computed in float32, which has no trouble with their small numbers."""
    tiny = 0 if value.dtype == np.float16 else np.finfo(value.dtype).tiny
    return np.where(np.abs(value) < tiny, 0, value)


TERMS = {
    "y * log_sigmoid(x) + (1 - y) * log_sigmoid(-x)": Terms(
        lambda x: np.minimum(x, 0) - np.log1p(_small(x)),
        lambda x: _sigmoid(-x),
        lambda x: -_sigmoid(x) * _sigmoid(-x),
    ),
    "y * log_sigmoid(x) + (1 - y) * log_sigmoid(-x), by log-sum-exp": Terms(
        _summed, _summed_slope, lambda x: -_sigmoid(x) * _sigmoid(-x)
    ),
    "y * log(1 / (1 + exp(-x))) + (1 - y) * log(1 / (1 + exp(x)))": Terms(
        lambda x: -np.log(np.exp(-x) + 1), _exp_slope, _exp_bend
    ),
}


def margin(case: Case, form: str, padding: str = "") -> Floats:
    """What is asked of the margin loss, each operation rounded to the input's dtype.

    With padding as "class 0" each slot from the first -1 on is a target with that class' score.
    """
    x, lists, dtype = case.input.rounded(), case.target.rounded(), case.input.dtype
    count = x.size // x.shape[-1]
    pairs = zip(x.reshape(count, x.shape[-1]), lists.reshape(count, lists.shape[-1]), strict=True)
    with np.errstate(all="ignore"):
        rows = [_row(HINGES[form], dtype, scores, *_listed(row, padding)) for scores, row in pairs]
    losses = np.array([loss for loss, _ in rows])
    slopes = np.array([slope for _, slope in rows]).reshape(x.shape)
    return _asked(case, losses, slopes, slopes * 0)


def _listed(row: NDArray[Any], padding: str) -> tuple[list[int], list[int]]:
    """Who counts as a target, and who was listed as one."""
    numbers = [int(number) for number in row.tolist()]
    end = numbers.index(-1) if -1 in numbers else len(numbers)
    return numbers[:end] + [0] * (len(numbers) - end if padding else 0), numbers[:end]


def _row(
    hinge: Hinge, dtype: str, x: Floats, targets: list[int], listed: list[int]
) -> tuple[float, Floats]:
    others = [i for i in range(len(x)) if i not in listed]
    total, slope = 0.0, np.zeros(len(x))
    for j, i in ((j, i) for j in targets for i in others):
        gap = hinge.gap(x[j], x[i], lambda value: rounded(value, dtype))
        if gap < 0 or (hinge.skips_nan and not gap > 0):
            continue
        total += float(gap) / (len(x) if hinge.divided else 1)
        slope[i] += hinge.slope(gap)
        slope[j] -= hinge.slope(gap)  # which may be i itself
    if not hinge.divided:
        total = float(rounded(total, dtype)) / len(x)
    return total, slope / len(x)


def soft(case: Case, form: str) -> Floats:
    """What is asked of the soft margin loss, its terms and their sum in the input's dtype."""
    terms, own = TERMS[form], _own(case)
    x, y = case.input.rounded().astype(own), case.target.rounded().astype(own)
    w = np.asarray(_weight(case)).astype(own)
    with np.errstate(all="ignore"):
        losses = -(y * terms.value(x) + (1 - y) * terms.value(-x)) * w
        slopes = -(y * terms.slope(x) - (1 - y) * terms.slope(-x)) * w
        bends = -(y * terms.bend(x) + (1 - y) * terms.bend(-x)) * w
        rows = losses.sum(-1, dtype=own) / own(x.shape[-1])
    return _asked(case, rows.astype(np.float64), slopes / x.shape[-1], bends / x.shape[-1])


def _weight(case: Case) -> Any:
    weight = case.arrays.get("weight")
    return 1.0 if weight is None else weight.rounded()


def _asked(case: Case, losses: Any, slopes: Any, bends: Any) -> Floats:
    """One of the three, reduced."""
    divisor = losses.size if case.reduction == "mean" and "vmap" not in case.quantity else 1
    if case.quantity in ("gradient", "vmap gradient"):
        return np.asarray(slopes, np.float64) / divisor
    if case.quantity == "second derivative":
        return np.asarray(bends, np.float64) / divisor
    if case.reduction == "none" or case.quantity == "vmap":
        return np.asarray(losses, np.float64).reshape(case.input.shape[:-1])
    with np.errstate(invalid="ignore"):  # the mean of no rows is nan
        return np.asarray(np.sum(losses) / np.float64(divisor), np.float64)


def _own(case: Case) -> Any:
    """The dtype that the arithmetic is done in; bfloat16 has float32's range."""
    dtype = case.input.dtype
    return np.dtype("float32" if dtype == "bfloat16" else dtype).type


@dataclass(frozen=True)
class Spread:
    """Which axis holds the classes once all has been broadcast, and what its sum is divided by."""

    axis: Callable[[int], int]  # of input's number of axes
    divisor: Callable[[tuple[int, ...], tuple[int, ...]], int]  # of input's shape and all's


SPREADS = {
    "and the mean taken over the last axis": Spread(lambda axes: -1, lambda x, all: all[-1]),
    "and the sum over input's last axis divided by its size": Spread(
        lambda axes: axes - 1, lambda x, all: x[-1]
    ),
}


def spread(case: Case, form: str) -> Floats:
    """The soft margin loss of arguments that are broadcast as NumPy does it."""
    way, labels = SPREADS[form], case.target.rounded().astype(np.float64)
    x = case.input.rounded()
    w = np.asarray(_weight(case), np.float64)
    x_all, y_all, w_all = np.broadcast_arrays(x, labels, w)
    terms = reference.loss(
        case.loss,
        x_all[..., None],
        y_all[..., None],
        w_all[..., None],
        reduction="none",
        labels="formula",
    )
    rows = terms.sum(way.axis(x.ndim)) / way.divisor(x.shape, x_all.shape)
    return np.asarray({"none": rows, "sum": rows.sum(), "mean": rows.mean()}[case.reduction])
