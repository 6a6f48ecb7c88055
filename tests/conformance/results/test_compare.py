"""What is other between two runs, and that only what broke fails."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from invented import ROWS, STALE, invented, written
from rich.console import Console
from typer.testing import CliRunner

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import Array
from mlloss.conformance.cli.app import app
from mlloss.conformance.reports.terminal.diff import print_comparison
from mlloss.conformance.results.diff import CHANGES, Comparison, compare
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run

DOCUMENTED = documented_cases()
HEAD = {"mlloss": "0.1.0", "python": "3.11.7", "platform": "Linux x86_64"}
Change = Callable[[Verdict], Verdict]


@pytest.fixture(scope="module")
def run() -> Run:
    return invented(DOCUMENTED, ["torch", "jax"])


def compared(old: Run, new: Run) -> Comparison:
    return compare((HEAD, old), (HEAD, new))


def with_verdict(run: Run, **changes: Any) -> Run:
    """Another verdict on ours in jax, for the first of the cases."""
    place = (DOCUMENTED[0].id, "jax", "mlloss")
    return replace(
        run,
        verdicts=[
            replace(v, **changes) if (v.case, v.target, v.implementation) == place else v
            for v in run.verdicts
        ],
    )


def text(found: Comparison) -> str:
    out = io.StringIO()
    print_comparison(found, Console(file=out, width=100))
    return " ".join(out.getvalue().split())


def test_a_run_is_the_same_as_itself(run: Run) -> None:
    found = compared(run, run)
    assert (list(found.changes), list(found.versions)) == ([], [])
    assert text(found) == "Nothing broke; no verdict changed."


AGREES: dict[str, Any] = {}
DIFFERS = {"kind": "differs", "explanation": "gives 0.86, the definition 0.85"}
DIED = {"kind": "died", "explanation": "exited with 1"}
KNOWN = {"kind": "known", "explanation": "gives 2.05", "difference": "row"}
OTHER = {"kind": "known", "explanation": "gives 2.05", "difference": "other"}
ABSENT = {"kind": "absent", "explanation": "not installed"}
TABLE = [
    (AGREES, DIFFERS, "broke"),
    (KNOWN, DIED, "broke"),
    (ABSENT, DIFFERS, "broke"),
    (DIFFERS, AGREES, "fixed"),
    (DIED, KNOWN, "fixed"),
    (DIED, DIFFERS, "failing otherwise"),
    (DIFFERS, DIFFERS, None),
    (AGREES, KNOWN, "newly known"),
    (KNOWN, OTHER, "known otherwise"),
    (KNOWN, AGREES, "no longer known"),
    (KNOWN, KNOWN, None),
    (AGREES, ABSENT, "no longer run"),
    (DIFFERS, ABSENT, "no longer run"),
    (ABSENT, AGREES, "run now"),
    (ABSENT, KNOWN, "run now"),
    (ABSENT, {**ABSENT, "explanation": "another reason"}, None),
]


@pytest.mark.parametrize(("was", "now", "kind"), TABLE)
def test_a_verdict_that_is_another(
    run: Run, was: dict[str, Any], now: dict[str, Any], kind: str | None
) -> None:
    found = compared(with_verdict(run, **was), with_verdict(run, **now))
    assert [change.kind for change in found.changes] == [kind] * (kind is not None)
    assert found.broke() == (kind == "broke")
    if kind:
        assert f"{CHANGES[kind]} (1) mlloss on jax (1): was " in text(found)


def test_every_change_is_tried() -> None:
    assert {kind for _, _, kind in TABLE} - {None} == CHANGES.keys()


def test_it_says_what_and_where(run: Run) -> None:
    found = compared(run, with_verdict(run, **DIFFERS))
    assert (
        f"mlloss on jax (1): was agrees; now differs: gives 0.86, the definition 0.85 "
        f"({DOCUMENTED[0].id}) 1 broke."
    ) in text(found)


def test_thousands_are_told_in_a_few_lines() -> None:
    run = invented()
    broken = {(target, "mlloss"): "differs" for target in ("torch", "jax", "paddle")}
    found = compared(run, invented(broken=broken))
    assert len(found.changes) > 1000
    assert len(text(found)) < 2000
    assert f"Broke ({len(found.changes)})" in text(found)


def test_cases_that_are_new_gone_or_altered(run: Run) -> None:
    altered = DOCUMENTED[1].with_arrays(input=Array("float32", [[1.0, 2.0, 3.0]]))
    new = invented([altered, *DOCUMENTED[2:]], ["torch", "jax"])
    found, back = compared(run, new), compared(new, run)
    assert found.cases.gone == back.cases.new == [DOCUMENTED[0].id]
    assert found.cases.altered == back.cases.altered == [altered.id]
    assert list(found.changes) == list(back.changes) == []
    assert f"Gone cases (1) {DOCUMENTED[0].id}" in text(found)
    assert f"New cases (1) {DOCUMENTED[0].id}" in text(back)
    assert f"Altered cases (1) {altered.id}" in text(found)


def test_a_new_case_that_fails_is_something_broken(run: Run) -> None:
    old = invented(DOCUMENTED[1:], ["torch", "jax"])
    found = compared(old, with_verdict(run, **DIFFERS))
    assert found.broke()
    assert "mlloss on jax (1): was not there; now differs" in text(found)


def test_rows_that_are_new_gone_or_altered(run: Run) -> None:
    altered = replace(ROWS[1], why="for another reason")
    selection = replace(run.selection, known=[altered, *ROWS[2:]])
    found = compared(run, replace(run, selection=selection))
    assert found.known.gone == [ROWS[0].id]
    assert found.known.altered == [ROWS[1].id]
    assert f"Gone known differences (1) {ROWS[0].id}" in text(found)


def test_a_row_that_became_stale_broke_and_is_fixed_when_it_is_gone(run: Run) -> None:
    stale = replace(run, verdicts=[*run.verdicts, STALE])
    assert [c.kind for c in compared(run, stale).changes] == ["broke"]
    assert [c.kind for c in compared(stale, run).changes] == ["fixed"]


def test_versions_that_changed(run: Run) -> None:
    new = replace(run, versions={**run.versions, "torch": "2.14.0"})
    found = compare((HEAD, run), ({**HEAD, "mlloss": "0.2.0"}, new))
    assert found.versions == ("mlloss 0.1.0 -> 0.2.0", "torch 12.34.5+cpu -> 2.14.0")
    assert "Versions (2) mlloss 0.1.0 -> 0.2.0" in text(found)


@pytest.mark.parametrize(("changes", "status"), [(AGREES, 0), (DIFFERS, 1), (ABSENT, 0)])
def test_the_command(tmp_path: Path, run: Run, changes: dict[str, Any], status: int) -> None:
    old = written(tmp_path / "old.jsonl", run)
    new = written(tmp_path / "new.jsonl", with_verdict(run, **changes))
    result = CliRunner().invoke(app, ["conformance", "--compare", str(old), str(new)])
    assert result.exit_code == status
    assert result.output.splitlines()[-1] in ("1 broke.", "Nothing broke; no verdict changed.") or (
        changes is ABSENT and "Nothing broke; 1 verdicts changed." in result.output
    )


def test_what_is_no_record_is_not_compared(tmp_path: Path, run: Run) -> None:
    old, new = written(tmp_path / "old.jsonl", run), tmp_path / "new.jsonl"
    for content in (None, old.read_text()[:-100]):
        if content is not None:
            new.write_text(content)
        result = CliRunner().invoke(app, ["conformance", "--compare", str(old), str(new)])
        assert result.exit_code == 2
        assert "new.jsonl" in result.output
        assert "Nothing broke" not in result.output
        assert len(result.output.splitlines()) == 1
