"""The matrix of a run: a row for each case, a cell for each target; rendered elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from mlloss.conformance.case import Case
from mlloss.conformance.differences import PAGE
from mlloss.conformance.judge import Kind, Verdict
from mlloss.conformance.suite import Run

SYMBOLS: dict[Kind, tuple[str, str]] = {
    "agrees": ("✓", "green"),
    "known": ("≠", "yellow"),
    "differs": ("✗", "bold red"),
    "stale": ("!", "bold red"),
    "died": ("†", "bold red"),
    "timed out": ("∞", "bold red"),
    "absent": ("·", "dim"),
}
MEANINGS: dict[Kind, str] = {
    "agrees": "the definition's number",
    "known": "known difference",
    "differs": "differs",
    "stale": "stale: known difference not shown any more",
    "died": "died",
    "timed out": "timed out",
    "absent": "absent",
}


@dataclass(frozen=True)
class Row:
    """One case: its framework, its short name, and verdicts in the order of the columns."""

    framework: str
    label: str
    cells: tuple[tuple[Kind | None, ...], ...]


def columns(run: Run) -> list[str]:
    """The page itself, then the targets."""
    return [PAGE, *run.selection.targets]


def rows(run: Run) -> list[Row]:
    """Every case, ordered by the framework whose documentation it is from."""
    found = {(v.case, v.target, v.subject): v for v in run.verdicts}
    return [
        Row(
            case.source.framework,
            label(case),
            tuple(_cell(case, t, run, found) for t in columns(run)),
        )
        for case in run.selection.cases
    ]


def _cell(
    case: Case, target: str, run: Run, found: dict[tuple[str, str, str], Verdict]
) -> tuple[Kind | None, ...]:
    """The verdict on each subject; None where nothing is asked."""
    subjects = ["printed"] if target == PAGE else run.selection.subjects
    verdicts = [found.get((case.id, target, subject)) for subject in subjects]
    return tuple(verdict.kind if verdict else None for verdict in verdicts)


def label(case: Case) -> str:
    """The page without what its framework's heading says; or what is asked of mlloss beside."""
    if case.options:
        return f"↳ {', '.join(f'{name}={value}' for name, value in case.options.items())}"
    page = case.source.page.removeprefix(f"{case.source.framework}.")
    return f"{page.replace('nn.functional.', 'F.')} {case.reduction}"
