"""From one number a row to what `reduction` asks for."""

from __future__ import annotations

import math
from typing import Any

from mlloss.core.ops import Array, Ops
from mlloss.core.spec import Reduction


def reduce(ops: Ops, rows: Array, reduction: Reduction, count: Any) -> Array:
    """The rows for "none", their sum for "sum" (0 of none), their mean for "mean" (nan of none)."""
    if reduction == "none":
        return rows
    if reduction == "sum":
        return ops.sum(rows)
    return ops.sum(rows) * math.nan if is_none(count) else ops.mean(rows)


def is_none(count: Any) -> bool:
    """Whether there are known to be no rows; a static graph may leave their number open."""
    return isinstance(count, int) and count == 0
