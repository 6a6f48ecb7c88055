"""Elementwise functions with their derivatives written out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Array = Any  # an array of any framework; each backend has its own


@dataclass(frozen=True, eq=False)
class Elementwise:
    """A function worked element by element, with its partial derivatives written out.

    `value(ops, *args)` computes it with plain operations. `partials` has one entry per
    argument: another `Elementwise`, a plain `(ops, *args) -> array` that the framework may
    differentiate itself, or None for an argument that takes no derivative (index lists,
    masks, precomputed numbers). All arrays of one call have the same shape, but for
    arguments whose partial is None; those have as many rows. No row depends on another, so that
    a backend may work through a few at a time. Partials are right at infinite arguments too, and
    where one is not 0 at the infinite end that it leads to, the value there is infinite.
    `mean`, if any, is the value's mean over the classes where that is less work.
    """

    name: str
    value: Callable[..., Array]
    partials: tuple[Elementwise | Callable[..., Array] | None, ...]
    mean: Callable[..., Array] | None = None

    def row_means(self, ops: Any, *args: Array) -> Array:
        """The mean of the value over the classes, (N,), with plain operations."""
        mean = self.mean
        return ops.mean(self.value(ops, *args)) if mean is None else mean(ops, *args)


def _nothing(ops: Any, x: Array, derivative: Array) -> Array:
    return derivative * 0


def _derivative(ops: Any, x: Array, derivative: Array) -> Array:
    return derivative


def _second(ops: Any, x: Array, derivative: Array) -> Array:
    return ops.where(ops.isnan(derivative), derivative, 0.0)


# 0, or nan where the derivative is, with this derivative in x; an array of the same shape.
LINEAR = Elementwise(
    "linear", _nothing, (Elementwise("linear_derivative", _derivative, (_second, None)), None)
)
