"""Loss curves of trainings, each in a process of its own, and how far they lie apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from trainers import COMPILED, NATIVE, OURS, SIGNED

from mlloss.core.registry import LOSSES

TOLERANCE = 1e-4  # relative, at every step
Curve = list[float]  # the loss at each step, and last on the pictures held out


class Run(NamedTuple):
    """One training."""

    framework: str
    loss: str
    way: str


def runs(frameworks: list[str], loss: str, native: bool) -> Iterator[Run]:
    """With mlloss's loss in every framework, then with their own as their users call it."""
    yield from (Run(framework, loss, OURS) for framework in frameworks)
    for framework in frameworks if native else ():
        yield Run(framework, loss, NATIVE)
        if framework == "torch":
            yield Run(framework, loss, COMPILED)
        if framework == "paddle" and LOSSES[loss].default_labels == "binary":  # its documentation's
            yield Run(framework, loss, SIGNED)


def train(run: Run, steps: int, bias: float = 0.0) -> Curve | str:
    """The curve, or the error that came instead."""
    worker = Path(__file__).with_name("trainers.py")
    done = subprocess.run(
        [sys.executable, str(worker), *run, str(steps), str(bias)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode != 0:
        return f"exit status {done.returncode}: {done.stderr[-300:]}"
    answer: Curve | str = json.loads(done.stdout.splitlines()[-1])
    return answer


def distances(curve: Curve, reference: Curve) -> Curve:
    """Relative, at each step; nan is infinitely far."""
    mine, theirs = np.array(curve), np.array(reference)
    apart = np.abs(mine - theirs) / np.abs(theirs)
    return [float(d) for d in np.where(np.isfinite(apart), apart, np.inf)]


def agree(trained: Mapping[Run, Curve | str]) -> bool:
    """Whether mlloss's curves are all there, and within TOLERANCE of each other."""
    curves = [curve for run, curve in trained.items() if run.way == OURS]
    return not any(isinstance(curve, str) for curve in curves) and all(
        max(distances(one, other)) <= TOLERANCE for one, other in combinations(curves, 2)
    )
