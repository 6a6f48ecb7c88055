"""The badge is red for every run that did not pass, and says what it is out of."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from invented import invented

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.reports.badge import badge
from mlloss.conformance.runner.session import Run


def read(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(badge(run))
    assert told.keys() == {"schemaVersion", "label", "message", "color"}
    assert (told["schemaVersion"], told["label"]) == (1, "conformance")
    return told


@pytest.fixture(scope="module")
def right() -> Run:
    return invented(documented_cases(), ["torch", "jax"])


def test_a_run_that_passed_states_its_denominator(right: Run) -> None:
    assert read(right)["message"] == "mlloss right in 32 of 32 on 2 targets"
    assert read(right)["color"] == "brightgreen"


def test_known_differences_are_not_said_to_be_right(right: Run) -> None:
    selection = replace(right.selection, implementations=["native"])
    natives = [verdict for verdict in right.verdicts if verdict.implementation == "native"]
    run = replace(right, selection=selection, verdicts=natives)
    assert read(run)["message"] == "native right in 16 of 18 on 2 targets"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"missing": ["torch was required"]}, "1 missing"),
        ({"verdicts": []}, "nothing compared"),
    ],
)
def test_what_did_not_pass_is_red(right: Run, changes: dict[str, Any], message: str) -> None:
    told = read(replace(right, **changes))
    assert (told["message"], told["color"]) == (message, "red")


def test_failures_are_out_of_all_that_was_asked() -> None:
    run = invented(documented_cases(), ["jax"], {("jax", "mlloss"): "differs"})
    failed, asked = len(run.failures()), len(run.verdicts) - run.counts()["absent"]
    assert failed > 0
    assert read(run)["message"] == f"{failed} of {asked} failed"
    assert read(run)["color"] == "red"
