"""Print every verdict that is no agreement, grouped and capped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from mlloss.conformance.frameworks.registry import TITLE_PREFIXES
from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.reports.terminal.console import address, indented
from mlloss.conformance.reports.text import printable
from mlloss.conformance.results.failures import Group, failure_groups
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run

EXAMPLES = 2  # of each known difference
FEW = 3  # failures of a group that are printed
IN_FULL, IN_SHORT = 10, 40  # groups printed in full, and as a line


def explanations(run: Run) -> Iterator[RenderableType]:
    """Yield known differences, absences, and failures last, where they are seen."""
    yield from _known_differences(run)
    yield from _absences([verdict for verdict in run.verdicts if verdict.kind == "absent"])
    yield from _failures(run)


def _known_differences(run: Run) -> Iterator[RenderableType]:
    """Yield each known difference with its counts by target and examples."""
    groups: dict[str, list[Verdict]] = {row.id: [] for row in run.selection.known}
    for verdict in run.verdicts:
        if verdict.kind == "known":
            groups[verdict.difference].append(verdict)
    shown = [row for row in run.selection.known if groups[row.id]]
    if shown:
        yield _title(f"Known differences ({sum(map(len, groups.values()))} in {len(shown)} groups)")
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
    """Return the shortest explanation for each quantity, at most `EXAMPLES`."""
    quantity = {case.id: case.quantity for case in run.selection.cases}
    shortest: dict[str, Verdict] = {}
    for verdict in sorted(verdicts, key=lambda verdict: len(verdict.explanation)):
        shortest.setdefault(quantity[verdict.case], verdict)
    return list(shortest.values())[:EXAMPLES]


def _absences(verdicts: Sequence[Verdict]) -> Iterator[RenderableType]:
    """Yield a line for each reason, with its counts by target."""
    if verdicts:
        yield _title(f"Absent ({len(verdicts)})")
    where: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        where.setdefault(verdict.explanation, []).append(verdict)
    for reason, some in where.items():
        yield indented(Text(f"{_counted(some)}: {printable(reason)}"), 2)


def _failures(run: Run) -> Iterator[RenderableType]:
    """Yield the first groups in full, more of them as a line, the rest as a number."""
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
    """Yield title, observations and script of a group; the script unindented, to be copied."""
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
    """Return one line for equal explanations: the places, the explanation, the cases."""
    where: dict[tuple[str, str], list[str]] = {}
    for verdict in verdicts:
        where.setdefault((verdict.case, verdict.explanation), []).append(_place(verdict))
    cases: dict[tuple[str, str], list[str]] = {}
    for (case, what), who in where.items():
        cases.setdefault((", ".join(who), what), []).append(case)
    return [printable(f"{who}: {what}{_in(names)}") for (who, what), names in cases.items()]


def _in(cases: list[str]) -> str:
    return f" ({', '.join(cases)})" if any(cases) else ""


def _place(verdict: Verdict) -> str:
    return f"{TITLE_PREFIXES.get(verdict.implementation, '')}{verdict.target}"


def _counted(verdicts: Iterable[Verdict]) -> str:
    """Return the counts by target: "torch 12, jax 3"."""
    counts = Counter(verdict.target for verdict in verdicts)
    return ", ".join(f"{target} {n}" for target, n in counts.items())


def _title(text: str) -> Text:
    return Text(f"\n{text}", "bold")
