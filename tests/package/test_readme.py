"""The README's code prints what it says; its matrix and docs/ are those of the committed record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.serialization import call_of
from mlloss.conformance.frameworks.certified import CERTIFIED
from mlloss.conformance.frameworks.registry import FRAMEWORKS, SUBJECTS, TARGETS
from mlloss.conformance.known_differences.model import known_differences
from mlloss.conformance.reports.html.report import page
from mlloss.conformance.reports.markdown import markdown
from mlloss.conformance.reports.readme import with_matrix
from mlloss.conformance.results.record import read_record
from mlloss.conformance.results.record_lines import Line
from mlloss.conformance.runner.session import Run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n\nprints (.*?)\.[ \n]", README, re.DOTALL)
RENEW = "out of date: run `make docs`"


def test_there_are_examples():
    assert len(EXAMPLES) == README.count("```python")


@pytest.mark.parametrize(("code", "said"), EXAMPLES)
def test_example(code: str, said: str, capsys: pytest.CaptureFixture[str]):
    exec(code, {})

    assert capsys.readouterr().out.split() == re.findall(r"`([^`]+)`", said)


@pytest.fixture(scope="module")
def record() -> tuple[Line, Run]:
    return read_record(ROOT / "docs" / "conformance.jsonl")


def test_the_record_is_of_a_whole_run_that_passed(record: tuple[Line, Run]):
    head, run = record
    assert list(run.selection.targets) == list(TARGETS), RENEW
    assert list(run.selection.subjects) == list(SUBJECTS), RENEW
    assert set(head["required"]) == set(FRAMEWORKS), RENEW
    assert run.passed()


def test_the_record_is_of_the_cases_that_there_are(record: tuple[Line, Run]):
    recorded = {case.id: call_of(case) for case in record[1].selection.cases}
    there_are = {case.id: call_of(case) for case in all_cases()}
    assert sorted(recorded.keys() ^ there_are.keys()) == [], RENEW
    assert [id for id, call in there_are.items() if recorded[id] != call] == [], RENEW


def test_the_record_is_of_the_differences_that_there_are(record: tuple[Line, Run]):
    recorded = {row.id: row.told() for row in record[1].selection.rows}
    there_are = {row.id: row.told() for row in known_differences()}
    assert sorted(recorded.keys() ^ there_are.keys()) == [], RENEW
    assert [id for id, told in there_are.items() if recorded[id] != told] == [], RENEW


def test_the_record_is_of_the_certified_versions(record: tuple[Line, Run]):
    versions = {
        target: record[1].versions[target].partition("+")[0] for target in record[1].versions
    }
    certified = {
        name: CERTIFIED[FRAMEWORKS[t.framework].distribution] for name, t in TARGETS.items()
    }
    assert versions == certified, RENEW


def test_the_matrix_is_that_of_the_record(record: tuple[Line, Run]):
    assert with_matrix(README, record[1]) == README, RENEW


def test_the_docs_are_those_of_the_record(record: tuple[Line, Run]):
    head, run = record
    assert (ROOT / "docs" / "conformance.md").read_text("utf-8") == markdown(run), RENEW
    # Not compared by ==, whose explanation of megabytes takes minutes.
    same = (ROOT / "docs" / "conformance.html").read_text("utf-8") == page(head, run)
    assert same, RENEW
