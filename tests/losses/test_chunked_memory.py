"""Peak memory of the chunked loss over 3,000,000 classes, whose scores alone would exceed it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from frameworks import FRAMEWORKS
from processes import helper

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
    """Return the peak memory in MB; one thread, for the sake of a loaded machine."""
    printed = helper("chunked_probe.py", name, str(chunk), OMP_NUM_THREADS="1")
    return float(printed.split()[-1])


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
