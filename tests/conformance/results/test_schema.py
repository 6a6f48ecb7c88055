"""`schema.json` says what a line is: all that are written are, and a mutilated one is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from invented import with_everything, written
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from typer.testing import CliRunner

from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.quantities import ARRAYS
from mlloss.conformance.cli.app import app
from mlloss.conformance.frameworks.registry import IMPLEMENTATIONS
from mlloss.conformance.results.judge import KINDS
from mlloss.conformance.results.record import Clock
from mlloss.conformance.results.record_lines import FORMAT, NAME

Line = dict[str, Any]
SCHEMA = json.loads((files("mlloss.conformance.results") / "record.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    path = tmp_path_factory.mktemp("record") / "record.jsonl"
    written(path, with_everything(), Clock().times())
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_it_knows_all_words() -> None:
    defs = SCHEMA["$defs"]
    assert defs["verdict"]["properties"]["kind"]["enum"] == list(KINDS)
    assert defs["subject"]["enum"] == list(IMPLEMENTATIONS)
    assert defs["header"]["properties"]["format"]["const"] == FORMAT
    assert defs["header"]["properties"]["record"]["const"] == NAME
    keys = {"id": "case", "quantity": "ask", "implementations": "subjects"}
    told = {keys.get(field.name, field.name) for field in fields(Case)}
    assert defs["case"]["properties"].keys() == told - {"arrays"} | {
        *ARRAYS,
        "expected",
        "verdicts",
    }


def test_every_line_that_is_written_is_one(lines: list[Line]) -> None:
    assert {kind for line in lines for kind in _kinds(line)} == {*SCHEMA["$defs"]} & {
        "header",
        "difference",
        "case",
        "stale",
        "footer",
    }
    for line in lines:
        assert_valid(line)


def assert_valid(line: Line) -> None:
    error = best_match(VALIDATOR.iter_errors(line))
    assert error is None, f"{error.message[:300]} at {error.json_path} of {str(line)[:300]}"


def _kinds(line: Line) -> Iterator[str]:
    """Exactly one, which is what oneOf asks for."""
    for kind in ("header", "difference", "case", "stale", "footer"):
        if VALIDATOR.evolve(schema={**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{kind}"}]}).is_valid(
            line
        ):
            yield kind


def test_a_record_of_a_real_run_is_valid(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    command = ["conformance", "--target", "numpy", "--quick", "--case", "*e*0*"]
    CliRunner().invoke(app, [*command, "--record", str(record)])
    written = [json.loads(line) for line in record.read_text().splitlines()]
    assert written[-1]["footer"]
    assert len(written) > 100
    for line in written:
        assert_valid(line)


def _optional(kind: str) -> set[str]:
    schema = SCHEMA["$defs"][kind]
    return set(schema["properties"]) - set(schema["required"])


def test_a_line_that_lacks_anything_is_none(lines: list[Line]) -> None:
    for line in (lines[0], lines[1], lines[8], lines[-2], lines[-1]):
        (kind,) = _kinds(line)
        for name in line.keys() - _optional(kind):
            rest = {key: value for key, value in line.items() if key != name}
            assert not VALIDATOR.is_valid(rest), (kind, name)


def test_a_line_with_anything_else_or_of_another_type_is_none(lines: list[Line]) -> None:
    """`expected` may be a number alone."""
    for line in (lines[0], lines[1], lines[8], lines[-2], lines[-1]):
        assert not VALIDATOR.is_valid({**line, "more": 1})
        for name in line:
            wrong = {"seconds": "1.5", "expected": "a number"}.get(name, 1.5)
            assert not VALIDATOR.is_valid({**line, name: wrong}), name


@pytest.mark.parametrize(
    "verdict",
    [
        {"kind": "agrees"},
        {"kind": "fine", "native": ["torch"]},
        {"kind": "agrees", "native": []},
        {"kind": "agrees", "native": ["torch", "torch"]},
        {"kind": "agrees", "difference": "row", "native": ["torch"]},
        {"kind": "known", "explanation": "gives 1", "native": ["torch"]},
        {"kind": "differs", "native": ["torch"]},
        {"kind": "absent", "explanation": "", "native": ["torch"]},
        {"kind": "agrees", "printed": ["torch"]},
        {"kind": "agrees", "theirs": ["torch"]},
    ],
)
def test_a_verdict_that_says_too_little_or_too_much_is_none(
    lines: list[Line], verdict: Line
) -> None:
    line = deepcopy(lines[8])
    assert VALIDATOR.is_valid(line)
    line["verdicts"].append(verdict)
    assert not VALIDATOR.is_valid(line)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "0.5", None, True, {}])
def test_a_number_is_a_number_or_one_of_three_words(lines: list[Line], number: Any) -> None:
    line = deepcopy(lines[8])
    for right in (1, -0.5, "nan", "inf", "-inf"):
        line["input"]["data"] = [[right]]
        assert VALIDATOR.is_valid(line)
    line["input"]["data"] = [[number]]
    assert not VALIDATOR.is_valid(line)
