"""A million classes with 20 targets a row must be affordable: O(N (C + T)), never N x C x T."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from frameworks import FRAMEWORKS
from processes import HOME

HERE = Path(__file__).parents[1] / "helpers"
PEAK = {  # arrays of the input's size, forward and backward; one array of labels more is too much
    "numpy": {"margin": 3, "soft": 1.9},
    "torch": {"margin": 6, "soft": 4.5},
    "jax": {"margin": 11, "soft": 3.5},
    "paddle": {"margin": 6, "soft": 3.2},
    "mindspore": {"margin": 3.5, "soft": 3.5},
}
POINTS = [("margin", 20), ("margin", 200), ("soft", 20)]


def peak(name: str, loss: str, targets: int) -> float:
    paths = os.pathsep.join(map(str, (HOME, HERE)))
    done = subprocess.run(
        [sys.executable, str(HERE / "memory_probe.py"), name, loss, str(targets)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout.split()[-1])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counted by /proc")
@pytest.mark.parametrize(("loss", "targets"), POINTS)
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_peak(
    name: str,
    loss: str,
    targets: int,
    require_framework: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
):
    require_framework(name)
    arrays = peak(name, loss, targets)
    with capsys.disabled():
        print(f"\n{name} {loss}, {targets} targets: {arrays:.1f} arrays of N x C float32 ", end="")
    bound = PEAK[name][loss]
    assert arrays <= bound, f"{arrays:.1f} arrays of N x C, but should be at most {bound}"
