"""Every verdict that is no plain agreement, in a few words, with whom it holds for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from mlloss.conformance.differences import Difference
from mlloss.conformance.judge import KINDS, Verdict
from mlloss.conformance.suite import Run
from mlloss.conformance.terminal import address, indented

FEW = 5
TITLES = {"known": "Known differences", "absent": "Absent"}


def explanations(run: Run) -> Iterator[RenderableType]:
    """Known differences first, then what is wrong, then who is absent."""
    for kind in ("known", *[kind for kind in KINDS if kind not in ("known", "agrees")]):
        some = [verdict for verdict in run.verdicts if verdict.kind == kind]
        if some:
            yield Text(f"\n{TITLES.get(kind, kind.capitalize())} ({len(some)})", "bold")
            yield from _absences(some) if kind == "absent" else _details(run, some)


def _details(run: Run, verdicts: list[Verdict]) -> Iterator[RenderableType]:
    """Under each known difference, or under none, what came of which cases."""
    known = {row.id: row for row in run.selection.rows}
    verdicts = sorted(verdicts, key=lambda verdict: verdict.difference)
    for id, group in groupby(verdicts, key=lambda verdict: verdict.difference):
        if id:
            yield from _difference(known[id])
        yield from (indented(Text(line), 4) for line in _lines(group))


def _difference(row: Difference) -> Iterator[RenderableType]:
    versions = f", versions {row.versions}" if str(row.versions) else ""
    yield indented(Text(f"{row.id} ({row.severity}{versions})", "yellow"), 2)
    yield indented(Text(row.why), 4)
    yield from (address(text, 4) for text in row.evidence)


def _lines(verdicts: Iterable[Verdict]) -> list[str]:
    """One line for all that happened alike: to whom, what, and in which cases."""
    where: dict[tuple[str, str], list[str]] = {}
    for verdict in verdicts:
        where.setdefault((verdict.case, verdict.explanation), []).append(_who(verdict))
    cases: dict[tuple[str, str], list[str]] = {}
    for (case, what), who in where.items():
        cases.setdefault((", ".join(who), what), []).append(case.removeprefix("documented/"))
    return [f"{who}: {what}{_in(names)}" for (who, what), names in cases.items()]


def _who(verdict: Verdict) -> str:
    return f"mlloss on {verdict.target}" if verdict.subject == "mlloss" else verdict.target


def _in(cases: list[str]) -> str:
    """Names while they are few; none for a row that no case needs."""
    if len(cases) > FEW:
        return f" ({cases[0]} and {len(cases) - 1} others)"
    return f" ({', '.join(cases)})" if any(cases) else ""


def _absences(verdicts: list[Verdict]) -> Iterator[RenderableType]:
    """A line for each reason: how many verdicts, of which targets."""
    where: dict[str, list[str]] = {}
    for verdict in verdicts:
        where.setdefault(verdict.explanation, []).append(verdict.target)
    for reason, targets in where.items():
        names = ", ".join(dict.fromkeys(targets))
        yield indented(Text(f"{names}: {reason} ({len(targets)})"), 2)
