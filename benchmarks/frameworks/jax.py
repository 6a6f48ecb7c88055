"""JAX under jit."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from mlloss.benchmarks.frameworks.base import HOST, Contenders, Loss, Step
from mlloss.benchmarks.points import Point


class JaxContenders(Contenders):
    """Value and gradient in one compiled function."""

    name = "jax"
    modes = ("jit",)
    weighed = ()  # XLA's memory comes and goes otherwise

    def prepare(self, threads: int, device: str) -> str:
        jax.config.update("jax_platforms", device)
        if device == HOST:
            return str(jax.__version__)
        return f"{jax.__version__} on {jax.devices()[0].device_kind}"

    def affords(self, point: Point, mode: str) -> bool:
        return point.pairs() < 1e9

    def array(self, numbers: Any) -> Any:
        return jnp.asarray(numbers)

    def step(self, loss: Loss, x: Any, t: Any, mode: str, ours: bool) -> Step:
        both = jax.jit(jax.value_and_grad(loss))
        return lambda: jax.block_until_ready(both(x, t))

    def subtract(self, x: Any, t: Any) -> Step:
        subtract = jax.jit(jnp.subtract)
        return lambda: subtract(x, x).block_until_ready()


contenders = JaxContenders()
