"""Print a run: matrices, then details, then counts and the result."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from mlloss.conformance.reports.terminal.console import print_all, terminal
from mlloss.conformance.reports.terminal.details import explanations
from mlloss.conformance.reports.terminal.tables import (
    area_table,
    documented_table,
    in_width,
    sums_table,
    symbol,
)
from mlloss.conformance.reports.text import printable
from mlloss.conformance.results.counts import MEANINGS, outcome_lines
from mlloss.conformance.results.judge import KINDS
from mlloss.conformance.results.matrix import example_columns, example_rows, order
from mlloss.conformance.runner.session import Run


def print_report(run: Run, console: Console | None = None) -> None:
    """Print the report of a run."""
    console = console or terminal()
    print_all(_report(run, console.width), console)


def _report(run: Run, width: int) -> Iterator[RenderableType]:
    yield from in_width(area_table, run, run.selection.targets, width)
    yield Text("\n" + _above_each_other(run) + "\n")
    if example_rows(run):
        yield from in_width(documented_table, run, example_columns(run), width)
    yield legend(run)
    yield from explanations(run)
    yield Text()
    yield sums_table(run)
    yield summary(run)


def legend(run: Run) -> Text:
    """Return the legend of the symbols that the run has."""
    counts = run.counts()
    parts = [symbol(kind) + f" {MEANINGS[kind]}" for kind in KINDS if counts[kind]]
    who = order(run, " then ")
    cells = f"each cell: {who}; page: what the documentation prints" if example_rows(run) else ""
    return Text("\n") + Text("   ").join(parts) + f"\n{cells}"


def summary(run: Run) -> Text:
    """Return the counts, and the result as the last line."""
    first, *more = map(printable, outcome_lines(run))
    style = "green" if run.passed() else "bold red"
    return Text("\n" + "\n".join(more) + "\n").append(first, style)


def _above_each_other(run: Run) -> str:
    who = order(run, " above ")
    return f"{who}; ✓8: all of 8 agree; ≠2/8: 2 of 8 are known differences; ✗2/8: 2 of 8 fail"
