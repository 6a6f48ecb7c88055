"""What MindSpore's PyNative mode differentiates by hand: NumPy's work has no graph of its own.

Each operation of MindSpore's waits for another thread, so that the less there are, the better.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from mindspore import Tensor, ops
from mindspore.common._grad_function import _Function
from mindspore.common.api import _pynative_executor

from mlloss.backends.host_numpy import Row, Value, mean_of
from mlloss.backends.mindspore.scaled import Scaled
from mlloss.core.ops import LINEAR, Array


@cache
def wired(backend: Any, value: Value) -> Any:
    """A function for eager autograd, its partials worked out only where a gradient is taken."""

    class Wired(_Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, *args: Array) -> Array:
            ctx.save_for_backward(*args)
            return backend.worked(value, args)

        @staticmethod
        def backward(ctx: Any, gradient: Array) -> tuple[Array | None, ...]:
            args, wanted = ctx.saved_tensors, ctx.needs_input_grad
            derivatives = zip(value.function.partials, wanted, strict=True)
            return tuple(
                _scaled(backend, f, value, args, gradient) if f and want else None
                for f, want in derivatives
            )

    return Wired.apply


@cache
def known(backend: Any) -> Any:
    """`Ops.linear`, of a value and derivative that may be those of the mean over the rows, too."""

    class Known(_Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Array, derivative: Array, value: Array) -> Array:
            ctx.save_for_backward(x, derivative)
            return backend.from_host(value.asnumpy().copy())

        @staticmethod
        def backward(ctx: Any, gradient: Array) -> tuple[Array | None, ...]:
            derivative = _scaled(
                backend, LINEAR.partials[0], Row(LINEAR), ctx.saved_tensors, gradient
            )
            return derivative, None, gradient

    return Known.apply


class Sum(_Function):  # type: ignore[misc]
    """The sum over the last axis, in float64."""

    @staticmethod
    def forward(ctx: Any, x: Array) -> Array:
        ctx.shape = x.shape
        return Tensor(x.asnumpy().sum(-1, dtype=np.float64), x.dtype)

    @staticmethod
    def backward(ctx: Any, gradient: Array) -> Array:
        return ops.broadcast_to(ops.expand_dims(gradient, -1), ctx.shape)


@cache
def averaged(backend: Any) -> Any:
    """The mean over the last axis: fewer operations, each of which waits for another thread."""

    class Mean(_Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Array) -> Array:
            ctx.shape = x.shape
            return backend.worked(mean_of, (x,))

        @staticmethod
        def backward(ctx: Any, gradient: Array) -> Array:
            share = backend.divide(gradient, ctx.shape[-1])
            return ops.broadcast_to(ops.expand_dims(share, -1), ctx.shape)

    return Mean.apply


def _scaled(
    backend: Any, partial: Any, value: Value, args: Sequence[Array], gradient: Array
) -> Array:
    """A derivative times the gradient of what it is the derivative of."""
    work = Scaled(partial, value)
    if not _pynative_executor.grad_flag():  # nobody differentiates it
        return backend.worked(work, (*args, gradient))
    return value.widen(backend, gradient, args[0]) * work.derivative(backend, *args)
