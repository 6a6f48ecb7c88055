"""MindSpore: the operations of the kernels, eagerly and while its compiler traces a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from mlloss.backends.base import native_class
from mlloss.backends.host_numpy import Average, AverageMean, HostMemory, Value
from mlloss.core.ops import Array, Elementwise

try:
    import mindspore as ms
    from mindspore import Tensor, mint, ops
    from mindspore._c_expression import MixedPrecisionType
    from mindspore.common.api import _pynative_executor
    from mindspore.graph.jit_context import jit_context

    from mlloss.backends.mindspore import custom_ops as graph
    from mlloss.backends.mindspore import pynative as eager
    from mlloss.backends.mindspore.patches import mend
    from mlloss.backends.mindspore.taylor import series, step
except ImportError as error:
    if "dnnl_" not in str(error):
        raise
    raise ImportError(
        "MindSpore cannot be loaded after PaddlePaddle in one process (their oneDNN libraries "
        "clash): import mindspore first, then paddle."
    ) from error

__all__ = ["backend"]
_BLOCK = 1024  # sums one by one are 4e-6 off after 1e6 numbers in float32, 5e-14 in float64


class MindSporeBackend(HostMemory):
    """The `Ops` of MindSpore: of each, the spelling with a CPU kernel, a vmap rule and a trace."""

    name = "mindspore"
    index_dtype = "int32"

    def is_array(self, x: object) -> bool:
        return isinstance(x, Tensor)

    def run(self, function: Callable[..., Array], *args: Any) -> Array:
        """Without the casts that `Cell.to_float` has put before every operation."""
        _pynative_executor.set_mixed_precision_type(MixedPrecisionType.NOTSET)
        try:
            return function(self, *args)
        finally:
            _pynative_executor.set_mixed_precision_type(MixedPrecisionType.NOTSET, False)

    def dtype(self, x: Array) -> str:
        return str(x.dtype).lower()

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        """The values, or None in a trace (jit, vmap, jvp): there a tensor is full of zeros."""
        if jit_context() is not None or x.device != "CPU":
            return None
        return np.asarray((ops.cast(x, ms.float32) if x.dtype == ms.bfloat16 else x).asnumpy())

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        return Tensor.from_numpy(np.asarray(x, np.int32 if x.dtype == np.int64 else x.dtype))

    def one_by_one(self, functions: Sequence[Callable[[], Any]], like: Array) -> list[Any]:
        # an early stop would forgo second derivatives
        return [ms.recompute(f, use_reentrant=False, early_stop=False) for f in functions]

    def static_shape(self, x: Array) -> tuple[int | None, ...]:
        open_ones = getattr(jit_context(), "shapes", {})
        return open_ones[id(x)] if id(x) in open_ones else self.shape(x)

    def shape(self, x: Array) -> tuple[Any, ...]:
        if any(n < 0 for n in x.shape):
            raise ValueError('mindspore.jit(capture_mode="trace"): mlloss needs all sizes there')
        return tuple(x.shape)

    def cast(self, x: Array, dtype: str) -> Array:
        if _by_numpy() and not x.is_floating_point() and dtype != "bfloat16":
            return Tensor.from_numpy(x.asnumpy().astype(dtype))  # a 40th of what ops.cast takes
        return ops.cast(x, getattr(ms, "bool_" if dtype == "bool" else dtype))

    reshape = staticmethod(ops.reshape)
    moveaxis = staticmethod(ops.movedim)
    broadcast_to = staticmethod(ops.broadcast_to)
    detach = staticmethod(ops.stop_gradient)
    abs = staticmethod(ops.abs)
    isnan = staticmethod(ops.isnan)
    any = staticmethod(partial(mint.any, dim=-1))
    flip = staticmethod(partial(ops.flip, dims=(-1,)))

    def where(self, condition: Array, a: Array | float, b: Array | float) -> Array:
        # beside float64 MindSpore makes float32 of a Python number
        like: Any = a if self.is_array(a) else b
        a, b = (v if self.is_array(v) else Tensor(v, like.dtype) for v in (a, b))
        return ops.select(condition, a, b)  # ops.where takes six times the memory

    def number(self, value: float, like: Array) -> Array:
        return Tensor(value, like.dtype)

    def divide(self, x: Array, n: Any) -> Array:
        return x / Tensor(n, x.dtype)

    # in float32 exp is 2e-5 off at -85; in float64 it is exact; softplus is 0 below -17 or has no
    # gradient, which the second derivative of a compiled function wants even for a factor 0
    def log1p_exp(self, x: Array) -> Array:
        if _by_numpy():
            with np.errstate(under="ignore"):
                return Tensor.from_numpy(np.log1p(np.exp(x.asnumpy())))
        small = ops.exp(ops.cast(x, ms.float64))
        total = 1 + small
        return ops.cast(ops.log(total) + (small - (total - 1)), x.dtype)  # + what 1 + small lost

    def sigmoid(self, x: Array) -> Array:
        return ops.cast(ops.sigmoid(ops.cast(x, ms.float64)), x.dtype)

    def sum(self, x: Array) -> Array:
        if 0 in x.shape:  # the sum of nothing would be whatever stood in that memory
            return Tensor(np.zeros(x.shape[:-1]), x.dtype)
        if _by_numpy():
            return eager.Sum.apply(x)
        wide = ops.cast(x, ms.float64)
        if x.dtype == ms.float64 and x.shape[-1] > _BLOCK:
            wide = ops.pad(wide, (0, -x.shape[-1] % _BLOCK))
            wide = mint.sum(ops.reshape(wide, (*x.shape[:-1], -1, _BLOCK)), -1)
        return ops.cast(mint.sum(wide, -1), x.dtype)

    def mean(self, x: Array, weight: Array | None = None) -> Array:
        if weight is None and _by_numpy() and 0 not in x.shape:
            return eager.averaged(self)(x)
        if weight is None and _in_graph() and 0 not in x.shape:
            return graph.mean(x)
        return super().mean(x, weight)

    def cumsum(self, x: Array) -> Array:
        return x if 0 in x.shape else ops.cumsum(x, -1)  # fails, as scatters do, on empty arrays

    def argsort(self, x: Array) -> Array:
        if 0 in x.shape:
            return ops.cast(x, ms.int32)
        return ops.topk(-x, x.shape[-1], -1)[1]  # ops.sort sorts float64 as if it were float32

    def take(self, x: Array, index: Array) -> Array:
        return ops.gather_elements(x, 1, index)

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        if 0 in index.shape:
            return x
        if not self.is_array(values):
            values = ops.broadcast_to(Tensor(values, x.dtype), index.shape)
        return mint.scatter(x, 1, index, values)

    def negate_at(self, x: Array, index: Array, rows: Array) -> Array:
        if jit_context() is None:
            return super().negate_at(x, index, rows)
        # `grad(grad(jit(f)))` forgets stop_gradient, and a scatter counts equal indices twice
        ones = ops.cast(ops.isnan(x), x.dtype) * 0 + 1
        return x * super().negate_at(ones, index, rows)

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        if 0 in index.shape:
            return x
        # mint.scatter_add has no CPU kernel, tensor_scatter_elements fails in vmap
        rows, width = x.shape
        row = ops.cumsum(ops.cast(ops.ones_like(index[:, :1]), ms.int64), 0) - 1
        flat = ops.reshape(index + row * width, (-1,))
        many = Tensor(rows * width, ms.int64)
        total = ops.unsorted_segment_sum(ops.reshape(values, (-1,)), flat, many)
        return x + ops.reshape(total, (rows, width))

    def count_below(self, thresholds: Array, x: Array) -> Array:
        if _by_numpy():
            count = np.empty(x.shape, np.int32)
            for row, t, scores in zip(count, thresholds.asnumpy(), x.asnumpy(), strict=True):
                row[:] = np.searchsorted(t, scores)
            return Tensor.from_numpy(count)
        return ops.cast(ops.searchsorted(thresholds, x), ms.int32)  # out_int32=True fails on CPU

    def histogram(self, counts: Array, bins: int) -> Array:
        shape = (counts.shape[0], bins)
        if _by_numpy():
            result = np.empty(shape, np.int32)
            for row, numbers in zip(result, counts.asnumpy(), strict=True):
                row[:] = np.bincount(numbers, minlength=bins)
            return Tensor.from_numpy(result)
        empty = Tensor(np.zeros((1, bins), np.int32))  # a trace rejects ops.zeros(..., dtype)
        return self.add_at(ops.broadcast_to(empty, shape), counts, ops.ones_like(counts))

    def as_index(self, target: Array, classes: int) -> Array:
        number = self.cast(target, "int64")  # comparing unsigned numbers with Python's is refused
        if self.dtype(target).startswith("u"):
            number = self.where(number < 0, classes, number)  # 2**63 and above
        number = self.where(number > classes, classes, number)
        return self.cast(self.where(number < -1, -2, number), "int32")

    def arange(self, n: int, like: Array) -> Array:
        return Tensor(np.arange(n, dtype=np.int32))

    def apply(self, function: Elementwise, *args: Array) -> Array:
        if jit_context() is None:
            return eager.wired(self, Value(function))(*args)
        if _in_graph():
            return graph.worked(Value(function), *args)
        fixed = [ops.stop_gradient(x) for x in args]
        used = [x if f else None for x, f in zip(args, function.partials, strict=True)]
        return series(self, function, fixed, [x if x is None else step(x) for x in used], 1)

    def without_grad(self, function: Callable[..., Any], *args: Array) -> tuple[Array, ...]:
        if _in_graph() and not any(0 in x.shape for x in args):  # it cannot copy nothing
            return graph.without_grad(function, *args)
        return super().without_grad(function, *args)

    def piecewise_linear(self, function: Callable[..., Any], args: tuple[Array, ...]) -> Array:
        if any(0 in x.shape for x in args):
            return super().piecewise_linear(function, args)
        if _in_graph():
            return graph.piecewise_linear(function, *args)
        if not _by_numpy():
            return super().piecewise_linear(function, args)
        value, derivative = self.without_grad(function, *args)
        return eager.known(self)(args[0], derivative, value)

    def piecewise_linear_mean(
        self, function: Callable[..., Any], args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        if factor is not None or not _by_numpy() or any(0 in x.shape for x in args):
            return super().piecewise_linear_mean(function, args, factor)
        mean, derivative = self.given_mean(function, *args)
        return eager.known(self)(args[0], derivative, mean)

    def average(self, function: Elementwise, args: tuple[Array, ...]) -> Array:
        if jit_context() is None:
            return eager.wired(self, Average(function))(*args)
        if _in_graph():
            return graph.worked(Average(function), *args)
        return super().average(function, args)

    def average_mean(
        self, function: Elementwise, args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        if factor is None and _by_numpy():
            return eager.wired(self, AverageMean(function))(*args)
        return super().average_mean(function, args, factor)


def _by_numpy() -> bool:
    """Whether NumPy can work out what takes no derivative, in a tenth of the time and memory."""
    return jit_context() is None and _on_cpu()


def _in_graph() -> bool:
    """Whether NumPy can work it out when a graph runs; it is not called for open sizes."""
    context = jit_context()
    return context is not None and _on_cpu() and not getattr(context, "shapes", None)


def _on_cpu() -> bool:
    return bool(ms.get_context("device_target") == "CPU")


backend = MindSporeBackend()
mend()


def __getattr__(name: str) -> Any:
    """Return a class of `mlloss.mindspore`: until 0.1 they were attributes of this module."""
    return native_class("mindspore", name)
