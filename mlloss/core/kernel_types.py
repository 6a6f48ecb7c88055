"""What a kernel returns: a term for each class, or a piecewise linear function of the scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from mlloss.core.ops import Array, Elementwise


class ClassTerms(NamedTuple):
    """A term for each class, `function(*args)`: (N, C).

    A row's loss is the mean of its terms, each times its weight.
    """

    function: Elementwise
    args: tuple[Array, ...]


class PiecewiseLinear(NamedTuple):
    """The loss of each row, piecewise linear in the scores; it takes no weight.

    `function(ops, *args, derivative=True, count=1)` returns the losses, (N,), and with
    `derivative` their gradient by the first argument divided by `count`, (N, C).
    """

    function: Callable[..., tuple[Array, ...]]
    args: tuple[Array, ...]


# kernel(ops, x, labels, **arguments): x is (N, C) in float32 or float64, labels are
# `label_formats.IndexLabels` or `DenseLabels`; arguments are the weights of use "kernel", (N, C)
# or None, and the loss's own options.
Kernel: TypeAlias = Callable[..., ClassTerms | PiecewiseLinear]
Arguments: TypeAlias = dict[str, Any]
