"""The pages for those who port: they are what the suite knows, and their code does as they say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from scripts import Script, run_scripts

from mlloss.conformance.cli.porting import page, porting
from mlloss.conformance.frameworks.registry import TARGETS
from mlloss.conformance.known_differences.model import PAGE, known_differences
from mlloss.conformance.porting.page import PAIRS, TITLES
from mlloss.conformance.runner.protocol import Outcome

BLOCK = re.compile(r"```python\n(.*?)```\n\n(.*?)\n", re.DOTALL)
Require = Callable[[str], None]


@cache
def written(source: str, goal: str) -> str:
    return page(source, goal)


def blocks() -> dict[str, str]:
    """Code of all pages, and what it is said to come to."""
    return {code: comes for pair in PAIRS for code, comes in BLOCK.findall(written(*pair))}


def framework_of(code: str) -> str:
    return next(name for name in TITLES if f"import {name}\n" in code)


def test_there_is_a_page_for_each_pair(tmp_path: Path):
    porting(tmp_path / "porting")
    found = {path.stem: path.read_text("utf-8") for path in (tmp_path / "porting").iterdir()}
    assert found == {f"{source}-to-{goal}": written(source, goal) for source, goal in PAIRS}


@pytest.mark.parametrize(("source", "goal"), PAIRS)
def test_a_page_has_every_difference_that_awaits(source: str, goal: str):
    rows = [row for row in known_differences() if PAGE not in row.targets]
    awaiting = [row.id for row in rows if TARGETS[row.targets[0]].framework == goal]
    assert awaiting
    assert [id for id in awaiting if f"`{id}`" not in written(source, goal)] == []


@pytest.mark.parametrize("framework", TITLES)
def test_code_comes_to_what_is_said(
    framework: str, require_framework: Require, tmp_path: Path
) -> None:
    require_framework(framework)
    own = {code: comes for code, comes in blocks().items() if framework_of(code) == framework}
    assert len(own) > len(TITLES)
    came = run_scripts((Script(code, framework, code) for code in own), tmp_path)
    for code, comes in own.items():
        said, result = comes.replace("\\", ""), came[code]
        if isinstance(result, Outcome):
            error = re.match(r"raises (\w+): (.*?)(?: \([\w-]+:|\.$)", said)
            assert error, f"{result}\n{code}"
            assert result.error == error[1]
            assert error[2] in result.message
        else:
            numbers = re.match(r"gives (\[.*?\])(?=[. (])", said)
            assert numbers, f"{said}: {result}"
            value = json.loads(result.partition(" ")[2])
            assert value == pytest.approx(json.loads(numbers[1]), rel=1e-5)


def test_only_imports_differ_from_the_code_of_the_source():
    text = written("torch", "paddle")
    (own, *_), *_ = re.findall(r"result = torch\.nn\.functional\.(.*)\n()", text)
    assert "import mlloss.dialects.torch.functional as F\n" in text
    assert f"result = F.{own}\n" in text
