"""The base class of the losses as pytrees of JAX."""

from __future__ import annotations

from typing import Any

import jax

from mlloss.core.classes import Frozen


class JaxLoss(Frozen):
    """A loss as a pytree: weights are leaves, all other arguments are static."""

    _framework = "jax"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if hasattr(cls, "_names"):
            _register(cls)


def _register(kind: Any) -> None:
    leaves = kind._weights
    static = tuple(name for name in kind._names if name not in leaves)

    def flatten_with_keys(loss: Any) -> tuple[Any, Any]:
        children, aux = flatten(loss)
        return tuple(zip(map(jax.tree_util.GetAttrKey, leaves), children, strict=True)), aux

    def flatten(loss: Any) -> tuple[Any, Any]:
        return tuple(getattr(loss, n) for n in leaves), tuple(getattr(loss, n) for n in static)

    def unflatten(aux: Any, children: Any) -> Any:
        loss = object.__new__(kind)  # unchecked: JAX puts more than arrays where a leaf was
        vars(loss).update(zip((*leaves, *static), (*children, *aux), strict=True))
        return loss

    jax.tree_util.register_pytree_with_keys(kind, flatten_with_keys, unflatten, flatten)
