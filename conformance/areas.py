"""The matrix of areas: what is tested by targets, with counts; rendered elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlloss.conformance.case import AREAS
from mlloss.conformance.differences import PAGE
from mlloss.conformance.judge import Verdict
from mlloss.conformance.suite import Run
from mlloss.conformance.tally import Tally, tally


@dataclass(frozen=True)
class AreaRow:
    """One area: how many cases it has, and by target what came of each subject."""

    area: str
    cases: int
    cells: tuple[tuple[Tally, ...], ...]


def area_rows(run: Run) -> list[AreaRow]:
    """Every area that has a case in the run, in the order of the definition."""
    area_of = {case.id: case.area for case in run.selection.cases}
    found: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in run.verdicts:
        if verdict.case and verdict.target != PAGE:  # a row that no case needs is of no area
            place = area_of[verdict.case], verdict.target, verdict.subject
            found.setdefault(place, []).append(verdict)
    sizes = {area: list(area_of.values()).count(area) for area in AREAS}
    return [AreaRow(area, n, _cells(area, run, found)) for area, n in sizes.items() if n]


def _cells(
    area: str, run: Run, found: dict[tuple[str, str, str], list[Verdict]]
) -> tuple[tuple[Tally, ...], ...]:
    subjects: Sequence[str] = run.selection.subjects
    return tuple(
        tuple(tally(found.get((area, target, subject), ())) for subject in subjects)
        for target in run.selection.targets
    )
