"""NumPy: values only, beside the formula as one writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

import mlloss
from mlloss.benchmarks.frameworks.base import MARGIN, OURS, Maker
from mlloss.benchmarks.points import Lists, Point


class NumpyContenders:
    """One thread is all that NumPy uses for these."""

    modes = weighed = ("eager",)
    lists: tuple[Lists, ...] = ("compact",)

    def prepare(self, threads: int, device: str) -> str:
        return np.__version__

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e9

    def array(self, numbers: Any) -> Any:
        return numbers

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        plain, name = (_broadcast, "broadcast") if loss == MARGIN else (_logaddexp, "two logaddexp")
        own = getattr(mlloss, loss)
        return {
            name: lambda x, t: lambda: plain(x, t),
            OURS: lambda x, t: lambda: own(x, t),
            "x - y": lambda x, t: lambda: x - x,
        }

    def listed(self, mode: str) -> Maker:
        return lambda x, t: lambda: _listed(x, t)


_listed = partial(mlloss.multilabel_soft_margin_loss, labels="indices")


def _broadcast(x: Any, t: Any) -> Any:
    """(N, T) targets against (N, C) scores, by an array of N x T x C."""
    t = t[:, : int((t >= 0).sum(1).max())]
    hinges = np.maximum(0, 1 - np.take_along_axis(x, t, 1)[:, :, None] + x[:, None, :])
    np.put_along_axis(hinges, t[:, None, :].repeat(t.shape[1], 1), 0, 2)
    return hinges.sum((1, 2)).mean() / x.shape[1]


def _logaddexp(x: Any, y: Any) -> Any:
    return (y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x)).mean()


contenders = NumpyContenders()
