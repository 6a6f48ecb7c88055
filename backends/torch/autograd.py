"""What autograd is told: functions with their derivatives written out.

Each takes the operations first, then the `Elementwise` it stands for, then the arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from mlloss.backends.base import times
from mlloss.backends.host_numpy import Average, AverageMean
from mlloss.backends.torch.evaluation import average, scaled, smooth_value
from mlloss.backends.torch.tracing import frees_graph, is_differentiated, is_plain
from mlloss.core.ops import LINEAR, Elementwise, Ops


class Full(torch.autograd.Function):  # type: ignore[misc]
    """An `Elementwise` for torch.func and forward mode: reverse, forward and batched."""

    generate_vmap_rule = True

    @staticmethod
    def forward(ops: Ops, function: Elementwise, *args: Any) -> Any:
        return smooth_value(ops, function, args)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.ops, ctx.function, *args = inputs
        ctx.save_for_backward(*args)
        ctx.save_for_forward(*args)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        return _backward(ctx, ctx.saved_tensors, grad)

    @staticmethod
    def jvp(ctx: Any, _ops: None, _function: None, *tangents: Any) -> Any:
        terms = [
            tangent * ctx.ops.apply(derivative, *ctx.saved_tensors)
            for tangent, derivative in zip(tangents, ctx.function.partials, strict=True)
            if derivative is not None and tangent is not None
        ]
        return sum(terms[1:], terms[0])


class Reverse(torch.autograd.Function):  # type: ignore[misc]
    """An `Elementwise` where nothing but its reverse mode is needed, in a third of the time.

    torch.compile refuses a rule for jvp. It also drops ctx where forward's parameters are one fewer
    than the arguments; `*inputs` counts as one.
    """

    @staticmethod
    def forward(*inputs: Any) -> Any:
        ctx, ctx.ops, ctx.function, *args = inputs
        ctx.save_for_backward(*args)
        return smooth_value(ctx.ops, ctx.function, args)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        return _backward(ctx, ctx.saved_tensors, grad)


class Averaged(torch.autograd.Function):  # type: ignore[misc]
    """The mean of an `Elementwise` over the classes, without an array of what it is the mean of."""

    @staticmethod
    def forward(ctx: Any, ops: Ops, function: Elementwise, *args: Any) -> Any:
        return _averages(ctx, ops, Average(function), args)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        return _backward(ctx, ctx.saved_tensors, (grad / ctx.shape[1]).unsqueeze(-1))


class AveragedMean(Averaged):
    """Its mean over the rows, too, each times its factor if there is one: the last argument."""

    @staticmethod
    def forward(ctx: Any, ops: Ops, function: Elementwise, *inputs: Any) -> Any:
        *args, ctx.factor = inputs
        averages = _averages(ctx, ops, AverageMean(function), args)
        return ops.mean(times(averages, ctx.factor)) if averages.dim() else averages

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        share = times(_shared(grad, ctx.shape), _of_rows(ctx.factor))
        return *_backward(ctx, ctx.saved_tensors, share), None


class KnownMean(torch.autograd.Function):  # type: ignore[misc]
    """The same with its derivative in x, which are worked out together."""

    @staticmethod
    def forward(ctx: Any, ops: Any, function: Elementwise, *args: Any) -> Any:
        mean, derivative = ops.known_mean(function, args)
        ctx.ops, ctx.function = ops, function
        ctx.save_for_backward(derivative, *args)
        return mean

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        derivative, *args = ctx.saved_tensors
        if is_differentiated():
            return _backward(ctx, args, _shared(grad, derivative.shape))
        return None, None, _times(derivative, grad), *(None for _ in args[1:])


class Linear(torch.autograd.Function):  # type: ignore[misc]
    """A number a row, or their mean, with its derivative in x times the row's factor, if any."""

    @staticmethod
    def forward(ctx: Any, ops: Ops, x: Any, derivative: Any, value: Any, factor: Any) -> Any:
        ctx.ops, ctx.factor = ops, factor
        ctx.save_for_backward(x, derivative)
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        x, derivative = ctx.saved_tensors  # which a checkpoint gives once
        share = grad.unsqueeze(-1) if grad.dim() else grad
        share = times(share, _of_rows(ctx.factor))
        if is_differentiated():
            derivative = share * ctx.ops.apply(LINEAR.partials[0], x, derivative)
        else:
            derivative = _times(derivative, share)
        return None, derivative, None, None, None


def _of_rows(factor: Any) -> Any:
    """A factor of each row as one of its classes, (N, 1)."""
    return None if factor is None else factor.unsqueeze(-1)


def _averages(ctx: Any, ops: Ops, value: Average, args: Sequence[Any]) -> Any:
    ctx.ops, ctx.function, ctx.shape = ops, value.function, args[0].shape
    ctx.save_for_backward(*args)
    return average(ops, value, args)


def _times(derivative: Any, grad: Any) -> Any:
    """Their product, in the memory of a derivative that nobody will read again."""
    if not (frees_graph() and is_plain(derivative)):
        return grad * derivative
    return derivative.data.mul_(
        grad
    )  # data: PyTorch must not take it for a change of what it saved


def _shared(grad: Any, shape: Sequence[int]) -> Any:
    """What the derivative of a mean leaves to each class of a row: (N, 1)."""
    rows, classes = shape
    return (grad / (rows * classes)).expand(rows, 1)


def _backward(ctx: Any, args: Sequence[Any], grad: Any) -> tuple[Any, ...]:
    """By all arguments: grad has a row's number, or one for each class."""
    grads = (
        scaled(ctx.ops, derivative, args, grad) if derivative is not None and needed else None
        for derivative, needed in zip(
            ctx.function.partials, ctx.needs_input_grad[2:][: len(args)], strict=True
        )
    )
    return None, None, *grads
