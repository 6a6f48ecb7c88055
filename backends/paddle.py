"""PaddlePaddle: eager tensors, and the values of static graphs and `paddle.jit.to_static`."""

from __future__ import annotations

import math
import os.path
from collections.abc import Callable, Sequence
from functools import cache, partial
from types import ModuleType
from typing import Any

import numpy as np
import paddle
from paddle.autograd import PyLayer, saved_tensors_hooks
from paddle.nn.functional import pad, relu, sigmoid

from mlloss import ops
from mlloss.backends.host import SMALL, Average, AverageMean, HostMemory, Row, Value
from mlloss.backends.modules.paddle import MultiLabelMarginLoss, MultiLabelSoftMarginLoss
from mlloss.ops import LINEAR, Array, Smooth

__all__ = ["MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "backend"]

_WHERE = dict.fromkeys(("int8", "int16", "uint8"), "int32") | {"float16": "float32"}  # no kernels
_BLOCK = 1024  # paddle adds term after term: 1e6 are 7e-5 off in float32, 7e-14 in float64


class PaddleBackend(HostMemory):
    """The `Ops` of PaddlePaddle, and how its arrays are recognised and read."""

    name = "paddle"

    def is_array(self, x: object) -> bool:
        return isinstance(x, (paddle.Tensor, paddle.pir.Value, paddle.static.Variable))

    def dtype(self, x: Array) -> str:
        return _name(x.dtype)

    def host(self, x: Array) -> np.ndarray[Any, Any] | None:
        """The values where they are at hand, many not copied and so not to be written to."""
        if _static(x) or not x.place.is_cpu_place():
            return None
        if math.prod(x.shape) <= SMALL and self.dtype(x) != "bfloat16":
            return x.numpy()  # type: ignore[no-any-return]  # a copy, in a quarter of the time
        x = x.detach()  # a tensor that requires a gradient refuses __dlpack__
        return np.from_dlpack(x.astype("float32") if self.dtype(x) == "bfloat16" else x)

    def from_host(self, x: np.ndarray[Any, Any]) -> Array:
        return paddle.Tensor(x, paddle.CPUPlace())  # whatever the current device is

    def one_by_one(self, functions: Sequence[Callable[[], Any]]) -> list[Any]:
        if not paddle.in_dynamic_mode() or not paddle.is_grad_enabled():
            return super().one_by_one(functions)
        return [_Recomputed(function).result() for function in functions]

    def static_shape(self, x: Array) -> tuple[int | None, ...]:
        return tuple(n if n >= 0 else None for n in x.shape)

    def shape(self, x: Array) -> tuple[Any, ...]:
        """Where a static graph leaves a size open, a 0-d array: to compute with, not to compare."""
        return tuple(n if n >= 0 else paddle.shape(x)[i] for i, n in enumerate(x.shape))

    def cast(self, x: Array, dtype: str) -> Array:
        return x if not _static(x) and self.dtype(x) == dtype else x.astype(dtype)

    reshape = staticmethod(paddle.reshape)
    moveaxis = staticmethod(paddle.moveaxis)
    broadcast_to = staticmethod(paddle.broadcast_to)

    def detach(self, x: Array) -> Array:
        if not _static(x):
            return x.detach()
        # a static detach shares memory, and paddle then works in place: on the user's own array
        x = paddle.assign(x)
        x.stop_gradient = True
        return x

    def where(self, condition: Array, a: Any, b: Any) -> Array:
        a, b = a if self.is_array(a) else _number(a, b), b if self.is_array(b) else _number(b, a)
        dtype = self.dtype(a)
        if wide := _WHERE.get(dtype):
            return paddle.where(condition, a.astype(wide), b.astype(wide)).astype(dtype)
        return paddle.where(condition, a, b)

    def number(self, value: float, like: Array) -> Array:
        return _number(value, like)

    def divide(self, x: Array, n: Array | float) -> Array:
        # an eager division by an array has no jvp
        return x / (_number(n, x) if _static(x) and not self.is_array(n) else n)

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
        return _blocks(x.astype("float64")).sum(-1).sum(-1).astype(x.dtype)

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

    def apply(self, function: Smooth, *args: Array) -> Array:
        pairs = zip(args, function.partials, strict=True)
        args = tuple(self.detach(a) if p is None else a for a, p in pairs)
        if all(a.stop_gradient for a in args):
            return self.worked(Value(function), args)
        return (
            _plain(function, args) if _static(args[0]) else _wire(Value(function), function, args)
        )

    def average(self, function: Smooth, args: tuple[Array, ...]) -> Array:
        if _static(args[0]):
            return super().average(function, args)
        return _wire(Average(function), function, args)

    def average_mean(self, function: Smooth, args: tuple[Array, ...]) -> Array:
        seen, value = self._seen(args), AverageMean(function)
        if seen is None:
            return super().average_mean(function, args)
        x, *others = args
        if x.stop_gradient or seen[0].size > SMALL or not all(a.stop_gradient for a in others):
            return _wire(value, function, args)
        mean, slope = map(self.from_host, value.known(seen))
        return _Wired.apply(x, function.partials[0], value, lambda: args, mean, slope)

    def lines_mean(self, function: Callable[..., Any], args: tuple[Array, ...]) -> Array:
        x, *lists = args
        if self.host(x) is None:
            return super().lines_mean(function, args)
        mean, slope = self.given_mean(function, self.detach(x), *lists)
        if x.stop_gradient:
            return mean
        return _Wired.apply(x, LINEAR.partials[0], Row(LINEAR), lambda: (x, slope), mean, slope)

    def linear(self, x: Array, slope: Array, value: Array) -> Array:
        if _static(x):
            return super().linear(x, slope, value)
        if x.stop_gradient:
            return value
        return _Wired.apply(x, LINEAR.partials[0], Row(LINEAR), lambda: (x, slope), value)


class _Wired(PyLayer):  # type: ignore[misc]
    """One argument of a `Smooth` in eager mode; paddle differentiates `backward` once more."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Array,
        slope: Any,
        value: Value,
        args: Callable[[], Any],
        out: Array | None,
        known: Array | None = None,
    ) -> Array:
        """`known` is what a number's gradient is to be multiplied by, if it has been worked out."""
        ctx.known = known
        ctx.slope, ctx.widen, ctx.versions = slope, value.widen, [a.inplace_version for a in args()]
        ctx.save_for_backward(*args())
        out = backend.worked(value, args()) if out is None else out.clone()
        return out.clone() if any(out is a for a in args()) else out  # else an "inplace" error

    @staticmethod
    def backward(ctx: Any, gradient: Array) -> Array:
        slope, args = ctx.slope, ctx.saved_tensor()
        if ctx.versions != [a.inplace_version for a in args]:  # paddle checks its own layers only
            raise RuntimeError("an array that the loss saved for its gradient was changed in place")
        once = not paddle.is_grad_enabled()
        if once and ctx.known is not None:
            return gradient * ctx.known
        gradient = ctx.widen(backend, gradient, args[0])
        if not isinstance(slope, Smooth):
            return gradient * slope(backend, *args)
        slope = backend.worked(Value(slope), args) if once else backend.apply(slope, *args)
        return gradient * slope


class _Recomputed:
    """A function whose backward pass has it run once more, for the arrays that it works with.

    Paddle's own `recompute` forgets the strides of these: of a slice it takes other numbers.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function, self.random = function, paddle.get_rng_state()
        self.dtypes: list[Any] = []
        self.saved: dict[int, Array] = {}

    def result(self) -> Any:
        with saved_tensors_hooks(self._forget, self._recall):
            return self.function()

    def _forget(self, x: Array) -> int:
        self.dtypes.append(x.dtype)
        return len(self.dtypes) - 1

    def _recall(self, number: int) -> Array:
        if not self.saved:
            self._run()
        return self.saved.pop(number)

    def _run(self) -> None:
        saved: list[Array] = []
        now = paddle.get_rng_state()
        paddle.set_rng_state(self.random)
        with paddle.enable_grad(), saved_tensors_hooks(lambda x: saved.append(x.detach()), _same):
            self.function()
        paddle.set_rng_state(now)
        if [x.dtype for x in saved] != self.dtypes:
            raise RuntimeError(
                "in its backward pass the function of the scores did not do the same again; "
                "auto_cast, if any, has to stand inside of it"
            )
        self.saved = dict(enumerate(saved))


def _same(x: Any) -> Any:
    return x


def _wire(value: Value, function: Smooth, args: tuple[Array, ...]) -> Array:
    """A layer an argument: `paddle.grad` for one input of several fails. Closures are no inputs."""
    if all(a.stop_gradient for a in args):
        return backend.worked(value, args)
    live = [(a, p) for a, p in zip(args, function.partials, strict=True) if not a.stop_gradient]
    total = _Wired.apply(*live[0], value, lambda: args, None)
    for a, slope in live[1:]:
        total = total + _Wired.apply(a, slope, value, lambda: args, paddle.zeros_like(total))
    return total


def _plain(function: Smooth, args: tuple[Array, ...]) -> Array:
    """The value plus terms that are 0 and have its gradient: in a static graph no layer works.

    The first derivative is all that such a graph has: paddle refuses to build a second one.
    """
    fixed = [backend.detach(a) for a in args]
    total = function.value(backend, *fixed)
    for a, slope in zip(args, function.partials, strict=True):
        if slope is not None and not a.stop_gradient:
            value = slope.value if isinstance(slope, Smooth) else slope
            total = total + _step(a, value(backend, *fixed))
    return total


def _step(x: Array, slope: Array) -> Array:
    """0 with the gradient `slope`; inf, as the value is too, at the infinite end of a slope."""
    near, slope = _finite(x), _finite(slope)  # inf - inf and 0 * inf would be nan
    ahead = x * backend.where(slope == 0, -paddle.sign(backend.detach(x)), paddle.sign(slope))
    return (near - backend.detach(near)) * slope + relu(ahead - _finite(ahead)) * paddle.abs(slope)


def _finite(x: Array) -> Array:
    limit = _number(paddle.finfo(x.dtype).max, x)
    return paddle.clip(x, -limit, limit)


def _number(value: float, like: Array) -> Array:
    if math.isnan(value):  # `paddle.jit.load` cannot read a saved program with a nan in it
        return _number(float("inf"), like) * 0
    return paddle.full([], value, like.dtype)  # `where` and static graphs make float32 of 0.1


@cache
def _name(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]


def _static(x: object) -> bool:
    return not isinstance(x, paddle.Tensor)  # in eager mode a tensor passes for a static.Variable


def _blocks(x: Array) -> Array:
    """(..., C) -> (..., B, _BLOCK) with zeros at the end, or (..., 1, C) where C is small."""
    if x.shape[-1] <= _BLOCK:
        return x.unsqueeze(-2)
    count = -(-x.shape[-1] // _BLOCK)
    x = pad(x, [0] * (2 * x.ndim - 1) + [count * _BLOCK - x.shape[-1]])
    return paddle.reshape(x, [0] * (x.ndim - 1) + [count, _BLOCK])  # 0: as it was


backend = PaddleBackend()
# `paddle.jit.to_static` is to run the functions of this package as they are: it garbles some.
for _file in (ops.__file__, __file__):
    _stand_in = ModuleType("mlloss")  # from the real one paddle would list all that it can reach
    _stand_in.__file__ = os.path.join(os.path.dirname(_file), "__init__.py")
    paddle.jit.ignore_module([_stand_in])  # full_graph=True
    if _skip := getattr(paddle.framework.core, "eval_frame_skip_file_prefix", None):
        _skip((os.path.join(os.path.dirname(_file), ""),))  # full_graph=False
