"""Two known differences that match one case are a failure that every report names both in."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from invented import written
from jsonschema import Draft202012Validator
from rich.console import Console
from sample import HINGE, TORCH_PAGE, difference, run_fake
from typer.testing import CliRunner

from mlloss.conformance.cli.app import app
from mlloss.conformance.reports.badge import badge
from mlloss.conformance.reports.html.report import page
from mlloss.conformance.reports.junit import junit
from mlloss.conformance.reports.markdown import markdown
from mlloss.conformance.reports.terminal.summary import print_report
from mlloss.conformance.results.failures import failure_groups
from mlloss.conformance.results.record import read_record
from mlloss.conformance.runner.session import Run

FIRST, SECOND = difference(id="first-one"), difference(id="second-one")
SCHEMA = json.loads((files("mlloss.conformance.results") / "record.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def run() -> Run:
    cases = [TORCH_PAGE, replace(TORCH_PAGE, id="documented/again")]
    return run_fake("right", cases, implementations=["native", "mlloss"], rows=[FIRST, SECOND])


def test_the_run_goes_on_and_fails(run: Run) -> None:
    kinds = [v.kind for v in run.verdicts if v.target == "torch"]
    assert kinds == ["ambiguous", "agrees"] * 2
    assert run.counts()["ambiguous"] == 2
    assert not run.passed()


def test_the_verdict_names_both_and_says_what_to_do(run: Run) -> None:
    verdict = run.failures()[0]
    assert verdict.candidates == verdict.differences() == ("first-one", "second-one")
    assert verdict.explanation == (
        "2 known differences match (first-one, second-one); make their `when` conditions "
        "exclusive; gives 0.850000024, the definition 0.85"
    )


def test_neither_is_stale_beside(run: Run) -> None:
    assert {v.kind for v in run.failures()} == {"ambiguous"}


def test_exclusive_conditions_are_not_ambiguous() -> None:
    rows = [replace(FIRST, when={"reduction": "sum"}), replace(SECOND, when={"reduction": "mean"})]
    run = run_fake("right", implementations=["native"], rows=rows)
    assert run.counts()["ambiguous"] == 0


def test_a_death_of_an_ambiguous_case_is_ambiguous_and_told() -> None:
    run = run_fake("segfaults", implementations=["native"], rows=[FIRST, SECOND])
    (verdict,) = run.failures()
    assert verdict.kind == "ambiguous"
    assert verdict.explanation.endswith("exclusive; killed by SIGSEGV")


def test_two_that_only_widen_the_tolerance_are_ambiguous_where_one_is_needed() -> None:
    rows = [difference(id=id, instead={"absolute": 0.1}) for id in ("first-one", "second-one")]
    wrong = run_fake("wrong in the last printed digit", implementations=["native"], rows=rows)
    assert wrong.counts()["ambiguous"] == 1
    other = replace(rows[0], instead={"hinge": HINGE, "padding": "class 0"})
    told = run_fake("right", implementations=["native"], rows=[other, rows[1]])
    assert told.counts()["ambiguous"] == 0


def test_the_record_has_it_and_is_valid(run: Run, tmp_path: Path) -> None:
    record = written(tmp_path / "record.jsonl", run)
    assert read_record(record)[1].verdicts == list(run.verdicts)
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    cases = [line for line in lines if "case" in line]
    told = [v for line in cases for v in line["verdicts"] if v["kind"] == "ambiguous"]
    assert [v["candidates"] for v in told] == [["first-one", "second-one"]] * 2
    validator = Draft202012Validator(SCHEMA)
    for line in lines:
        validator.validate(line)


@pytest.mark.parametrize(
    "changes",
    [
        {"candidates": ["first-one"]},
        {"candidates": None},
        {"difference": "first-one"},
        {"kind": "differs"},
    ],
)
def test_the_schema_wants_both(run: Run, tmp_path: Path, changes: dict[str, object]) -> None:
    record = written(tmp_path / "record.jsonl", run)
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    line = next(line for line in lines if "case" in line)
    (verdict,) = [v for v in line["verdicts"] if v["kind"] == "ambiguous"]
    verdict |= changes
    if verdict["candidates"] is None:
        del verdict["candidates"]
    assert not Draft202012Validator(SCHEMA).is_valid(line)


def test_every_report_names_both(run: Run, tmp_path: Path) -> None:
    head, _ = read_record(written(tmp_path / "record.jsonl", run))
    out = io.StringIO()
    print_report(run, Console(file=out, width=300))
    for report in (out.getvalue(), markdown(run), junit(run)):
        assert "2 known differences match (first-one, second-one)" in report.replace("\\", "")
        assert "ambiguous" in report
    html = page(head, run)
    assert 'href="#difference-first-one"' in html
    assert 'href="#difference-second-one"' in html
    assert "ambiguous: several known differences match" in html
    shown = json.loads(badge(run))
    assert (shown["color"], shown["message"]) == ("red", "2 of 6 failed")


def test_verdicts_of_the_same_two_are_one_group(run: Run) -> None:
    (group,) = failure_groups(run)
    assert len(group.verdicts) == 2
    assert group.title().startswith("ambiguous: native torch (2)")


def test_the_command_fails(run: Run, tmp_path: Path) -> None:
    record = written(tmp_path / "record.jsonl", run)
    result = CliRunner().invoke(app, ["conformance", "--from-record", str(record)])
    assert result.exit_code == 1
    assert "Not passed: 2 ambiguous" in result.output
