"""The margin loss as users write it where the framework has none: an array of N x T x C.

MindSpore's own (2.10.0) takes only int32 lists that are as wide as there are classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Named = tuple[str, Callable[[Any, Any], Any]]


def _numpy() -> Named:
    import numpy as np

    def broadcast(x: Any, t: Any) -> Any:
        t = t[:, : int((t >= 0).sum(1).max())]
        hinges = np.maximum(0, 1 - np.take_along_axis(x, t, 1)[:, :, None] + x[:, None, :])
        np.put_along_axis(hinges, t[:, None, :].repeat(t.shape[1], 1), 0, 2)
        return hinges.sum((1, 2)).mean() / x.shape[1]

    return "broadcast", broadcast


def _jax() -> Named:
    import jax.numpy as jnp

    def broadcast(x: Any, t: Any) -> Any:
        listed = t >= 0
        index = jnp.where(listed, t, 0)
        rows = jnp.arange(x.shape[0])[:, None]
        target = jnp.zeros(x.shape, bool).at[rows, index].max(listed)
        gap = 1 - jnp.take_along_axis(x, index, 1)[:, :, None] + x[:, None, :]
        active = listed[:, :, None] & ~target[:, None, :]
        return jnp.where(active, jnp.maximum(0, gap), 0).sum((1, 2)).mean() / x.shape[1]

    return "broadcast", broadcast


def _mindspore() -> Named:
    from mindspore import ops

    def broadcast(x: Any, t: Any) -> Any:
        t = t[:, : int((t >= 0).sum(-1).max())]
        ones = ops.ones(t.shape, x.dtype)
        target = ops.tensor_scatter_elements(ops.zeros_like(x), t, ones, axis=1)
        hinges = ops.relu(1 - ops.gather_elements(x, 1, t).expand_dims(2) + x.expand_dims(1))
        return (hinges * (1 - target).expand_dims(1)).sum((1, 2)).mean() / x.shape[1]

    return "broadcast", broadcast


BASELINES: dict[str, Callable[[], Named]] = {
    "numpy": _numpy,
    "jax": _jax,
    "mindspore": _mindspore,
}
