"""JAX under jit, beside what its users write: a broadcast, and optax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax

import mlloss
from mlloss.benchmarks.frameworks.base import HOST, MARGIN, OURS, Maker, Step
from mlloss.benchmarks.points import Lists, Point


class JaxContenders:
    """Value and gradient in one compiled function."""

    modes = ("jit",)
    weighed: tuple[str, ...] = ()  # XLA's memory comes and goes otherwise
    lists: tuple[Lists, ...] = ("compact",)

    def prepare(self, threads: int, device: str) -> str:
        jax.config.update("jax_platforms", device)
        if device == HOST:
            return str(jax.__version__)
        return f"{jax.__version__} on {jax.devices()[0].device_kind}"

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e9

    def array(self, numbers: Any) -> Any:
        return jnp.asarray(numbers)

    def of(self, loss: str, mode: str) -> Mapping[str, Maker]:
        plain, name = (_broadcast, "broadcast") if loss == MARGIN else (_optax, "optax")
        own = getattr(mlloss, loss)
        subtract = jax.jit(jnp.subtract)
        return {
            name: lambda x, t: _step(plain, x, t),
            OURS: lambda x, t: _step(own, x, t),
            "x - y": lambda x, t: lambda: subtract(x, x).block_until_ready(),
        }

    def listed(self, mode: str) -> Maker:
        return lambda x, t: _step(
            partial(mlloss.multilabel_soft_margin_loss, labels="indices"), x, t
        )


def _broadcast(x: Any, t: Any) -> Any:
    listed = t >= 0
    index = jnp.where(listed, t, 0)
    rows = jnp.arange(x.shape[0])[:, None]
    target = jnp.zeros(x.shape, bool).at[rows, index].max(listed)
    gap = 1 - jnp.take_along_axis(x, index, 1)[:, :, None] + x[:, None, :]
    active = listed[:, :, None] & ~target[:, None, :]
    return jnp.where(active, jnp.maximum(0, gap), 0).sum((1, 2)).mean() / x.shape[1]


def _optax(x: Any, y: Any) -> Any:
    return optax.sigmoid_binary_cross_entropy(x, y).mean()


def _step(loss: Callable[..., Any], x: Any, t: Any) -> Step:
    both = jax.jit(jax.value_and_grad(loss))
    return lambda: jax.block_until_ready(both(x, t))


contenders = JaxContenders()
