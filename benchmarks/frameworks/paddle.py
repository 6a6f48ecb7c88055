"""PaddlePaddle in eager mode."""

from __future__ import annotations

from typing import Any

import paddle

from mlloss.benchmarks.frameworks.base import Contenders, Loss, Step
from mlloss.benchmarks.points import Point


class PaddleContenders(Contenders):
    """Forward and backward by paddle.grad."""

    name = "paddle"
    modes = weighed = ("eager",)
    lists = ("full", "compact")

    def prepare(self, threads: int, device: str) -> str:
        paddle.set_device("cpu")
        return str(paddle.__version__)

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e8

    def array(self, numbers: Any) -> Any:
        return paddle.to_tensor(numbers)

    def step(self, loss: Loss, x: Any, t: Any, mode: str, ours: bool) -> Step:
        x = x.clone()
        x.stop_gradient = False
        return lambda: paddle.grad(loss(x, t), x)[0]

    def subtract(self, x: Any, t: Any) -> Step:
        return lambda: x - x


contenders = PaddleContenders()
