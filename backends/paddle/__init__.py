"""PaddlePaddle: eager tensors, and the values of static graphs and `paddle.jit.to_static`."""

from __future__ import annotations

import math
import os.path
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import paddle
from paddle.nn.functional import sigmoid

from mlloss.backends.base import native_class, remembered
from mlloss.backends.host_numpy import Average, AverageMean, HostMemory, Row, Value
from mlloss.backends.paddle.pylayers import Factor, known, plain, wire, wired
from mlloss.backends.paddle.recompute import Recomputed
from mlloss.backends.paddle.tensors import blocks, dtype_name, is_static, number
from mlloss.core import tuning
from mlloss.core.ops import LINEAR, Array, Elementwise
from mlloss.core.tuning import PADDLE_COPIED

__all__ = ["backend"]

_WHERE = dict.fromkeys(("int8", "int16", "uint8"), "int32") | {"float16": "float32"}  # no kernels
_LINEAR = LINEAR.partials[0], Row(LINEAR)


class PaddleBackend(HostMemory):
    """The `Ops` of PaddlePaddle, and how its arrays are recognised and read."""

    name = "paddle"

    once = staticmethod(remembered)

    def is_array(self, x: object) -> bool:
        return isinstance(x, (paddle.Tensor, paddle.pir.Value, paddle.static.Variable))

    def dtype(self, x: Array) -> str:
        return dtype_name(x.dtype)

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        """The values where they are at hand, many not copied and so not to be written to."""
        if is_static(x) or not x.place.is_cpu_place():
            return None
        if math.prod(x.shape) <= PADDLE_COPIED and self.dtype(x) != "bfloat16":
            return x.numpy()  # type: ignore[no-any-return]  # a copy, in a quarter of the time
        x = x.detach()  # a tensor that requires a gradient refuses __dlpack__
        return np.from_dlpack(x.astype("float32") if self.dtype(x) == "bfloat16" else x)

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        return paddle.Tensor(x, paddle.CPUPlace())  # whatever the current device is

    def one_by_one(self, functions: Sequence[Callable[[], Any]], like: Array) -> list[Any]:
        if not paddle.in_dynamic_mode() or not paddle.is_grad_enabled():
            return super().one_by_one(functions, like)
        return [Recomputed(function).result() for function in functions]

    def static_shape(self, x: Array) -> tuple[int | None, ...]:
        return tuple(n if n >= 0 else None for n in x.shape)

    def shape(self, x: Array) -> tuple[Any, ...]:
        """Where a static graph leaves a size open, a 0-d array: to compute with, not to compare."""
        if not is_static(x):
            return tuple(x.shape)
        return tuple(n if n >= 0 else paddle.shape(x)[i] for i, n in enumerate(x.shape))

    def cast(self, x: Array, dtype: str) -> Array:
        return x if not is_static(x) and self.dtype(x) == dtype else x.astype(dtype)

    reshape = staticmethod(paddle.reshape)
    moveaxis = staticmethod(paddle.moveaxis)
    broadcast_to = staticmethod(paddle.broadcast_to)

    def detach(self, x: Array) -> Array:
        if not is_static(x):
            return x.detach()
        # a static detach shares memory, and paddle then works in place: on the user's own array
        x = paddle.assign(x)
        x.stop_gradient = True
        return x

    def where(self, condition: Array, a: Any, b: Any) -> Array:
        a, b = a if self.is_array(a) else number(a, b), b if self.is_array(b) else number(b, a)
        dtype = self.dtype(a)
        if wide := _WHERE.get(dtype):
            return paddle.where(condition, a.astype(wide), b.astype(wide)).astype(dtype)
        return paddle.where(condition, a, b)

    def number(self, value: float, like: Array) -> Array:
        return number(value, like)

    def divide(self, x: Array, n: Array | float) -> Array:
        # an eager division by an array has no jvp
        return x / (number(n, x) if is_static(x) and not self.is_array(n) else n)

    abs = staticmethod(paddle.abs)
    isnan = staticmethod(paddle.isnan)
    sigmoid = staticmethod(sigmoid)

    def log1p_exp(self, x: Array) -> Array:
        host = self.host(x)
        if host is not None and x.stop_gradient:  # numpy takes a tenth of the time
            return paddle.to_tensor(np.log1p(np.exp(host)), place=x.place)
        # softplus is 0 below -17 (-37), exp(-inf) is 3e-39; the ratio is exp(x), and 0 at -inf
        return paddle.log1p(sigmoid(x) / sigmoid(-x))

    def sum(self, x: Array) -> Array:
        return blocks(x.astype("float64")).sum(-1).sum(-1).astype(x.dtype)

    any = staticmethod(partial(paddle.any, axis=-1))
    flip = staticmethod(partial(paddle.flip, axis=[-1]))
    argsort = staticmethod(partial(paddle.argsort, stable=True))
    take = staticmethod(partial(paddle.take_along_axis, axis=-1, broadcast=False))

    def put(self, x: Array, index: Array, values: Array | float) -> Array:
        if not self.is_array(values):  # a static graph cannot spread a number over an open size
            values = paddle.full_like(index, values, x.dtype)
        return paddle.put_along_axis(x, index, values, -1, broadcast=False)

    def add_at(self, x: Array, index: Array, values: Array) -> Array:
        return paddle.put_along_axis(x, index, values, -1, reduce="add", broadcast=False)

    def cumsum(self, x: Array) -> Array:
        return paddle.cumsum(x, -1)

    def count_below(self, thresholds: Array, x: Array) -> Array:
        # searchsorted answers T for both infinities: inf is above the thresholds that are below inf
        below_inf = (thresholds < float("inf")).astype("int64").sum(-1, keepdim=True)
        count = paddle.minimum(paddle.searchsorted(thresholds, x), below_inf)
        return self.where(x == float("-inf"), 0, count)

    def histogram(self, counts: Array, bins: int) -> Array:
        # bincount knows no rows, nor in a static graph an open number of them
        zeros = paddle.zeros([self.shape(counts)[0], bins], "int64")
        return self.add_at(zeros, counts, paddle.ones_like(counts))

    def arange(self, n: int, like: Array) -> Array:
        return paddle.arange(n, dtype="int64")

    def apply(self, function: Elementwise, *args: Array) -> Array:
        pairs = zip(args, function.partials, strict=True)
        args = tuple(self.detach(a) if p is None else a for a, p in pairs)
        if all(a.stop_gradient for a in args):
            return self.worked(Value(function), args)
        return (
            plain(self, function, args)
            if is_static(args[0])
            else wire(self, Value(function), function, args)
        )

    def average(self, function: Elementwise, args: tuple[Array, ...]) -> Array:
        if is_static(args[0]):
            return super().average(function, args)
        return wire(self, Average(function), function, args)

    def average_mean(
        self, function: Elementwise, args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        seen, value = self.seen(args), AverageMean(function)
        if seen is None:
            return super().average_mean(function, args, factor)
        x, *others = args
        alone = not x.stop_gradient and all(a.stop_gradient for a in others)
        if not alone or not paddle.is_grad_enabled():
            return wire(self, value, function, args)
        mean, own = value.known(seen)
        derivative = paddle.Tensor(own, paddle.CPUPlace(), False, True)  # in the same memory
        factor = Factor(self, function.partials[0], value)
        return known(x, factor, args, self.from_host(mean), derivative)

    def piecewise_linear_mean(
        self, function: Callable[..., Any], args: tuple[Array, ...], factor: Array | None
    ) -> Array:
        x, *lists = args
        if self.seen(args) is None:
            return super().piecewise_linear_mean(function, args, factor)
        mean, derivative = self.given_mean(function, self.detach(x), *lists)
        if x.stop_gradient:
            return mean
        return wired(x, Factor(self, *_LINEAR, derivative), (x, derivative), mean.clone)

    def linear(self, x: Array, derivative: Array, value: Array) -> Array:
        if is_static(x):
            return super().linear(x, derivative, value)
        if x.stop_gradient:
            return value
        return wired(x, Factor(self, *_LINEAR), (x, derivative), value.clone)


backend = PaddleBackend()
# `paddle.jit.to_static` (3.3.1) garbles some functions of mlloss and its backends. SOT may trace
# this very module as it is imported, and fails in pathlib.
for _file in (tuning.__file__, __file__):
    _folder = os.path.dirname(os.path.dirname(_file))
    _stand_in = ModuleType("mlloss")  # from the real one paddle would list all that it can reach
    _stand_in.__file__ = os.path.join(_folder, "__init__.py")
    paddle.jit.ignore_module([_stand_in])  # full_graph=True
    if _skip := getattr(paddle.framework.core, "eval_frame_skip_file_prefix", None):
        # full_graph=False; NamedTuple has its constructors from "<string>"
        _skip((os.path.join(_folder, ""), "<string>"))


def __getattr__(name: str) -> Any:
    """Return a class of `mlloss.paddle`: until 0.1 they were attributes of this module."""
    return native_class("paddle", name)
