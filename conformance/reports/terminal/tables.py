"""Build the tables of the terminal, none wider than it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from mlloss.conformance.results.counts import SYMBOLS, Tally, by_target
from mlloss.conformance.results.judge import KINDS, Kind
from mlloss.conformance.results.matrix import AreaRow, area_rows, example_columns, example_rows
from mlloss.conformance.runner.session import Run

Build = Callable[[Run, Sequence[int]], Table]


def in_width(build: Build, run: Run, names: Sequence[str], width: int) -> list[Table]:
    """Return as few tables as fit the width, each with some of the columns."""
    for size in range(len(names), 0, -1):
        shares = [range(n, min(n + size, len(names))) for n in range(0, len(names), size)]
        tables = [build(run, share) for share in shares]
        if size == 1 or max(map(_width, tables)) <= width:
            return tables
    return []


def area_table(run: Run, shown: Sequence[int]) -> Table:
    """Return areas by targets, with a line for each implementation in a cell."""
    table = _table("area", [run.selection.targets[n] for n in shown])
    for row in area_rows(run):
        cells = [Text("\n").join(map(_count, row.shown(n))) for n in shown]
        table.add_row(_area(row, len(run.selection.implementations)), *cells)
    return table


def documented_table(run: Run, shown: Sequence[int]) -> Table:
    """Return documented examples by page and targets."""
    table = _table("documented example", [example_columns(run)[n] for n in shown])
    for framework, group in groupby(example_rows(run), key=lambda row: row.framework):
        table.add_row(Text(f"{framework} documentation", "bold"))
        for row in group:
            cells = [_symbols(row.cells[n]) for n in shown]
            table.add_row(Text(f" {row.label}"), *cells)
    return table


def sums_table(run: Run) -> Table:
    """Return the counts of each target and implementation."""
    sums = by_target(run)
    kinds = [kind for kind in KINDS if any(tally[kind] for tally in sums.values())]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("target", "version", ""):
        table.add_column(name, no_wrap=True)
    for name in ("compared", *kinds):
        table.add_column(name, justify="right", no_wrap=True)
    for (target, implementation), tally in sums.items():
        counts = [Text(str(tally[k] or ""), SYMBOLS[k][1]) for k in kinds]
        version = run.versions.get(target, "")
        table.add_row(target, version, implementation, str(tally.compared()), *counts)
    return table


def symbol(kind: Kind) -> Text:
    """Return the symbol of a kind, styled."""
    return Text(*SYMBOLS[kind])


def _table(corner: str, names: Sequence[str]) -> Table:
    """Return an empty table; headings are broken, so that ten targets fit 100 columns."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, collapse_padding=True)
    table.add_column(corner, no_wrap=True, vertical="bottom")
    for name in names:
        table.add_column(_heading(name), justify="center", no_wrap=True, vertical="bottom")
    return table


def _heading(name: str) -> str:
    for whole, broken in (("-", "\n"), ("mindspore", "mind-\nspore"), ("compile", "com-\npile")):
        name = name.replace(whole, broken)
    return name.replace(":", ":\n").replace(".", ".\n")


def _area(row: AreaRow, lines: int) -> Text:
    """Return the name of an area, on two lines beside cells of two lines."""
    words = row.area.split(" ", 1)
    return Text("\n".join([words[0], *words[1:], " "][:2]) if lines > 1 else row.area)


def _count(tally: Tally) -> Text:
    worst = tally.worst()
    return Text(tally.text(), SYMBOLS[worst][1] if worst else "")


def _symbols(kinds: Sequence[Kind | None]) -> Text:
    return Text(" ").join([symbol(kind) if kind else Text(" ") for kind in kinds])


def _width(table: Table) -> int:
    endless = Console(width=10_000)
    return Measurement.get(endless, endless.options, table).maximum
