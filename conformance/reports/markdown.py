"""A run as Markdown: for a README, for a CI summary, and for the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.reports.printable import printable
from mlloss.conformance.results.areas import area_rows
from mlloss.conformance.results.counts import outcome
from mlloss.conformance.results.failures import Group, failure_groups
from mlloss.conformance.results.judge import KINDS, Kind
from mlloss.conformance.results.matrix import MEANINGS, SYMBOLS, columns, order, rows
from mlloss.conformance.runner.session import Run

FAILURES_SHOWN = 20
CENTRED = ":-:"


def markdown(run: Run) -> str:
    """All of it: the outcome, the matrix of areas, and folded what takes more room."""
    parts = [_outcome(run), area_matrix(run), *_failures(run)]
    if rows(run):
        parts.append(_folded("Documented examples", documented_matrix(run)))
    if known := _known_differences(run):
        parts.append(_folded(f"Known differences ({len(known) - 2} rows)", "\n".join(known)))
    return "\n\n".join(parts) + "\n"


def area_matrix(run: Run) -> str:
    """What is tested by targets: counts, a subject after the other in each cell."""
    names = run.selection.targets
    lines = [_line(["", "cases", *names]), _line(["---", "--:", *[CENTRED for _ in names]])]
    for row in area_rows(run):
        cells = (" ".join(t.text() for t in row.shown(n)) for n, _ in enumerate(names))
        lines.append(_line([row.area, str(row.cases), *cells]))
    return "\n\n".join(["\n".join(lines), _legend(run), _versions(run)])


def documented_matrix(run: Run) -> str:
    """Each documented example by targets, and what its page prints."""
    names = columns(run)
    head = ["documented example", *names]
    lines = [_line(head), _line(["---", *[CENTRED for _ in names]])]
    for framework, group in groupby(rows(run), key=lambda row: row.framework):
        lines.append(_line([f"**{framework} documentation**", *["" for _ in names]]))
        for row in group:
            lines.append(_line([row.label, *map(_symbols, row.cells)]))
    return "\n".join(lines)


def _outcome(run: Run) -> str:
    passed, *more = outcome(run)
    return "\n\n".join([f"**{printable(passed)}**", *map(plain, more)])


def _legend(run: Run) -> str:
    counts = run.counts()
    kinds = [kind for kind in KINDS if counts[kind]]
    parts = ", ".join(f"{SYMBOLS[kind][0]} {MEANINGS[kind]} ({counts[kind]})" for kind in kinds)
    cells = f"Each cell: {order(run, ' then ')}"
    return f"{parts}. {cells}; `✓8` is all of 8 that were asked, `≠2/8` is 2 of them."


def _versions(run: Run) -> str:
    return ", ".join(f"{target} {version}" for target, version in run.versions.items()) + "."


def _failures(run: Run) -> Iterator[str]:
    groups = failure_groups(run)
    for group in groups[:FAILURES_SHOWN]:
        yield _folded(plain(group.title()), _failure(group))
    if rest := groups[FAILURES_SHOWN:]:
        yield f"And {len(rest)} other groups of failures."


def _failure(group: Group) -> str:
    first = group.first()
    parts = [f"`{first.case or first.difference}`", _code("text", first.explanation)]
    return "\n\n".join([*parts, *([_code("python", script)] if (script := group.script()) else [])])


def _known_differences(run: Run) -> list[str]:
    """A table, the rows that were needed; empty if there are none."""
    needed = [verdict.difference for verdict in run.verdicts if verdict.kind == "known"]
    lines = [_known(row, needed.count(row.id)) for row in run.selection.rows if row.id in needed]
    head = [_line(["difference", "", "cases", "why"]), _line(["---", "---", "--:", "---"])]
    return [*head, *lines] if lines else []


def _known(row: Difference, cases: int) -> str:
    evidence = " ".join(f"[{n}]({address})" for n, address in enumerate(row.evidence, 1))
    return _line([f"`{row.id}`", row.severity, str(cases), f"{plain(row.why)} {evidence}"])


def _folded(title: str, body: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _symbols(kinds: Iterable[Kind | None]) -> str:
    return " ".join(SYMBOLS[kind][0] if kind else "" for kind in kinds)


def _code(language: str, text: str) -> str:
    """Fenced with more backticks than are in it."""
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{printable(text).strip()}\n{fence}"


def plain(text: str) -> str:
    """Words of frameworks, none of which is markup, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#~$])", r"\\\1", " ".join(printable(text).split()))
