"""Sums along rows, exact enough for long ones, and what else goes faster with shorter rows."""

from __future__ import annotations

import operator
from collections.abc import Callable

import jax.numpy as jnp

from mlloss.backends.base import product
from mlloss.core.ops import Array, Ops
from mlloss.core.tuning import JAX_LONG

_TOGETHER = 8  # classes that are put together at a time, each a BLOCK after the last
BLOCK = 128  # numbers of which one sum is made


def added_up(x: Array) -> Array:
    """By blocks: XLA may add up a row one by one, under vmap for instance."""
    if not isinstance(x.shape[-1], int):  # jax.export of an open size: enough for 2 million
        return _blocks(_blocks(_blocks(x))).sum(-1)
    while x.shape[-1] > BLOCK:
        x = _blocks(x)
    return x.sum(-1)


def any_of(x: Array) -> Array:
    """Whether anything in a row is true."""
    return (_together(operator.or_, x) if _is_long(x) else x).any(-1)


def mean_with_tail(ops: Ops, lead: Array, x: Array) -> Array:
    """The mean of lead + log(1 + exp(-|x|)), of long rows with one logarithm for eight."""
    if not _is_long(x):
        return ops.mean(lead + ops.tail(x))
    small = _together(product, jnp.exp(-jnp.abs(x)))
    tail = added_up(jnp.log1p(ops.relu(small)))  # of what is made in one pass, for relu's sake
    share = 2.0 ** -x.shape[1].bit_length()  # so that no sum overflows
    few = _together(operator.add, lead * share).sum(-1)  # in blocks it would take a pass more
    return few / (share * x.shape[1]) + tail / x.shape[1]


def _blocks(x: Array) -> Array:
    """Sums of blocks of the last axis."""
    blocks = -(-x.shape[-1] // BLOCK)
    padding = [(0, 0)] * (x.ndim - 1) + [(0, blocks * BLOCK - x.shape[-1])]
    return jnp.pad(x, padding).reshape(*x.shape[:-1], blocks, BLOCK).sum(-1)


def _is_long(x: Array) -> bool:
    """Whether rows are worth shortening; jax.export may leave their length open."""
    return isinstance(x.shape[1], int) and x.shape[1] >= JAX_LONG


def _together(function: Callable[[Array, Array], Array], x: Array) -> Array:
    """Rows of about an eighth of the length: classes put together by a few, and what is over.

    Those of a block, so that classes that are sharded stay where they are.
    """
    rows, classes = x.shape
    blocks = -(-classes // (_TOGETHER * BLOCK))
    width = classes // (_TOGETHER * blocks)
    whole = blocks * _TOGETHER * width
    few = x[:, :whole].reshape(rows, blocks, _TOGETHER, width)
    while few.shape[2] > 1:
        half = few.shape[2] // 2
        few = function(few[:, :, :half], few[:, :, half:])
    return jnp.concatenate((few.reshape(rows, blocks * width), x[:, whole:]), 1)
