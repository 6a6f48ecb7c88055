"""Cases that fuzzing found: the lines of cases/found.jsonl, as the command writes them."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from typing import Any

from mlloss.conformance.cases.builders import area_of
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.serialization import case_of, line_of
from mlloss.conformance.losses import find, spec_of


def found_cases() -> tuple[Case, ...]:
    """In the order in which they were found."""
    file = files("mlloss.conformance") / "cases" / "regressions.jsonl"
    return tuple(case_of(json.loads(line)) for line in file.read_text("utf-8").splitlines())


def found_line(case: Case, why: str) -> str:
    """The case as a line of that file; `why` is for people."""
    return json.dumps({"why": why} | line_of(case), allow_nan=False)


def named(case: Case) -> Case:
    """The case with an id of its own, which only depends on the call, and in its area."""
    call: dict[str, Any] = {k: v for k, v in line_of(case).items() if k not in ("case", "area")}
    digest = sha256(json.dumps(call, sort_keys=True).encode()).hexdigest()[:8]
    loss, quantity = find(case.loss).prefix, case.quantity.replace(" ", "-")
    return replace(case, id=f"found/{loss}/{quantity}/{digest}", area=area(case))


def area(case: Case) -> str:
    """Return the area of the report that the case counts in."""
    if case.mistake:
        return "errors"
    if 0 in case.input.shape:
        return "empty"
    if case.quantity != "value":
        return area_of(case.quantity)
    if case.weights():
        return "weights"
    if case.labels != spec_of(case.loss).default_labels:
        return "conventions"
    return area_of("value", case.input.dtype)
