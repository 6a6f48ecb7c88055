"""Choose a case that demonstrates each known difference on each of its targets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, close, expected
from mlloss.conformance.frameworks.adapters import HOSTS
from mlloss.conformance.frameworks.registry import TARGETS
from mlloss.conformance.known_differences.effects import predict
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.known_differences.selection import contradicts_definition


def examples(difference: Difference, cases: Iterable[Case]) -> dict[str, Case]:
    """Return a case for each target that can run one.

    The first whose prediction is outside the definition's tolerance is preferred over one that
    contradicts the definition in another way. How far off a less accurate number is cannot be
    predicted: such a known difference names its case as `example`.
    """
    clear: dict[str, Case] = {}
    vague: dict[str, Case] = {}
    for case in cases:
        if difference.example not in ("", case.id) or not contradicts(difference, case):
            continue
        is_clear = difference.is_tolerance_only() or _is_far(difference, case)
        for target in difference.targets:
            if _can_run(case, target):
                (clear if is_clear else vague).setdefault(target, case)
        if len(clear) == len(difference.targets):
            break
    found = vague | clear
    return {target: found[target] for target in difference.targets if target in found}


def contradicts(difference: Difference, case: Case) -> bool:
    """Return whether a known difference applies to a case in some version of its framework."""
    if not _of_all_versions(difference).matches(case, difference.targets[0], ""):
        return False
    return difference.is_tolerance_only() or contradicts_definition(difference, case)


@cache
def _of_all_versions(difference: Difference) -> Difference:
    return difference.of_all_versions()


def _can_run(case: Case, target: str) -> bool:
    """Return whether the native of a target can run the case."""
    if "native" not in case.implementations:
        return False
    if target == PAGE:
        return case.printed is not None
    where = TARGETS[target]
    return HOSTS[where.framework].absence(case.quantity, where.mode, case.dtypes()) is None


def _is_far(difference: Difference, case: Case) -> bool:
    """Return whether the definition is outside the tolerance of the prediction."""
    definition, predicted = expected(case), predict(case, difference.instead)
    if isinstance(definition, ExpectedError) or not isinstance(predicted, Numbers):
        return True
    return not close(definition.value, predicted)
