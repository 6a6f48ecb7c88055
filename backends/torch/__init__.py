"""PyTorch: eager, torch.func and torch.compile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isfinite, prod
from typing import Any

import numpy as np
import torch
from torch.utils.checkpoint import checkpoint

from mlloss.backends.base import native_class, remembered, together
from mlloss.backends.host_numpy import AverageMean, HostMemory, Once
from mlloss.backends.torch.autograd import Averaged, AveragedMean, Full, KnownMean, Linear, Reverse
from mlloss.backends.torch.custom_ops import is_graph_of_host
from mlloss.backends.torch.evaluation import are_small, cache_size, smooth_value
from mlloss.backends.torch.quadrature import plain
from mlloss.backends.torch.tracing import (
    drops_rules,
    is_differentiated,
    is_eager,
    is_overwritten,
    is_plain,
    is_traced,
    sums_in_double,
    transformed,
)
from mlloss.core.ops import Array, Elementwise
from mlloss.core.tuning import TORCH_PAIRS, TORCH_WIDE

__all__ = ["backend"]


class TorchBackend(HostMemory):
    """The operations of the kernels in PyTorch."""

    name = "torch"

    def is_array(self, x: object) -> bool:
        return isinstance(x, torch.Tensor)

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        if is_traced() or not x.is_cpu:
            return None
        try:
            x = x.float() if x.dtype == torch.bfloat16 else x
            return x.numpy(force=True)  # type: ignore[no-any-return]
        except (RuntimeError, TypeError):  # batched, fake or wrapped: no values to look at
            return None

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        return torch.from_numpy(x if x.flags.writeable else x.copy())

    def cached(self, function: Callable[..., Any], *args: Any) -> Any:
        return function(*args) if torch.compiler.is_compiling() else remembered(function, *args)

    def one_by_one(self, functions: Sequence[Callable[[], Any]], like: Array) -> list[Any]:
        if not torch.is_grad_enabled() or transformed():  # torch.func has no checkpoints
            return super().one_by_one(functions, like)
        # random numbers are drawn again where a checkpoint's arguments are
        return [checkpoint(lambda _, f=f: f(), like, use_reentrant=False) for f in functions]

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
        if isinstance(b, torch.Tensor) and b.dtype in _UNSIGNED:  # it has none on a device
            return torch.where(condition, a, b.to(torch.int64)).to(b.dtype)
        return torch.where(condition, a, b)

    def fill_where(self, condition: Array, value: float, dtype: str) -> Array:
        if torch.get_default_dtype() is not getattr(torch, dtype):
            return super().fill_where(condition, value, dtype)
        return torch.where(condition, value, 1.0)

    def number(self, value: float, like: Array) -> Array:
        return torch.full((), value, dtype=like.dtype, device=like.device)

    def abs(self, x: Array) -> Array:
        return x.abs()

    def relu(self, x: Array) -> Array:
        return x.relu()

    def blend(self, a: Array, b: Array, share: Array) -> Array:
        return torch.lerp(a, b, share)

    def wrong_side(self, x: Array, share: Array) -> Array:
        return _side(x, share).mul_(x) if is_overwritten(x) else super().wrong_side(x, share)

    def small(self, x: Array) -> Array:
        """exp(-|x|), where it may be overwritten."""
        return x.abs().neg_().exp_()

    def tail(self, x: Array) -> Array:
        return self.small(x).log1p_() if is_overwritten(x) else super().tail(x)

    def sigmoid_less(self, x: Array, share: Array) -> Array:
        if not is_overwritten(x):
            return super().sigmoid_less(x, share)
        step, small = _step(x), x.abs().neg_().sigmoid_()
        small.addcmul_(small, step, value=-2)  # sigmoid(x) - step
        return step.sub_(share).add_(small)

    def mean_with_tail(self, lead: Array, x: Array) -> Array:
        if not is_overwritten(x):
            return super().mean_with_tail(lead, x)
        mean = self.mean(lead)
        del lead  # no third array of this size at a time: malloc would give memory back
        fewer, rest = together(self.small(x), x.shape[1], _product)
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
        if weight is None and is_plain(x):
            mean = x.mean(-1)  # one operation to differentiate
            if isfinite(mean.numpy(force=True).sum() if mean.dim() else mean.item()):
                return mean
        elif weight is None and sums_in_double(x):
            return (x.sum(-1, dtype=torch.float64) / x.shape[-1]).to(x.dtype)
        return super().mean(x, weight)

    def any(self, x: Array) -> Array:
        return x.any(-1)

    def exceeds(self, x: Array, limit: float) -> Array:
        return torch.linalg.vector_norm(x, inf, -1) > limit

    def after_first(self, x: Array) -> Array:
        return x.cumsum(-1)  # in int64

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
        if not isinstance(function, Elementwise):
            return function(self, *args)
        if not is_differentiated():
            return smooth_value(self, function, args)
        if drops_rules():
            return plain(self, function, args)
        if torch.compiler.is_compiling() or not transformed():
            return Reverse.apply(self, function, *args)
        return Full.apply(self, function, *args)

    def without_grad(self, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        x = _whole(args[0]) if len(args) > 1 else args[0]
        if not is_graph_of_host(x):
            return super().without_grad(function, *args)
        result: tuple[Array, ...]
        if len(args) > 1:  # scores with their lists
            result = torch.ops.mlloss.piecewise_linear(
                function.__module__, function.__name__, *args
            )
        elif not x.is_floating_point() and x.shape[1] > TORCH_WIDE:
            reader: Any = function
            result = torch.ops.mlloss.lists(
                type(reader).__module__, type(reader).__name__, reader.classes, x
            )
        else:
            result = super().without_grad(function, *args)
        return result

    def average(self, function: Elementwise, args: tuple[Array, ...]) -> Array:
        if torch.compiler.is_compiling() or transformed():
            return super().average(function, args)
        return Averaged.apply(self, function, *args)

    def average_mean(
        self, function: Elementwise, args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        if not is_eager(args[0]):
            return super().average_mean(function, args, factor)
        x, *others = args
        alone = x.requires_grad and not any(y.requires_grad for y in others)
        if alone and factor is None and torch.is_grad_enabled() and all(map(is_plain, args)):
            return KnownMean.apply(self, function, *args)
        return AveragedMean.apply(self, function, *args, factor)

    def known_mean(self, function: Elementwise, args: tuple[Array, ...]) -> tuple[Array, Array]:
        """That and its derivative in the first argument, of plain arrays."""
        value = AverageMean(function)
        if are_small(args):
            mean, derivative = map(
                torch.from_numpy, value.known([x.numpy(force=True) for x in args])
            )
            return mean, derivative
        means, derivative = args[0].new_empty(len(args[0])), torch.empty_like(args[0])
        value.fill(means, derivative, _Once, args, cache_size(), torch.div)
        return self.mean(means), derivative

    def piecewise_linear_mean(
        self, function: Callable[..., Any], args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        x, *lists = args
        if not is_eager(x):
            return super().piecewise_linear_mean(function, args, factor)
        mean, derivative = self.given_mean(function, x.detach(), *lists, factor=factor)
        return Linear.apply(self, x, derivative, mean, factor)

    def prefers_pairwise(self, scores: tuple[Any, ...], lists: tuple[Any, ...]) -> bool:
        return not is_traced() and prod(scores) * lists[1] <= TORCH_PAIRS

    def linear(self, x: Array, derivative: Array, value: Array) -> Array:
        if torch.compiler.is_compiling() or transformed():
            return super().linear(x, derivative, value)
        value = Linear.apply(self, x, derivative, value, None)
        return value if type(x) is torch.Tensor else value.type_as(x)  # a subclass stays one

    def known_in_range(self, x: Array, low: float, high: float) -> bool:
        if not x.numel() or not is_plain(x):
            return False
        least, most = x.aminmax()
        return bool(low <= least.item() and most.item() <= high)


class _Once(Once, TorchBackend):
    def small(self, x: Array) -> Array:
        return self.once_of(super().small, x)

    def wrong_side(self, x: Array, share: Array) -> Array:
        return self.once_of(_side, x, share) * x

    def sigmoid_less(self, x: Array, share: Array) -> Array:
        small = self.small(x)
        far = small + 1
        torch.div(small, far, out=far)  # sigmoid(-|x|)
        return torch.sub(self.once_of(_side, x, share), far.copysign_(x), out=far)


def _product(a: Any, b: Any) -> Any:
    """`base.product` in two passes instead of three: a step takes up to 7% less."""
    return torch.addcmul(a, a, b).add_(b)


def _side(x: Any, share: Any) -> Any:
    """How far a share is from 1 where x >= 0, and from 0 elsewhere."""
    return _step(x).sub_(share)


def _step(x: Any) -> Any:
    """1 where x >= 0, else 0, as floats: made at once, in a tenth of the time of a choice."""
    return torch.ge(x, 0, out=torch.empty_like(x))


def _whole(x: Any) -> Any:
    """x, unless it is a DTensor: PyTorch shards no loss that compares classes with each other."""
    placements = None if torch.compiler.is_compiling() else getattr(x, "placements", None)
    if placements is None:
        return x
    raise TypeError(
        f"this loss compares classes with each other, and takes no DTensor; got placements "
        f"{placements}. Redistribute to Shard(0) and use local_map, as docs/sharding.md shows."
    )


_UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)
_NAMES = {d: str(d).removeprefix("torch.") for d in vars(torch).values() if type(d) is torch.dtype}
backend = TorchBackend()


def __getattr__(name: str) -> Any:
    """Return a class of `mlloss.torch`: until 0.1 they were attributes of this module."""
    return native_class("torch", name)
