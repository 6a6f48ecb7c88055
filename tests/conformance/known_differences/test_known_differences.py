"""A known difference is a statement: recomputed, bound to versions, and missed when it is gone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from packaging.specifiers import SpecifierSet
from sample import HINGE, TORCH_PAGE, difference, run_fake

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import Array
from mlloss.conformance.expected.expectation import Numbers
from mlloss.conformance.frameworks.registry import OWN_IMPLEMENTATIONS, Implementation
from mlloss.conformance.known_differences.effects import predict
from mlloss.conformance.known_differences.model import (
    PAGE,
    Difference,
    known_differences,
    unique,
)
from mlloss.conformance.results.judge import Observation, Verdict, judge, judge_page
from mlloss.conformance.runner.protocol import Outcome


def _verdict(value: float, row: Difference, version: str = "2.13.0+cpu") -> Verdict:
    outcome = Outcome("value", dtype="float32", value=np.array(value))
    return judge(Observation(TORCH_PAGE, "torch", "native", version, outcome), [row])


# Worked out by hand: on top of the loss of the list (0.85, 1.3 / 4, 0), every padded slot adds
# what class 0 costs as a target: 2.4 / 4 against classes 1 and 2; 3.4 / 4 and 5.1 / 4 where class
# 0 is no target, and so costs 1 against itself.
@pytest.mark.parametrize(
    ("listed", "value"),
    [
        ([3, 0, -1, 1], 2.05),
        ([3, -1, -1, -1], 2.875),
        ([-1, -1, -1, -1], 5.1),
        ([3, 0, 2, -1], 0.85),
        ([3, 0, 2, 1], 0.0),
    ],
)
def test_padding_as_class_0(listed: list[int], value: float) -> None:
    case = TORCH_PAGE.with_arrays(target=Array("int64", [listed]))
    numbers = predict(case, {"hinge": HINGE, "padding": "class 0"})
    assert isinstance(numbers, Numbers)
    assert numbers.value == pytest.approx(value, rel=1e-6)


def test_what_the_row_says_is_known() -> None:
    verdict = _verdict(2.05, difference())
    assert (verdict.kind, verdict.difference) == ("known", "row")
    assert verdict.explanation == "gives 2.05, the definition 0.85"


def test_anything_else_still_differs() -> None:
    assert _verdict(2.06, difference()).kind == "differs"


def test_a_row_that_is_not_shown_any_more_is_stale() -> None:
    assert _verdict(0.85, difference()).kind == "stale"
    assert not run_fake("right", implementations=["native"], rows=[difference()]).passed()


def test_out_of_its_versions_a_row_says_nothing() -> None:
    row = difference(versions=SpecifierSet("<2.14"))
    assert _verdict(2.05, row, "2.13.0+cpu").kind == "known"
    assert _verdict(0.85, row, "2.14.1").kind == "agrees"
    assert _verdict(2.05, row, "2.14.1").kind == "differs"


def test_a_row_that_no_case_needs_is_stale() -> None:
    row = difference(when={"reduction": "sum"})
    run = run_fake("right", implementations=["native"], rows=[row])
    assert [(v.kind, v.difference) for v in run.failures()] == [("stale", "row")]


@pytest.mark.parametrize(
    "changes",
    [
        {"versions": SpecifierSet(">=2")},  # the fake is 1.2.3
        {"targets": ("paddle",)},  # not in the run
        {"loss": "multilabel_soft_margin_loss", "instead": {"gives": "nan"}},  # no case of it
    ],
)
def test_a_row_that_was_not_put_to_the_test_is_not_stale(changes: dict[str, Any]) -> None:
    row = difference(when={"reduction": "sum"}, **changes)
    assert run_fake("right", implementations=["native"], rows=[row]).passed()


def test_an_absent_native_makes_no_row_stale() -> None:
    row = difference(targets=("jax",))
    run = run_fake("right", targets=["jax"], implementations=["native", "mlloss"], rows=[row])
    assert run.counts()["absent"] == 1
    assert run.passed()


@pytest.mark.parametrize("implementation", OWN_IMPLEMENTATIONS)
def test_ours_have_no_excuse(implementation: Implementation) -> None:
    row = difference(instead={"raises": "RuntimeError", "message": "Unsupported op"})
    assert run_fake("raises", implementations=["native"], rows=[row]).passed()
    assert run_fake("right", implementations=[implementation], rows=[row]).counts().keys() == {
        "agrees"
    }
    assert not run_fake("raises", implementations=[implementation], rows=[row]).passed()


def test_another_error_is_not_the_known_one() -> None:
    row = difference(instead={"raises": "RuntimeError", "message": "out of memory"})
    assert run_fake("raises", implementations=["native"], rows=[row]).counts()["differs"] == 1


def test_a_row_that_says_what_the_definition_says_is_not_needed() -> None:
    row = difference(instead={"reduction": "sum"})  # of one row, the sum is the mean
    assert _verdict(0.85, row).kind == "agrees"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"targets": ("troch",)}, "targets must be of"),
        ({"loss": "multilabel_margin"}, "loss must be of"),
        ({"severity": "bad"}, "severity must be of"),
        ({"instead": {}}, "instead must be words of"),
        ({"instead": {"labls": "formula"}}, "instead must be words of"),
        ({"instead": {"message": "x"}}, "a message needs `raises`"),
        ({"instead": {"raises": "X", "labels": "formula"}}, "cannot be combined with other words"),
        ({"instead": {"raises": "X", "dies": "SIGSEGV"}}, "cannot be combined with other words"),
        ({"instead": {"hinge": HINGE, "padding": "class 1"}}, "padding must be one of"),
        ({"instead": {"padding": "class 0"}}, "padding needs a hinge"),
    ],
)
def test_a_misspelt_row_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        difference(**changes)


def test_a_misspelt_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="when must be of"):
        difference(when={"lables": "signed"}).matches(TORCH_PAGE, "torch", "1")


def test_ids_are_unique() -> None:
    rows = [difference(id="a"), difference(id="b"), difference(id="a")]
    with pytest.raises(ValueError, match="must be unique; got a twice"):
        unique(rows)


def test_a_loss_has_the_words_of_its_own_emulation_only() -> None:
    with pytest.raises(ValueError, match="instead must be words of"):
        difference(loss="multilabel_soft_margin_loss")


@pytest.mark.parametrize("row", known_differences(), ids=lambda row: row.id)
def test_each_row_of_ours_has_a_case_and_evidence(row: Difference) -> None:
    version = next(v for v in ("2.13.0", "2.14.1") if row.versions.contains(v))
    cases = all_cases()
    assert row.why
    assert all(address.startswith("https://") for address in row.evidence)
    assert all(any(row.matches(c, target, version) for c in cases) for target in row.targets)


def test_paddles_page_prints_what_the_definition_does_not_give() -> None:
    signed = [c for c in documented_cases() if c.labels == "signed"]
    rows = known_differences()
    assert {judge_page(case, rows).difference for case in signed} == {"paddle-page-signed-labels"}
    assert {judge_page(case, []).kind for case in signed} == {"differs"}


def test_every_other_page_prints_the_definitions_numbers() -> None:
    others = [c for c in documented_cases() if c.labels != "signed"]
    assert {judge_page(case, []).kind for case in others} == {"agrees"}
    assert judge_page(others[0], []).target == PAGE


@pytest.mark.parametrize(
    ("mistake", "target", "row"),
    [
        ("class 1000 of 4", "paddle-static", "paddle-static-wild-classes"),
        ("5 rows of lists for 3", "paddle", "paddle-margin-surplus-lists"),
        ("5 rows of lists for 3", "paddle-static", "paddle-margin-surplus-lists"),
    ],
)
@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("error", "Input(index[-1]) has wrong value, it is [1000]", "ValueError"),
        Outcome("died", "killed by SIGSEGV"),
        Outcome("died", "killed by SIGABRT: malloc(): unaligned tcache chunk detected"),
        Outcome("timed out", "no answer in 120 s"),
    ],
    ids=lambda outcome: outcome.message,
)
def test_paddle_writes_where_it_should_not_before_it_complains(
    mistake: str, target: str, row: str, outcome: Outcome
) -> None:
    """What that memory was needed for is another matter each time."""
    case = next(case for case in all_cases() if case.mistake == mistake)
    verdict = judge(Observation(case, target, "native", "3.3.1", outcome), known_differences())
    assert (verdict.kind, verdict.difference) == ("known", row)


@pytest.mark.parametrize("number", [17.0, np.inf, np.nan, 0.0])
def test_memory_may_hold_any_number(number: float) -> None:
    """Also the 0 that a sum of nothing is; the nan that a mean of nothing is would be no news."""
    row = next(row for row in known_differences() if row.id == "torch-margin-no-rows")
    outcome = Outcome("value", dtype="float32", value=np.array(number))
    kinds = {}
    for reduction in ("mean", "sum"):
        case = next(c for c in all_cases() if c.id == f"margin/empty/{reduction}/0x5/value")
        kinds[reduction] = judge(
            Observation(case, "torch", "native", "2.13.0", outcome), [row]
        ).kind
    assert kinds == {"mean": "stale" if np.isnan(number) else "known", "sum": "known"}
