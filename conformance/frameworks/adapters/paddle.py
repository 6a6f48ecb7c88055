"""PaddlePaddle: eager, and static graphs by paddle.jit.to_static."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlloss.conformance.frameworks.adapters.base import SECOND_DERIVATIVES, Call, Host, Numbers


class PaddleHost(Host):
    """On the CPU."""

    name = "paddle"
    integers = ("int8", "int16", "int32", "int64", "uint8")
    lacks = {  # noqa: RUF012 - read only
        "": {"vmap": "Paddle has no vmap", "vmap gradient": "Paddle has no vmap"},
        "static": dict.fromkeys(SECOND_DERIVATIVES, "a to_static function has no double backward"),
    }

    def prepare(self) -> str:
        import paddle

        paddle.set_device("cpu")
        return str(paddle.__version__)

    def array(self, numbers: Numbers, dtype: str) -> Any:
        import paddle

        wide = "float32" if dtype == "bfloat16" else dtype
        with np.errstate(over="ignore"):
            return paddle.to_tensor(numbers.astype(wide)).astype(dtype)

    def numpy(self, x: Any) -> Numbers:
        x = x.detach()
        numbers: Numbers = (x.astype("float32") if "bfloat16" in str(x.dtype) else x).numpy()
        return numbers

    def compile(self, call: Call, mode: str) -> Call:
        import paddle

        if mode == "eager":
            return call
        compiled: Call = paddle.jit.to_static(call, full_graph=True)
        return compiled

    def slope(self, call: Call, argnum: int) -> Call:
        import paddle

        def slope(*arrays: Any) -> Any:
            arrays = _leaves(arrays, argnum)
            return paddle.grad(call(*arrays).sum(), arrays[argnum])[0]

        return slope

    def bend(self, call: Call, first: int, second: int) -> Call:
        import paddle

        def bend(*arrays: Any) -> Any:
            arrays = _leaves(arrays, first, second)
            (slope,) = paddle.grad(call(*arrays).sum(), arrays[first], create_graph=True)
            return paddle.grad(slope.sum(), arrays[second])[0]

        return bend


def _leaves(arrays: tuple[Any, ...], *numbers: int) -> tuple[Any, ...]:
    """The arrays, those of these numbers with a gradient of their own."""
    return tuple(_leaf(a) if i in numbers else a for i, a in enumerate(arrays))


def _leaf(x: Any) -> Any:
    x = x.detach().clone()
    x.stop_gradient = False
    return x
