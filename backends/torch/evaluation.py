"""How what carries no derivative is worked out: by NumPy, a few rows at a time, or at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

from mlloss.backends.base import blocks
from mlloss.backends.host_numpy import Average, Scaled, Value, computed
from mlloss.backends.torch.tracing import is_differentiated, is_overwritten, is_plain
from mlloss.core.ops import Elementwise, Ops
from mlloss.core.tuning import CACHED, HOST_SMALL


def smooth_value(ops: Ops, function: Elementwise, args: Sequence[Any]) -> Any:
    """The function's value, an array of its own."""
    if are_small(args):
        return _by_numpy(Value(function), args)
    result = _by_blocks(partial(function.value, ops), args)
    return result.view_as(result) if any(result is arg for arg in args) else result


def average(ops: Ops, value: Average, args: Sequence[Any]) -> Any:
    """What NumPy makes of small arrays, else the rows' averages."""
    if are_small(args):
        return _by_numpy(value, args)
    return _by_blocks(partial(value.function.row_means, ops), args)


def scaled(ops: Ops, derivative: Any, args: Sequence[Any], grad: Any) -> Any:
    """The derivative times grad."""
    if is_differentiated() or not isinstance(derivative, Elementwise):
        return grad * ops.apply(derivative, *args)
    if are_small((*args, grad)):
        return _by_numpy(Scaled(derivative), (*args, grad))
    return _by_blocks(partial(_scaled, ops, derivative), (*args, grad))


def _scaled(ops: Ops, derivative: Elementwise, *args: Any) -> Any:
    """In the memory of the derivative, where it has its own."""
    *own, grad = args
    result = derivative.value(ops, *own)
    if not is_overwritten(result) or any(result is arg for arg in own):
        return result * grad
    return result.mul_(grad)


def are_small(args: Sequence[Any]) -> bool:
    """Whether NumPy is done sooner, which calls its operations in a third of the time."""
    return args[0].numel() <= HOST_SMALL and all(map(is_plain, args))


def cache_size() -> int:
    """How many numbers of an array are worked through at a time: each thread has a cache."""
    return CACHED * int(torch.get_num_threads())


def _by_numpy(value: Callable[..., Any], args: Sequence[Any]) -> Any:
    """`worked` for plain tensors, which need not be asked again."""
    return torch.from_numpy(computed(value, [x.numpy(force=True) for x in args]))


def _by_blocks(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """function(*args), a few rows at a time where that keeps to the cache."""
    x = args[0]
    if not is_plain(x) or x.numel() <= cache_size():
        return function(*args)
    (rows, classes), result, done = x.shape, None, 0
    for some in blocks(args, rows, classes, cache_size()):
        part = function(*some)
        result = part.new_empty((rows, *part.shape[1:])) if result is None else result
        result[done : done + part.shape[0]] = part
        done += part.shape[0]
    return result
