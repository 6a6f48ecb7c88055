"""Judge observations: against the definition, the documentation and the known differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import (
    DERIVATIVES,
    ExpectedError,
    Numbers,
    Raises,
    close,
    expected,
    flushed,
    nan_at_infinity,
)
from mlloss.conformance.frameworks.adapters import Host, find_host
from mlloss.conformance.frameworks.natives import Missing, native_of_dialect
from mlloss.conformance.frameworks.registry import OWN_IMPLEMENTATIONS, find_target
from mlloss.conformance.known_differences.effects import Crash, Prediction, Uninitialized, predict
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.known_differences.selection import applicable, matching
from mlloss.conformance.reports.text import definition_text, outcome_text, prediction_text
from mlloss.conformance.runner.protocol import Outcome

Kind = Literal["agrees", "known", "differs", "ambiguous", "stale", "died", "timed out", "absent"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FAILURES = {"differs", "ambiguous", "stale", "died", "timed out"}


@dataclass(frozen=True)
class Verdict:
    """The verdict on one case, target and implementation.

    Attributes:
        case: the id of the case; empty for a known difference that no case needs.
        target: the name of the target, or "page".
        implementation: what was tested: "native", "mlloss", "dialect" or "printed".
        kind: one of `KINDS`.
        explanation: one line: what was observed, and what the definition gives.
        difference: the id of the known difference that was applied, whether or not it holds.
        candidates: where `kind` is "ambiguous", the ids of the known differences that match.
    """

    case: str
    target: str
    implementation: str
    kind: Kind
    explanation: str = ""
    difference: str = ""
    candidates: tuple[str, ...] = ()

    def differences(self) -> tuple[str, ...]:
        """Return the ids of all known differences that the verdict names."""
        return self.candidates or ((self.difference,) if self.difference else ())


@dataclass(frozen=True)
class Observation:
    """The outcome of one case, with where it comes from."""

    case: Case
    target: str
    implementation: str
    version: str
    outcome: Outcome
    host: Host | None = None  # a third-party adapter of this process

    def verdict(
        self, kind: Kind, explanation: str, difference: Difference | None = None
    ) -> Verdict:
        """Return a verdict on this observation."""
        id = difference.id if difference else ""
        return Verdict(self.case.id, self.target, self.implementation, kind, explanation, id)

    def adapter(self) -> Host:
        """Return the adapter of the framework that was observed."""
        return self.host or find_host(find_target(self.target).framework)

    def sees_labels(self) -> bool:
        """Return whether mlloss can check label values here, so that wrong ones must raise."""
        eager = self.host or find_target(self.target).mode == "eager"
        return bool(eager) and self.adapter().at_hand and "vmap" not in self.case.quantity

    def may_have_nan_gradients(self) -> bool:
        """Return whether a derivative of mlloss may be nan at an infinite score here."""
        if (
            self.host
            or self.implementation not in OWN_IMPLEMENTATIONS
            or self.case.quantity not in DERIVATIVES
        ):
            return False
        return find_target(self.target).mode in self.adapter().nan_slopes


def judge(observation: Observation, known: Sequence[Difference]) -> Verdict:
    """Return the verdict on an observation.

    A known difference that applies must be observed exactly; otherwise the definition must be.
    Two that apply are a failure of their own.

    Args:
        observation: what was observed.
        known: all known differences.
    """
    if observation.outcome.kind == "absent":
        return observation.verdict("absent", observation.outcome.message)
    agrees = any(_is_observed(observation, wanted) for wanted in _definitions(observation))
    matches = matching(
        known,
        observation.case,
        observation.target,
        observation.implementation,
        observation.version,
    )
    found = applicable(matches, observation.case, agrees)
    if len(found) > 1:
        return _ambiguous(observation, found)
    return _judged_by(observation, found[0] if found else None, agrees)


def judge_page(case: Case, known: Sequence[Difference]) -> Verdict:
    """Return the verdict on the numbers that a documentation page prints."""
    assert case.printed, f"{case.id} is from no page"
    printed = Outcome("value", dtype=case.input.dtype, value=case.printed.values())
    return judge(Observation(case, PAGE, "printed", "", printed), known)


def stale_differences(
    known: Iterable[Difference],
    verdicts: Sequence[Verdict],
    ran: Mapping[tuple[str, str], str],
) -> list[Verdict]:
    """Return a failure for each known difference that no verdict names.

    Args:
        known: all known differences.
        verdicts: the verdicts of the run.
        ran: the version of each (target, loss) that ran.
    """
    needed = {(id, verdict.target) for verdict in verdicts for id in verdict.differences()}
    return [
        Verdict("", target, one.implementation, "stale", "no case needs it", one.id)
        for one in known
        for (target, loss), version in ran.items()
        if loss == one.loss and one.applies_to(target, version) and (one.id, target) not in needed
    ]


def _judged_by(observation: Observation, one: Difference | None, agrees: bool) -> Verdict:
    """Return the verdict where at most one known difference applies."""
    outcome = observation.outcome
    if one and _is_observed(observation, predicted := predict(observation.case, one.instead)):
        wanted = definition_text(expected(observation.case))
        explanation = f"{prediction_text(predicted)}, the definition {wanted}"
        return observation.verdict("known", explanation, one)
    if outcome.kind in ("died", "timed out"):
        kind: Kind = "died" if outcome.kind == "died" else "timed out"
        return observation.verdict(kind, outcome.message, one)
    if one:
        return observation.verdict("stale" if agrees else "differs", _comparison(observation), one)
    if agrees:
        return observation.verdict("agrees", "")
    return observation.verdict("differs", _comparison(observation))


def _ambiguous(observation: Observation, found: Sequence[Difference]) -> Verdict:
    ids = tuple(one.id for one in found)
    explanation = (
        f"{len(ids)} known differences match ({', '.join(ids)}); make their `when` conditions "
        f"exclusive; {_comparison(observation)}"
    )
    return replace(observation.verdict("ambiguous", explanation), candidates=ids)


def _definitions(observation: Observation) -> list[Prediction]:
    """Return the definition's result, and those that a limit of the framework allows beside it."""
    wanted: list[Prediction] = [expected(observation.case)]
    if observation.target == PAGE:
        return wanted
    if observation.adapter().flushes_subnormals:
        wanted.append(expected(flushed(observation.case)))
    if observation.may_have_nan_gradients():
        wanted.append(nan_at_infinity(observation.case))
    return wanted


def _is_observed(observation: Observation, wanted: Prediction) -> bool:
    """Return whether the outcome is the wanted one, within its tolerance."""
    outcome = observation.outcome
    if isinstance(wanted, Raises):
        return outcome.error == wanted.type and wanted.message in outcome.message
    if isinstance(wanted, Crash):
        return outcome.kind == "died" and wanted.signal in outcome.message
    if isinstance(wanted, ExpectedError):
        return _is_refused(observation, wanted)
    if isinstance(wanted, Uninitialized):
        return _is_uninitialized(observation)
    same_dtype = outcome.value is not None and outcome.dtype == wanted.dtype
    return same_dtype and _is_close(observation, wanted)


def _is_uninitialized(observation: Observation) -> bool:
    """Return whether the outcome may be uninitialised memory.

    Of a case in a process of its own anything may be: such memory may crash, raise, or be right
    by chance. Elsewhere it is any number but the nan that is right.
    """
    if observation.case.alone:
        return True
    definition = expected(observation.case)
    right = isinstance(definition, Numbers) and bool(np.isnan(definition.value).all())
    value = observation.outcome.value
    return value is not None and not (right and bool(np.isnan(value).all()))


def _is_refused(observation: Observation, wanted: ExpectedError) -> bool:
    """Return whether the call was refused, or gave the nan rows that are allowed instead.

    An error of mlloss must name the loss; where mlloss can check values, only an error will do.
    """
    outcome, ours = observation.outcome, observation.implementation in OWN_IMPLEMENTATIONS
    if outcome.kind == "error":
        return not ours or f"{_function_name(observation)}: " in outcome.message
    if wanted.rows is None or outcome.value is None or (ours and observation.sees_labels()):
        return False
    return close(outcome.value, wanted.rows)


def _function_name(observation: Observation) -> str:
    """Return the name that error messages of the tested function begin with."""
    dialect = native_of_dialect(observation.adapter().name, observation.case.loss)
    if observation.implementation == "mlloss" or isinstance(dialect, Missing):
        return observation.case.loss
    return dialect.function.rpartition(".")[2]


def _is_close(observation: Observation, wanted: Numbers) -> bool:
    """Return whether the outcome is within tolerance, and to the digits of its page if any."""
    outcome, printed = observation.outcome.value, observation.case.printed
    assert outcome is not None
    if printed is None:
        return close(outcome, wanted)
    slack = printed.half_units()
    near = replace(
        wanted, tolerance=wanted.tolerance + (slack if observation.target == PAGE else 0.0)
    )
    if not close(outcome, near):
        return False
    to_digits = replace(wanted, tolerance=wanted.tolerance + slack)
    if not close(printed.values(), to_digits):
        return True
    return close(outcome, replace(to_digits, value=printed.values()))


def _comparison(observation: Observation) -> str:
    """Return one line: what was observed, and what the definition gives."""
    outcome, wanted = observation.outcome, expected(observation.case)
    if outcome.kind in ("died", "timed out"):
        return outcome.message
    verb = "prints" if observation.target == PAGE else "gives"
    return f"{outcome_text(outcome, wanted, verb)}, the definition {definition_text(wanted)}"
