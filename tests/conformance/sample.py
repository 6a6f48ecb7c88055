"""A documented example to try things on, and a run of fakes on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlloss.conformance.cases.model import Array, Case, Source
from mlloss.conformance.cases.printed import PrintedResult
from mlloss.conformance.frameworks.registry import Implementation
from mlloss.conformance.known_differences.model import Difference
from mlloss.conformance.runner.pool import Pool
from mlloss.conformance.runner.session import Run, Selection, conduct

HINGE = "max(0, (1 - x[j]) + x[i]) / C, slope 1 at 0"
FAKE_WORKER = Path(__file__).with_name("fake_worker.py")

TORCH_PAGE = Case(
    id="documented/torch.nn.MultiLabelMarginLoss/mean",
    area="documented examples",
    source=Source("torch", "torch.nn.MultiLabelMarginLoss", "https://x", "class"),
    loss="multilabel_margin_loss",
    arrays={
        "input": Array("float32", [[0.1, 0.2, 0.4, 0.8]]),
        "target": Array("int64", [[3, 0, -1, 1]]),
    },
    labels="indices",
    printed=PrintedResult("0.85"),
)


def scores(*numbers: float) -> Case:
    """The same example with other scores, and so with another id and another number."""
    return replace(TORCH_PAGE, id=f"scores {numbers}").with_arrays(
        input=Array("float32", [list(numbers)])
    )


def fakes(behaviour: str, timeout: float = 20.0, **others: str) -> Pool:
    """All targets behave like this, but for those that are named."""

    def command(target: str) -> list[str]:
        return [sys.executable, str(FAKE_WORKER), others.get(target, behaviour)]

    return Pool(2, timeout, command)


def run_fake(
    behaviour: str,
    cases: Sequence[Case] = (TORCH_PAGE,),
    targets: Sequence[str] = ("torch",),
    implementations: Sequence[Implementation] = ("mlloss",),
    rows: Sequence[Difference] = (),
    timeout: float = 20.0,
) -> Run:
    selection = Selection(cases, rows, targets, implementations)
    return conduct(selection, fakes(behaviour, timeout), absence=lambda framework: None)


def difference(**changes: Any) -> Difference:
    """A row that says of torch what the fake that is right does not do."""
    row: dict[str, Any] = {
        "id": "row",
        "targets": ("torch",),
        "loss": "multilabel_margin_loss",
        "instead": {"hinge": HINGE, "padding": "class 0"},
        "severity": "silently wrong value",
        "why": "for the test",
        "evidence": ("https://x",),
    }
    return Difference(**row | changes)
