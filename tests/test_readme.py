"""The README's code runs and prints what the README says; its matrix is the one that was run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```\n\nprints (.*?)\.[ \n]", README, re.DOTALL)


def test_there_are_examples():
    assert len(EXAMPLES) == README.count("```python")


@pytest.mark.parametrize(("code", "said"), EXAMPLES)
def test_example(code: str, said: str, capsys: pytest.CaptureFixture[str]):
    exec(code, {})

    assert capsys.readouterr().out.split() == re.findall(r"`([^`]+)`", said)
