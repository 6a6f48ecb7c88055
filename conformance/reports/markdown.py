"""Write a run as Markdown: for a CI summary, the documentation, and a block of a README."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.reports.text import printable, toml_text
from mlloss.conformance.results.counts import MEANINGS, SYMBOLS, outcome_lines
from mlloss.conformance.results.failures import Group, failure_groups
from mlloss.conformance.results.judge import KINDS, Kind
from mlloss.conformance.results.matrix import area_rows, example_columns, example_rows, order
from mlloss.conformance.runner.session import Run

FAILURES_SHOWN = 20
CENTRED = ":-:"
BEGIN, END = "<!-- matrix -->", "<!-- /matrix -->"


def markdown(run: Run) -> str:
    """Return the outcome, the matrix of areas, failures, and folded lists of the rest."""
    parts = [_outcome(run), area_matrix(run), *_failures(run)]
    if example_rows(run):
        parts.append(_folded("Documented examples", documented_matrix(run)))
    if known := _known_differences(run):
        parts.append(_folded(f"Known differences ({len(known) - 2})", "\n".join(known)))
    return "\n\n".join(parts) + "\n"


def with_matrix(text: str, run: Run) -> str:
    """Return a text with the matrix of this run between its marks.

    Raises:
        ValueError: the marks are missing.
    """
    before, after = _around_matrix(text)
    return f"{before}{BEGIN}\n{area_matrix(run)}\n{END}{after}"


def check_marks(text: str) -> None:
    """Check that a text has the marks of a matrix; ValueError if not."""
    _around_matrix(text)


def area_matrix(run: Run) -> str:
    """Return the table of areas by targets, with a count for each implementation in a cell."""
    names = run.selection.targets
    lines = [_line(["", "cases", *names]), _line(["---", "--:", *[CENTRED for _ in names]])]
    for row in area_rows(run):
        cells = (" ".join(t.text() for t in row.shown(n)) for n, _ in enumerate(names))
        lines.append(_line([row.area, str(row.cases), *cells]))
    return "\n\n".join(["\n".join(lines), _legend(run), _versions(run)])


def documented_matrix(run: Run) -> str:
    """Return the table of documented examples by targets."""
    names = example_columns(run)
    lines = [
        _line(["documented example", *names]),
        _line(["---", *[CENTRED for _ in names]]),
    ]
    for framework, group in groupby(example_rows(run), key=lambda row: row.framework):
        lines.append(_line([f"**{framework} documentation**", *["" for _ in names]]))
        for row in group:
            lines.append(_line([row.label, *map(_symbols, row.cells)]))
    return "\n".join(lines)


def plain(text: str) -> str:
    """Escape Markdown and collapse a text to one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#~$])", r"\\\1", " ".join(printable(text).split()))


def _around_matrix(text: str) -> tuple[str, str]:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"there must be {BEGIN} and {END} where the matrix is to be")
    return before, after


def _outcome(run: Run) -> str:
    passed, *more = outcome_lines(run)
    return "\n\n".join([f"**{printable(passed)}**", *map(plain, more)])


def _legend(run: Run) -> str:
    counts = run.counts()
    kinds = [kind for kind in KINDS if counts[kind]]
    parts = ", ".join(f"{SYMBOLS[kind][0]} {MEANINGS[kind]} ({counts[kind]})" for kind in kinds)
    cells = f"Each cell: {order(run, ' then ')}"
    return f"{parts}. {cells}; `✓8`: all of 8 agree, `≠2/8`: 2 of 8 are known differences."


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
    """Return a table of the known differences that were needed; empty without any."""
    needed = [verdict.difference for verdict in run.verdicts if verdict.kind == "known"]
    lines = [_known(one, needed.count(one.id)) for one in run.selection.known if one.id in needed]
    head = [
        _line(["difference", "severity", "cases", "why", "when"]),
        _line(["---", "---", "--:", "---", "---"]),
    ]
    return [*head, *lines] if lines else []


def _known(one: Difference, cases: int) -> str:
    evidence = " ".join(f"[{n}]({address})" for n, address in enumerate(one.evidence, 1))
    when = f"`{toml_text(one.when)}`" if one.when else "always"
    why = f"{plain(one.why)} {evidence}"
    return _line([f"`{one.id}`", one.severity, str(cases), why, when.replace("|", "\\|")])


def _folded(title: str, body: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _symbols(kinds: Iterable[Kind | None]) -> str:
    return " ".join(SYMBOLS[kind][0] if kind else "" for kind in kinds)


def _code(language: str, text: str) -> str:
    """Return a fenced block, fenced with more backticks than the text has in a row."""
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{printable(text).strip()}\n{fence}"
