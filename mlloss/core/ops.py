"""What a kernel may ask of a framework: the protocol that every backend fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Array = Any  # an array of whichever framework the caller uses; each backend knows its own


@dataclass(frozen=True, eq=False)
class Elementwise:
    """A function worked element by element, with its partial derivatives written out.

    `value(ops, *args)` computes it with plain operations. `partials` has one entry per
    argument: another `Smooth`, a plain `(ops, *args) -> array` that the framework may
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

    def row_means(self, ops: Ops, *args: Array) -> Array:
        """The mean of the value over the classes, (N,), with plain operations."""
        mean = self.mean
        return ops.mean(self.value(ops, *args)) if mean is None else mean(ops, *args)


def _nothing(ops: Ops, x: Array, slope: Array) -> Array:
    return slope * 0


def _slope(ops: Ops, x: Array, slope: Array) -> Array:
    return slope


def _bend(ops: Ops, x: Array, slope: Array) -> Array:
    return ops.where(ops.isnan(slope), slope, 0.0)


# 0, or nan where the slope is, with this slope in x; an array of the same shape.
LINEAR = Elementwise("linear", _nothing, (Elementwise("linear_slope", _slope, (_bend, None)), None))


class Ops(Protocol):
    """The operations of the kernels, on arrays of one framework.

    Arrays are 2-D, rows first and the class (or list) axis last, where nothing else is said; index
    arrays have the framework's own `index_dtype`. Arithmetic, comparisons, `&`, `|` and `~` are the
    arrays' own operators, and `x[:, a:b]`. Nothing here may look at values in a trace.
    """

    name: str
    index_dtype: str  # "int64" or "int32"

    # Structure. dtype names are NumPy's ("float32", "bfloat16", "uint8", "bool"). A size that is no
    # int is one that a static graph leaves open: to reshape and compute with, not to compare.
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

    def blend(self, a: Array, b: Array, share: Array) -> Array:
        """(1 - share) a + share b."""
        ...

    def wrong_side(self, x: Array, share: Array) -> Array:
        """(1 - share) max(x, 0) + share max(-x, 0), of finite numbers."""
        ...

    def isnan(self, x: Array) -> Array: ...
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

    # Along the last axis.
    def sum(self, x: Array) -> Array:
        """Sum of floats over the last axis: (N, C) -> (N,) and the like for one axis or three.

        Good to 1e-7 (float32) or 1e-14 (float64) of the sum of |x|, however many there are.
        """
        ...

    def sum_of_slots(self, x: Array) -> Array:
        """Sum over the middle axis: (N, T, C) -> (N, C), of whole numbers."""
        ...

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        """`sum` of x times weight over how many there are; finite also where the sum overflows."""
        ...

    def mean_with_tail(self, lead: Array, x: Array) -> Array:
        """`mean` of lead + tail(x)."""
        ...

    def any(self, x: Array) -> Array:
        """Whether any of a row's booleans is true: (N, C) -> (N,)."""
        ...

    def exceeds(self, x: Array, limit: float) -> Array:
        """Whether any of a row's |x| is above the limit: (N, C) -> (N,); either if one is nan."""
        ...

    def cumsum(self, x: Array) -> Array:
        """Running sum of whole numbers over the last axis, same dtype."""
        ...

    def after_first(self, x: Array) -> Array:
        """0 before a row's first true boolean, 1 there, and behind it 1 or more."""
        ...

    def flip(self, x: Array) -> Array: ...
    def argsort(self, x: Array) -> Array:
        """Stable order of each row's floats, smallest first; a nan may land anywhere."""
        ...

    def take(self, x: Array, index: Array) -> Array:
        """x[n, index[n, t]]: (N, C) and (N, T) in [0, C) -> (N, T)."""
        ...

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        """A copy of x with x[n, index[n, t]] = values[n, t]; equal indices carry equal values.

        A Python number stands for an array full of it.
        """
        ...

    def negate_at(self, x: Array, index: Array, rows: Array) -> Array:
        """A copy of x with x[n, index[n, t]] negated, however often listed, where rows[n, 0]."""
        ...

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        """A copy of x with values[n, t] added at x[n, index[n, t]]; equal indices add up."""
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

    def as_index(self, target: Array, classes: int) -> Array:
        """Whole numbers of any dtype as index_dtype; none of no class becomes a class or -1."""
        ...

    def arange(self, n: int, like: Array) -> Array:
        """0 ... n-1 in index_dtype, on the device of `like`."""
        ...

    def to_framework(self, x: Array) -> Array:
        """An array of the framework: x itself, or whole numbers and booleans that NumPy read."""
        ...

    # How to go about it. Answers may depend on values where those are at hand, never in a trace.
    def prefers_pairwise(self, scores: tuple[Any, ...], lists: tuple[Any, ...]) -> bool:
        """Whether N x T x C comparisons take less time than sorting T slots: of (N, C), (N, T)."""
        ...

    def known_in_range(self, x: Array, low: float, high: float) -> bool:
        """Whether all of x is known to be at least low and at most high."""
        ...

    # Differentiation.
    def without_grad(
        self, function: Callable[..., tuple[Array, ...]], *args: Array
    ) -> tuple[Array, ...]:
        """function(self, *args), of arrays that carry no derivative, so that NumPy may do it."""
        ...

    def linear(self, x: Array, slope: Array, value: Array) -> Array:
        """`value`, (N,), with the derivative `slope`, (N, C), in x; neither carries one itself."""
        ...

    def average(self, function: Elementwise, args: tuple[Array, ...]) -> Array:
        """The mean of `apply` over the classes: (N, C) -> (N,)."""
        ...

    def lines(self, function: Callable[..., tuple[Array, ...]], args: tuple[Array, ...]) -> Array:
        """The rows' numbers that `function` gives of args, with the slope that it gives."""
        ...

    def lines_mean(
        self,
        function: Callable[..., tuple[Array, ...]],
        args: tuple[Array, ...],
        factor: Array | None,
    ) -> Array:
        """Their mean, one number, each times its row's factor, (N,), if there is one: 1 or nan."""
        ...

    def average_mean(
        self, function: Elementwise, args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        """The mean of `average` over the rows, one number, likewise."""
        ...

    def apply(self, function: Elementwise, *args: Array) -> Array:
        """function.value(self, *args), differentiated by its partials and not by its operations."""
        ...
