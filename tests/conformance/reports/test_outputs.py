"""The files that a run leaves, and what happens where they cannot be written."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mlloss.conformance.cli.app import app

FEW = ("--target", "numpy", "--case", "documented/torch*")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_all_reports_are_written_and_a_record_gives_the_same(tmp_path: Path) -> None:
    names = ("record", "markdown", "junit", "badge", "html", "readme")
    first, again = ({name: tmp_path / f"{name}-{n}" for name in names} for n in (1, 2))
    for paths in (first, again):
        paths["readme"].write_text("<!-- matrix --><!-- /matrix -->")
    assert run("conformance", *FEW, *_options(first)).exit_code == 0
    record = again.pop("record"), first.pop("record")
    result = run("conformance", "--from-record", str(record[1]), *_options(again))
    assert result.exit_code == 0, result.output
    assert not record[0].exists()
    for name in first:
        assert first[name].read_text("utf-8") == again[name].read_text("utf-8")
    assert "| documented examples | 1 | · ✓1 |" in first["readme"].read_text("utf-8")
    assert json.loads(first["badge"].read_text())["message"] == "mlloss right in 1 of 1 on 1 target"
    assert ET.parse(first["junit"]).getroot().tag == "testsuites"
    assert "<!doctype html>" in first["html"].read_text("utf-8").lower()


def _options(paths: dict[str, Path]) -> list[str]:
    return [part for name, path in paths.items() for part in (f"--{name}", str(path))]


@pytest.mark.parametrize("content", [None, "", "nonsense\n"])
def test_what_is_no_record_is_not_reported(tmp_path: Path, content: str | None) -> None:
    record = tmp_path / "record.jsonl"
    if content is not None:
        record.write_text(content)
    result = run("conformance", "--from-record", str(record))
    assert result.exit_code == 2
    assert "record.jsonl" in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("name", ["record", "markdown", "junit", "badge", "html"])
def test_a_full_disk_is_said_and_the_report_is_printed(name: str) -> None:
    result = run("conformance", *FEW, f"--{name}", "/dev/full")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    said = [line for line in result.output.splitlines() if "/dev/full" in line]
    assert said == ["mlloss: cannot write /dev/full: No space left on device"]
    assert "Nothing unexplained in 1 comparisons." in result.output


def test_a_record_that_cannot_be_opened_is_said_before_the_run() -> None:
    """Also to root, who may write everywhere but into nothing."""
    result = run("conformance", *FEW, "--record", "/proc/record.jsonl")
    assert result.exit_code in (1, 2)
    assert "/proc/record.jsonl" in result.output
    assert "comparisons" not in result.output
