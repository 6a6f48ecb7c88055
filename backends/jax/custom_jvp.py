"""What JAX is told to differentiate by: functions with their derivatives written out.

The first arguments are the operations and the `Elementwise` that a function stands for, if any.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from mlloss.backends.base import Base
from mlloss.core.ops import LINEAR, Array, Elementwise, Ops


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def smooth_value(ops: Ops, function: Elementwise, *args: Array) -> Array:
    """The function's value."""
    return function.value(ops, *args)


def _value_jvp(
    ops: Ops, function: Elementwise, primals: tuple[Array, ...], tangents: tuple[Array, ...]
) -> Any:
    value = smooth_value(ops, function, *primals)
    return value, _tangent(ops, function, primals, tangents, value)


smooth_value.defjvp(_value_jvp, symbolic_zeros=True)


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def average(ops: Ops, function: Elementwise, *args: Array) -> Array:
    """The mean of `smooth_value`, which need not make up an array of what it is the mean of."""
    return function.row_means(ops, *args)


def _average_jvp(
    ops: Ops, function: Elementwise, primals: tuple[Array, ...], tangents: tuple[Array, ...]
) -> Any:
    value, x = average(ops, function, *primals), primals[0]
    return value, _tangent(ops, function, primals, tangents, x).sum(-1) / x.shape[1]


average.defjvp(_average_jvp, symbolic_zeros=True)


def _tangent(
    ops: Any,
    function: Elementwise,
    primals: tuple[Array, ...],
    tangents: tuple[Array, ...],
    like: Array,
) -> Array:
    terms = [
        tangent * ops.apply(derivative, *primals)
        for tangent, derivative in zip(tangents, function.partials, strict=True)
        if derivative is not None and not isinstance(tangent, jax.custom_derivatives.SymbolicZero)
    ]
    return sum(terms[1:], terms[0]) if terms else jnp.zeros_like(like)


@partial(jax.custom_jvp, nondiff_argnums=())
def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), by the exponential of `tail`: XLA computes it once for both."""
    small = jnp.exp(-jnp.abs(x))
    return jnp.where(x > 0, 1, small) / (1 + small)


def _sigmoid_jvp(primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    (x,), (dx,) = primals, tangents
    return sigmoid(x), dx * (sigmoid(x) * sigmoid(-x))


sigmoid.defjvp(_sigmoid_jvp)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def mean(ops: Ops, x: Array) -> Array:
    """Differentiated without the look for an overflow."""
    return Base.mean(ops, x)


def _mean_jvp(ops: Ops, primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    (x,), (dx,) = primals, tangents
    return mean(ops, x), dx.sum(-1) / x.shape[-1]


mean.defjvp(_mean_jvp)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def linear(ops: Ops, x: Array, derivative: Array, value: Array) -> Array:
    """`Base.linear` without a sum of zeros."""
    return value


def _linear_jvp(ops: Any, primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> Any:
    x, derivative, value = primals
    return value, ops.sum(tangents[0] * ops.apply(LINEAR.partials[0], x, derivative))


linear.defjvp(_linear_jvp)
