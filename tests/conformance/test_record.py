"""A record is complete or it says so."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from sample import TORCH_PAGE, fakes, run_fake

from mlloss.conformance.record import IncompleteRecord, read_record, recording
from mlloss.conformance.suite import Run


def _write(path: Path) -> Run:
    run = run_fake("right")
    with recording(path, run.selection) as write:
        write(run)
    return run


def test_a_record_holds_the_run(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    run = _write(path)
    header, verdicts, footer = read_record(path)
    assert header["targets"] == ["torch"]
    assert header["installed"].keys() == {"numpy", "torch", "jax", "paddlepaddle", "mindspore"}
    assert [v["kind"] for v in verdicts] == ["agrees", "agrees"] == [v.kind for v in run.verdicts]
    assert footer["counts"] == {"agrees": 2}
    assert footer["versions"] == {"torch": "1.2.3"}
    assert footer["passed"] is True


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_without_its_footer_it_is_none(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "record.jsonl"
    _write(path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:kept]))
    with pytest.raises(IncompleteRecord, match="has no footer"):
        read_record(path)


def test_a_lost_verdict_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    _write(path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *lines[2:]]))
    with pytest.raises(IncompleteRecord, match="lost verdicts"):
        read_record(path)


def test_a_line_cut_in_two_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    _write(path)
    path.write_text(path.read_text()[:-20])
    with pytest.raises(IncompleteRecord, match="has no footer"):
        read_record(path)


def test_an_interrupted_run_leaves_no_older_record(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    run = _write(path)
    with pytest.raises(KeyboardInterrupt), recording(path, run.selection):
        raise KeyboardInterrupt
    with pytest.raises(IncompleteRecord, match="has no footer"):
        read_record(path)
    assert json.loads(path.read_text())["record"] == "mlloss conformance"


def test_an_interrupt_ends_the_workers() -> None:
    def interrupt(target: str) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    question = TORCH_PAGE.question("mlloss")
    with pytest.raises(KeyboardInterrupt):
        fakes("right", timeout=60, jax="hangs").run(
            {"torch": [question], "jax": [question, question]}, interrupt
        )
    assert time.monotonic() - began < 15
