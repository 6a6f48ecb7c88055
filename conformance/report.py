"""What a run found, for people: a matrix, then every verdict that needs a word, then the sum."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from mlloss.conformance.explain import explanations
from mlloss.conformance.judge import KINDS, Kind
from mlloss.conformance.matrix import MEANINGS, SYMBOLS, columns, rows
from mlloss.conformance.suite import Run
from mlloss.conformance.terminal import print_all


def print_report(run: Run, console: Console | None = None) -> None:
    """The whole report."""
    print_all(_report(run), console)


def _report(run: Run) -> Iterator[RenderableType]:
    yield matrix_table(run)
    yield legend(run)
    yield from explanations(run)
    yield summary(run)


def matrix_table(run: Run) -> Table:
    """Documented examples by targets; the headings are broken so that it fits 100 columns."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, collapse_padding=True)
    table.add_column("documented example", no_wrap=True, overflow="ellipsis", vertical="bottom")
    for name in columns(run):
        table.add_column(_heading(name), justify="center", no_wrap=True, vertical="bottom")
    for framework, group in groupby(rows(run), key=lambda row: row.framework):
        table.add_row(Text(f"{framework} documentation", "bold"))
        for row in group:
            table.add_row(Text(f" {row.label}"), *map(_cell, row.cells))
    return table


def legend(run: Run) -> Text:
    """Only what the matrix shows."""
    shown = {kind for row in rows(run) for cell in row.cells for kind in cell if kind}
    parts = [_symbol(kind) + f" {MEANINGS[kind]}" for kind in KINDS if kind in shown]
    subjects = " then ".join(run.selection.subjects)
    cells = f"each cell: {subjects}; page: what the documentation prints"
    return Text("\n") + Text("   ").join(parts) + f"\n{cells}"


def summary(run: Run) -> Text:
    """The denominators, and the result in one line."""
    counts = run.counts()
    parts = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
    text = Text(f"\n{len(run.verdicts)} verdicts: {parts}\n")
    for line in run.missing:
        text.append(f"{line}\n", "bold red")
    if not run.compared():
        text.append("No number was compared: nothing is shown by this run.\n", "bold red")
    if not run.passed():
        return text.append("Not passed.", "bold red")
    return text.append(f"Nothing unexplained in {run.compared()} comparisons.", "green")


def _heading(name: str) -> str:
    return name.replace("-", "\n").replace("mindspore", "mind-\nspore")


def _cell(kinds: tuple[Kind | None, ...]) -> Text:
    return Text(" ").join([_symbol(kind) if kind else Text(" ") for kind in kinds])


def _symbol(kind: Kind) -> Text:
    return Text(*SYMBOLS[kind])
