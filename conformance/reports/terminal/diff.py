"""Print a comparison of two runs, grouped and capped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.text import Text

from mlloss.conformance.frameworks.registry import TITLE_PREFIXES
from mlloss.conformance.reports.terminal.console import indented, print_all
from mlloss.conformance.reports.text import printable
from mlloss.conformance.results.diff import CHANGES, Change, Comparison, Keys
from mlloss.conformance.results.judge import Verdict

IDS, GROUPS = 3, 20
STYLES = {"broke": "bold red", "fixed": "green"}


def print_comparison(found: Comparison, console: Console | None = None) -> None:
    """Print everything that changed, the result last."""
    print_all(_report(found), console)


def _report(found: Comparison) -> Iterator[RenderableType]:
    yield from _listed("Versions", found.versions, most=len(found.versions))
    yield from _keys("cases", found.cases)
    yield from _keys("known differences", found.known)
    for kind in reversed(CHANGES):  # what broke last, where it is seen
        some = [change for change in found.changes if change.kind == kind]
        yield from _changed(kind, some)
    yield from _listed("Missing", found.missing)
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
    """Yield a paragraph for equal changes of a target and implementation."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(_alike(change), []).append(change)
    if changes:
        yield Text(f"\n{CHANGES[kind]} ({len(changes)})", STYLES.get(kind, "bold"))
    for some in list(groups.values())[:GROUPS]:
        yield indented(Text(_summary(some)), 2)
    if len(groups) > GROUPS:
        yield indented(Text(f"and {len(groups) - GROUPS} other groups"), 2)


def _alike(change: Change) -> tuple[str, ...]:
    """Return a key that is the same for changes to be listed together."""
    old, new = change.old, change.new
    ends = [(v.kind, *(v.differences() or (_message(v),))) for v in (old, new)]
    return old.target or new.target, new.implementation, *ends[0], *ends[1]


def _message(verdict: Verdict) -> str:
    """Return the error or reason of a verdict; "" for numbers, which are all different."""
    observed = verdict.explanation.partition(", the definition ")[0]
    return "" if observed.startswith("gives ") else observed


def _summary(changes: Sequence[Change]) -> str:
    """Return "mlloss on torch (12): was agrees; now differs: gives 0.86 (case and 11 others)"."""
    first = changes[0]
    names = [(change.new.case or change.old.case) for change in changes]
    rest = f" and {len(names) - IDS} others" if len(names) > IDS else ""
    cases = f" ({', '.join(names[:IDS])}{rest})" if any(names) else ""
    where = f"{_place(first)} ({len(changes)})"
    return printable(
        f"{where}: was {_verdict_text(first.old)}; now {_verdict_text(first.new)}{cases}"
    )


def _place(change: Change) -> str:
    verdict = change.new if change.new.target else change.old
    return f"{TITLE_PREFIXES.get(verdict.implementation, '')}{verdict.target}"


def _verdict_text(verdict: Verdict) -> str:
    parts = [verdict.kind, verdict.difference, verdict.explanation]
    return ": ".join(part for part in parts if part) if verdict.target else "not there"


def _result(found: Comparison) -> Text:
    broke = sum(change.kind == "broke" for change in found.changes)
    if found.broke():
        missing = f", {len(found.missing)} missing" if found.missing else ""
        return Text(f"\n{broke} broke{missing}.", "bold red")
    others = f"{len(found.changes)} verdicts changed" if found.changes else "no verdict changed"
    return Text(f"\nNothing broke; {others}.", "green")
