"""A derivative times the gradient of what it is the derivative of: one pass of NumPy's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlloss.backends.host_numpy import Value
from mlloss.core.ops import Array, Elementwise, Ops


@dataclass(frozen=True)
class Scaled:
    """A partial derivative of what `value` works out, of its arguments and the gradient."""

    partial: Any
    value: Value

    def __call__(self, ops: Ops, *args: Array) -> Array:
        (result,) = ops.without_grad(self.rows, *self.spread(ops, *args))
        return result

    def spread(self, ops: Ops, *args: Array) -> tuple[Array, ...]:
        """All of as many rows."""
        wide = self.value.widen(ops, args[-1], args[0])
        wide = ops.broadcast_to(wide, (ops.shape(args[0])[0], ops.shape(wide)[1]))
        return (*args[:-1], wide)

    def rows(self, ops: Ops, *args: Array) -> tuple[Array]:
        """What some rows give."""
        partial: Any = self.partial
        work = partial.value if isinstance(partial, Elementwise) else partial
        return (work(ops, *args[:-1]) * args[-1],)

    def derivative(self, ops: Ops, *args: Array) -> Array:
        """The derivative alone, with its own derivatives."""
        smooth = isinstance(self.partial, Elementwise)
        return ops.apply(self.partial, *args) if smooth else self.partial(ops, *args)
