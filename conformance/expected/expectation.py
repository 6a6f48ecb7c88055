"""What the definition gives for a case, and what a known difference says comes instead."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import KEPT, Array, Case, Floats
from mlloss.conformance.cases.quantities import BATCHED, differentiated_by
from mlloss.conformance.expected.dtypes import rounded
from mlloss.conformance.expected.reference import Call
from mlloss.conformance.expected.tolerance import tolerance
from mlloss.conformance.losses import spec_of


@dataclass(frozen=True)
class Numbers:
    """These numbers, each with its absolute tolerance, and their dtype."""

    value: Floats
    tolerance: Floats
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
    """Return what the definition gives."""
    if not case.mistake:
        return _numbers(case)
    return ExpectedError(_rows_with_nan(case) if case.unseen else None)


def _numbers(case: Case) -> Numbers:
    arrays = {name: array.rounded() for name, array in case.arrays.items()}
    if case.quantity not in BATCHED:
        return _exact(case, arrays)
    rows = [
        _exact(case, {name: array[n] for name, array in arrays.items()})
        for n in range(case.input.shape[0])
    ]
    value, tolerance = (
        np.array([getattr(row, of) for row in rows]) for of in ("value", "tolerance")
    )
    return Numbers(value, tolerance, case.input.dtype)


def _exact(case: Case, arrays: Mapping[str, Any]) -> Numbers:
    own = spec_of(case.loss).options
    options: dict[str, Any] = {name: value for name, value in case.options.items() if name in own}
    more: dict[str, Any] = {"reduction": case.reduction, "labels": case.labels, "axis": case.axis}
    call, by = Call(case.loss, arrays, **more, **options), differentiated_by(case.quantity)
    dtype = case.input.dtype
    return Numbers(call.derivative(*by), tolerance(call, dtype, by), dtype)


def _rows_with_nan(case: Case) -> Numbers:
    """Return the numbers of the rows whose labels are right, nan for the others."""
    rows = [_row(case, n) for n in range(case.input.shape[0])]
    value, tolerance = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return Numbers(value, tolerance, case.input.dtype)


def _row(case: Case, n: int) -> tuple[Floats, Floats]:
    arrays = {"input": _part(case.input, n), "target": _part(case.target, n)}
    try:
        numbers = _numbers(replace(case, mistake="", reduction="none", arrays=arrays))
    except ValueError:
        shape = (1, *case.input.shape[1:]) if spec_of(case.loss).kind == "class" else (1,)
        return np.full(shape, math.nan), np.full(shape, math.nan)
    return numbers.value, numbers.tolerance


def _part(array: Array, n: int) -> Array:
    return Array(array.dtype, [array.data[n]])


def close(outcome: Floats, wanted: Numbers) -> bool:
    """Same shape, and each number within tolerance of the expected one, once that is rounded."""
    if outcome.shape != wanted.value.shape:
        return False
    finite = np.isfinite(wanted.value)
    tolerance = np.where(finite & np.isfinite(wanted.tolerance), wanted.tolerance, 0.0)
    low, high = (rounded(wanted.value + by, wanted.dtype) for by in (-tolerance, tolerance))
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
