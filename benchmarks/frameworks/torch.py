"""PyTorch: its own functions, eager and under torch.compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

import mlloss
from mlloss.benchmarks.frameworks.base import HOST, OURS, Maker, Step
from mlloss.benchmarks.points import Lists, Point


class TorchContenders:
    """Forward and backward by autograd."""

    modes = weighed = ("eager", "compile")
    lists: tuple[Lists, ...] = ("full", "compact")
    device = HOST

    def prepare(self, threads: int, device: str) -> str:
        torch.set_num_threads(threads)
        self.device = device
        if device == HOST:
            return str(torch.__version__)
        return f"{torch.__version__} on {torch.get_device_module(device).get_device_name()}"

    def affords(self, point: Point, mode: str) -> bool:
        """Compiled, it makes an array of N x C x C."""
        size = point.pairs() if mode == "eager" else point.rows * point.classes**2
        return size < 1e9

    def array(self, numbers: Any) -> Any:
        return torch.from_numpy(numbers).to(self.device)

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        native, own = getattr(torch.nn.functional, loss), getattr(mlloss, loss)
        if mode == "compile":
            torch._dynamo.reset()  # it refuses a function after eight compilations
            native, own = torch.compile(native), torch.compile(own, fullgraph=True)
        return {
            "native": lambda x, t: _step(native, x, t),
            OURS: lambda x, t: _step(own, x, t),
            "x - y": lambda x, t: lambda: _waited(x - x),
        }

    def listed(self, mode: str) -> Maker:
        own = torch.compile(_listed, fullgraph=True) if mode == "compile" else _listed
        return lambda x, t: _step(own, x, t)


def _listed(x: Any, t: Any) -> Any:
    return mlloss.multilabel_soft_margin_loss(x, t, labels="indices")


def _step(loss: Callable[..., Any], x: Any, t: Any) -> Step:
    x = x.clone().requires_grad_()

    def step() -> Any:
        return _waited(torch.autograd.grad(loss(x, t), x)[0])

    return step


def _waited(x: Any) -> Any:
    """x, once a device has got so far."""
    if not x.is_cpu:
        torch.accelerator.synchronize()
    return x


contenders = TorchContenders()
