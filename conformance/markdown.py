"""The matrix of a run as a Markdown table, for a README or a CI summary."""

from __future__ import annotations

from itertools import groupby

from mlloss.conformance.judge import KINDS, Kind
from mlloss.conformance.matrix import MEANINGS, SYMBOLS, Row, columns, rows
from mlloss.conformance.suite import Run


def markdown(run: Run) -> str:
    """Table, legend, and the sentence on what was run."""
    names = columns(run)
    lines = [_line(["documented example", *names]), _line(["---", *[":-:" for _ in names]])]
    for framework, group in groupby(rows(run), key=lambda row: row.framework):
        lines.append(_line([f"**{framework} documentation**", *["" for _ in names]]))
        lines.extend(_row(row) for row in group)
    return "\n".join([*lines, "", _legend(run), "", _versions(run), ""])


def _row(row: Row) -> str:
    return _line([row.label, *[" ".join(map(_symbol, cell)) for cell in row.cells]])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _symbol(kind: Kind | None) -> str:
    return SYMBOLS[kind][0] if kind else ""


def _legend(run: Run) -> str:
    counts = run.counts()
    parts = [
        f"{SYMBOLS[kind][0]} {MEANINGS[kind]} ({counts[kind]})" for kind in KINDS if counts[kind]
    ]
    return f"{', '.join(parts)}. Each cell: {' then '.join(run.selection.subjects)}."


def _versions(run: Run) -> str:
    return ", ".join(f"{target} {version}" for target, version in run.versions.items()) + "."
