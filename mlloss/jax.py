"""The losses as JAX's own kind of module."""

from __future__ import annotations

from mlloss.backends.jax.module import JaxLoss
from mlloss.core.classes import loss_classes

NOTE = "A pytree: weights are leaves, all other arguments are static."
CLASSES = loss_classes(
    __name__, (JaxLoss,), array="jnp.array", imported="import jax.numpy as jnp", note=NOTE
)
globals().update(CLASSES)
__all__ = list(CLASSES)
