"""From one number a row to what `reduction` asks for."""

from __future__ import annotations

import math

from mlloss.ops import Array, Ops
from mlloss.spec import Reduction


def reduce(ops: Ops, rows: Array, reduction: Reduction, count: int) -> Array:
    """The rows for "none"; their sum for "sum", 0 of none; their average for "mean", nan of none."""
    if reduction == "none":
        return rows
    total = ops.sum(rows)
    if reduction == "sum":
        return total
    return total / count if count else total * math.nan
