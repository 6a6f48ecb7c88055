"""A comparison of two runs, for people: grouped, and never longer than they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.text import Text

from mlloss.conformance.frameworks.registry import WHOSE
from mlloss.conformance.reports.terminal.console import indented, print_all
from mlloss.conformance.reports.text import printable
from mlloss.conformance.results.diff import CHANGES, Change, Comparison, Keys
from mlloss.conformance.results.judge import Verdict

IDS, GROUPS = 3, 20
STYLES = {"broke": "bold red", "fixed": "green"}


def print_comparison(found: Comparison, console: Console | None = None) -> None:
    """All of it, the result last."""
    print_all(_report(found), console)


def _report(found: Comparison) -> Iterator[RenderableType]:
    yield from _listed("Versions", found.versions, most=len(found.versions))
    yield from _keys("cases", found.cases)
    yield from _keys("known differences", found.known)
    for kind in reversed(CHANGES):  # what broke is where it is seen: last
        some = [change for change in found.changes if change.kind == kind]
        yield from _changed(kind, some)
    yield _result(found)


def _keys(of: str, keys: Keys) -> Iterator[RenderableType]:
    yield from _listed(f"New {of}", keys.new)
    yield from _listed(f"Gone {of}", keys.gone)
    yield from _listed(f"Altered {of}", keys.altered)


def _listed(title: str, texts: Sequence[str], most: int = GROUPS) -> Iterator[RenderableType]:
    if texts:
        yield Text(f"\n{title} ({len(texts)})", "bold")
    yield from (indented(Text(printable(text)), 2) for text in texts[:most])
    if len(texts) > most:
        yield indented(Text(f"and {len(texts) - most} others"), 2)


def _changed(kind: str, changes: Sequence[Change]) -> Iterator[RenderableType]:
    """Alike changes of a target and subject in one paragraph."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(_alike(change), []).append(change)
    if changes:
        yield Text(f"\n{CHANGES[kind]} ({len(changes)})", STYLES.get(kind, "bold"))
    for some in list(groups.values())[:GROUPS]:
        yield indented(Text(_told(some)), 2)
    if len(groups) > GROUPS:
        yield indented(Text(f"and {len(groups) - GROUPS} other groups"), 2)


def _alike(change: Change) -> tuple[str, ...]:
    ends = [(v.kind, v.difference or _came(v)) for v in (change.old, change.new)]
    return change.old.target or change.new.target, change.new.implementation, *ends[0], *ends[1]


def _came(verdict: Verdict) -> str:
    """An error or a reason goes by its words; a number that differs is one of many."""
    came = verdict.explanation.partition(", the definition ")[0]
    return "" if came.startswith("gives ") else came


def _told(changes: Sequence[Change]) -> str:
    """mlloss on torch (12): was agrees; now differs: gives 0.86 (case, case and 10 others)."""
    first = changes[0]
    names = [(change.new.case or change.old.case) for change in changes]
    rest = f" and {len(names) - IDS} others" if len(names) > IDS else ""
    cases = f" ({', '.join(names[:IDS])}{rest})" if any(names) else ""
    who = f"{_who(first)} ({len(changes)})"
    return printable(f"{who}: was {_in_words(first.old)}; now {_in_words(first.new)}{cases}")


def _who(change: Change) -> str:
    verdict = change.new if change.new.target else change.old
    return f"{WHOSE.get(verdict.implementation, '')}{verdict.target}"


def _in_words(verdict: Verdict) -> str:
    parts = [verdict.kind, verdict.difference, verdict.explanation]
    return ": ".join(part for part in parts if part) if verdict.target else "not there"


def _result(found: Comparison) -> Text:
    broke = sum(change.kind == "broke" for change in found.changes)
    if broke:
        return Text(f"\n{broke} broke.", "bold red")
    others = f"{len(found.changes)} verdicts changed" if found.changes else "no verdict changed"
    return Text(f"\nNothing broke; {others}.", "green")
