"""The README's code runs and prints what the README says; its matrix is the one that was run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlloss.conformance.certified import CERTIFIED
from mlloss.conformance.documented import documented_cases
from mlloss.conformance.matrix import label
from mlloss.conformance.targets import TARGETS

README = (Path(__file__).parent.parent / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```\n\nprints (.*?)\.[ \n]", README, re.DOTALL)


def test_there_are_examples():
    assert len(EXAMPLES) == README.count("```python")


@pytest.mark.parametrize(("code", "said"), EXAMPLES)
def test_example(code: str, said: str, capsys: pytest.CaptureFixture[str]):
    exec(code, {})

    assert capsys.readouterr().out.split() == re.findall(r"`([^`]+)`", said)


def test_the_matrix_is_of_the_cases_targets_and_versions_that_there_are():
    matrix = README.partition("<!-- matrix -->")[2].partition("<!-- /matrix -->")[0]
    head, rows = matrix.split("\n")[1], matrix.count("✓ |")

    assert [cell.strip() for cell in head.split("|")[3:-1]] == list(TARGETS)
    assert all(label(case).strip() in matrix for case in documented_cases())
    assert all(version in matrix for version in CERTIFIED.values())
    assert rows > len(documented_cases())
    assert "✗" not in matrix
