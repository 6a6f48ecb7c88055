"""NumPy's kernels in what torch.compile compiles for host memory: operations it cannot look into.

Of its own operations a graph would be slower, of long lists a dozen times, and take more memory.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

from mlloss.backends.numpy import backend as numpy
from mlloss.backends.torch.tracing import drops_rules
from mlloss.core.ops import Array, Ops


def is_graph_of_host(x: Any) -> bool:
    """Whether torch.compile makes a graph of arrays in host memory, for this process alone."""
    return torch.compiler.is_compiling() and not drops_rules() and bool(x.is_cpu)


def _lines(module: str, name: str, x: Any, index: Any, listed: Any) -> tuple[Any, ...]:
    """What `Ops.given` gives of the function that is called so, of scores and their lists."""
    function = getattr(sys.modules[module], name)
    used = np.flatnonzero(listed.numpy().any(0))
    slots = int(used[-1]) + 1 if used.size else 1
    lists = (index[:, :slots].numpy(), listed[:, :slots].numpy())

    def without_grad(ops: Ops, *args: Array) -> tuple[Array, ...]:
        return ops.without_grad(function, *args)

    return tuple(map(torch.from_numpy, numpy.run(without_grad, x.numpy(force=True), *lists)))


def _lines_like(module: str, name: str, x: Any, index: Any, listed: Any) -> tuple[Any, ...]:
    return x.new_empty(x.shape[0]), torch.empty_like(x)


def _lists(module: str, name: str, classes: int, target: Any) -> tuple[Any, ...]:
    """What it gives of the reader of lists of so many classes that is called so."""
    read = getattr(sys.modules[module], name)(classes)
    index, listed, some, wrong = numpy.run(read.shorter, target.numpy())
    whole = np.zeros(target.shape, index.dtype), np.zeros(target.shape, bool)  # no page is touched
    for into, slots in zip(whole, (index, listed), strict=True):
        into[:, : slots.shape[1]] = slots  # NumPy does not keep the last ones, if none is listed
    return tuple(map(torch.from_numpy, (*whole, some.copy(), wrong)))


def _lists_like(module: str, name: str, classes: int, target: Any) -> tuple[Any, ...]:
    flags = torch.empty_like(target, dtype=torch.bool)
    index = torch.empty_like(target, dtype=torch.int64)
    return index, flags, flags.new_empty((target.shape[0], 1)), flags.new_empty(target.shape[0])


_LIBRARY = torch.library.Library("mlloss", "DEF")  # called in half the time of a custom_op
_CALLED = "str module, str name"  # a function of the package
_LIBRARY.define(
    f"piecewise_linear({_CALLED}, Tensor x, Tensor index, Tensor listed) -> (Tensor, Tensor)"
)
_LIBRARY.define(
    f"lists({_CALLED}, SymInt classes, Tensor target) -> (Tensor, Tensor, Tensor, Tensor)"
)
for _name, _function, _like in (
    ("piecewise_linear", _lines, _lines_like),
    ("lists", _lists, _lists_like),
):
    _LIBRARY.impl(_name, _function, "CPU")
    torch.library.register_fake(f"mlloss::{_name}", _like, lib=_LIBRARY)
