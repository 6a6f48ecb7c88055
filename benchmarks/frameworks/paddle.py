"""PaddlePaddle: its own functions, in eager mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import paddle

import mlloss
from mlloss.benchmarks.frameworks.base import MARGIN, OURS, Maker, Step
from mlloss.benchmarks.points import Lists, Point


class PaddleContenders:
    """Forward and backward by paddle.grad."""

    modes = weighed = ("eager",)
    lists: tuple[Lists, ...] = ("full", "compact")

    def prepare(self, threads: int, device: str) -> str:
        paddle.set_device("cpu")
        return str(paddle.__version__)

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e8

    def array(self, numbers: Any) -> Any:
        return paddle.to_tensor(numbers)

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        functional, own = paddle.nn.functional, getattr(mlloss, loss)
        name = "multi_label_margin_loss" if loss == MARGIN else "multi_label_soft_margin_loss"
        return {
            "native": lambda x, t: _step(getattr(functional, name), x, t),
            OURS: lambda x, t: _step(own, x, t),
            "x - y": lambda x, t: lambda: x - x,
        }

    def listed(self, mode: str) -> Maker:
        return lambda x, t: _step(
            partial(mlloss.multilabel_soft_margin_loss, labels="indices"), x, t
        )


def _step(loss: Callable[..., Any], x: Any, t: Any) -> Step:
    x = x.clone()
    x.stop_gradient = False

    def step() -> Any:
        return paddle.grad(loss(x, t), x)[0]

    return step


contenders = PaddleContenders()
