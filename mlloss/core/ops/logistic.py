"""Operations of the losses made from log(sigmoid(x))."""

from __future__ import annotations

from typing import Protocol

from mlloss.core.ops.elementwise import Array


class LogisticOps(Protocol):
    """Stable functions of logits; each keeps its relative accuracy in the tails."""

    def blend(self, a: Array, b: Array, share: Array) -> Array:
        """(1 - share) a + share b."""
        ...

    def wrong_side(self, x: Array, share: Array) -> Array:
        """(1 - share) max(x, 0) + share max(-x, 0), of finite numbers."""
        ...

    def log1p_exp(self, x: Array) -> Array:
        """log(1 + exp(x)) for x <= 0, to the last digits of x's dtype also where exp(x) is tiny."""
        ...

    def tail(self, x: Array) -> Array:
        """log(1 + exp(-|x|)), likewise."""
        ...

    def sigmoid(self, x: Array) -> Array:
        """1 / (1 + exp(-x)) to the last digits, also for very negative x; 0 and 1 at -inf, inf."""
        ...

    def sigmoid_less(self, x: Array, share: Array) -> Array:
        """sigmoid(x) - share, to the last digits also where share is 0 or 1."""
        ...

    def mean_with_tail(self, lead: Array, x: Array) -> Array:
        """`mean` of lead + tail(x)."""
        ...

    def negate_at(self, x: Array, index: Array, rows: Array) -> Array:
        """A copy of x with x[n, index[n, t]] negated, however often listed, where rows[n, 0]."""
        ...
