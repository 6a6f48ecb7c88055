"""PyTorch, eager and under torch.compile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from mlloss.benchmarks.frameworks.base import HOST, Contenders, Loss, Maker, Step
from mlloss.benchmarks.points import Point


class TorchContenders(Contenders):
    """Forward and backward by autograd."""

    name = "torch"
    modes = weighed = ("eager", "compile")
    lists = ("full", "compact")
    device = HOST

    def prepare(self, threads: int, device: str) -> str:
        torch.set_num_threads(threads)
        self.device = device
        if device == HOST:
            return str(torch.__version__)
        return f"{torch.__version__} on {torch.get_device_module(device).get_device_name()}"

    def affords(self, point: Point, mode: str) -> bool:
        """Return whether N x T x C numbers fit; compiled, it makes an array of N x C x C."""
        size = point.pairs() if mode == "eager" else point.rows * point.classes**2
        return size < 1e9

    def array(self, numbers: Any) -> Any:
        return torch.from_numpy(numbers).to(self.device)

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        if mode == "compile":
            torch._dynamo.reset()  # torch 2.13 refuses a function after eight compilations
        return super().of(loss, mode)

    def compiled(self, loss: Loss, mode: str, ours: bool) -> Loss:
        if mode == "eager":
            return loss
        function: Loss = torch.compile(loss, fullgraph=ours)
        return function

    def step(self, loss: Loss, x: Any, t: Any, mode: str, ours: bool) -> Step:
        x = x.clone().requires_grad_()
        return lambda: _finished(torch.autograd.grad(loss(x, t), x)[0])

    def subtract(self, x: Any, t: Any) -> Step:
        return lambda: _finished(x - x)


def _finished(x: Any) -> Any:
    """Return x when its device has computed it."""
    if not x.is_cpu:
        torch.accelerator.synchronize()
    return x


contenders = TorchContenders()
