"""What a backend must provide, for one's own array type too.

A backend is one object: it recognises the arrays of its framework, tells their dtype and shape,
fetches their values when they are at hand, and has the operations of `mlloss.core.ops.Ops`. A
package offers one for its own arrays by an entry point in the group `mlloss.backends`, named like
the top-level package that the array type comes from:

    [project.entry-points."mlloss.backends"]
    tinyarray = "tinyarray.mlloss_backend:backend"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from importlib import import_module
from math import isfinite
from typing import Any, Protocol

import numpy as np

from mlloss.core.ops import LINEAR, Array, Elementwise, Ops
from mlloss.core.tuning import CACHED

dtype_name = cache(str)  # NumPy, whose dtypes are JAX's too, makes it up each time
_TOGETHER = 8  # numbers between 1 and 2 whose product one logarithm is taken of


def times(x: Array, factor: Array | None) -> Array:
    """Their product, if there is a factor."""
    return x if factor is None else x * factor


def product(a: Array, b: Array) -> Array:
    """(1 + a)(1 + b) - 1, of numbers >= 0 and without cancellation: one logarithm for both."""
    both = a * b
    both += a
    both += b
    return both


def together(
    small: Array, classes: int, product: Callable[[Array, Array], Array] = product
) -> tuple[Array, Array]:
    """Numbers >= 0, (N, classes), as fewer, with the same sum of log(1 + them), and the rest."""
    whole = classes // _TOGETHER * _TOGETHER
    fewer, rest = small[:, :whole], small[:, whole:]
    while whole > classes // _TOGETHER:
        whole //= 2
        fewer = product(fewer[:, :whole], fewer[:, whole:])
    return fewer, rest


def blocks(
    args: Sequence[Array], rows: int, classes: int, size: int = CACHED
) -> Iterator[tuple[Array, ...]]:
    """The arrays, each of so many rows, a few rows at a time; all at once where they are small."""
    step = max(1, size // max(1, classes))
    for first in range(0, rows, step):
        yield tuple(x[first : first + step] for x in args)


def gathered(
    blocks: Iterable[Sequence[np.ndarray[Any, Any]]], rows: int
) -> tuple[np.ndarray[Any, Any], ...]:
    """Arrays of so many rows, of their parts of a few rows each."""
    whole: tuple[np.ndarray[Any, Any], ...] = ()
    done = 0
    for parts in blocks:
        whole = whole or tuple(np.empty((rows, *p.shape[1:]), p.dtype) for p in parts)
        for result, part in zip(whole, parts, strict=True):
            result[done : done + len(part)] = part
        done += len(parts[0]) if parts else 0
    return whole


@lru_cache(maxsize=1024, typed=True)  # 1 is no True
def _remembered(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


def remembered(function: Callable[..., Any], *args: Any) -> Any:
    """function(*args), worked out once for each args."""
    with suppress(TypeError):  # of what has no hash; one of the function's own comes again
        return _remembered(function, *args)
    return function(*args)


class Backend(Ops, Protocol):
    """All that the pipeline asks of a framework. `Base` has a default for what can have one."""

    def is_array(self, x: object) -> bool:
        """Whether x is an array of this framework, tracers included."""
        ...

    def static_shape(self, x: Array) -> tuple[int | None, ...]:
        """The shape as far as it is known before running; None for a size that is not."""
        ...

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        """x's values if they are at hand (in host memory, not traced), without waiting."""
        ...

    by_host: bool  # whether index lists may come as NumPy has read them

    def cached(self, function: Callable[..., Any], *args: Any) -> Any:
        """function(*args), of arguments that are no arrays; it may be remembered."""
        ...

    def run(self, function: Callable[..., Array], *args: Any) -> Array:
        """function(self, *args), in whatever surroundings the framework needs."""
        ...

    def one_by_one(self, functions: Sequence[Callable[[], Any]], like: Array) -> list[Any]:
        """What each gives, with memory for one of them at a time, for derivatives too.

        What these need is computed anew, with the random numbers of the first time where the
        framework can tell them (of PyTorch's, on the device of `like`). They flow to all that
        the functions close over.
        """
        ...


class Base:
    """Defaults for backends to inherit."""

    index_dtype = "int64"
    by_host = False

    def to_framework(self, x: Array) -> Array:
        return x

    def static_shape(self: Any, x: Array) -> tuple[int | None, ...]:
        return tuple(self.shape(x))

    def cached(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)

    def run(self: Any, function: Callable[..., Array], *args: Any) -> Array:
        return function(self, *args)

    def one_by_one(self, functions: Sequence[Callable[[], Any]], like: Array) -> list[Any]:
        return [function() for function in functions]

    def without_grad(self: Any, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        result: tuple[Array, ...] = function(self, *args)
        return result

    def prefers_pairwise(self, scores: tuple[Any, ...], lists: tuple[Any, ...]) -> bool:
        return False

    def known_in_range(self, x: Array, low: float, high: float) -> bool:
        return False

    def after_first(self: Any, x: Array) -> Array:
        return self.cumsum(self.cast(x, self.index_dtype))

    def rank_in_sorted(
        self: Any, thresholds: Array, values: Array, x: Array
    ) -> tuple[Array, Array, Array]:
        count = self.count_below(thresholds, x)
        last = count - self.cast(count > 0, self.dtype(count))
        exactly = self.histogram(count, self.shape(thresholds)[1] + 1)
        at_least = self.flip(self.cumsum(self.flip(exactly)))[:, 1:]
        return self.cast(count, self.dtype(x)), self.take(values, last), at_least

    def sum_of_slots(self: Any, x: Array) -> Array:
        return self.sum(self.moveaxis(x, 1, 2))

    def linear(self: Any, x: Array, derivative: Array, value: Array) -> Array:
        return self.sum(self.apply(LINEAR, x, derivative)) + value

    def average(self: Any, function: Elementwise, args: tuple[Array, ...]) -> Array:
        return self.mean(self.apply(function, *args))

    def piecewise_linear(self: Any, function: Callable[..., Any], args: tuple[Array, ...]) -> Array:
        x, *lists = args
        value, derivative = self.without_grad(function, self.detach(x), *lists)
        return self.linear(x, derivative, value)

    def piecewise_linear_mean(
        self: Any, function: Callable[..., Any], args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        return self.mean(times(self.piecewise_linear(function, args), factor))

    def average_mean(
        self: Any, function: Elementwise, args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        return self.mean(times(self.average(function, args), factor))

    def relu(self: Any, x: Array) -> Array:
        return self.where(x < 0, 0.0, x)

    def blend(self, a: Array, b: Array, share: Array) -> Array:
        return (1 - share) * a + share * b

    def wrong_side(self: Any, x: Array, share: Array) -> Array:
        return self.blend(self.relu(x), self.relu(-x), share)

    def tail(self: Any, x: Array) -> Array:
        return self.log1p_exp(-self.abs(x))

    def sigmoid_less(self: Any, x: Array, share: Array) -> Array:
        return self.blend(self.sigmoid(x), -self.sigmoid(-x), share)

    def mean_with_tail(self: Any, lead: Array, x: Array) -> Array:
        return self.mean(lead + self.tail(x))

    def fill_where(self: Any, condition: Array, value: float, dtype: str) -> Array:
        return self.where(condition, value, 1 - self.cast(condition, dtype))

    def exceeds(self: Any, x: Array, limit: float) -> Array:
        return self.any(self.abs(x) > self.number(limit, x))

    def number(self: Any, value: float, like: Array) -> Array:
        return self.cast(self.arange(1, like), self.dtype(like)) * 0 + value

    def negate_at(self: Any, x: Array, index: Array, rows: Array) -> Array:
        chosen = self.take(x, index)
        return self.put(x, index, self.where(rows, -chosen, chosen))

    def divide(self, x: Array, n: Any) -> Array:
        return x / n

    def mean(self: Any, x: Array, weight: Array | None = None) -> Array:
        total = self.sum(x if weight is None else x * weight)
        size = self.shape(x)[-1]
        seen = self.host(total)
        if seen is not None and isfinite(seen.sum() if seen.ndim else seen):
            return self.divide(total, size)
        # Where the sum overflows, divide first; elsewhere that would lose the smallest numbers.
        over = self.abs(self.detach(total)) == np.inf
        parts = self.where(self.reshape(over, (*self.shape(x)[:-1], 1)), self.divide(x, size), x)
        total = self.sum(parts if weight is None else parts * weight)
        return self.where(over, total, self.divide(total, size))

    def as_index(self: Any, target: Array, classes: int) -> Array:
        dtype = self.dtype(target)
        if dtype in ("uint32", "uint64"):  # the cast could wrap round to a class, or to -1
            target = self.where(target > classes, classes, target)
        elif dtype == "int64" and self.index_dtype == "int32":
            target = self.where(target > classes, classes, target)
            target = self.where(target < -1, -2, target)
        return self.cast(target, self.index_dtype)

    def apply(self: Any, function: Elementwise, *args: Array) -> Array:
        """The value alone, for frameworks without differentiation."""
        return function.value(self, *args)


def native_class(framework: str, name: str) -> type:
    """Return a loss as the framework's own kind of module; an AttributeError if there is none."""
    classes: dict[str, type] = {}
    if not name.startswith("_"):
        classes = import_module(f"mlloss.{framework}").CLASSES
    if name not in classes:
        raise AttributeError(f"module 'mlloss.backends.{framework}' has no attribute {name!r}")
    return classes[name]
