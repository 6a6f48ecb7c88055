"""Every verdict that is no plain agreement, in a few words: never a line for each of thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from mlloss.conformance.frameworks.registry import WHOSE
from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.reports.terminal.console import address, indented
from mlloss.conformance.reports.text import printable
from mlloss.conformance.results.failures import Group, failure_groups
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run

EXAMPLES = 2  # of each known difference
FEW = 3  # failures of a group that are told in full
IN_FULL, IN_SHORT = 10, 40  # groups told in full, and in a line


def explanations(run: Run) -> Iterator[RenderableType]:
    """Known differences first, then who is absent, and what is wrong where it is seen: last."""
    yield from _known_differences(run)
    yield from _absences([verdict for verdict in run.verdicts if verdict.kind == "absent"])
    yield from _failures(run)


def _known_differences(run: Run) -> Iterator[RenderableType]:
    """Under each row, how many of each target, and examples."""
    groups: dict[str, list[Verdict]] = {row.id: [] for row in run.selection.known}
    for verdict in run.verdicts:
        if verdict.kind == "known":
            groups[verdict.difference].append(verdict)
    shown = [row for row in run.selection.known if groups[row.id]]
    if shown:
        yield _title(f"Known differences ({sum(map(len, groups.values()))} by {len(shown)} rows)")
    for row in shown:
        yield from _difference(row)
        yield indented(Text(_counted(groups[row.id])), 4)
        yield from (indented(Text(line), 4) for line in _lines(_examples(groups[row.id], run)))


def _difference(row: Difference) -> Iterator[RenderableType]:
    versions = f", versions {row.versions}" if str(row.versions) else ""
    yield indented(Text(f"{row.id} ({row.severity}{versions})", "yellow"), 2)
    yield indented(Text(row.why), 4)
    yield from (address(text, 4) for text in row.evidence)


def _examples(verdicts: Sequence[Verdict], run: Run) -> list[Verdict]:
    """The shortest one of each thing that is asked: a value, a gradient."""
    quantity = {case.id: case.quantity for case in run.selection.cases}
    shortest: dict[str, Verdict] = {}
    for verdict in sorted(verdicts, key=lambda verdict: len(verdict.explanation)):
        shortest.setdefault(quantity[verdict.case], verdict)
    return list(shortest.values())[:EXAMPLES]


def _absences(verdicts: Sequence[Verdict]) -> Iterator[RenderableType]:
    """A line for each reason: how many verdicts, of which targets."""
    if verdicts:
        yield _title(f"Absent ({len(verdicts)})")
    where: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        where.setdefault(verdict.explanation, []).append(verdict)
    for reason, some in where.items():
        yield indented(Text(f"{_counted(some)}: {printable(reason)}"), 2)


def _failures(run: Run) -> Iterator[RenderableType]:
    """The first groups in full, more of them in a line, the rest as a number."""
    groups = failure_groups(run)
    if groups:
        yield _title(f"Failures ({len(run.failures())} in {len(groups)} groups)")
    for group in groups[:IN_FULL]:
        yield from _failure(group, run)
    for group in groups[IN_FULL:IN_SHORT]:
        yield indented(Text(printable(group.title()), "red"), 2)
    if rest := groups[IN_SHORT:]:
        many = sum(len(group.verdicts) for group in rest)
        yield indented(Text(f"and {len(rest)} other groups of {many} failures", "red"), 2)


def _failure(group: Group, run: Run) -> Iterator[RenderableType]:
    """Which, what came, and how to see it: a script unindented, so that it can be copied."""
    yield indented(Text(printable(group.title()), "bold red"), 2)
    rows = {row.id: row for row in run.selection.known}
    for id in group.first().differences():
        yield from _difference(rows[id])
    yield from (indented(Text(line), 4) for line in _lines(group.verdicts[:FEW]))
    if len(group.verdicts) > FEW:
        yield indented(Text(f"and {len(group.verdicts) - FEW} others"), 4)
    if script := group.script():
        yield Text(f"\n{printable(script)}", "dim", no_wrap=True)


def _lines(verdicts: Iterable[Verdict]) -> list[str]:
    """One line for all that happened alike: to whom, what, and in which cases."""
    where: dict[tuple[str, str], list[str]] = {}
    for verdict in verdicts:
        where.setdefault((verdict.case, verdict.explanation), []).append(_who(verdict))
    cases: dict[tuple[str, str], list[str]] = {}
    for (case, what), who in where.items():
        cases.setdefault((", ".join(who), what), []).append(case)
    return [printable(f"{who}: {what}{_in(names)}") for (who, what), names in cases.items()]


def _in(cases: list[str]) -> str:
    return f" ({', '.join(cases)})" if any(cases) else ""


def _who(verdict: Verdict) -> str:
    return f"{WHOSE.get(verdict.implementation, '')}{verdict.target}"


def _counted(verdicts: Iterable[Verdict]) -> str:
    """torch 12, jax 3."""
    counts = Counter(verdict.target for verdict in verdicts)
    return ", ".join(f"{target} {n}" for target, n in counts.items())


def _title(text: str) -> Text:
    return Text(f"\n{text}", "bold")
