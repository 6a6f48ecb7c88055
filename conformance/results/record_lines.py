"""Convert a run to the lines of a record, and back."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import mlloss
from mlloss.conformance.cases.serialization import case_of, line_of
from mlloss.conformance.frameworks.registry import FRAMEWORKS
from mlloss.conformance.known_differences.model import PAGE, parse_difference
from mlloss.conformance.results.judge import KINDS, Verdict
from mlloss.conformance.runner.session import Run, Selection

NAME, FORMAT = "mlloss conformance", 3
PRINTED = "printed"
FIELDS = ("kind", "difference", "explanation", "candidates")  # of a verdict
Line = dict[str, Any]


def header(selection: Selection) -> Line:
    """Return the header: what is about to be run, with the installed versions."""
    return {
        "record": NAME,
        "format": FORMAT,
        "mlloss": mlloss.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "installed": {f.distribution: f.installed_version() for f in FRAMEWORKS.values()},
        "targets": list(selection.targets),
        "subjects": list(selection.implementations),
        "required": list(selection.required),
        "cases": len(selection.cases),
    }


def footer(run: Run) -> Line:
    """Return the footer: counts, versions and the result."""
    return {
        "cases": len(run.selection.cases),
        "verdicts": len(run.verdicts),
        "counts": dict(sorted(run.counts().items())),
        "versions": dict(run.versions),
        "missing": list(run.missing),
        "passed": run.passed(),
    }


def lines_of(run: Run) -> Iterator[Line]:
    """Yield the lines between header and footer."""
    found: dict[str, list[Verdict]] = {}
    for verdict in run.verdicts:
        found.setdefault(verdict.case, []).append(verdict)
    for row in run.selection.known:
        yield {"difference": row.id} | row.to_json()
    for case in run.selection.cases:
        yield line_of(case) | {"verdicts": _verdict_lines(found.get(case.id, ()))}
    for verdict in found.get("", ()):  # known differences that no case needs
        where = {"target": verdict.target, "subject": verdict.implementation}
        yield {"stale": verdict.difference} | where | {"why": verdict.explanation}


def run_of(head: Line, body: Sequence[Line], foot: Line) -> Run:
    """Return the run of a record; KeyError, TypeError or ValueError if the lines make none."""
    cases = [case_of(line) for line in body if "case" in line]
    rows = [parse_difference(line) for line in body if "difference" in line]
    selection = Selection(cases, rows, head["targets"], head["subjects"], head["required"])
    verdicts = [verdict for line in body for verdict in _verdicts(line)]
    return Run(selection, _in_order(verdicts, selection), foot["versions"], foot["missing"])


def _verdict_lines(verdicts: Iterable[Verdict]) -> list[Line]:
    """Return the verdicts of a case: equal ones once, with their targets by implementation."""
    alike: dict[Verdict, dict[str, list[str]]] = {}
    for verdict in verdicts:
        place = alike.setdefault(replace(verdict, target="", implementation=""), {})
        place.setdefault(verdict.implementation, []).append(verdict.target)
    return [_fields(verdict) | places for verdict, places in alike.items()]


def _fields(verdict: Verdict) -> Line:
    """Return kind, difference, explanation and candidates, without those that are empty."""
    fields = {name: getattr(verdict, name) for name in FIELDS}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if value
    }


def _verdicts(line: Line) -> Iterator[Verdict]:
    if "stale" in line:
        yield Verdict("", line["target"], line["subject"], "stale", line["why"], line["stale"])
    for group in line.get("verdicts", ()):
        words = group.get("explanation", ""), group.get("difference", "")
        alike = Verdict("", "", "", _kind(group), *words, tuple(group.get("candidates", ())))
        for implementation in group.keys() - set(FIELDS):
            for target in group[implementation]:
                place = {"case": line["case"], "target": target, "implementation": implementation}
                yield replace(alike, **place)


def _kind(group: Line) -> Any:
    if group["kind"] not in KINDS:
        raise ValueError(f"there is no verdict {group['kind']!r}")
    return group["kind"]


def _in_order(verdicts: Sequence[Verdict], selection: Selection) -> list[Verdict]:
    """Return the order of a run: pages, cases by target and implementation, stale ones."""
    case = {case.id: n for n, case in enumerate(selection.cases)}
    target = {name: n for n, name in enumerate([PAGE, *selection.targets])}
    implementation = {name: n for n, name in enumerate([PRINTED, *selection.implementations])}

    def place(verdict: Verdict) -> tuple[int, ...]:
        if not verdict.case:
            return (2,)
        where = case[verdict.case], target[verdict.target], implementation[verdict.implementation]
        return int(verdict.implementation != PRINTED), *where

    return sorted(verdicts, key=place)
