"""The verdict on each outcome: against the definition, the page, and the known differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

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
from mlloss.conformance.frameworks.natives import Missing, dialect_of
from mlloss.conformance.frameworks.registry import OURS, find_target
from mlloss.conformance.known_differences.effects import Crash, Restated, Uninitialized, restated
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.reports.text import came, definition_in_words, restated_in_words
from mlloss.conformance.runner.protocol import Outcome

Kind = Literal["agrees", "known", "differs", "stale", "died", "timed out", "absent"]
KINDS: tuple[Kind, ...] = ("agrees", "known", "differs", "stale", "died", "timed out", "absent")
FAILURES = {"differs", "stale", "died", "timed out"}


@dataclass(frozen=True)
class Verdict:
    """One (case, target, subject); `difference` is the row that was tried, right or wrong."""

    case: str
    target: str
    implementation: str
    kind: Kind
    explanation: str = ""
    difference: str = ""


@dataclass(frozen=True)
class Observation:
    """An outcome with all that is known of who gave it."""

    case: Case
    target: str
    implementation: str
    version: str
    outcome: Outcome
    host: Host | None = None  # an object of this process, not to be found by the target's name

    def verdict(self, kind: Kind, explanation: str, row: Difference | None = None) -> Verdict:
        """The verdict on this trial."""
        id = row.id if row else ""
        return Verdict(self.case.id, self.target, self.implementation, kind, explanation, id)

    def asked(self) -> Host:
        """Whom the question went to."""
        return self.host or find_host(find_target(self.target).framework)

    def labels_at_hand(self) -> bool:
        """Whether wrong labels could be seen, so that they must be an error."""
        eager = self.host or find_target(self.target).mode == "eager"
        return bool(eager) and self.asked().at_hand and "vmap" not in self.case.quantity

    def has_nan_slopes(self) -> bool:
        """Whether a derivative of ours may be nan at an infinite score here."""
        if self.host or self.implementation not in OURS or self.case.quantity not in DERIVATIVES:
            return False
        return find_target(self.target).mode in self.asked().nan_slopes


def judge(observation: Observation, rows: Sequence[Difference]) -> Verdict:
    """A row that applies must be what happened, to the digit; else the definition must be."""
    right = any(_fits(observation, wanted) for wanted in _definitions(observation))
    row = _row(observation, rows, right)
    if row and _fits(observation, instead := restated(observation.case, row.instead)):
        what, definition = (
            restated_in_words(instead),
            definition_in_words(expected(observation.case)),
        )
        return observation.verdict("known", f"{what}, the definition {definition}", row)
    if observation.outcome.kind in ("died", "timed out"):
        kind: Kind = "died" if observation.outcome.kind == "died" else "timed out"
        return observation.verdict(kind, observation.outcome.message, row)
    if row:
        return observation.verdict("stale" if right else "differs", _comparison(observation), row)
    return observation.verdict(
        "agrees" if right else "differs", "" if right else _comparison(observation)
    )


def judge_page(case: Case, rows: Sequence[Difference]) -> Verdict:
    """The printed numbers themselves, taken as the result of a target."""
    assert case.printed, f"{case.id} is from no page"
    printed = Outcome("value", dtype=case.input.dtype, value=case.printed.values())
    return judge(Observation(case, PAGE, "printed", "", printed), rows)


def unused(
    rows: Iterable[Difference], verdicts: Sequence[Verdict], ran: Mapping[tuple[str, str], str]
) -> list[Verdict]:
    """Rows that no case needed; `ran` has the version of each (target, loss) that answered."""
    tried = {(verdict.difference, verdict.target) for verdict in verdicts}
    return [
        Verdict("", target, row.implementation, "stale", "no case needs this row any more", row.id)
        for row in rows
        for (target, loss), version in ran.items()
        if loss == row.loss and row.applies_to(target, version) and (row.id, target) not in tried
    ]


def _definitions(observation: Observation) -> list[Restated]:
    """The definition's answer, and what a limit of the framework lets stand beside it."""
    wanted: list[Restated] = [expected(observation.case)]
    if observation.target == PAGE:
        return wanted
    if observation.asked().flushes_subnormals:
        wanted.append(expected(flushed(observation.case)))
    if observation.has_nan_slopes():
        wanted.append(nan_at_infinity(observation.case))
    return wanted


def _row(observation: Observation, rows: Sequence[Difference], right: bool) -> Difference | None:
    """The row for this trial, if it says something else than the definition does.

    A bound on how far off a number may be is of use only where nothing else is told.
    """
    ours = observation.implementation in OURS  # on our own targets no row may speak of it
    own = [row for row in rows if (row.implementation == "mlloss") == ours]
    matching = [
        row for row in own if row.matches(observation.case, observation.target, observation.version)
    ]
    telling = [row for row in matching if not row.is_tolerance_only() and tells(observation, row)]
    if not telling and not right:
        telling = [row for row in matching if row.is_tolerance_only()]
    if len(telling) > 1:
        raise ValueError(
            f"{observation.case.id}: one row at a time, got {[row.id for row in telling]}"
        )
    return telling[0] if telling else None


def tells(observation: Observation, row: Difference) -> bool:
    """Whether a row claims that something else comes than the definition."""
    instead, definition = restated(observation.case, row.instead), expected(observation.case)
    if isinstance(instead, Uninitialized | Crash):
        return True
    if isinstance(instead, Raises):
        return isinstance(definition, Numbers)
    rows = definition.rows if isinstance(definition, ExpectedError) else definition
    if rows is None or isinstance(instead, ExpectedError):
        return True
    return not (close(instead.value, rows) and instead.dtype == rows.dtype)


def _fits(observation: Observation, wanted: Restated) -> bool:
    """Whether this came."""
    outcome = observation.outcome
    if isinstance(wanted, Raises):
        return outcome.error == wanted.type and wanted.message in outcome.message
    if isinstance(wanted, Crash):
        return outcome.kind == "died" and wanted.signal in outcome.message
    if isinstance(wanted, ExpectedError):
        return _refused(observation, wanted)
    if isinstance(wanted, Uninitialized):
        return _anything(observation)
    return (
        outcome.value is not None and outcome.dtype == wanted.dtype and _close(observation, wanted)
    )


def _anything(observation: Observation) -> bool:
    """Some number, but not the nan that would be right; of a process of its own all there can be.

    Memory that is not the call's may hold what crashes, what raises, or what is right by chance.
    """
    if observation.case.alone:
        return True
    definition = expected(observation.case)
    right = isinstance(definition, Numbers) and bool(np.isnan(definition.value).all())
    value = observation.outcome.value
    return value is not None and not (right and bool(np.isnan(value).all()))


def _refused(observation: Observation, wanted: ExpectedError) -> bool:
    """An error; of ours one that names the loss, and where values are at hand nothing else."""
    outcome, ours = observation.outcome, observation.implementation in OURS
    if outcome.kind == "error":
        return not ours or f"{_name(observation)}: " in outcome.message
    if wanted.rows is None or outcome.value is None or (ours and observation.labels_at_hand()):
        return False
    return close(outcome.value, wanted.rows)


def _name(observation: Observation) -> str:
    """Of the function of ours that was asked, which its errors begin with."""
    spelt = dialect_of(observation.asked().name, observation.case.loss)
    if observation.implementation == "mlloss" or isinstance(spelt, Missing):
        return observation.case.loss
    return spelt.function.rpartition(".")[2]


def _close(observation: Observation, wanted: Numbers) -> bool:
    """Near what is wanted, and where the page prints just that, to its digits."""
    outcome, printed = observation.outcome.value, observation.case.printed
    assert outcome is not None
    if printed is None:
        return close(outcome, wanted)
    slack = printed.half_units()
    near = replace(wanted, reach=wanted.reach + (slack if observation.target == PAGE else 0.0))
    if not close(outcome, near):
        return False
    to_digits = replace(wanted, reach=wanted.reach + slack)
    if not close(printed.values(), to_digits):
        return True
    return close(outcome, replace(to_digits, value=printed.values()))


def _comparison(observation: Observation) -> str:
    """One line: what came, and what the definition gives."""
    wanted = expected(observation.case)
    verb = "prints" if observation.target == PAGE else "gives"
    return (
        f"{came(observation.outcome, wanted, verb)}, the definition {definition_in_words(wanted)}"
    )
