"""PaddlePaddle: eager, and static graphs by paddle.jit.to_static."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlloss.conformance.frameworks.adapters.base import Call, Host, Names, Numbers


class PaddleHost(Host):
    """On the CPU."""

    name = "paddle"
    integers = ("int8", "int16", "int32", "int64", "uint8")
    lacks = {  # noqa: RUF012 - read only
        "": {"vmap": "Paddle has no vmap", "vmap gradient": "Paddle has no vmap"},
        "static": {"second derivative": "a to_static function has no double backward"},
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

    def gradient(self, call: Call, names: Names, by: str) -> Call:
        import paddle

        number = names.index(by)

        def gradient(*arrays: Any) -> Any:
            arrays = _leaves(arrays, number)
            return paddle.grad(call(*arrays).sum(), arrays[number])[0]

        return gradient

    def second_derivative(self, call: Call, names: Names, first: str, second: str) -> Call:
        import paddle

        one, other = names.index(first), names.index(second)

        def second_derivative(*arrays: Any) -> Any:
            arrays = _leaves(arrays, one, other)
            (gradient,) = paddle.grad(call(*arrays).sum(), arrays[one], create_graph=True)
            return paddle.grad(gradient.sum(), arrays[other])[0]

        return second_derivative


def _leaves(arrays: tuple[Any, ...], *numbers: int) -> tuple[Any, ...]:
    """The arrays, those of these numbers with a gradient of their own."""
    return tuple(_leaf(a) if i in numbers else a for i, a in enumerate(arrays))


def _leaf(x: Any) -> Any:
    x = x.detach().clone()
    x.stop_gradient = False
    return x
