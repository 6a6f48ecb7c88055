"""Print known differences: all, or those between two frameworks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mlloss.conformance.known_differences.model import SEVERITIES
from mlloss.conformance.porting.entries import Entry
from mlloss.conformance.porting.transition import Comparison
from mlloss.conformance.reports.terminal.console import address, indented

STYLES = {
    "crash": "bold red",
    "silently wrong value": "red",
    "silently wrong gradient": "red",
    "error": "yellow",
    "cosmetic": "cyan",
}
COMMAND = "mlloss differences --reproduce"


def listing(
    entries: Sequence[Entry], versions: Mapping[str, str | None], hidden: int = 0
) -> Iterator[RenderableType]:
    """Yield counts, then the entries by severity, the worst first.

    Args:
        entries: the known differences, sorted by severity.
        versions: the installed version of each framework, None if it is absent.
        hidden: the number of differences left out, which are of other versions.
    """
    yield from _summary(entries, versions, hidden)
    for severity, group in groupby(entries, key=lambda entry: entry.difference.severity):
        some = list(group)
        yield Text(f"\n{severity.capitalize()} ({len(some)})", "bold")
        for entry in some:
            yield from _entry(entry)


def _summary(
    entries: Sequence[Entry], versions: Mapping[str, str | None], hidden: int
) -> Iterator[RenderableType]:
    """Yield a table of counts by framework and severity, and what was left out."""
    counts = Counter((entry.framework(), entry.difference.severity) for entry in entries)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("framework")
    table.add_column("installed")
    for severity in (*SEVERITIES, "all"):
        table.add_column(severity, justify="right")
    for framework, version in versions.items():
        numbers = [counts[framework, severity] for severity in SEVERITIES]
        if any(numbers):
            texts = [str(number or "") for number in (*numbers, sum(numbers))]
            table.add_row(framework, version or "no", *texts)
    yield table
    if hidden:
        yield Text(f"\n{hidden} more are of versions that are not installed: add --all-versions.")


def comparison(compared: Comparison) -> Iterator[RenderableType]:
    """Yield missing losses, and the differences that are new, gone and common after porting."""
    source, goal = compared.source, compared.goal
    yield Text(f"From {source} to {goal}, by their own functions", "bold")
    for loss, reason in compared.lacking.items():
        yield indented(Text(f"{goal} has no {loss}: {reason}", "red"), 2)
    yield from _group(f"New after porting: only in {goal}", compared.coming)
    yield from _group(f"Gone after porting: only in {source}", compared.going)
    yield from _pairs(compared)


def _group(title: str, entries: Sequence[Entry]) -> Iterator[RenderableType]:
    yield Text(f"\n{title} ({len(entries)})", "bold")
    for entry in entries:
        yield from _entry(entry, entry.difference.severity)


def _pairs(compared: Comparison) -> Iterator[RenderableType]:
    """Yield the entries of both that predict the same on an example."""
    of_goal = {id(other): other for _, other in compared.staying}
    yield Text(f"\nIn both ({len(of_goal)})", "bold")
    for key, entry in of_goal.items():
        names = [one.difference.id for one, other in compared.staying if id(other) == key]
        yield from _entry(
            entry, entry.difference.severity, f"in {compared.source}: {', '.join(names)}"
        )


def _entry(entry: Entry, severity: str = "", also: str = "") -> Iterator[RenderableType]:
    """Yield an entry: id, targets, versions, reason, condition, example, evidence."""
    difference = entry.difference
    facts = [severity, ", ".join(difference.targets), entry.versions()]
    yield indented(
        _headed(difference.id, "; ".join(filter(None, facts)), STYLES[difference.severity]), 2
    )
    yield from (indented(Text(line), 4) for line in _lines(entry))
    if also:
        yield indented(Text(also), 4)
    yield from (address(text, 4) for text in difference.evidence)


def _headed(id: str, facts: str, style: str) -> Text:
    return Text.assemble((id, style), f" ({facts})")


def _lines(entry: Entry) -> Iterator[str]:
    difference = entry.difference
    yield f"{difference.loss}: {difference.why}"
    yield f"When: {entry.when()}"
    yield f"Then: {entry.instead()}"
    if case := entry.example():
        yield f"E.g.: {case.id}{_comparison(entry)}"
    if entry.has_script():
        yield f"{COMMAND} {difference.id}"


def _comparison(entry: Entry) -> str:
    """Return prediction and definition; where there is only a bound, the script shows the value."""
    if gives := entry.gives():
        return f" {gives}, the definition {entry.definition()}"
    return f", where the definition gives {entry.definition()}"
