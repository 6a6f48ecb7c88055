"""Compute what a known difference predicts, from the words of its `instead`.

Every word has its allowed values here or in the loss's own emulation: a word that is not
understood would excuse too much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from mlloss.conformance import losses
from mlloss.conformance.cases.model import KEPT, Array, Case, Floats
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, Raises, expected
from mlloss.conformance.expected.tolerance import ONE_ROUNDING, RELATIVE
from mlloss.core.spec import FLOATS

# The values of each word; None where any value is allowed.
WORDS: Mapping[str, tuple[Any, ...] | None] = {
    # nothing is computed
    "raises": None,
    "message": None,
    "gives": ("nan", "whatever stands in memory"),
    "dies": ("SIGSEGV", "SIGABRT", "SIGBUS"),
    # the call is read as another one
    "labels": ("indices", "binary", "signed", "formula"),
    "reduction": ("none", "sum", "mean"),
    "bools": ("numbers",),
    "missing_lists": ("no targets",),
    "negatives": ("from the end",),
    # the result has another form or tolerance
    "dtype": FLOATS,
    "row_axis": ("kept",),
    "relative": None,
    "absolute": None,
}
BOUNDS = {"relative", "absolute"}


@dataclass(frozen=True)
class Uninitialized:
    """The result is uninitialised memory: any numbers, or the end of the process."""


@dataclass(frozen=True)
class Crash:
    """The process is killed by this signal."""

    signal: str


Prediction = Numbers | Raises | ExpectedError | Uninitialized | Crash


def words_of(loss: str) -> dict[str, tuple[Any, ...] | None]:
    """Return the words that a known difference of a loss may use, with the values of each."""
    emulation = losses.find(loss).emulation
    return dict(WORDS) | (dict(emulation.WORDS) if emulation else {})


def check_instead(loss: str, instead: Mapping[str, Any]) -> None:
    """Check that `instead` can be computed.

    Raises:
        ValueError: it is empty, or has words or values that are unknown or contradict each other.
    """
    words = words_of(loss)
    unknown = sorted(set(instead) - set(words))
    if not instead or unknown:
        raise ValueError(f"instead must be words of {sorted(words)}; got {dict(instead)}")
    for word, value in instead.items():
        allowed = words[word]
        if allowed is not None and value not in allowed:
            raise ValueError(f"instead: {word} must be one of {allowed}; got {value!r}")
    ends = set(instead) & {"raises", "gives", "dies"}
    if len(ends) > 1 or (ends and set(instead) - ends - {"message"}):
        raise ValueError(
            f"instead: {sorted(ends)} cannot be combined with other words; got {dict(instead)}"
        )
    if "message" in instead and "raises" not in instead:
        raise ValueError(f"instead: a message needs `raises` beside it; got {dict(instead)}")
    if emulation := losses.find(loss).emulation:
        emulation.check(instead)


def predict(case: Case, instead: Mapping[str, Any]) -> Prediction:
    """Return what a known difference with this `instead` predicts for a case."""
    return _predict(case, tuple(sorted(instead.items())))


@lru_cache(KEPT)
def _predict(case: Case, words: tuple[tuple[str, Any], ...]) -> Prediction:
    instead = dict(words)
    if "raises" in instead:
        return Raises(instead["raises"], instead.get("message", ""))
    if "dies" in instead:
        return Crash(instead["dies"])
    if "gives" in instead:
        return _gives_nan(case) if instead["gives"] == "nan" else Uninitialized()
    numbers = _computed(_read(case, instead), instead)
    numbers = replace(numbers, dtype=str(instead.get("dtype", numbers.dtype)))
    return _bounded(_with_axis(numbers) if "row_axis" in instead else numbers, instead)


def _with_axis(numbers: Numbers) -> Numbers:
    """Return the result of a row without a batch as that of a batch of one."""
    tolerance = np.broadcast_to(numbers.tolerance, numbers.value.shape)
    return replace(numbers, value=numbers.value[None], tolerance=tolerance[None])


def _gives_nan(case: Case) -> Numbers:
    shape = case.input.shape[:-1] if case.reduction == "none" else ()
    return Numbers(np.full(shape, np.nan), np.zeros(shape), case.input.dtype)


def _read(case: Case, instead: Mapping[str, Any]) -> Case:
    """Return the call as the framework reads it."""
    read = {name: instead[name] for name in ("labels", "reduction") if name in instead}
    arrays: dict[str, Array] = {}
    if "bools" in instead:
        arrays |= {name: replace(a, dtype="float32") for name, a in case.weights().items()}
    if "missing_lists" in instead:
        arrays["target"] = _lists_for_all(case)
    if "negatives" in instead:
        arrays["target"] = _from_the_end(case)
    return replace(case.with_arrays(**arrays), mistake="", **read)


def _lists_for_all(case: Case) -> Array:
    """Return the index lists with an empty one for each row that has none."""
    width, missing = case.target.shape[-1], case.input.shape[0] - case.target.shape[0]
    return Array(case.target.dtype, case.target.data + [[-1] * width] * missing)


def _from_the_end(case: Case) -> Array:
    """Return the index lists with -2 read as the last class but one, and so on; -1 ends a list."""
    numbers, classes = case.target.rounded(), case.input.shape[-1]
    return Array(case.target.dtype, np.where(numbers < -1, numbers + classes, numbers).tolist())


def _computed(case: Case, instead: Mapping[str, Any]) -> Numbers:
    """Return the numbers of the loss's emulation, or else the definition's."""
    emulation = losses.find(case.loss).emulation
    value = emulation.emulate(case, instead) if emulation else None
    if value is None:
        return _defined(case)
    return _near(value, instead.get("dtype", case.input.dtype))


def _defined(case: Case) -> Numbers:
    numbers = expected(case)
    assert isinstance(numbers, Numbers), f"{case.id}: a call without a mistake has numbers"
    return numbers


def _near(value: Floats, dtype: str) -> Numbers:
    """Return numbers with the tolerance of a few roundings of 1."""
    tolerance = RELATIVE[dtype] * np.abs(value) + 8 * ONE_ROUNDING[dtype]
    return Numbers(value, np.asarray(tolerance), dtype)


def _bounded(numbers: Numbers, instead: Mapping[str, Any]) -> Numbers:
    """Widen the tolerance to the bounds that `instead` states."""
    size = np.where(np.isfinite(numbers.value), np.abs(numbers.value), 0.0)
    tolerance = instead.get("relative", 0.0) * size + instead.get("absolute", 0.0)
    return replace(numbers, tolerance=np.asarray(np.maximum(numbers.tolerance, tolerance)))
