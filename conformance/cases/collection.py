"""All cases: documented examples, those enumerated from the spec, and what fuzzing found."""

from __future__ import annotations

from functools import cache

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.regressions import found_cases
from mlloss.conformance.cases.sweeps.families import generated_cases


@cache
def all_cases() -> tuple[Case, ...]:
    """In the order of the report; ids are unique."""
    cases = documented_cases() + generated_cases() + found_cases()
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise ValueError(f"case ids must be unique; got {case.id} twice")
        seen.add(case.id)
    return cases
