"""Runs that nobody ran: all cases on all targets, with verdicts made up, for what reads a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.registry import IMPLEMENTATIONS, TARGETS
from mlloss.conformance.known_differences.model import PAGE, Difference
from mlloss.conformance.results.judge import Kind, Verdict
from mlloss.conformance.results.record import recording
from mlloss.conformance.runner.session import PlannedCheck, Run, Selection, plan
from mlloss.core.registry import LOSSES

RAISES = "raises RuntimeError: Unsupported op [MultilabelMarginLoss] on CPU, the definition 0.85"
ROWS = tuple(
    Difference(
        id=f"{framework}-{loss.split('_')[1]}",
        targets=tuple(t.name for t in TARGETS.values() if t.framework == framework),
        loss=loss,
        instead={"raises": "RuntimeError"},
        severity="error",
        why="has no kernel for this loss, which is said here for the test and at some length",
        evidence=("https://example.org/a/rather/long/address/that/must/not/be/broken#at-all",),
    )
    for framework in ("torch", "mindspore")
    for loss in LOSSES
)
STALE = Verdict("", "torch", "native", "stale", "no case needs it", ROWS[0].id)
SOME = tuple(case for case in all_cases() if case.quick)[::17]
VERSIONS = dict.fromkeys(TARGETS, "12.34.5+cpu")


def invented(
    cases: Sequence[Case] | None = None,
    targets: Sequence[str] = tuple(TARGETS),
    broken: Mapping[tuple[str, str], Kind] | None = None,
    explanation: str = "gives 0.86, the definition 0.85",
) -> Run:
    """Every framework is there, natives have their rows; `broken` says which (target, subject)
    fails on every fifth case, and how."""
    selection = Selection(cases or all_cases(), ROWS, targets, IMPLEMENTATIONS)
    planned_checks = plan(selection, lambda framework: None)
    verdicts = [_verdict(planned) for planned in planned_checks]
    for n, verdict in enumerate(verdicts):
        kind = (broken or {}).get((verdict.target, verdict.implementation))
        if kind and verdict.kind != "absent" and hash_of(verdict) % 5 == 0:
            verdicts[n] = replace(verdict, kind=kind, explanation=explanation, difference="")
    pages = [Verdict(c.id, PAGE, "printed", "agrees") for c in selection.cases if c.printed]
    return Run(selection, pages + verdicts, {t: VERSIONS[t] for t in targets}, [])


def hash_of(verdict: Verdict) -> int:
    """The same in every process."""
    return sum(verdict.case.encode())


def _verdict(planned: PlannedCheck) -> Verdict:
    place: tuple[Any, ...] = planned.case.id, planned.target, planned.implementation
    if planned.absence:
        return Verdict(*place, "absent", planned.absence)
    row = next((row for row in ROWS if _applies(row, planned)), None)
    if row is None:
        return Verdict(*place, "agrees")
    return Verdict(*place, "known", RAISES, row.id)


def _applies(row: Difference, planned: PlannedCheck) -> bool:
    alike = planned.implementation == "native" and planned.target in row.targets
    return alike and row.loss == planned.case.loss and planned.case.reduction == "none"


def with_everything() -> Run:
    """A run of some cases, with all that can be in one."""
    run = invented(SOME, broken={("jax", "mlloss"): "timed out"})
    verdicts = [*run.verdicts, STALE, replace(STALE, target="torch-compile")]
    return replace(run, verdicts=verdicts, missing=["tinygrad was required"])


def written(path: Path, run: Run, times: dict[str, Any] | None = None) -> Path:
    """The record of a run."""
    with recording(path, run.selection) as write:
        write(times or {}, run)
    return path
