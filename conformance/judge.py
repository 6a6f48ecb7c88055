"""The verdict on each outcome: against the definition, the page, and the known differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mlloss.conformance.answer import Outcome
from mlloss.conformance.case import Case, Floats
from mlloss.conformance.differences import PAGE, Difference
from mlloss.conformance.restate import Expected, Raises, expected
from mlloss.conformance.wording import numbers, raised

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

    def verdict(self, kind: Kind, explanation: str, row: Difference | None = None) -> Verdict:
        """The verdict on this trial."""
        id = row.id if row else ""
        return Verdict(self.case.id, self.target, self.subject, kind, explanation, id)


def judge(trial: Trial, rows: Sequence[Difference]) -> Verdict:
    """A row that applies must be what happened, to the digit; else the definition must be."""
    row = _row(trial, rows)
    if trial.outcome.kind in ("died", "timed out"):
        kind: Kind = "died" if trial.outcome.kind == "died" else "timed out"
        return trial.verdict(kind, trial.outcome.message, row)
    right = _fits(trial, expected(trial.case))
    if row is None:
        return trial.verdict("agrees" if right else "differs", _comparison(trial))
    if _fits(trial, expected(trial.case, row.instead)):
        return trial.verdict("known", _comparison(trial), row)
    return trial.verdict("stale" if right else "differs", _comparison(trial), row)


def judge_page(case: Case, rows: Sequence[Difference]) -> Verdict:
    """The printed numbers themselves, taken as the result of a target."""
    printed = Outcome("value", dtype=case.input.dtype, value=case.printed.values())
    return judge(Trial(case, PAGE, "printed", "", printed), rows)


def unused(
    rows: Iterable[Difference], verdicts: Sequence[Verdict], ran: Mapping[tuple[str, str], str]
) -> list[Verdict]:
    """Rows that no case needed; `ran` has the version of each (target, loss) that answered."""
    tried = {(verdict.difference, verdict.target) for verdict in verdicts}
    return [
        Verdict("", target, "native", "stale", "no case needs this row any more", row.id)
        for row in rows
        for (target, loss), version in ran.items()
        if loss == row.loss and row.concerns(target, version) and (row.id, target) not in tried
    ]


def _row(trial: Trial, rows: Sequence[Difference]) -> Difference | None:
    """The row for this trial, if it says something else than the definition does."""
    if trial.subject == "mlloss":
        return None  # it has no excuse
    case, definition = trial.case, expected(trial.case)
    matching = [row for row in rows if row.matches(case, trial.target, trial.version)]
    telling = [row for row in matching if not _same(case, definition, expected(case, row.instead))]
    if len(telling) > 1:
        raise ValueError(f"{case.id}: one difference at a time, got {[row.id for row in telling]}")
    return telling[0] if telling else None


def _same(case: Case, one: Expected, other: Expected) -> bool:
    if isinstance(one, Raises) or isinstance(other, Raises):
        return one == other if isinstance(one, Raises) and isinstance(other, Raises) else False
    return close(one, other, case.rounding())


def _fits(trial: Trial, wanted: Expected) -> bool:
    outcome, case = trial.outcome, trial.case
    if isinstance(wanted, Raises):
        return outcome.error == wanted.type and wanted.message in outcome.message
    if outcome.value is None or outcome.dtype != case.input.dtype:
        return False
    slack = case.printed.half_units() if trial.target == PAGE else 0.0
    return close(outcome.value, wanted, case.rounding(), slack) and _fits_page(trial, wanted)


def _fits_page(trial: Trial, wanted: Floats) -> bool:
    """Where the page prints what is wanted here, its digits must come out too."""
    case, value = trial.case, trial.outcome.value
    assert value is not None
    printed, slack = case.printed.values(), case.printed.half_units()
    if not close(printed, wanted, case.rounding(), slack):
        return True
    return close(value, printed, case.rounding(), slack)


def close(value: Floats, wanted: Floats, rounding: float, slack: Floats | float = 0.0) -> bool:
    """Same shape, and each number within `rounding` of what is wanted, plus `slack`."""
    if value.shape != wanted.shape:
        return False
    with np.errstate(invalid="ignore"):
        near = np.abs(value - wanted) <= rounding * np.abs(wanted) + slack
    equal = (value == wanted) | (np.isnan(value) & np.isnan(wanted))
    return bool(np.all(np.where(np.isfinite(wanted), near, equal)))


def _comparison(trial: Trial) -> str:
    """One line: what came, and what the definition gives where that is something else."""
    wanted = expected(trial.case)
    assert not isinstance(wanted, Raises)
    if trial.outcome.kind == "error":
        return raised(trial.outcome.error, trial.outcome.message)
    value = trial.outcome.value
    assert value is not None
    if _fits(trial, wanted):
        return f"gives {numbers(value)}"
    dtype = "" if trial.outcome.dtype == trial.case.input.dtype else f" as {trial.outcome.dtype}"
    digits = 6 if dtype or numbers(value) != numbers(wanted) else 9
    verb = "prints" if trial.target == PAGE else "gives"
    return f"{verb} {numbers(value, digits)}{dtype}, the definition {numbers(wanted, digits)}"
