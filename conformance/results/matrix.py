"""The matrix of documented examples: a row for each, a cell for each target; rendered elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlloss.conformance.cases.model import Case
from mlloss.conformance.known_differences.model import PAGE
from mlloss.conformance.results.judge import Kind
from mlloss.conformance.runner.session import Run

SYMBOLS: dict[Kind, tuple[str, str]] = {
    "agrees": ("✓", "green"),
    "known": ("≠", "yellow"),
    "differs": ("✗", "bold red"),
    "ambiguous": ("?", "bold red"),
    "stale": ("!", "bold red"),
    "died": ("†", "bold red"),
    "timed out": ("∞", "bold red"),
    "absent": ("·", "dim"),
}
MEANINGS: dict[Kind, str] = {
    "agrees": "the definition's answer",
    "known": "known difference",
    "differs": "differs",
    "ambiguous": "ambiguous: several known differences match",
    "stale": "stale: known difference not shown any more",
    "died": "died",
    "timed out": "timed out",
    "absent": "absent",
}


@dataclass(frozen=True)
class Row:
    """One example: its framework, its short name, and verdicts in the order of the columns."""

    framework: str
    label: str
    cells: tuple[tuple[Kind | None, ...], ...]


def order(run: Run, then: str) -> str:
    """Who is in a cell, one `then` the other."""
    *others, last = run.selection.implementations
    where = " (where it was asked)" if others and last == "dialect" else ""
    return then.join([*others, f"{last}{where}"])


def columns(run: Run) -> list[str]:
    """The page itself, then the targets."""
    return [PAGE, *run.selection.targets]


def rows(run: Run) -> list[Row]:
    """Every documented case, ordered by the framework whose documentation it is from."""
    found = {(v.case, v.target, v.implementation): v.kind for v in run.verdicts}
    return [
        Row(
            case.source.framework,
            label(case),
            tuple(_cell(case, target, run, found) for target in columns(run)),
        )
        for case in run.selection.cases
        if case.source
    ]


def _cell(
    case: Case, target: str, run: Run, found: Mapping[tuple[str, str, str], Kind]
) -> tuple[Kind | None, ...]:
    """The verdict on each subject; None where nothing is asked. Most targets have no dialect."""
    implementations = ["printed"] if target == PAGE else run.selection.implementations
    kinds = {
        implementation: found.get((case.id, target, implementation))
        for implementation in implementations
    }
    return tuple(k for s, k in kinds.items() if s != "dialect" or k not in (None, "absent"))


def label(case: Case) -> str:
    """The page without what its framework's heading says; or what is asked of mlloss beside.

    The mean is what every page shows first, and goes without saying.
    """
    source = case.source
    assert source, f"{case.id} is from no page"
    if case.options:
        return f"↳ {', '.join(f'{name}={value}' for name, value in case.options.items())}"
    page = source.page.removeprefix(f"{source.framework}.")
    reduction = "" if case.reduction == "mean" else f" {case.reduction}"
    return f"{page.replace('nn.functional.', 'F.')}{reduction}"
