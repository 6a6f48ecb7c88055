"""A case for each known difference and target: the first that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from packaging.specifiers import SpecifierSet

from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, close, expected
from mlloss.conformance.frameworks.adapters import HOSTS
from mlloss.conformance.frameworks.registry import TARGETS
from mlloss.conformance.known_differences.effects import restated
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.known_differences.selection import contradicts_definition

# How far off a number is that is only less accurate cannot be known without the framework.
SHOWN = {
    "jax-soft-half-slope": "soft/gradient/plain/float16",
    "jax-soft-half-value": "soft/value/plain/bfloat16",
    "jax-soft-second-derivative": "soft/second-derivative/wrong-by-20/float32",
    "jax-soft-second-derivative-double": "soft/second-derivative/wrong-by-20/float64",
    "mindspore-graph-soft-bend": "soft/second-derivative/right-by-50/float32",
    "mindspore-graph-soft-coarse-bend": "soft/second-derivative/right-by-20/float32",
    "mindspore-soft-coarse": "soft/value/right-by-20/float32",
    "mindspore-soft-coarse-bend": "soft/second-derivative/right-by-20/float32",
    "mindspore-soft-coarse-double": "soft/value/plain/float64",
    "mindspore-soft-coarse-half": "soft/value/right-by-8/float16",
    "mindspore-soft-coarse-slope": "soft/gradient/right-by-20/float32",
    "mindspore-soft-edge": "soft/gradient/wrong-by-88.4/float32",
    "paddle-soft-tails": "soft/value/right-by-17/float32",
    "paddle-soft-tails-double": "soft/value/right-by-37/float64",
    "torch-margin-many-pairs": "margin/shapes/2x60/gradient-many-pairs",
    "torch-soft-half-slope": "soft/gradient/plain/float16",
    "torch-soft-half-value": "soft/value/plain/bfloat16",
    "torch-soft-second-derivative": "soft/second-derivative/right-by-20/float32",
    "torch-soft-second-derivative-double": "soft/second-derivative/right-by-20/float64",
}


def examples(row: Difference, cases: Iterable[Case]) -> dict[str, Case]:
    """For each target the first in which clearly something else comes, or else with any claim."""
    clear: dict[str, Case] = {}
    vague: dict[str, Case] = {}
    for case in _candidates(row, cases):
        found = clear if row.is_tolerance_only() or _clearly(row, case) else vague
        for target in row.targets:
            if _can_be_asked(case, target):
                found.setdefault(target, case)
        if len(clear) == len(row.targets):
            break
    return {target: (vague | clear)[target] for target in row.targets if target in vague | clear}


def _candidates(row: Difference, cases: Iterable[Case]) -> Iterator[Case]:
    shown = SHOWN.get(row.id)
    return (case for case in cases if shown in (None, case.id) and speaks_of(row, case))


def speaks_of(row: Difference, case: Case) -> bool:
    """Whether the row matches, in its versions, and says something else than the definition.

    One that only bounds how far off a number may be says that of all that it matches.
    """
    if not _of_all_versions(row).matches(case, row.targets[0], ""):
        return False
    return row.is_tolerance_only() or contradicts_definition(row, case)


@cache
def _of_all_versions(row: Difference) -> Difference:
    return replace(row, versions=SpecifierSet())


def _can_be_asked(case: Case, target: str) -> bool:
    """Whether the case can be put to the target's native at all."""
    if "native" not in case.implementations:
        return False
    if target == PAGE:
        return case.printed is not None
    where = TARGETS[target]
    return HOSTS[where.framework].absence(case.quantity, where.mode, case.dtypes()) is None


def _clearly(row: Difference, case: Case) -> bool:
    """Whether it lies outside what the row allows for."""
    definition, instead = expected(case), restated(case, row.instead)
    if isinstance(definition, ExpectedError) or not isinstance(instead, Numbers):
        return True
    return not close(definition.value, instead)
