"""Records of mlloss 0.1 can be reported, and compared with records of today."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from invented import written
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cli.app import app
from mlloss.conformance.results.diff import compare
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.results.record import read_record
from mlloss.conformance.runner.session import Run

OLD = Path(__file__).with_name("record-0.1.jsonl")  # a case of each area and loss

SCHEMA = files("mlloss.conformance.results") / "record.schema.json"


@pytest.fixture(scope="module")
def run() -> Run:
    head, run = read_record(OLD)
    assert head["mlloss"] == "0.1.0"
    return run


def test_its_lines_are_still_valid() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for line in OLD.read_text("utf-8").splitlines():
        validator.validate(json.loads(line))


def test_it_is_read_whole(run: Run) -> None:
    assert run.passed()
    assert run.counts().keys() == {"agrees", "known", "absent"}
    assert {case.loss for case in run.selection.cases} == {
        "multilabel_margin_loss",
        "multilabel_soft_margin_loss",
    }


def test_its_cases_are_those_of_today(run: Run) -> None:
    today = {case.id: case.request("mlloss") for case in all_cases()}
    assert [c.id for c in run.selection.cases if c.request("mlloss") != today.get(c.id)] == []


def test_what_is_written_of_it_reads_the_same(run: Run, tmp_path: Path) -> None:
    again = written(tmp_path / "record.jsonl", run)
    found = compare(read_record(OLD), read_record(again))
    assert (found.changes, found.versions) == ((), ())
    for keys in (found.cases, found.known):
        assert (keys.new, keys.gone, keys.altered) == ([], [], [])


def test_what_broke_since_is_found(run: Run, tmp_path: Path) -> None:
    first = next(v for v in run.verdicts if v.kind == "agrees")
    broken = replace(first, kind="differs", explanation="gives 1, the definition 2")
    verdicts: list[Verdict] = [broken if v is first else v for v in run.verdicts]
    record = written(tmp_path / "record.jsonl", replace(run, verdicts=verdicts))
    result = CliRunner().invoke(app, ["conformance", "--compare", str(OLD), str(record)])
    assert (result.exit_code, "1 broke." in result.output) == (1, True)
    result = CliRunner().invoke(app, ["conformance", "--compare", str(OLD), str(OLD)])
    assert (result.exit_code, "no verdict changed" in result.output) == (0, True)


def test_a_target_that_does_not_start_any_more_is_something_broken(
    run: Run, tmp_path: Path
) -> None:
    reason = "torch did not start: needs torch>=2.9; found 2.1"
    versions = {**run.versions, "torch": ""}
    record = written(tmp_path / "record.jsonl", replace(run, versions=versions, missing=[reason]))
    assert compare(read_record(OLD), read_record(record)).broke()
    result = CliRunner().invoke(app, ["conformance", "--compare", str(OLD), str(record)])
    assert (result.exit_code, reason in result.output) == (1, True)
    result = CliRunner().invoke(app, ["conformance", "--from-record", str(record)])
    assert (result.exit_code, reason in result.output) == (2, True)


def test_it_can_be_reported(tmp_path: Path) -> None:
    html = tmp_path / "page.html"
    result = CliRunner().invoke(
        app, ["conformance", "--from-record", str(OLD), "--html", str(html)]
    )
    assert result.exit_code == 0, result.output
    assert "Nothing unexplained in" in html.read_text("utf-8")
