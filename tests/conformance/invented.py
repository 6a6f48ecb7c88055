"""Runs that nobody ran: all cases on all targets, with verdicts made up, for what reads a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlloss.conformance.case import Case
from mlloss.conformance.case_list import all_cases
from mlloss.conformance.differences import PAGE, Difference
from mlloss.conformance.judge import Kind, Verdict
from mlloss.conformance.record import recording
from mlloss.conformance.suite import Run, Selection, Slot, plan
from mlloss.conformance.targets import SUBJECTS, TARGETS

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
    for loss in ("multilabel_margin_loss", "multilabel_soft_margin_loss")
)
STALE = Verdict("", "torch", "native", "stale", "no case needs this row any more", ROWS[0].id)
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
    selection = Selection(cases or all_cases(), ROWS, targets, SUBJECTS)
    slots = plan(selection, lambda framework: None)
    verdicts = [_verdict(slot) for slot in slots]
    for n, verdict in enumerate(verdicts):
        kind = (broken or {}).get((verdict.target, verdict.subject))
        if kind and verdict.kind != "absent" and hash_of(verdict) % 5 == 0:
            verdicts[n] = replace(verdict, kind=kind, explanation=explanation, difference="")
    pages = [Verdict(c.id, PAGE, "printed", "agrees") for c in selection.cases if c.printed]
    return Run(selection, pages + verdicts, {t: VERSIONS[t] for t in targets}, [])


def hash_of(verdict: Verdict) -> int:
    """The same in every process."""
    return sum(verdict.case.encode())


def _verdict(slot: Slot) -> Verdict:
    place: tuple[Any, ...] = slot.case.id, slot.target, slot.subject
    if slot.absence:
        return Verdict(*place, "absent", slot.absence)
    row = next((row for row in ROWS if _applies(row, slot)), None)
    if row is None:
        return Verdict(*place, "agrees")
    return Verdict(*place, "known", RAISES, row.id)


def _applies(row: Difference, slot: Slot) -> bool:
    alike = slot.subject == "native" and slot.target in row.targets
    return alike and row.loss == slot.case.loss and slot.case.reduction == "none"


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
