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
    subjects: Sequence[str]

    def shown(self, target: int) -> list[Tally]:
        """What to tell of a target: of a dialect, which most have not, only what it was asked."""
        told = zip(self.subjects, self.cells[target], strict=True)
        return [tally for subject, tally in told if subject != "dialect" or tally.asked()]

    def lines(self) -> list[tuple[int, str]]:
        """The subjects, by number, that anything is to be told of."""
        return [
            (n, subject)
            for n, subject in enumerate(self.subjects)
            if subject != "dialect" or any(cell[n].asked() for cell in self.cells)
        ]


def area_rows(run: Run) -> list[AreaRow]:
    """Every area that has a case in the run, in the order of the definition."""
    area_of = {case.id: case.area for case in run.selection.cases}
    found: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in run.verdicts:
        if verdict.case and verdict.target != PAGE:  # a row that no case needs is of no area
            place = area_of[verdict.case], verdict.target, verdict.subject
            found.setdefault(place, []).append(verdict)
    sizes = {area: list(area_of.values()).count(area) for area in AREAS}
    who = run.selection.subjects
    return [AreaRow(area, n, _cells(area, run, found), who) for area, n in sizes.items() if n]


def _cells(
    area: str, run: Run, found: dict[tuple[str, str, str], list[Verdict]]
) -> tuple[tuple[Tally, ...], ...]:
    subjects: Sequence[str] = run.selection.subjects
    return tuple(
        tuple(tally(found.get((area, target, subject), ())) for subject in subjects)
        for target in run.selection.targets
    )
