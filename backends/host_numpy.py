"""What PyTorch, Paddle and MindSpore have in common: arrays in host memory, which NumPy can read.

There NumPy computes what carries no derivative: it has less to do for each call than they have, and
fewer passes to make.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np

from mlloss.backends.base import Base, blocks, times
from mlloss.backends.numpy import NumpyBackend
from mlloss.backends.numpy import backend as numpy
from mlloss.core.ops import Array, Elementwise, Ops
from mlloss.core.tuning import HOST_BLOCK, HOST_SMALL


class Once(Base):
    """Mixin of a backend: compute once what a value and its derivative share."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], tuple[Array, Any]] = {}

    def negate_at(self, x: Array, index: Array, rows: Array) -> Array:
        return self.once_of(super().negate_at, x, index, rows)

    def once_of(self, function: Callable[..., Array], *args: Array) -> Array:
        """Return function(*args), computed once for each function and arrays."""
        # of a bound method the function alone: with self the cache would be part of a cycle, and
        # its arrays would live until the garbage collector runs
        key = (getattr(function, "__func__", function), *map(id, args))
        if key not in self._kept:
            self._kept[key] = function(*args), args  # keeps the arrays, so that no id is reused
        return self._kept[key][0]


class _NumpyOnce(Once, NumpyBackend):
    def small(self, x: Array) -> Array:
        return self.once_of(super().small, x).copy()


@dataclass(frozen=True)
class Value:
    """An `Elementwise` to be worked out, without its derivatives."""

    function: Elementwise

    def __call__(self, ops: Ops, *args: Array) -> Array:
        return ops.apply(self.function, *args) if ops is numpy else self.function.value(ops, *args)

    def widen(self, ops: Ops, gradient: Array, like: Array) -> Array:
        """The gradient of what is worked out as that of the `Elementwise`."""
        return gradient


class Scaled(Value):
    """Its value times what stands behind its arguments."""

    def __call__(self, ops: Ops, *args: Array) -> Array:
        return self.function.value(ops, *args[:-1]) * args[-1]


class Row(Value):
    """A number a row, with the derivatives of an `Elementwise`."""

    def widen(self, ops: Ops, gradient: Array, like: Array) -> Array:
        return ops.reshape(gradient, (-1, 1))


class Average(Row):
    """Its mean over the classes."""

    def __call__(self, ops: Ops, *args: Array) -> Array:
        if ops is numpy:
            return ops.average(self.function, args)
        return self.function.row_means(ops, *args)

    def widen(self, ops: Ops, gradient: Array, like: Array) -> Array:
        return super().widen(ops, ops.divide(gradient, ops.shape(like)[1]), like)


class AverageMean(Average):
    """The mean of that over the rows; of NumPy alone."""

    def __call__(self, ops: Ops, *args: Array) -> Array:
        return ops.average_mean(self.function, args, None)

    def known(self, seen: Sequence[np.ndarray[Any, Any]]) -> tuple[np.ndarray[Any, Any], ...]:
        """It and its derivative in the first argument."""
        mean, derivative = numpy.run(
            self._apart if seen[0].size <= HOST_SMALL else self._at_once, *seen
        )
        return np.asarray(mean), derivative

    def _apart(self, ops: Ops, *args: Array) -> tuple[Array, Array]:
        derivative: Any = self.function.partials[0]
        return self(ops, *args), ops.divide(ops.apply(derivative, *args), args[0].size)

    def _at_once(self, ops: Ops, *args: Array) -> tuple[Array, Array]:
        x = args[0]
        means, derivative = np.empty(len(x), x.dtype), np.empty_like(x)
        self.fill(means, derivative, _NumpyOnce, args, HOST_BLOCK, np.divide)
        return ops.mean(means), derivative

    def fill(
        self,
        means: Array,
        derivative: Array,
        once: Callable[[], Any],
        args: Sequence[Array],
        size: int,
        divide: Callable[..., Any],
    ) -> None:
        """Fill in the rows' means and the derivative, block by block.

        At once they take three quarters of the time of one after the other.
        """
        (rows, classes), partial = args[0].shape, cast(Elementwise, self.function.partials[0])
        for mean, part, *some in blocks((means, derivative, *args), rows, classes, size):
            ops = once()
            mean[...] = self.function.row_means(ops, *some)
            divide(partial.value(ops, *some), rows * classes, out=part)

    def widen(self, ops: Ops, gradient: Array, like: Array) -> Array:
        return super().widen(ops, ops.divide(gradient, ops.shape(like)[0]), like)


class HostMemory(Base):
    """`Base` for them; a backend says how an array is made of NumPy's."""

    by_host = True

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        """What NumPy computed as an array, copied or not; whole numbers in index_dtype."""
        raise NotImplementedError

    def to_framework(self, x: Array) -> Array:
        return self.from_host(x) if isinstance(x, np.ndarray) else x

    def without_grad(self: Any, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        """Under tracing, or on another device, by the framework's own operations."""
        result: tuple[Array, ...] = self._by_host(given_by, function, args)
        return result

    def given_mean(
        self: Any, function: Callable[..., Any], *args: Array, factor: Array | None = None
    ) -> tuple[Array, Array]:
        """What `Lines` have of the mean over the rows: its number, each row's times its factor if
        there is one, and its derivative without.

        A factor is of labels that cannot be looked at: NumPy is not called then.
        """
        function = partial(function, count=self.shape(args[0])[0])
        mean, derivative = self._by_host(partial(_given_mean, factor), function, args)
        return mean, derivative

    def _by_host(
        self: Any, way: Callable[..., Any], function: Callable[..., Any], args: Sequence[Array]
    ) -> tuple[Array, ...]:
        seen = self.seen(args)
        if seen is None:
            result: tuple[Array, ...] = way(self, function, *map(self.to_framework, args))
            return result
        return tuple(self.from_host(np.asarray(x)) for x in numpy.run(way, function, *seen))

    def worked(self: Any, function: Callable[..., Array], args: Sequence[Array]) -> Array:
        """function(ops, *args) in the same manner, without a derivative."""
        seen = self.seen(args)
        if seen is None:
            return function(self, *args)
        return self.from_host(computed(function, seen))

    def seen(self: Any, args: Sequence[Array]) -> list[np.ndarray[Any, Any]] | None:
        """What NumPy can read of all of them, or None."""
        seen = [x if isinstance(x, np.ndarray) else self.host(x) for x in args]
        return None if any(x is None for x in seen) else seen


def computed(
    function: Callable[..., Array], seen: Sequence[np.ndarray[Any, Any]]
) -> np.ndarray[Any, Any]:
    """function(numpy, *seen), an array of its own."""
    result = np.asarray(numpy.run(function, *seen))
    return result.copy() if any(result is x for x in seen) else result


def given_by(ops: Ops, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
    """`Ops.without_grad` by NumPy, or by the framework's own operations all at once."""
    result: tuple[Array, ...] = (
        ops.without_grad(function, *args) if ops is numpy else function(ops, *args)
    )
    return result


def _given_mean(
    factor: Array | None, ops: Ops, function: Callable[..., Any], *args: Array
) -> tuple[Array, Array]:
    value, derivative = given_by(ops, function, *args)
    return ops.mean(times(value, factor)), derivative


def mean_of(ops: Ops, x: Array) -> Array:
    """`Ops.mean`, to be run by NumPy."""
    return ops.mean(x)
