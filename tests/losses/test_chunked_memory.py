"""Soft margin over 3,000,000 classes, forward and backward, in memory that its scores exceed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from frameworks import FRAMEWORKS
from test_import import HOME

HERE = Path(__file__).parents[1] / "helpers"
BUDGET = 250  # MB beyond the weights, 96, and their gradient, 96; the scores of 16 rows are 192
CHUNK = 65_536  # 46 of them
LEAST = {  # all at once takes so many times as much; JAX and Paddle need little but the scores
    "numpy": 20,
    "torch": 2,
    "jax": 1.6,
    "paddle": 1.5,
    "mindspore": 1.7,
}


def peak(name: str, chunk: int) -> float:
    paths = os.pathsep.join(map(str, (HOME, HERE)))
    done = subprocess.run(
        [sys.executable, str(HERE / "chunked_probe.py"), name, str(chunk)],
        env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},  # a loaded machine
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout.split()[-1])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counted by /proc")
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_peak(
    name: str, require_framework: Callable[[str], None], capsys: pytest.CaptureFixture[str]
):
    require_framework(name)
    chunked, plain = peak(name, CHUNK), peak(name, 0)
    with capsys.disabled():
        print(f"\n{name}: {chunked:.0f} MB by chunks, {plain:.0f} MB at once ", end="")
    assert chunked <= BUDGET
    assert LEAST[name] * chunked < plain
