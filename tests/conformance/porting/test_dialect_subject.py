"""A dialect in the suite: what it is asked, and where, and how that is told."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from invented import invented

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.frameworks.natives import (
    DIALECTS,
    NATIVES,
    Missing,
    Native,
    native_of_dialect,
)
from mlloss.conformance.frameworks.registry import IMPLEMENTATIONS, TARGETS
from mlloss.conformance.reports.html.report import page
from mlloss.conformance.reports.markdown import area_matrix, documented_matrix
from mlloss.conformance.results.judge import Observation, judge
from mlloss.conformance.results.record import Clock
from mlloss.conformance.results.record_lines import header
from mlloss.conformance.runner.protocol import Outcome
from mlloss.conformance.runner.session import Run, plan
from mlloss.conformance.runner.worker import _located

CASES = {case.id: case for case in all_cases()}
SIGNED = "documented/paddle.nn.functional.multi_label_soft_margin_loss/none"


@pytest.fixture(scope="module")
def whole() -> Run:
    """Every area, but not every case."""
    some = [case for case in CASES.values() if case.source or case.mistake]
    return invented([*some, CASES["soft/second-derivative/plain/float32"]])


def test_every_call_of_a_dialect_is_there() -> None:
    """By the same name as the framework's own, in a module that mirrors the framework's."""
    spoken = {place: native_of_dialect(*place) for place in NATIVES if place[0] in DIALECTS}
    assert len(spoken) == 6
    for place, found in spoken.items():
        native = NATIVES[place]
        assert isinstance(found, Native)
        assert isinstance(native, Native)
        for ours, theirs in ((found.function, native.function), (found.class_, native.class_)):
            assert ours.rpartition(".")[2] == theirs.rpartition(".")[2]
            assert _located(ours).__name__ == theirs.rpartition(".")[2]
    others = [native_of_dialect(*place) for place in NATIVES if place[0] not in DIALECTS]
    assert all(isinstance(other, Missing) for other in others)


def test_it_is_asked_all_pages_and_mistakes_and_some_of_the_rest() -> None:
    asked = [case for case in CASES.values() if case.applies_to("dialect")]
    areas = Counter(case.area for case in asked)
    assert areas["documented examples"] == len(documented_cases())
    assert {"values", "gradients", "errors", "memory safety", "weights"} <= set(areas)
    assert len(asked) < len(CASES) / 10
    mistakes = {
        case.id for case in CASES.values() if case.mistake and "native" in case.implementations
    }
    assert mistakes == {case.id for case in asked if case.mistake}


def test_it_is_called_as_its_framework_is() -> None:
    """With the reduction alone, but for labels that the formula is not for."""
    for case in CASES.values():
        if case.applies_to("dialect"):
            asked, native = case.request("dialect"), case.request("native")
            assert {**asked["options"], "labels": ""} == {**native["options"], "labels": ""}
            assert (asked["form"], asked["arrays"]) == (native["form"], native["arrays"])
    told = {id: CASES[id].request("dialect")["options"] for id in (SIGNED, f"{SIGNED}-as-printed")}
    assert [options["labels"] for options in told.values()] == ["signed", "unchecked"]


def test_who_has_none_says_so(whole: Run) -> None:
    reasons: dict[str, set[str]] = {name: set() for name in TARGETS}
    for planned in plan(whole.selection, lambda framework: None):
        if planned.implementation == "dialect":
            reasons[planned.target].add(planned.absence or "")
    assert {name for name, why in reasons.items() if "" in why} == {"torch", "paddle", "mindspore"}
    assert reasons["paddle"] == {""}
    assert reasons["torch"] == {
        "",
        "torch's dialect has no word for labels that are not the formula's",
    }
    assert all("eager mode" in why for why in reasons["torch-compile"] if "word" not in why)
    assert reasons["jax"] == {"mlloss.dialects has none of jax"}


def test_an_error_must_name_the_function_that_was_called() -> None:
    case = CASES["soft/errors/reduction-'median'"]
    words = "reduction must be one of"

    def verdict(name: str, target: str = "paddle", case: Case = case) -> str:
        outcome = Outcome("error", f"{name}: {words}", "ValueError")
        return judge(Observation(case, target, "dialect", "3.3.1", outcome), []).kind

    assert verdict("multi_label_soft_margin_loss") == "agrees"
    assert verdict("multilabel_soft_margin_loss") == "differs"
    assert verdict("multilabel_soft_margin_loss", "torch") == "agrees"


def test_a_cell_has_a_mark_of_it_where_it_was_asked(whole: Run) -> None:
    head, _, *lines = area_matrix(whole).splitlines()
    names = [name.strip() for name in head.split("|")[3:-1]]
    row = next(line for line in lines if line.startswith("| errors"))
    marks = dict(zip(names, (len(c.split()) for c in row.split("|")[3:-1]), strict=True))
    assert {name for name, n in marks.items() if n == 3} == {"torch", "paddle", "mindspore"}
    assert {n for name, n in marks.items() if name not in DIALECTS} == {2}
    row = next(line for line in lines if line.startswith("| second derivatives"))
    assert all(len(cell.split()) == 2 for cell in row.split("|")[3:-1])
    assert "native then mlloss then dialect (where tested)" in area_matrix(whole)
    example = re.search(r"^\| F.multi_label_margin_loss .*$", documented_matrix(whole), re.M)
    assert example
    assert [len(cell.split()) for cell in example[0].split("|")[3:-1]] == [
        3 if name in DIALECTS else 2 for name in names
    ]


def test_without_it_nothing_is_said_of_it(whole: Run) -> None:
    """As in records from before there was one."""
    selection = replace(whole.selection, implementations=IMPLEMENTATIONS[:2])
    verdicts = [verdict for verdict in whole.verdicts if verdict.implementation != "dialect"]
    older = replace(whole, selection=selection, verdicts=verdicts)
    head = header(older.selection) | Clock().times()
    for text in (area_matrix(older), documented_matrix(older), page(head, older)):
        assert "dialect" not in re.sub(r"mlloss\.dialects|dialects?\.", "", text)
