"""The losses as pytrees of JAX: the weight is a leaf, all other arguments are static."""

from __future__ import annotations

from typing import Any

import jax

from mlloss import modules


class MultiLabelMarginLoss(modules.MultiLabelMarginLoss):
    """`mlloss.MultiLabelMarginLoss` as a pytree without leaves.

    Example:
        By hand: the hinges of targets 3 and 0 add up to 3.4, over 4 classes.

        >>> import jax.numpy as jnp
        >>> loss = MultiLabelMarginLoss()
        >>> print(loss(jnp.array([[0.1, 0.2, 0.4, 0.8]]), jnp.array([[3, 0, -1, 1]])))
        0.85
    """

    _framework = "jax"


class MultiLabelSoftMarginLoss(modules.MultiLabelSoftMarginLoss):
    """`mlloss.MultiLabelSoftMarginLoss` as a pytree with the weight as its only leaf.

    Example:
        By hand: sigmoid(0) is 1/2, so each class costs log 2 times its weight, 2 on average.

        >>> import jax.numpy as jnp
        >>> loss = MultiLabelSoftMarginLoss(jnp.array([1.0, 3.0]))
        >>> print(jax.jit(lambda loss, x, y: loss(x, y))(loss, jnp.zeros((1, 2)), jnp.eye(2)[:1]))
        1.3862944
    """

    _framework = "jax"


def _register(kind: Any) -> None:
    names = tuple(kind._defaults())
    leaves = tuple(name for name in names if name == "weight")
    static = tuple(name for name in names if name != "weight")

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


_register(MultiLabelMarginLoss)
_register(MultiLabelSoftMarginLoss)
