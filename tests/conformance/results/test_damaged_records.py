"""Whatever happens to a record, it is not taken for a whole one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invented import SOME, invented, with_everything, written

from mlloss.conformance.results.record import IncompleteRecord, read_record, recording
from mlloss.conformance.runner.session import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return with_everything()


@pytest.fixture
def record(tmp_path: Path, run: Run) -> Path:
    return written(tmp_path / "record.jsonl", run)


@pytest.mark.parametrize("kept", [1, 2, -2, -1])
def test_without_its_footer_it_is_none(record: Path, kept: int) -> None:
    record.write_text("".join(record.read_text().splitlines(keepends=True)[:kept]))
    _refused(record, "has no footer: its run did not come to an end")


def _lines(change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    return lambda text: "".join(change(text.splitlines(keepends=True)))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda text: "", "is empty"),
        (lambda text: text[:-20], "is damaged, or its end is missing: line"),
        (lambda text: text[: len(text) // 2], "is damaged, or its end is missing: line"),
        (lambda text: "\x00\x01\x02", "is damaged, or its end is missing: line 1 is"),
        (lambda text: "[" * 100_000, "is damaged, or its end is missing: line 1 is"),
        (lambda text: text.replace('"seconds"', "NaN"), "is damaged"),
        (lambda text: text + "[]\n", "is damaged"),
        (lambda text: text + text, "its footer has the digest of other lines"),
        (lambda text: text.replace("agrees", "absent", 1), "its footer has the digest of other"),
        (lambda text: text.replace("0.1.0", "0.2.0", 1), "its footer has the digest of other"),
        (_lines(lambda some: some[1:]), "it has no header"),
        (_lines(lambda some: [some[0], *some[2:]]), "its footer has the digest of other lines"),
        (_lines(lambda some: [some[0], some[2], some[1], *some[3:]]), "the digest of other lines"),
        (lambda text: text.replace('"format": 3', '"format": 2', 1), "is of format 2; this mlloss"),
    ],
)
def test_a_damaged_one_is_none(record: Path, damage: Callable[[str], str], reason: str) -> None:
    text = record.read_text().replace('"passed"', '"seconds": 1, "passed"')
    record.write_text(damage(text))
    _refused(record, reason)


def test_bytes_that_are_no_text_are_none(record: Path) -> None:
    record.write_bytes(record.read_bytes().replace(b"agrees", b"agree\xff", 1))
    _refused(record, "its footer has the digest of other lines")


def test_two_halves_are_no_whole(tmp_path: Path, run: Run, record: Path) -> None:
    other = written(tmp_path / "other", invented(SOME)).read_text().splitlines(keepends=True)
    lines = record.read_text().splitlines(keepends=True)
    record.write_text("".join([*lines[: len(lines) // 2], *other[len(other) // 2 :]]))
    _refused(record, "its footer has the digest of other lines")


def _forged(record: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Changed by somebody who knows what the footer must say."""
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    change(lines)
    texts = [json.dumps(line) + "\n" for line in lines[:-1]]
    lines[-1]["sha256"] = hashlib.sha256("".join(texts).encode()).hexdigest()
    record.write_text("".join([*texts, json.dumps(lines[-1]) + "\n"]))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: lines[-1].update(passed=True), "it says passed True, and has False"),
        (lambda lines: lines[-1].update(verdicts=1), "it says verdicts 1, and has"),
        (lambda lines: lines.pop(9), "it says cases"),
        (lambda lines: lines[-4]["verdicts"].pop(), "it says verdicts"),
        (lambda lines: lines[-4]["verdicts"][0].update(kind="fine"), "there is no verdict 'fine'"),
        (lambda lines: lines[-4].pop("input"), "cannot be read by this mlloss: KeyError('input')"),
        (lambda lines: lines[1].update(instead={"as": "it likes"}), "cannot be read by this"),
        (lambda lines: lines[0].update(targets=["numpy"]), "cannot be read by this mlloss"),
    ],
)
def test_a_forged_one_is_none(record: Path, change: Callable[[Any], object], reason: str) -> None:
    _forged(record, change)
    _refused(record, reason)


def _refused(record: Path, reason: str) -> None:
    with pytest.raises(IncompleteRecord) as refusal:
        read_record(record)
    assert reason in str(refusal.value)
    assert record.name in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_interrupted_run_leaves_no_older_record(record: Path, run: Run) -> None:
    with pytest.raises(KeyboardInterrupt), recording(record, run.selection):
        raise KeyboardInterrupt
    _refused(record, "has no footer")
    assert json.loads(record.read_text())["record"] == "mlloss conformance"
