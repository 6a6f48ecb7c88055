"""MindSpore: PyNative and graphs; the margin is composed of its operations, as it has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mindspore
from mindspore import ops

import mlloss
from mlloss.backends import load
from mlloss.benchmarks.frameworks.base import MARGIN, OURS, Maker, Step
from mlloss.benchmarks.points import Lists, Point


class MindSporeContenders:
    """Value and gradient by value_and_grad, fetched so that they are waited for."""

    modes = weighed = ("eager", "graph")
    lists: tuple[Lists, ...] = ("compact",)

    def prepare(self, threads: int, device: str) -> str:
        mindspore.set_device("CPU")
        load("mindspore")  # under NumPy 2 MindSpore's first operation on a number fails; it has it
        return str(mindspore.__version__)

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e8

    def array(self, numbers: Any) -> Any:
        return mindspore.Tensor(numbers)

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        name, plain, own = _MARGIN if loss == MARGIN else _SOFT
        return {
            name: lambda x, t: _step(plain, x, t),  # in PyNative, as users have it
            OURS: lambda x, t: _step(own, x, t, mode == "graph"),
            "x - y": lambda x, t: _subtract(x),
        }

    def listed(self, mode: str) -> Maker:
        return lambda x, t: _step(_listed, x, t, mode == "graph")


def _listed(x: Any, t: Any) -> Any:
    return mlloss.multilabel_soft_margin_loss(x, t, labels="indices")


def _margin(x: Any, t: Any) -> Any:
    return mlloss.multilabel_margin_loss(x, t)


def _soft(x: Any, y: Any) -> Any:
    return mlloss.multilabel_soft_margin_loss(x, y)


def _native(x: Any, y: Any) -> Any:
    return ops.multilabel_soft_margin_loss(x, y)


def _broadcast(x: Any, t: Any) -> Any:
    t = t[:, : int((t >= 0).sum(-1).max())]
    target = ops.tensor_scatter_elements(ops.zeros_like(x), t, ops.ones(t.shape, x.dtype), axis=1)
    hinges = ops.relu(1 - ops.gather_elements(x, 1, t).expand_dims(2) + x.expand_dims(1))
    return (hinges * (1 - target).expand_dims(1)).sum((1, 2)).mean() / x.shape[1]


Loss = Callable[[Any, Any], Any]
_MARGIN: tuple[str, Loss, Loss] = ("broadcast", _broadcast, _margin)
_SOFT: tuple[str, Loss, Loss] = ("native", _native, _soft)


def _step(loss: Callable[..., Any], x: Any, t: Any, compiled: bool = False) -> Step:
    both = mindspore.value_and_grad(loss, 0)
    if compiled:
        derivative = both

        def whole(x: Any, t: Any) -> Any:
            return derivative(x, t)

        both = mindspore.jit(whole)
    return lambda: [part.asnumpy() for part in both(x, t)]


def _subtract(x: Any) -> Step:
    def step() -> Any:
        return (x - x).asnumpy()

    return step


contenders = MindSporeContenders()
