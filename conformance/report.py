"""What a run found, for people: matrices, then what needs a word, then the sums."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from mlloss.conformance.explain import explanations
from mlloss.conformance.judge import KINDS
from mlloss.conformance.matrix import MEANINGS, columns, order, rows
from mlloss.conformance.printable import printable
from mlloss.conformance.suite import Run
from mlloss.conformance.tables import area_table, documented_table, in_width, sums_table, symbol
from mlloss.conformance.tally import outcome
from mlloss.conformance.terminal import print_all, terminal


def print_report(run: Run, console: Console | None = None) -> None:
    """The whole report."""
    console = console or terminal()
    print_all(_report(run, console.width), console)


def _report(run: Run, width: int) -> Iterator[RenderableType]:
    yield from in_width(area_table, run, run.selection.targets, width)
    yield Text("\n" + _above_each_other(run) + "\n")
    if rows(run):
        yield from in_width(documented_table, run, columns(run), width)
    yield legend(run)
    yield from explanations(run)
    yield Text()
    yield sums_table(run)
    yield summary(run)


def legend(run: Run) -> Text:
    """Only what the run has."""
    counts = run.counts()
    parts = [symbol(kind) + f" {MEANINGS[kind]}" for kind in KINDS if counts[kind]]
    who = order(run, " then ")
    cells = f"each cell: {who}; page: what the documentation prints" if rows(run) else ""
    return Text("\n") + Text("   ").join(parts) + f"\n{cells}"


def summary(run: Run) -> Text:
    """The denominators, and the result in one line: the last."""
    first, *more = map(printable, outcome(run))
    style = "green" if run.passed() else "bold red"
    return Text("\n" + "\n".join(more) + "\n").append(first, style)


def _above_each_other(run: Run) -> str:
    who = order(run, " above ")
    return f"{who}; ✓8: all 8 asked are right; ≠2/8: 2 of 8 known differences; ✗2/8: 2 of 8 fail"
