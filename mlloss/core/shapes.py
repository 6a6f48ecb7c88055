"""From arrays with a class axis somewhere to rows, (N, C), and back."""

from __future__ import annotations

import math
from typing import Any

from mlloss.core.ops import Array, Ops


def to_rows(ops: Ops, x: Array, axis: int) -> Array:
    """(..., C, ...) with the class axis at `axis` as (N, C)."""
    shape = ops.shape(x)
    last = len(shape) - 1
    if axis != last:
        x = ops.moveaxis(x, axis, last)
        shape = ops.shape(x)
    return x if last == 1 else ops.reshape(x, (math.prod(shape[:-1]), shape[-1]))


def from_rows(ops: Ops, rows: Array, like: Array, axis: int) -> Array:
    """(N, C) in `like`'s leading shape with the class axis at `axis`: `to_rows` undone."""
    lead = leading(ops.shape(like), axis)
    result = ops.reshape(rows, (*lead, ops.shape(rows)[1]))
    return result if axis == len(lead) else ops.moveaxis(result, len(lead), axis)


def leading(shape: tuple[Any, ...], axis: int) -> tuple[Any, ...]:
    """A shape without its class axis."""
    return (*shape[:axis], *shape[axis + 1 :])
