"""What the definition gives for a case, and what a known difference says comes instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import KEPT, Array, Case, Floats
from mlloss.conformance.expected import reference, tolerance
from mlloss.conformance.expected.dtypes import rounded


@dataclass(frozen=True)
class Numbers:
    """These numbers, each within its reach, in this dtype."""

    value: Floats
    reach: Floats
    dtype: str


@dataclass(frozen=True)
class Raises:
    """An error of this type with this in its message."""

    type: str
    message: str


@dataclass(frozen=True)
class ExpectedError:
    """An error; or these rows' numbers, nan where labels are wrong, if there can be any."""

    rows: Numbers | None = None


Expected = Numbers | Raises | ExpectedError


@lru_cache(KEPT)
def expected(case: Case) -> Numbers | ExpectedError:
    """What the definition gives."""
    if not case.mistake:
        return _numbers(case)
    return ExpectedError(_rows_with_nan(case) if case.unseen else None)


def _numbers(case: Case) -> Numbers:
    call = _Call(case)
    value = call.compute(_ORACLE[case.quantity])
    return Numbers(value, call.reach(value), case.input.dtype)


class _Call:
    """A case's arguments as the oracle takes them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.arrays = [array.rounded() for array in case.arrays.values()]
        reduction = {"vmap": "none", "vmap gradient": "sum"}.get(case.quantity, case.reduction)
        self.options = {"reduction": reduction, "labels": case.labels, "axis": case.axis}

    def compute(self, what: Callable[..., Any]) -> Floats:
        """A number of the oracle's."""
        value: Floats = what(self.case.loss, *self.arrays, **self.options)
        return value

    def reach(self, value: Floats) -> Floats:
        """How far from it a computed number may be."""
        dtype, quantity = self.case.input.dtype, self.case.quantity
        if quantity in ("value", "vmap"):
            return tolerance.of_loss(dtype, self.case.loss, *self.arrays, **self.options)
        if quantity in ("gradient", "vmap gradient"):
            return tolerance.of_gradient(dtype, self.case.loss, *self.arrays, **self.options)
        return tolerance.of_second(dtype, self.case.loss, value)


_ORACLE: Mapping[str, Callable[..., Any]] = {
    "value": reference.loss,
    "vmap": reference.loss,
    "gradient": reference.gradient,
    "vmap gradient": reference.gradient,
    "weight gradient": reference.weight_gradient,
    "label gradient": reference.target_gradient,
    "second derivative": reference.second_derivative,
    "by scores and labels": reference.mixed_derivative,
    "by labels and scores": reference.mixed_derivative,
}


def _rows_with_nan(case: Case) -> Numbers:
    """The numbers of the rows whose labels are right, nan for the others."""
    parts = [_row(case, n) for n in range(case.input.shape[0])]
    value = np.array([part[0] for part in parts])
    return Numbers(value, np.array([part[1] for part in parts]), case.input.dtype)


def _row(case: Case, n: int) -> tuple[float, float]:
    one = replace(
        case,
        mistake="",
        reduction="sum",
        arrays={"input": _part(case.input, n), "target": _part(case.target, n)},
    )
    try:
        numbers = _numbers(one)
    except ValueError:
        return math.nan, math.nan
    return float(numbers.value), float(numbers.reach)


def _part(array: Array, n: int) -> Array:
    return Array(array.dtype, [array.data[n]])


def close(outcome: Floats, wanted: Numbers) -> bool:
    """Same shape, and each number within reach of what is wanted, once that is rounded."""
    if outcome.shape != wanted.value.shape:
        return False
    finite = np.isfinite(wanted.value)
    reach = np.where(finite & np.isfinite(wanted.reach), wanted.reach, 0.0)
    low, high = (rounded(wanted.value + by, wanted.dtype) for by in (-reach, reach))
    near = (low <= outcome) & (outcome <= high)
    return bool(np.all(near | (np.isnan(outcome) & np.isnan(wanted.value))))


@lru_cache(KEPT)
def flushed(case: Case) -> Case:
    """The case with subnormal scores made 0, as some processors' modes do."""
    x = case.input.rounded()
    tiny = np.finfo("float64" if case.input.dtype == "float64" else "float32").tiny
    x = np.where(np.abs(x) < tiny, 0.0, x)
    return case.with_arrays(input=Array(case.input.dtype, x.tolist(), case.input.shape))


DERIVATIVES = ("gradient", "second derivative")


@lru_cache(KEPT)
def nan_at_infinity(case: Case) -> Numbers:
    """The derivatives by the scores, nan where a score is infinite."""
    numbers = _numbers(case)
    infinite = np.isinf(case.input.rounded())
    return replace(numbers, value=np.where(infinite, np.nan, numbers.value))
