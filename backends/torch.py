"""PyTorch: eager, torch.func and torch.compile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch.utils.checkpoint import checkpoint

from mlloss.backends.base import CACHED, blocks, remembered, together
from mlloss.backends.host import (
    SMALL,
    Average,
    AverageMean,
    HostMemory,
    Scaled,
    Value,
    computed,
)
from mlloss.backends.modules.torch import MultiLabelMarginLoss, MultiLabelSoftMarginLoss
from mlloss.ops import LINEAR, Array, Smooth

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "backend"]


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
            tangent * backend.apply(slope, *ctx.saved_tensors)
            for tangent, slope in zip(tangents, ctx.function.partials, strict=True)
            if slope is not None and tangent is not None
        ]
        return sum(terms[1:], terms[0])


class _Reverse(torch.autograd.Function):  # type: ignore[misc]
    """A `Smooth` where nothing but its reverse mode is needed, in a third of the time.

    torch.compile refuses a rule for jvp. It also drops ctx where forward's parameters are one fewer
    than the arguments; `*inputs` counts as one.
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


class _Average(torch.autograd.Function):  # type: ignore[misc]
    """The mean of a `Smooth` over the classes, without an array of what it is the mean of."""

    @staticmethod
    def forward(ctx: Any, function: Smooth, *args: Any) -> Any:
        return _averaged(ctx, Average(function), args)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        return _backward(ctx, (grad / ctx.shape[1]).unsqueeze(-1))


def _averaged(ctx: Any, value: Average, args: Sequence[Any]) -> Any:
    """What NumPy makes of small arrays, else the rows' averages."""
    ctx.function, ctx.shape = value.function, args[0].shape
    ctx.save_for_backward(*args)
    if _are_small(args):
        return _by_numpy(value, args)
    return _by_blocks(partial(value.function.row_means, backend), args)


class _Known(torch.autograd.Function):  # type: ignore[misc]
    """A mean with its slope in x, which are worked out together where arrays are small."""

    @staticmethod
    def forward(ctx: Any, function: Smooth, *args: Any) -> Any:
        known = AverageMean(function).known([x.numpy(force=True) for x in args])
        mean, slope = map(torch.from_numpy, known)
        ctx.function = function
        ctx.save_for_backward(slope, *args)
        return mean

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        slope, *args = ctx.saved_tensors
        if _is_differentiated():
            share = (grad / slope.numel()).expand(slope.shape[0], 1)
            return _by_partials(ctx, args, share)
        return None, grad * slope, *(None for _ in args[1:])


class _AverageMean(_Average):
    """Its mean over the rows, too."""

    @staticmethod
    def forward(ctx: Any, function: Smooth, *args: Any) -> Any:
        averages = _averaged(ctx, AverageMean(function), args)
        return backend.mean(averages) if averages.dim() else averages

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        rows, classes = ctx.shape
        return _backward(ctx, (grad / (rows * classes)).expand(rows, 1))


class _Linear(torch.autograd.Function):  # type: ignore[misc]
    """A number a row, or their mean, with its slope in x."""

    @staticmethod
    def forward(ctx: Any, x: Any, slope: Any, value: Any) -> Any:
        ctx.save_for_backward(x, slope)
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
        x, slope = ctx.saved_tensors  # which a checkpoint gives once
        if _is_differentiated():
            slope = backend.apply(LINEAR.partials[0], x, slope)
        return (grad.unsqueeze(-1) if grad.dim() else grad) * slope, None, None


def _value(function: Smooth, args: Sequence[Any]) -> Any:
    if _are_small(args):
        return _by_numpy(Value(function), args)
    value = _by_blocks(lambda *some: function.value(backend, *some), args)
    return value.view_as(value) if any(value is arg for arg in args) else value


def _by_blocks(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """function(*args), a few rows at a time where that keeps to the cache."""
    x = args[0]
    if x.numel() <= CACHED or not _is_plain(x):
        return function(*args)
    result, done = None, 0
    for some in blocks(args, *x.shape):
        part = function(*some)
        result = part.new_empty((x.shape[0], *part.shape[1:])) if result is None else result
        result[done : done + part.shape[0]] = part
        done += part.shape[0]
    return result


def _by_numpy(value: Callable[..., Any], args: Sequence[Any]) -> Any:
    """`worked` for plain tensors, which need not be asked again."""
    return torch.from_numpy(computed(value, [x.numpy(force=True) for x in args]))


def _are_small(args: Sequence[Any]) -> bool:
    """Whether NumPy is done sooner, which calls its operations in a third of the time."""
    return args[0].numel() <= SMALL and all(map(_is_plain, args))


def _is_plain(x: Any) -> bool:
    """Whether there are numbers in x, in host memory, and nobody who writes down their fate."""
    if type(x) is not torch.Tensor or _is_traced():
        return False
    # on a device a few rows at a time take longer than all at once
    return bool(x.is_cpu) and not _transformed()


def _is_traced() -> bool:
    """By torch.compile, torch.jit.trace, make_fx, or fake tensors."""
    if torch.compiler.is_compiling() or torch._C._is_tracing():
        return True
    return bool(torch._C._len_torch_dispatch_stack())


def _is_overwritten(x: Any) -> bool:
    """Whether what is computed of x may be overwritten, as no derivative needs it."""
    return not torch.is_grad_enabled() and _is_plain(x)


def _step(x: Any) -> Any:
    """1 where x >= 0, else 0, as floats: made at once, in a tenth of the time of a choice."""
    return torch.ge(x, 0, out=torch.empty_like(x))


def _backward(ctx: Any, grad: Any) -> tuple[Any, ...]:
    """By all arguments: grad has a row's number, or one for each class."""
    return _by_partials(ctx, ctx.saved_tensors, grad)


def _by_partials(ctx: Any, args: Sequence[Any], grad: Any) -> tuple[Any, ...]:
    grads = (
        _scaled(slope, args, grad) if slope is not None and needed else None
        for slope, needed in zip(ctx.function.partials, ctx.needs_input_grad[1:], strict=True)
    )
    return None, *grads


def _scaled(slope: Any, args: Sequence[Any], grad: Any) -> Any:
    """The slope times grad."""
    if _is_differentiated() or not isinstance(slope, Smooth):
        return grad * backend.apply(slope, *args)
    if _are_small((*args, grad)):
        return _by_numpy(Scaled(slope), (*args, grad))
    return _by_blocks(partial(_scaled_at_once, slope), (*args, grad))


def _scaled_at_once(slope: Smooth, *args: Any) -> Any:
    """In the memory of the slope, where it has its own."""
    *args, grad = args
    value = slope.value(backend, *args)
    if not _is_overwritten(value) or any(value is arg for arg in args):
        return value * grad
    return value.mul_(grad)


def _transformed() -> bool:
    """Whether torch.func or forward mode, which want more than a backward pass, are at work."""
    forward = torch.autograd.forward_ad._current_level >= 0
    return forward or bool(torch._C._are_functorch_transforms_active())


_GAUSS = (0.5 - 3**-0.5 / 2, 0.5 + 3**-0.5 / 2)


def _plain(function: Smooth, args: tuple[Any, ...]) -> Any:
    """A `Smooth` of plain operations, where PyTorch drops an autograd.Function's rules silently.

    That is torch.func inside torch.compile, torch.export, and jvp of jvp. This is the value plus
    the integral of the partials from the arguments to themselves: 0, but for its derivatives, which
    two Gauss points give up to the fourth. At an infinite argument, or nan, all of them are nan.
    """
    fixed = [arg.detach() for arg in args]
    result = function.value(backend, *fixed)
    smooth = [i for i, slope in enumerate(function.partials) if slope is not None]
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
    return torch.compiler.is_compiling() or torch.is_grad_enabled() or _transformed()


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
        if _is_traced() or not x.is_cpu:
            return None
        try:
            x = x.float() if x.dtype == torch.bfloat16 else x
            return x.numpy(force=True)  # type: ignore[no-any-return]
        except (RuntimeError, TypeError):  # batched, fake or wrapped: no values to look at
            return None

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        return torch.from_numpy(x if x.flags.writeable else x.copy())

    def once(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args) if torch.compiler.is_compiling() else remembered(function, *args)

    def one_by_one(self, functions: Sequence[Callable[[], Any]]) -> list[Any]:
        if not torch.is_grad_enabled() or _transformed():  # torch.func has no checkpoints
            return super().one_by_one(functions)
        return [checkpoint(function, use_reentrant=False) for function in functions]

    def dtype(self, x: Array) -> str:
        return _NAMES[x.dtype]

    def shape(self, x: Array) -> tuple[int, ...]:
        return x.shape  # type: ignore[no-any-return]

    def cast(self, x: Array, dtype: str) -> Array:
        return x if _NAMES[x.dtype] == dtype else x.to(getattr(torch, dtype))

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

    def relu(self, x: Array) -> Array:
        return x.relu()

    def blend(self, a: Array, b: Array, share: Array) -> Array:
        return torch.lerp(a, b, share)

    def wrong_side(self, x: Array, share: Array) -> Array:
        if not _is_overwritten(x):
            return super().wrong_side(x, share)
        return _step(x).sub_(share).mul_(x)

    def tail(self, x: Array) -> Array:
        return x.abs().neg_().exp_().log1p_() if _is_overwritten(x) else super().tail(x)

    def sigmoid_less(self, x: Array, share: Array) -> Array:
        if not _is_overwritten(x):
            return super().sigmoid_less(x, share)
        step, small = _step(x), x.abs().neg_().sigmoid_()
        small.addcmul_(small, step, value=-2)  # sigmoid(x) - step
        return step.sub_(share).add_(small)

    def mean_with_tail(self, lead: Array, x: Array) -> Array:
        if not _is_overwritten(x):
            return super().mean_with_tail(lead, x)
        mean = self.mean(lead)
        del lead  # no third array of this size at a time: malloc would give memory back
        fewer, rest = together(x.abs().neg_().exp_(), x.shape[1])
        tail = self.sum(torch.log1p(fewer)).add_(self.sum(torch.log1p(rest)))
        return tail.div_(x.shape[1]).add_(mean)

    def isnan(self, x: Array) -> Array:
        return x.isnan()

    def log1p_exp(self, x: Array) -> Array:
        return torch.log1p(torch.exp(x))

    def sigmoid(self, x: Array) -> Array:
        return torch.sigmoid(x)

    def sum(self, x: Array) -> Array:
        return x.sum(-1)

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        if weight is None and _is_plain(x):
            mean = x.mean(-1)  # one operation to differentiate
            if isfinite(mean.numpy(force=True).sum() if mean.dim() else mean.item()):
                return mean
        return super().mean(x, weight)

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
        return torch.arange(n, device=_whole(like).device)

    def apply(self, function: Any, *args: Array) -> Array:
        if not isinstance(function, Smooth):
            return function(self, *args)
        if not _is_differentiated():
            return _value(function, args)
        if torch.compiler.is_compiling():
            plain = torch._C._are_functorch_transforms_active() or torch.compiler.is_exporting()
            return _plain(function, args) if plain else _Reverse.apply(function, *args)
        if not _transformed():
            return _Reverse.apply(function, *args)
        return _plain(function, args) if _forward_twice() else _Function.apply(function, *args)

    def given(self, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        if len(args) > 1:  # scores with their lists
            _whole(args[0])
        return super().given(function, *args)

    def average(self, function: Smooth, args: tuple[Array, ...]) -> Array:
        if torch.compiler.is_compiling() or _transformed():
            return super().average(function, args)
        return _Average.apply(function, *args)

    def average_mean(self, function: Smooth, args: tuple[Array, ...]) -> Array:
        if torch.compiler.is_compiling() or _transformed() or type(args[0]) is not torch.Tensor:
            return super().average_mean(function, args)
        x, *others = args
        alone = x.requires_grad and not any(y.requires_grad for y in others)
        known = alone and torch.is_grad_enabled() and _are_small(args)
        return (_Known if known else _AverageMean).apply(function, *args)

    def lines_mean(self, function: Callable[..., Any], args: tuple[Array, ...]) -> Array:
        x, *lists = args
        if torch.compiler.is_compiling() or _transformed() or type(x) is not torch.Tensor:
            return super().lines_mean(function, args)
        mean, slope = self.given_mean(function, x.detach(), *lists)
        return _Linear.apply(x, slope, mean)

    def linear(self, x: Array, slope: Array, value: Array) -> Array:
        if torch.compiler.is_compiling() or _transformed():
            return super().linear(x, slope, value)
        value = _Linear.apply(x, slope, value)
        return value if type(x) is torch.Tensor else value.type_as(x)  # a subclass stays one

    def within(self, x: Array, low: float, high: float) -> bool:
        if not x.numel() or not _is_plain(x):
            return False
        least, most = x.aminmax()
        return bool(low <= least.item() and most.item() <= high)


def _whole(x: Any) -> Any:
    """x, unless it is a DTensor: PyTorch shards no loss that compares classes with each other."""
    placements = None if torch.compiler.is_compiling() else getattr(x, "placements", None)
    if placements is None:
        return x
    raise TypeError(
        f"this loss compares classes with each other, and takes no DTensor; got placements "
        f"{placements}. Redistribute to Shard(0) and use local_map, as docs/sharding.md shows."
    )


_NAMES = {d: str(d).removeprefix("torch.") for d in vars(torch).values() if type(d) is torch.dtype}
backend = TorchBackend()
