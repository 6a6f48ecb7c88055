"""The README's code prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n\nprints (.*?)\.[ \n]", README, re.DOTALL)


def test_there_are_examples():
    assert len(EXAMPLES) == README.count("```python")


@pytest.mark.parametrize(("code", "said"), EXAMPLES)
def test_example(code: str, said: str, capsys: pytest.CaptureFixture[str]):
    exec(code, {})

    assert capsys.readouterr().out.split() == re.findall(r"`([^`]+)`", said)
