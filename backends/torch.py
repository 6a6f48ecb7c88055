"""PyTorch: eager, torch.func and torch.compile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from mlloss.backends.base import CACHED, blocks
from mlloss.backends.host import HostMemory
from mlloss.ops import Array, Smooth


class _Function(torch.autograd.Function):  # type: ignore[misc]
    """A `Smooth` for eager mode and torch.func: reverse, forward and batched."""

    generate_vmap_rule = True

    @staticmethod
    def forward(function: Smooth, *args: Any) -> Any:
        return _value(function, args)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.function = inputs[0]
        ctx.save_for_backward(*inputs[1:])
        ctx.save_for_forward(*inputs[1:])

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        return _backward(ctx, grad)

    @staticmethod
    def jvp(ctx: Any, _: None, *tangents: Any) -> Any:
        terms = [
            tangent * backend.apply(partial, *ctx.saved_tensors)
            for tangent, partial in zip(tangents, ctx.function.partials, strict=True)
            if partial is not None and tangent is not None
        ]
        return sum(terms[1:], terms[0])


class _CompiledFunction(torch.autograd.Function):  # type: ignore[misc]
    """A `Smooth` for torch.compile, which refuses a rule for jvp.

    It also drops ctx where forward's parameters are one fewer than the arguments; `*inputs`
    counts as one.
    """

    @staticmethod
    def forward(*inputs: Any) -> Any:
        ctx, function, *args = inputs
        ctx.function = function
        ctx.save_for_backward(*args)
        return _value(function, args)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        return _backward(ctx, grad)


def _value(function: Smooth, args: Sequence[Any]) -> Any:
    value = _in_blocks(function, args) if _is_large(args[0]) else function.value(backend, *args)
    return value.view_as(value) if any(value is arg for arg in args) else value


def _is_large(x: Any) -> bool:
    """So that it is worth while to keep to the cache; a trace would keep the blocks."""
    if type(x) is not torch.Tensor or torch.compiler.is_compiling() or torch.jit.is_tracing():
        return False
    watched = torch._C._len_torch_dispatch_stack() or torch._C._are_functorch_transforms_active()
    return not watched and x.numel() > CACHED


def _in_blocks(function: Smooth, args: Sequence[Any]) -> Any:
    return torch.cat([function.value(backend, *some) for some in blocks(args, *args[0].shape)])


def _backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
    args = ctx.saved_tensors
    grads = (
        grad * backend.apply(partial, *args) if partial is not None and needed else None
        for partial, needed in zip(ctx.function.partials, ctx.needs_input_grad[1:], strict=True)
    )
    return None, *grads


_GAUSS = (0.5 - 3**-0.5 / 2, 0.5 + 3**-0.5 / 2)


def _plain(function: Smooth, args: tuple[Any, ...]) -> Any:
    """A `Smooth` of plain operations, where PyTorch drops an autograd.Function's rules silently.

    That is torch.func inside torch.compile, torch.export, and jvp of jvp. This is the value plus
    the integral of the partials from the arguments to themselves: 0, but for its derivatives, which
    two Gauss points give up to the fourth. At an infinite argument, or nan, all of them are nan.
    """
    fixed = [arg.detach() for arg in args]
    result = function.value(backend, *fixed)
    smooth = [i for i, partial in enumerate(function.partials) if partial is not None]
    steps = {i: torch.where(args[i].isfinite(), args[i] - fixed[i], 0.0) for i in smooth}
    for point in _GAUSS:
        moved = [fixed[i] + point * steps[i] if i in smooth else args[i] for i in range(len(args))]
        for i in smooth:
            slope = backend.apply(function.partials[i], *moved)
            wild = slope.isinf()  # 0 times it would be nan; the root of 0 has the slope inf
            root = slope.sign() * torch.where(wild, steps[i], 1.0).sqrt()
            result = result + 0.5 * steps[i] * torch.where(wild, 0.0, slope)
            result = result + 0.5 * torch.where(wild, root, 0.0)
    for i in smooth:  # exp(-x x): 0 at an infinite x, and its derivatives inf times 0
        finite = fixed[i].isfinite()
        wild = torch.where(finite, 1.0, args[i])
        result = result + torch.where(finite, 0.0, torch.exp(-wild * wild))
    return result


def _is_differentiated() -> bool:
    """Whether anything could ask for a derivative; not so in the backward pass of a first one."""
    if torch.compiler.is_compiling() or torch.is_grad_enabled():
        return True
    forward = torch.autograd.forward_ad._current_level >= 0
    return forward or bool(torch._C._are_functorch_transforms_active())


def _forward_twice() -> bool:
    """Whether two forward derivatives are nested: the outer one of an autograd.Function is 0."""
    if not torch._C._are_functorch_transforms_active():
        return False
    levels = torch._C._functorch.get_interpreter_stack() or ()
    jvp = torch._C._functorch.TransformType.Jvp
    return [level.key() for level in levels].count(jvp) > 1


class TorchBackend(HostMemory):
    """The operations of the kernels in PyTorch."""

    name = "torch"

    def is_array(self, x: object) -> bool:
        return isinstance(x, torch.Tensor)

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        traced = torch.compiler.is_compiling() or torch.jit.is_tracing()
        traced = traced or torch._C._len_torch_dispatch_stack() > 0  # make_fx, fake tensors
        if traced or x.device.type != "cpu":
            return None
        x = x.detach().resolve_neg()
        try:
            return (x.float() if x.dtype == torch.bfloat16 else x).numpy()  # type: ignore[no-any-return]
        except (RuntimeError, TypeError):  # batched, fake or wrapped: no values to look at
            return None

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        return torch.from_numpy(x if x.flags.writeable else x.copy())

    def dtype(self, x: Array) -> str:
        return str(x.dtype).removeprefix("torch.")

    def shape(self, x: Array) -> tuple[int, ...]:
        return tuple(x.shape)

    def cast(self, x: Array, dtype: str) -> Array:
        return x.to(getattr(torch, dtype))

    def as_index(self, target: Array, classes: int) -> Array:
        index = target.to(torch.int64)
        if target.dtype == torch.uint64:  # torch compares no unsigned 64-bit numbers
            return torch.where(index < 0, classes, index)
        return index

    def reshape(self, x: Array, shape: tuple[int, ...]) -> Array:
        return x.reshape(shape)

    def moveaxis(self, x: Array, source: int, destination: int) -> Array:
        return x.movedim(source, destination)

    def broadcast_to(self, x: Array, shape: tuple[int, ...]) -> Array:
        return x.expand(shape)

    def detach(self, x: Array) -> Array:
        return x.detach()

    def where(self, condition: Array, a: Array | float, b: Array | float) -> Array:
        return torch.where(condition, a, b)

    def number(self, value: float, like: Array) -> Array:
        return torch.full((), value, dtype=like.dtype, device=like.device)

    def abs(self, x: Array) -> Array:
        return x.abs()

    def isnan(self, x: Array) -> Array:
        return x.isnan()

    def log1p_exp(self, x: Array) -> Array:
        return torch.log1p(torch.exp(x))

    def sigmoid(self, x: Array) -> Array:
        return torch.sigmoid(x)

    def sum(self, x: Array) -> Array:
        return x.sum(-1)

    def any(self, x: Array) -> Array:
        return x.any(-1)

    def cumsum(self, x: Array) -> Array:
        return x.cumsum(-1, dtype=x.dtype)

    def flip(self, x: Array) -> Array:
        return x.flip(-1)

    def argsort(self, x: Array) -> Array:
        return torch.argsort(x, dim=-1, stable=True)

    def take(self, x: Array, index: Array) -> Array:
        return torch.gather(x, -1, index)

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        return torch.scatter(x, -1, index, values)

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        return torch.scatter_add(x, -1, index, values)

    def count_below(self, thresholds: Array, x: Array) -> Array:
        return torch.searchsorted(thresholds, x)

    def histogram(self, counts: Array, bins: int) -> Array:
        ones = torch.ones((), dtype=torch.int64, device=counts.device).expand(counts.shape)
        return counts.new_zeros((counts.shape[0], bins)).scatter_add(-1, counts, ones)

    def arange(self, n: int, like: Array) -> Array:
        return torch.arange(n, device=like.device)

    def apply(self, function: Any, *args: Array) -> Array:
        if not isinstance(function, Smooth):
            return function(self, *args)
        if not _is_differentiated():
            return _value(function, args)
        if torch.compiler.is_compiling():
            plain = torch._C._are_functorch_transforms_active() or torch.compiler.is_exporting()
            return _plain(function, args) if plain else _CompiledFunction.apply(function, *args)
        return _plain(function, args) if _forward_twice() else _Function.apply(function, *args)


backend = TorchBackend()
