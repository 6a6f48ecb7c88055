"""Group failing cases, so that one bug is reported once."""

from __future__ import annotations

import re

import numpy as np

from mlloss.conformance.expected.expectation import Numbers, expected
from mlloss.conformance.results.judge import Observation, Verdict

FailureKey = tuple[str, ...]
WORDS = 8


def failure_key(observation: Observation, verdict: Verdict) -> FailureKey:
    """Return a key, equal for failures of one kind: sizes, positions and numbers do not count."""
    case = observation.case
    return (case.loss, case.quantity, verdict.kind, *verdict.differences(), _how(observation))


def _how(observation: Observation) -> str:
    outcome, wanted = observation.outcome, expected(observation.case)
    if outcome.value is None:
        return words(f"{outcome.error} {outcome.message}")
    if not isinstance(wanted, Numbers):
        return "no error"
    if outcome.dtype != wanted.dtype:
        return f"as {outcome.dtype}"
    if outcome.value.shape != wanted.value.shape:
        return "another shape"
    for what, is_so in (("nan", np.isnan), ("infinite", np.isinf)):
        if (is_so(outcome.value) != is_so(wanted.value)).any():
            return what
    return "another number"


def words(message: str) -> str:
    """Return the first words of a message without numbers, shapes and addresses."""
    return " ".join(re.findall(r"[A-Za-z_]{3,}", message)[:WORDS])
