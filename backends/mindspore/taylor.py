"""Derivatives of an `Elementwise` where MindSpore's tracer takes plain operations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

from mlloss.core.ops import Array, Elementwise


def series(
    backend: Any, f: Any, fixed: Sequence[Array], steps: Sequence[Array | None], order: int
) -> Array:
    """f's Taylor series for steps of size 0: plain operations that have the derivatives of f.

    No hook works in a trace. The bprop of a Cell is dropped (gradient 0); put back by a trick, it
    is wrong without a word in `mindspore.grad(mindspore.jit(f))` once a graph has it twice.
    """
    if not isinstance(f, Elementwise):
        return ops.stop_gradient(f(backend, *fixed))
    result = f.value(backend, *fixed)
    for step, slope_of in zip(steps, f.partials, strict=True):
        if slope_of:
            derivative = series(backend, slope_of, fixed, steps, order + 1)
            largest = np.finfo(backend.dtype(derivative)).max
            limits = (Tensor(sign * largest, derivative.dtype) for sign in (-1, 1))
            finite = ops.select(ops.isnan(derivative), derivative, ops.clamp(derivative, *limits))
            term = step * finite  # 0 * inf would be nan
            result = result + (term if order == 1 else term / order)
    return result


def step(x: Array) -> Array:
    """0 with derivative 1, also at infinite x, where x - stop_gradient(x) is nan.

    There the float64 number next to x does: it is finite and its derivative, in float32, 1.
    """
    wide = ops.cast(x, ms.float64)
    near = ops.select(ops.isinf(x), ops.nextafter(wide, ops.zeros_like(wide)), wide)
    return ops.cast(near - ops.stop_gradient(near), x.dtype)
