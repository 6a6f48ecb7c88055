"""Operations that every kernel and the pipeline use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mlloss.core.ops.elementwise import Array, Elementwise


class CoreOps(Protocol):
    """Structure, selection, reductions and derivatives, on arrays of one framework.

    Arrays are 2-D, rows first and the class (or list) axis last, where nothing else is said; index
    arrays have the framework's own `index_dtype`. Arithmetic, comparisons, `&`, `|` and `~` are the
    arrays' own operators, and `x[:, a:b]`. No operation may read values in a trace.
    """

    name: str
    index_dtype: str  # "int64" or "int32"

    # Structure. dtype names are NumPy's ("float32", "bfloat16", "uint8", "bool"). A size that is no
    # int is open in a static graph: it may be used to reshape and compute, not to compare.
    def dtype(self, x: Array) -> str: ...
    def shape(self, x: Array) -> tuple[Any, ...]: ...
    def cast(self, x: Array, dtype: str) -> Array: ...
    def reshape(self, x: Array, shape: tuple[Any, ...]) -> Array: ...
    def moveaxis(self, x: Array, source: int, destination: int) -> Array: ...
    def broadcast_to(self, x: Array, shape: tuple[Any, ...]) -> Array: ...
    def detach(self, x: Array) -> Array: ...

    # Element by element. `a` and `b` may be Python numbers; the result has the other's dtype.
    def where(self, condition: Array, a: Array | float, b: Array | float) -> Array: ...

    def fill_where(self, condition: Array, value: float, dtype: str) -> Array:
        """The value where the condition holds, 1 elsewhere."""
        ...

    def number(self, value: float, like: Array) -> Array:
        """A Python number as an array of no axes or one, to the last digit of like's dtype."""
        ...

    def divide(self, x: Array, n: Any) -> Array:
        """x / n for a number of things, to the last digit of x's dtype."""
        ...

    def abs(self, x: Array) -> Array: ...

    def relu(self, x: Array) -> Array:
        """max(x, 0); nan where x is."""
        ...

    def isnan(self, x: Array) -> Array: ...

    def sum(self, x: Array) -> Array:
        """Sum of floats over the last axis: (N, C) -> (N,) and the like for one axis or three.

        Good to 1e-7 (float32) or 1e-14 (float64) of the sum of |x|, however many there are.
        """
        ...

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        """`sum` of x times weight over how many there are; finite also where the sum overflows."""
        ...

    def any(self, x: Array) -> Array:
        """Whether any of a row's booleans is true: (N, C) -> (N,)."""
        ...

    def cumsum(self, x: Array) -> Array:
        """Running sum of whole numbers over the last axis, same dtype."""
        ...

    def after_first(self, x: Array) -> Array:
        """0 before a row's first true boolean, 1 there, and behind it 1 or more."""
        ...

    def flip(self, x: Array) -> Array: ...

    def take(self, x: Array, index: Array) -> Array:
        """x[n, index[n, t]]: (N, C) and (N, T) in [0, C) -> (N, T)."""
        ...

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        """A copy of x with x[n, index[n, t]] = values[n, t]; equal indices carry equal values.

        A Python number stands for an array full of it.
        """
        ...

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        """A copy of x with values[n, t] added at x[n, index[n, t]]; equal indices add up."""
        ...

    def as_index(self, target: Array, classes: int) -> Array:
        """Whole numbers of any dtype as index_dtype; none of no class becomes a class or -1."""
        ...

    def arange(self, n: int, like: Array) -> Array:
        """0 ... n-1 in index_dtype, on the device of `like`."""
        ...

    def to_framework(self, x: Array) -> Array:
        """An array of the framework: x itself, or whole numbers and booleans that NumPy read."""
        ...

    def known_in_range(self, x: Array, low: float, high: float) -> bool:
        """Whether all of x is known to be at least low and at most high."""
        ...

    def without_grad(
        self, function: Callable[..., tuple[Array, ...]], *args: Array
    ) -> tuple[Array, ...]:
        """function(self, *args), of arrays that carry no derivative, so that NumPy may do it."""
        ...

    def average(self, function: Elementwise, args: tuple[Array, ...]) -> Array:
        """The mean of `apply` over the classes: (N, C) -> (N,)."""
        ...

    def average_mean(
        self, function: Elementwise, args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        """The mean of `average` over the rows, one number, likewise."""
        ...

    def apply(self, function: Elementwise, *args: Array) -> Array:
        """function.value(self, *args), differentiated by its partials and not by its operations."""
        ...
