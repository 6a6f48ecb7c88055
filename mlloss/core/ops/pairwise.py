"""Operations of the losses that compare classes of a row with each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mlloss.core.ops.elementwise import Array


class PairwiseOps(Protocol):
    """Sorted thresholds, counts, and piecewise linear functions of the scores."""

    def sum_of_slots(self, x: Array) -> Array:
        """Sum over the middle axis: (N, T, C) -> (N, C), of whole numbers."""
        ...

    def exceeds(self, x: Array, limit: float) -> Array:
        """Whether any of a row's |x| is above the limit: (N, C) -> (N,); either if one is nan."""
        ...

    def argsort(self, x: Array) -> Array:
        """Stable order of each row's floats, smallest first; a nan may land anywhere."""
        ...

    def count_below(self, thresholds: Array, x: Array) -> Array:
        """How many of the row's sorted thresholds are < x: (N, T) and (N, C) -> (N, C) index_dtype.

        Infinities compare as numbers do; where x is nan the count is any of 0 ... T.
        """
        ...

    def histogram(self, counts: Array, bins: int) -> Array:
        """How often each of 0 ... bins-1 stands in a row: (N, C) -> (N, bins) index_dtype."""
        ...

    def rank_in_sorted(
        self, thresholds: Array, values: Array, x: Array
    ) -> tuple[Array, Array, Array]:
        """Where x stands among the row's sorted thresholds: (N, T), (N, T) and (N, C).

        `count_below` in the dtype of x, (N, C); the value of the last of so many, (N, C), any if
        there is none; how many x are above 1 ... T of them, (N, T), in any dtype.
        """
        ...

    def prefers_pairwise(self, scores: tuple[Any, ...], lists: tuple[Any, ...]) -> bool:
        """Whether N x T x C comparisons take less time than sorting T slots: of (N, C), (N, T)."""
        ...

    def linear(self, x: Array, derivative: Array, value: Array) -> Array:
        """Return `value`, (N,), with the gradient `derivative`, (N, C), by x."""
        ...

    def piecewise_linear(
        self, function: Callable[..., tuple[Array, ...]], args: tuple[Array, ...]
    ) -> Array:
        """The rows' numbers that `function` gives of args, with the derivative that it gives."""
        ...

    def piecewise_linear_mean(
        self,
        function: Callable[..., tuple[Array, ...]],
        args: tuple[Array, ...],
        factor: Array | None,
    ) -> Array:
        """Their mean, one number, each times its row's factor, (N,), if there is one: 1 or nan."""
        ...
