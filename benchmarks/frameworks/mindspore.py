"""MindSpore: PyNative and graphs."""

from __future__ import annotations

from typing import Any

import mindspore

from mlloss.backends import load
from mlloss.benchmarks.frameworks.base import Contenders, Loss, Step
from mlloss.benchmarks.points import Point
from mlloss.conformance.frameworks.adapters.spelled_out import spelled_out


class MindSporeContenders(Contenders):
    """Value and gradient by value_and_grad, fetched so that they are computed."""

    name = "mindspore"
    modes = weighed = ("eager", "graph")

    def prepare(self, threads: int, device: str) -> str:
        mindspore.set_device("CPU")
        load("mindspore")  # MindSpore 2.10.0 fails under NumPy 2 until mlloss has patched it
        return str(mindspore.__version__)

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e8

    def array(self, numbers: Any) -> Any:
        return mindspore.Tensor(numbers)

    def of_lists(self, function: Loss) -> Loss:
        return spelled_out(function, ("x", "t"), options={"labels": "indices"})

    def compiled(self, loss: Loss, mode: str, ours: bool) -> Loss:
        return spelled_out(loss, ("x", "t"))

    def step(self, loss: Loss, x: Any, t: Any, mode: str, ours: bool) -> Step:
        both = mindspore.value_and_grad(loss, 0)
        if ours and mode == "graph":  # a baseline runs in PyNative, as users have it
            both = mindspore.jit(spelled_out(both, ("x", "t")))
        return lambda: [part.asnumpy() for part in both(x, t)]

    def subtract(self, x: Any, t: Any) -> Step:
        def step() -> Any:
            return (x - x).asnumpy()

        return step


contenders = MindSporeContenders()
