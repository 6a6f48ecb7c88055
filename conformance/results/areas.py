"""The matrix of areas: what is tested by targets, with counts; rendered elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlloss.conformance.cases.model import AREAS
from mlloss.conformance.known_differences.model import PAGE
from mlloss.conformance.results.counts import Tally, tally
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run


@dataclass(frozen=True)
class AreaRow:
    """One area: how many cases it has, and by target what came of each subject."""

    area: str
    cases: int
    cells: tuple[tuple[Tally, ...], ...]
    implementations: Sequence[str]

    def shown(self, target: int) -> list[Tally]:
        """What to tell of a target: of a dialect, which most have not, only what it was asked."""
        told = zip(self.implementations, self.cells[target], strict=True)
        return [
            tally for implementation, tally in told if implementation != "dialect" or tally.asked()
        ]

    def lines(self) -> list[tuple[int, str]]:
        """The subjects, by number, that anything is to be told of."""
        return [
            (n, implementation)
            for n, implementation in enumerate(self.implementations)
            if implementation != "dialect" or any(cell[n].asked() for cell in self.cells)
        ]


def area_rows(run: Run) -> list[AreaRow]:
    """Every area that has a case in the run, in the order of the definition."""
    area_of = {case.id: case.area for case in run.selection.cases}
    found: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in run.verdicts:
        if verdict.case and verdict.target != PAGE:  # a row that no case needs is of no area
            place = area_of[verdict.case], verdict.target, verdict.implementation
            found.setdefault(place, []).append(verdict)
    sizes = {area: list(area_of.values()).count(area) for area in AREAS}
    who = run.selection.implementations
    return [AreaRow(area, n, _cells(area, run, found), who) for area, n in sizes.items() if n]


def _cells(
    area: str, run: Run, found: dict[tuple[str, str, str], list[Verdict]]
) -> tuple[tuple[Tally, ...], ...]:
    implementations: Sequence[str] = run.selection.implementations
    return tuple(
        tuple(
            tally(found.get((area, target, implementation), ()))
            for implementation in implementations
        )
        for target in run.selection.targets
    )
