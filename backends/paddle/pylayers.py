"""Derivatives: of an `Elementwise` in eager mode and in a static graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import paddle
from paddle.autograd import PyLayer
from paddle.nn.functional import relu

from mlloss.backends.base import blocks
from mlloss.backends.host_numpy import Value
from mlloss.backends.numpy import backend as numpy
from mlloss.backends.paddle.tensors import number
from mlloss.core.ops import Array, Elementwise, Ops
from mlloss.core.tuning import PADDLE_BLOCK


@dataclass(frozen=True)
class Factor:
    """What the gradient of a value is to be multiplied by, for one argument."""

    ops: Any
    derivative: Any  # an `Elementwise`, or what paddle may differentiate itself
    value: Value
    known: Array | None = None  # for a number, if it has been worked out

    def once(self, gradient: Array, args: list[Array]) -> Array:
        """That product, which nothing can ask for a derivative."""
        if self.known is not None:
            return self.known * gradient.item()  # by an array takes six times as long
        seen = self.ops.seen((gradient, *args))
        if seen is None or not isinstance(self.derivative, Elementwise):
            return self.twice(gradient, args)
        return self.ops.from_host(numpy.run(self._product, *seen))

    def twice(self, gradient: Array, args: list[Array]) -> Array:
        """That product, to be differentiated once more."""
        ops, derivative = self.ops, self.derivative
        derivative = (
            ops.apply(derivative, *args)
            if isinstance(derivative, Elementwise)
            else derivative(ops, *args)
        )
        return self.value.widen(ops, gradient, args[0]) * derivative

    def _product(self, ops: Ops, gradient: Array, *args: Array) -> Array:
        """A few rows at a time: but for the result, all stays in the cache."""
        rows, classes = args[0].shape
        share = self.value.widen(ops, gradient, args[0])
        share = np.broadcast_to(share, (rows, share.shape[1]))
        product = np.empty((rows, classes), share.dtype)
        for part, own, *some in blocks((product, share, *args), rows, classes, PADDLE_BLOCK):
            np.multiply(self.derivative.value(ops, *some), own, out=part)
        return product


class _Layer(PyLayer):  # type: ignore[misc]
    """One argument of an `Elementwise` in eager mode; `backward` is differentiated once more."""

    @staticmethod
    def forward(
        ctx: Any, x: Array, factor: Factor, args: Callable[[], Any], result: Callable[[], Array]
    ) -> Array:
        _save(ctx, factor, args())
        out = result()
        return out.clone() if any(out is a for a in args()) else out  # else an "inplace" error

    @staticmethod
    def backward(ctx: Any, gradient: Array) -> Array:
        return _gradient(ctx, gradient, ctx.saved_tensor())


class _Known(PyLayer):  # type: ignore[misc]
    """A number whose derivative is at hand, which the first backward pass gives away."""

    @staticmethod
    def forward(
        ctx: Any, x: Array, factor: Factor, args: Callable[[], Any], known: Callable[[], Any]
    ) -> Array:
        mean, derivative = known()
        _save(ctx, factor, args(), derivative)
        ctx.given = False
        return mean

    @staticmethod
    def backward(ctx: Any, gradient: Array) -> Array:
        *args, derivative = ctx.saved_tensor()
        if ctx.given or paddle.is_grad_enabled():
            return _gradient(ctx, gradient, args)
        _check(ctx, args)
        ctx.given = True
        return derivative.scale_(gradient.item())


def _save(ctx: Any, factor: Factor, args: tuple[Array, ...], *others: Array) -> None:
    ctx.factor, ctx.versions = factor, [a.inplace_version for a in args]
    ctx.save_for_backward(*args, *others)


def _check(ctx: Any, args: list[Array]) -> None:
    if ctx.versions != [a.inplace_version for a in args]:  # paddle checks its own layers only
        raise RuntimeError("an array that the loss saved for its gradient was changed in place")


def _gradient(ctx: Any, gradient: Array, args: list[Array]) -> Array:
    _check(ctx, args)
    factor: Factor = ctx.factor
    return (factor.twice if paddle.is_grad_enabled() else factor.once)(gradient, args)


def known(
    x: Array, factor: Factor, args: tuple[Array, ...], mean: Array, derivative: Array
) -> Array:
    """The mean, with a derivative in x that is what the factor makes of a gradient of 1."""
    return _Known.apply(x, factor, lambda: args, lambda: (mean, derivative))


def wire(ops: Any, value: Value, function: Elementwise, args: tuple[Array, ...]) -> Array:
    """A layer an argument: `paddle.grad` for one input of several fails."""
    live = [(a, p) for a, p in zip(args, function.partials, strict=True) if not a.stop_gradient]
    if not live:
        return ops.worked(value, args)
    (a, derivative), *others = live
    total = wired(a, Factor(ops, derivative, value), args, partial(ops.worked, value, args))
    for a, derivative in others:
        total = total + wired(
            a, Factor(ops, derivative, value), args, partial(paddle.zeros_like, total)
        )
    return total


def wired(x: Array, factor: Factor, args: tuple[Array, ...], result: Callable[[], Array]) -> Array:
    """`result` with this factor as its derivative in x."""
    return _Layer.apply(x, factor, lambda: args, result)  # closures are no inputs of a layer


def plain(ops: Any, function: Elementwise, args: tuple[Array, ...]) -> Array:
    """The value plus terms that are 0 and have its gradient: in a static graph no layer works.

    The first derivative is all that such a graph has: paddle refuses to build a second one.
    """
    fixed = [ops.detach(a) for a in args]
    total = function.value(ops, *fixed)
    for a, derivative in zip(args, function.partials, strict=True):
        if derivative is not None and not a.stop_gradient:
            value = derivative.value if isinstance(derivative, Elementwise) else derivative
            total = total + _step(ops, a, value(ops, *fixed))
    return total


def _step(ops: Any, x: Array, derivative: Array) -> Array:
    """Return 0 with the gradient `derivative`; inf where a derivative leads to infinity."""
    near, derivative = _finite(x), _finite(derivative)  # inf - inf and 0 * inf would be nan
    ahead = x * ops.where(derivative == 0, -paddle.sign(ops.detach(x)), paddle.sign(derivative))
    return (near - ops.detach(near)) * derivative + relu(ahead - _finite(ahead)) * paddle.abs(
        derivative
    )


def _finite(x: Array) -> Array:
    limit = number(paddle.finfo(x.dtype).max, x)
    return paddle.clip(x, -limit, limit)
