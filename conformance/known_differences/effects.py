"""What a known difference may say comes instead of the definition, in words that compute it.

A word that this file overlooked would excuse too much, so that each has its values here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import KEPT, Array, Case, Floats
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, Raises, expected
from mlloss.conformance.expected.tolerance import ONE_ROUNDING, RELATIVE
from mlloss.conformance.known_differences.emulation import (
    HINGES,
    SPREADS,
    TERMS,
    margin,
    soft,
    spread,
)
from mlloss.core.spec import FLOATS

# The values that a word may have; None where they are not to be counted.
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
    # the numbers are worked out in another way
    "padding": ("class 0",),
    "hinge": tuple(HINGES),
    "terms": tuple(TERMS),
    "broadcasts": tuple(SPREADS),
    # the numbers are these, but
    "dtype": FLOATS,
    "row_axis": ("kept",),
    "relative": None,
    "absolute": None,
}
BOUNDS = {"relative", "absolute"}


@dataclass(frozen=True)
class Uninitialized:
    """What stood in memory that is not the call's: any numbers, or the end of the process."""


@dataclass(frozen=True)
class Crash:
    """The end of the process, by this signal."""

    signal: str


Restated = Numbers | Raises | ExpectedError | Uninitialized | Crash


def check_instead(instead: Mapping[str, Any]) -> None:
    """ValueError for anything that could not be computed."""
    unknown = sorted(set(instead) - set(WORDS))
    if not instead or unknown:
        raise ValueError(f"instead must be words of {sorted(WORDS)}; got {dict(instead)}")
    for word, value in instead.items():
        allowed = WORDS[word]
        if allowed is not None and value not in allowed:
            raise ValueError(f"instead: {word} must be one of {allowed}; got {value!r}")
    if "padding" in instead and "hinge" not in instead:
        raise ValueError(f"instead: padding needs a hinge to be worked out; got {dict(instead)}")
    ends = set(instead) & {"raises", "gives", "dies"}
    if len(ends) > 1 or (ends and set(instead) - ends - {"message"}):
        raise ValueError(f"instead: {sorted(ends)} leaves no room for more; got {dict(instead)}")
    if "message" in instead and "raises" not in instead:
        raise ValueError(f"instead: a message of nothing that raises; got {dict(instead)}")


def restated(case: Case, instead: Mapping[str, Any]) -> Restated:
    """What the definition gives when read as `instead` reads it."""
    return _restated(case, tuple(sorted(instead.items())))


@lru_cache(KEPT)
def _restated(case: Case, words: tuple[tuple[str, Any], ...]) -> Restated:
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
    """The number of a row without a batch as that of a batch of one."""
    reach = np.broadcast_to(numbers.reach, numbers.value.shape)
    return replace(numbers, value=numbers.value[None], reach=reach[None])


def _gives_nan(case: Case) -> Numbers:
    shape = case.input.shape[:-1] if case.reduction == "none" else ()
    return Numbers(np.full(shape, np.nan), np.zeros(shape), case.input.dtype)


def _read(case: Case, instead: Mapping[str, Any]) -> Case:
    """The call as it is understood."""
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
    """Lists that list nothing for the rows behind the last list."""
    width, missing = case.target.shape[-1], case.input.shape[0] - case.target.shape[0]
    return Array(case.target.dtype, case.target.data + [[-1] * width] * missing)


def _from_the_end(case: Case) -> Array:
    """-2 for the last class but one, and so on; -1 ends a list all the same."""
    numbers, classes = case.target.rounded(), case.input.shape[-1]
    return Array(case.target.dtype, np.where(numbers < -1, numbers + classes, numbers).tolist())


def _computed(case: Case, instead: Mapping[str, Any]) -> Numbers:
    """By another way if one is told."""
    if "hinge" in instead:
        value = margin(case, instead["hinge"], instead.get("padding", ""))
    elif "terms" in instead:
        value = soft(case, instead["terms"])
    elif "broadcasts" in instead:
        value = spread(case, instead["broadcasts"])
    else:
        return _defined(case)
    return _near(value, instead.get("dtype", case.input.dtype))


def _defined(case: Case) -> Numbers:
    numbers = expected(case)
    assert isinstance(numbers, Numbers), f"{case.id}: a call without a mistake has numbers"
    return numbers


def _near(value: Floats, dtype: str) -> Numbers:
    """As near as one may come with some roundings of 1."""
    reach = RELATIVE[dtype] * np.abs(value) + 8 * ONE_ROUNDING[dtype]
    return Numbers(value, np.asarray(reach), dtype)


def _bounded(numbers: Numbers, instead: Mapping[str, Any]) -> Numbers:
    """To a fraction of themselves, or to that of 1."""
    size = np.where(np.isfinite(numbers.value), np.abs(numbers.value), 0.0)
    reach = instead.get("relative", 0.0) * size + instead.get("absolute", 0.0)
    return replace(numbers, reach=np.asarray(np.maximum(numbers.reach, reach)))
