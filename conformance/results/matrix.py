"""Tabulate verdicts: areas by targets, and documented examples by targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlloss.conformance.cases.model import AREAS, Case
from mlloss.conformance.known_differences.model import PAGE
from mlloss.conformance.results.counts import Tally, tally
from mlloss.conformance.results.judge import Kind, Verdict
from mlloss.conformance.runner.session import Run


@dataclass(frozen=True)
class AreaRow:
    """One area of the matrix.

    Attributes:
        area: its name.
        cases: how many cases it has.
        cells: by target, the tallies of the implementations.
        implementations: their names, in the order of the tallies.
    """

    area: str
    cases: int
    cells: tuple[tuple[Tally, ...], ...]
    implementations: Sequence[str]

    def shown(self, target: int) -> list[Tally]:
        """Return the tallies of a target; that of a dialect only where one was tested."""
        tallies = zip(self.implementations, self.cells[target], strict=True)
        return [one for name, one in tallies if name != "dialect" or one.compared()]

    def lines(self) -> list[tuple[int, str]]:
        """Return number and name of the implementations that have a line."""
        return [
            (n, name)
            for n, name in enumerate(self.implementations)
            if name != "dialect" or any(cell[n].compared() for cell in self.cells)
        ]


@dataclass(frozen=True)
class ExampleRow:
    """One documented example: its framework, a label, and verdicts by column."""

    framework: str
    label: str
    cells: tuple[tuple[Kind | None, ...], ...]


def area_rows(run: Run) -> list[AreaRow]:
    """Return a row for every area that has a case in the run."""
    area_of = {case.id: case.area for case in run.selection.cases}
    found: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in run.verdicts:
        if verdict.case and verdict.target != PAGE:
            place = area_of[verdict.case], verdict.target, verdict.implementation
            found.setdefault(place, []).append(verdict)
    sizes = Counter(area_of.values())
    names = run.selection.implementations
    return [
        AreaRow(area, sizes[area], _area_cells(area, run, found), names)
        for area in AREAS
        if sizes[area]
    ]


def _area_cells(
    area: str, run: Run, found: Mapping[tuple[str, str, str], Sequence[Verdict]]
) -> tuple[tuple[Tally, ...], ...]:
    return tuple(
        tuple(tally(found.get((area, target, name), ())) for name in run.selection.implementations)
        for target in run.selection.targets
    )


def order(run: Run, then: str) -> str:
    """Return the implementations in the order of a cell, joined by `then`."""
    *others, last = run.selection.implementations
    where = " (where tested)" if others and last == "dialect" else ""
    return then.join([*others, f"{last}{where}"])


def example_columns(run: Run) -> list[str]:
    """Return the columns of the documented examples: the page itself, then the targets."""
    return [PAGE, *run.selection.targets]


def example_rows(run: Run) -> list[ExampleRow]:
    """Return a row for every documented example, in the order of the cases."""
    found = {(v.case, v.target, v.implementation): v.kind for v in run.verdicts}
    return [
        ExampleRow(
            case.source.framework,
            example_label(case),
            tuple(_example_cell(case, target, run, found) for target in example_columns(run)),
        )
        for case in run.selection.cases
        if case.source
    ]


def _example_cell(
    case: Case, target: str, run: Run, found: Mapping[tuple[str, str, str], Kind]
) -> tuple[Kind | None, ...]:
    """Return the verdict on each implementation; of a dialect only where one was tested."""
    names = ["printed"] if target == PAGE else run.selection.implementations
    kinds = {name: found.get((case.id, target, name)) for name in names}
    return tuple(k for name, k in kinds.items() if name != "dialect" or k not in (None, "absent"))


def example_label(case: Case) -> str:
    """Return the name of a page without its framework, or the options of a variant.

    The reduction is left out if it is "mean", which every page shows first.
    """
    source = case.source
    assert source, f"{case.id} is from no page"
    if case.options:
        return f"↳ {', '.join(f'{name}={value}' for name, value in case.options.items())}"
    page = source.page.removeprefix(f"{source.framework}.")
    reduction = "" if case.reduction == "mean" else f" {case.reduction}"
    return f"{page.replace('nn.functional.', 'F.')}{reduction}"
