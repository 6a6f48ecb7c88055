"""The verdict on each outcome: against the definition, the page, and the known differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mlloss.conformance.answer import Outcome
from mlloss.conformance.case import Case
from mlloss.conformance.differences import PAGE, Difference
from mlloss.conformance.hosts import Host, find_host
from mlloss.conformance.instead import Anything, Dies, Restated, restated
from mlloss.conformance.natives import Missing, dialect_of
from mlloss.conformance.restate import (
    DERIVATIVES,
    Numbers,
    Raises,
    Refusal,
    close,
    expected,
    flushed,
    nan_at_infinity,
)
from mlloss.conformance.targets import OURS, find_target
from mlloss.conformance.wording import came, definition_in_words, restated_in_words

Kind = Literal["agrees", "known", "differs", "stale", "died", "timed out", "absent"]
KINDS: tuple[Kind, ...] = ("agrees", "known", "differs", "stale", "died", "timed out", "absent")
FAILURES = {"differs", "stale", "died", "timed out"}


@dataclass(frozen=True)
class Verdict:
    """One (case, target, subject); `difference` is the row that was tried, right or wrong."""

    case: str
    target: str
    subject: str
    kind: Kind
    explanation: str = ""
    difference: str = ""


@dataclass(frozen=True)
class Trial:
    """An outcome with all that is known of who gave it."""

    case: Case
    target: str
    subject: str
    version: str
    outcome: Outcome
    host: Host | None = None  # an object of this process, not to be found by the target's name

    def verdict(self, kind: Kind, explanation: str, row: Difference | None = None) -> Verdict:
        """The verdict on this trial."""
        id = row.id if row else ""
        return Verdict(self.case.id, self.target, self.subject, kind, explanation, id)

    def asked(self) -> Host:
        """Whom the question went to."""
        return self.host or find_host(find_target(self.target).framework)

    def labels_at_hand(self) -> bool:
        """Whether wrong labels could be seen, so that they must be an error."""
        eager = self.host or find_target(self.target).mode == "eager"
        return bool(eager) and self.asked().at_hand and "vmap" not in self.case.ask

    def has_nan_slopes(self) -> bool:
        """Whether a derivative of ours may be nan at an infinite score here."""
        if self.host or self.subject not in OURS or self.case.ask not in DERIVATIVES:
            return False
        return find_target(self.target).mode in self.asked().nan_slopes


def judge(trial: Trial, rows: Sequence[Difference]) -> Verdict:
    """A row that applies must be what happened, to the digit; else the definition must be."""
    right = any(_fits(trial, wanted) for wanted in _definitions(trial))
    row = _row(trial, rows, right)
    if row and _fits(trial, instead := restated(trial.case, row.instead)):
        what, definition = restated_in_words(instead), definition_in_words(expected(trial.case))
        return trial.verdict("known", f"{what}, the definition {definition}", row)
    if trial.outcome.kind in ("died", "timed out"):
        kind: Kind = "died" if trial.outcome.kind == "died" else "timed out"
        return trial.verdict(kind, trial.outcome.message, row)
    if row:
        return trial.verdict("stale" if right else "differs", _comparison(trial), row)
    return trial.verdict("agrees" if right else "differs", "" if right else _comparison(trial))


def judge_page(case: Case, rows: Sequence[Difference]) -> Verdict:
    """The printed numbers themselves, taken as the result of a target."""
    assert case.printed, f"{case.id} is from no page"
    printed = Outcome("value", dtype=case.input.dtype, value=case.printed.values())
    return judge(Trial(case, PAGE, "printed", "", printed), rows)


def unused(
    rows: Iterable[Difference], verdicts: Sequence[Verdict], ran: Mapping[tuple[str, str], str]
) -> list[Verdict]:
    """Rows that no case needed; `ran` has the version of each (target, loss) that answered."""
    tried = {(verdict.difference, verdict.target) for verdict in verdicts}
    return [
        Verdict("", target, row.subject, "stale", "no case needs this row any more", row.id)
        for row in rows
        for (target, loss), version in ran.items()
        if loss == row.loss and row.concerns(target, version) and (row.id, target) not in tried
    ]


def _definitions(trial: Trial) -> list[Restated]:
    """The definition's answer, and what a limit of the framework lets stand beside it."""
    wanted: list[Restated] = [expected(trial.case)]
    if trial.target == PAGE:
        return wanted
    if trial.asked().flushes_subnormals:
        wanted.append(expected(flushed(trial.case)))
    if trial.has_nan_slopes():
        wanted.append(nan_at_infinity(trial.case))
    return wanted


def _row(trial: Trial, rows: Sequence[Difference], right: bool) -> Difference | None:
    """The row for this trial, if it says something else than the definition does.

    A bound on how far off a number may be is of use only where nothing else is told.
    """
    ours = trial.subject in OURS  # on our own targets no row may speak of it
    own = [row for row in rows if (row.subject == "mlloss") == ours]
    matching = [row for row in own if row.matches(trial.case, trial.target, trial.version)]
    telling = [row for row in matching if not row.is_bound() and tells(trial, row)]
    if not telling and not right:
        telling = [row for row in matching if row.is_bound()]
    if len(telling) > 1:
        raise ValueError(f"{trial.case.id}: one row at a time, got {[row.id for row in telling]}")
    return telling[0] if telling else None


def tells(trial: Trial, row: Difference) -> bool:
    """Whether a row claims that something else comes than the definition."""
    instead, definition = restated(trial.case, row.instead), expected(trial.case)
    if isinstance(instead, Anything | Dies):
        return True
    if isinstance(instead, Raises):
        return isinstance(definition, Numbers)
    rows = definition.rows if isinstance(definition, Refusal) else definition
    if rows is None or isinstance(instead, Refusal):
        return True
    return not (close(instead.value, rows) and instead.dtype == rows.dtype)


def _fits(trial: Trial, wanted: Restated) -> bool:
    """Whether this came."""
    outcome = trial.outcome
    if isinstance(wanted, Raises):
        return outcome.error == wanted.type and wanted.message in outcome.message
    if isinstance(wanted, Dies):
        return outcome.kind == "died" and wanted.signal in outcome.message
    if isinstance(wanted, Refusal):
        return _refused(trial, wanted)
    if isinstance(wanted, Anything):
        return _anything(trial)
    return outcome.value is not None and outcome.dtype == wanted.dtype and _close(trial, wanted)


def _anything(trial: Trial) -> bool:
    """Some number, but not the nan that would be right; of a process of its own all there can be.

    Memory that is not the call's may hold what crashes, what raises, or what is right by chance.
    """
    if trial.case.alone:
        return True
    definition = expected(trial.case)
    right = isinstance(definition, Numbers) and bool(np.isnan(definition.value).all())
    value = trial.outcome.value
    return value is not None and not (right and bool(np.isnan(value).all()))


def _refused(trial: Trial, wanted: Refusal) -> bool:
    """An error; of ours one that names the loss, and where values are at hand nothing else."""
    outcome, ours = trial.outcome, trial.subject in OURS
    if outcome.kind == "error":
        return not ours or f"{_name(trial)}: " in outcome.message
    if wanted.rows is None or outcome.value is None or (ours and trial.labels_at_hand()):
        return False
    return close(outcome.value, wanted.rows)


def _name(trial: Trial) -> str:
    """Of the function of ours that was asked, which its errors begin with."""
    spelt = dialect_of(trial.asked().name, trial.case.loss)
    if trial.subject == "mlloss" or isinstance(spelt, Missing):
        return trial.case.loss
    return spelt.function.rpartition(".")[2]


def _close(trial: Trial, wanted: Numbers) -> bool:
    """Near what is wanted, and where the page prints just that, to its digits."""
    outcome, printed = trial.outcome.value, trial.case.printed
    assert outcome is not None
    if printed is None:
        return close(outcome, wanted)
    slack = printed.half_units()
    near = replace(wanted, reach=wanted.reach + (slack if trial.target == PAGE else 0.0))
    if not close(outcome, near):
        return False
    to_digits = replace(wanted, reach=wanted.reach + slack)
    if not close(printed.values(), to_digits):
        return True
    return close(outcome, replace(to_digits, value=printed.values()))


def _comparison(trial: Trial) -> str:
    """One line: what came, and what the definition gives."""
    wanted = expected(trial.case)
    verb = "prints" if trial.target == PAGE else "gives"
    return f"{came(trial.outcome, wanted, verb)}, the definition {definition_in_words(wanted)}"
