"""NumPy: values only."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlloss.benchmarks.frameworks.base import Contenders, Loss, Step
from mlloss.benchmarks.points import Point


class NumpyContenders(Contenders):
    """One thread is all that NumPy uses for these."""

    name = "numpy"
    modes = weighed = ("eager",)

    def prepare(self, threads: int, device: str) -> str:
        return np.__version__

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e9

    def array(self, numbers: Any) -> Any:
        return numbers

    def step(self, loss: Loss, x: Any, t: Any, mode: str, ours: bool) -> Step:
        return lambda: loss(x, t)

    def subtract(self, x: Any, t: Any) -> Step:
        return lambda: x - x


contenders = NumpyContenders()
