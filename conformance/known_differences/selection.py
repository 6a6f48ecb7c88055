"""Select the known differences that apply to a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import (
    ExpectedError,
    Numbers,
    Raises,
    close,
    expected,
)
from mlloss.conformance.frameworks.registry import OWN_IMPLEMENTATIONS, Implementation
from mlloss.conformance.known_differences.effects import Crash, Uninitialized, predict
from mlloss.conformance.known_differences.model import Difference


def matching(
    known: Iterable[Difference],
    case: Case,
    target: str,
    implementation: Implementation | str,
    version: str,
) -> list[Difference]:
    """Return the known differences whose conditions the case meets.

    A known difference of natives never applies to mlloss, and the other way round.

    Args:
        known: the known differences to choose from.
        case: the call.
        target: the target that ran it.
        implementation: the implementation under test.
        version: the version that the target reported.
    """
    ours = implementation in OWN_IMPLEMENTATIONS
    return [
        one
        for one in known
        if (one.implementation == "mlloss") == ours and one.matches(case, target, version)
    ]


def applicable(matches: Sequence[Difference], case: Case, agrees: bool) -> list[Difference]:
    """Return the known differences that predict something other than the definition.

    One is expected; several are ambiguous. A known difference that only widens the tolerance
    applies where no other does and the observation is outside the plain tolerance.

    Args:
        matches: the result of `matching`.
        case: the call.
        agrees: whether the observation is the definition's.
    """
    telling = [
        one for one in matches if not one.is_tolerance_only() and contradicts_definition(one, case)
    ]
    if telling or agrees:
        return telling
    return [one for one in matches if one.is_tolerance_only()]


def contradicts_definition(difference: Difference, case: Case) -> bool:
    """Return whether a known difference predicts something other than the definition."""
    predicted, definition = predict(case, difference.instead), expected(case)
    if isinstance(predicted, Uninitialized | Crash):
        return True
    if isinstance(predicted, Raises):
        return isinstance(definition, Numbers)
    numbers = definition.rows if isinstance(definition, ExpectedError) else definition
    if numbers is None or isinstance(predicted, ExpectedError):
        return True
    return not (close(predicted.value, numbers) and predicted.dtype == numbers.dtype)
