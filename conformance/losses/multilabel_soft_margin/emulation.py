"""How frameworks compute the multi-label soft margin loss where they depart from the definition.

Overflow, infinities and nan are emulated exactly. The last digits are not; a known difference that
needs them states a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import Case, Floats
from mlloss.conformance.known_differences.emulation import requested


@dataclass(frozen=True)
class Terms:
    """log(sigmoid(x)), its derivative and its second derivative, in the dtype of x."""

    value: Callable[[Any], Any]
    gradient: Callable[[Any], Any]
    second: Callable[[Any], Any]


def _small(x: Any) -> Any:
    return np.exp(-np.abs(x))


def _sigmoid(x: Any) -> Any:
    return np.where(x < 0, _small(x), 1) / (1 + _small(x))


def _log_sum_exp(x: Any) -> Any:
    """Subtract the largest exponent, which at -inf is inf - inf."""
    m = np.maximum(-x, 0)
    return -m - np.log(np.exp(-m) + np.exp(-x - m))


def _log_sum_exp_gradient(x: Any) -> Any:
    m = np.maximum(-x, 0)
    return np.exp(-x - m) / (np.exp(-m) + np.exp(-x - m))


def _log_gradient(x: Any) -> Any:
    """e / (1 + e) as e * (1 / (1 + e)), with a subnormal 1 / (1 + e) flushed to 0."""
    e = np.exp(-x)
    return e * _flushed(1 / (e + 1))


def _log_second(x: Any) -> Any:
    """The quotient rule: (1 + e)^2 overflows long before e does."""
    e = np.exp(-x)
    return -(e * _flushed(1 / (e + 1)) - e * (e * _flushed(1 / ((e + 1) * (e + 1)))))


def _flushed(value: Any) -> Any:
    """Halves are computed in float32, where their small numbers are normal."""
    tiny = 0 if value.dtype == np.float16 else np.finfo(value.dtype).tiny
    return np.where(np.abs(value) < tiny, 0, value)


TERMS = {
    "y * log_sigmoid(x) + (1 - y) * log_sigmoid(-x)": Terms(
        lambda x: np.minimum(x, 0) - np.log1p(_small(x)),
        lambda x: _sigmoid(-x),
        lambda x: -_sigmoid(x) * _sigmoid(-x),
    ),
    "y * log_sigmoid(x) + (1 - y) * log_sigmoid(-x), by log-sum-exp": Terms(
        _log_sum_exp, _log_sum_exp_gradient, lambda x: -_sigmoid(x) * _sigmoid(-x)
    ),
    "y * log(1 / (1 + exp(-x))) + (1 - y) * log(1 / (1 + exp(x)))": Terms(
        lambda x: -np.log(np.exp(-x) + 1), _log_gradient, _log_second
    ),
}


@dataclass(frozen=True)
class Broadcast:
    """Which axis holds the classes after broadcasting, and what their sum is divided by."""

    axis: Callable[[int], int]  # of input's number of axes
    divisor: Callable[[tuple[int, ...], tuple[int, ...]], int]  # of input's shape and the result's


BROADCASTS = {
    "and the mean taken over the last axis": Broadcast(lambda axes: -1, lambda x, all: all[-1]),
    "and the sum over input's last axis divided by its size": Broadcast(
        lambda axes: axes - 1, lambda x, all: x[-1]
    ),
}
WORDS = {"terms": tuple(TERMS), "broadcasts": tuple(BROADCASTS)}


def check(instead: Mapping[str, Any]) -> None:
    """Accept every combination of the words."""


def emulate(case: Case, instead: Mapping[str, Any]) -> Floats | None:
    """Return the case's quantity as `instead` says that it is computed.

    Args:
        case: a call with dense labels.
        instead: the words of a known difference: `terms` names one of `TERMS`, `broadcasts` one
            of `BROADCASTS`.

    Returns:
        The numbers; None without one of the two words.
    """
    if "terms" in instead:
        return _by_terms(case, TERMS[instead["terms"]])
    return _broadcast(case, BROADCASTS[instead["broadcasts"]]) if "broadcasts" in instead else None


def _weight(case: Case) -> Any:
    weight = case.arrays.get("weight")
    return np.asarray(1.0 if weight is None else weight.rounded(), np.float64)


def _by_terms(case: Case, terms: Terms) -> Floats:
    """Compute terms and their sum in the dtype of input; bfloat16 has the range of float32."""
    name = case.input.dtype
    dtype = np.dtype("float32" if name == "bfloat16" else name).type
    x, y = case.input.rounded().astype(dtype), case.target.rounded().astype(dtype)
    w = _weight(case).astype(dtype)
    with np.errstate(all="ignore"):
        losses = -(y * terms.value(x) + (1 - y) * terms.value(-x)) * w
        gradient = -(y * terms.gradient(x) - (1 - y) * terms.gradient(-x)) * w
        second = -(y * terms.second(x) + (1 - y) * terms.second(-x)) * w
        rows = losses.sum(-1, dtype=dtype) / dtype(x.shape[-1])
    return requested(case, rows.astype(np.float64), gradient / x.shape[-1], second / x.shape[-1])


def _broadcast(case: Case, way: Broadcast) -> Floats:
    """Broadcast the arguments as NumPy does."""
    x, y = case.input.rounded(), case.target.rounded().astype(np.float64)
    w = _weight(case)
    terms = w * (y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x))
    rows = terms.sum(way.axis(x.ndim)) / way.divisor(x.shape, terms.shape)
    return np.asarray({"none": rows, "sum": rows.sum(), "mean": rows.mean()}[case.reduction])
