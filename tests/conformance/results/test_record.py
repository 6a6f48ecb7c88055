"""A record is a whole run, or it says what it is instead."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from invented import ROWS, with_everything, written

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.serialization import call_of, case_of
from mlloss.conformance.results.record import Clock, read_record
from mlloss.conformance.runner.session import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return with_everything()


@pytest.fixture
def record(tmp_path: Path, run: Run) -> Path:
    return written(tmp_path / "record.jsonl", run)


def test_what_is_written_is_read(record: Path, run: Run) -> None:
    head, read = read_record(record)
    assert head["targets"] == list(run.selection.targets) == read.selection.targets
    assert head["installed"].keys() == {"numpy", "torch", "jax", "paddlepaddle", "mindspore"}
    assert read.verdicts == list(run.verdicts)
    assert (read.versions, read.missing) == (run.versions, run.missing)
    assert not read.passed()
    assert [row.to_json() for row in read.selection.known] == [row.to_json() for row in ROWS]
    assert [case.id for case in read.selection.cases] == [case.id for case in run.selection.cases]


def test_every_case_survives() -> None:
    for case in all_cases():
        line = json.loads(json.dumps(call_of(case), allow_nan=False))
        again = case_of(line)
        assert call_of(again) == line
        assert again.request("mlloss") == case.request("mlloss")
        assert repr(again.arrays) == repr(case.arrays)  # as the page spells them
        assert (again.implementations, again.source, again.printed) == (
            case.implementations,
            case.source,
            case.printed,
        )


def test_two_records_of_one_run_differ_in_their_times_only(tmp_path: Path, run: Run) -> None:
    some = [written(tmp_path / name, run, Clock().times()).read_text() for name in ("a", "b")]
    (*first, last), (*others, end) = (text.splitlines() for text in some)
    assert first == others
    times = {"started", "seconds"}
    one, other = ({k: v for k, v in json.loads(x).items() if k not in times} for x in (last, end))
    assert one == other
    assert json.loads(last).keys() - one.keys() == times


def test_the_times_are_read_with_the_header(tmp_path: Path, run: Run) -> None:
    times = {"started": "2026-01-01T00:00:00+00:00", "seconds": 1.5}
    head, _ = read_record(written(tmp_path / "record.jsonl", run, times))
    assert head.items() >= times.items()


def test_the_digest_is_that_of_the_lines_above_the_footer(record: Path) -> None:
    *above, foot = record.read_bytes().splitlines(keepends=True)
    assert json.loads(foot)["sha256"] == hashlib.sha256(b"".join(above)).hexdigest()


def test_a_checkout_with_other_line_ends_is_the_same_record(record: Path, run: Run) -> None:
    record.write_bytes(record.read_bytes().replace(b"\n", b"\r\n"))
    assert read_record(record)[1].verdicts == list(run.verdicts)
