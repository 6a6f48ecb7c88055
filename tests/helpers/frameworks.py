"""Adapters of the frameworks for tests: arrays, derivatives, compilers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import pytest

from mlloss.backends import load

HALVES = ("float16", "bfloat16")
SMALL_INTEGERS = ("int8", "int16", "int32", "uint8")
INTEGERS = (*SMALL_INTEGERS, "uint16", "uint32", "int64", "uint64")
Function = Callable[..., Any]


class Framework:
    """NumPy, and what the others have in common."""

    name = "numpy"
    floats: tuple[str, ...] = ("float16", "float32", "float64")
    integers: tuple[str, ...] = INTEGERS
    differentiates = False
    flushes_subnormals = False  # computes with them as 0
    flushes_sometimes = False
    compilers: tuple[str, ...] = ()
    index_dtype = "int64"  # of index lists that most users have

    def mode(self, *dtypes: str) -> AbstractContextManager[Any]:
        """Settings under which the framework has these dtypes."""
        return nullcontext()

    def on_a_device(self) -> bool:
        """Whether its arrays are anywhere but in host memory, where values are looked at."""
        return False

    def array(self, value: Any, dtype: str) -> Any:
        with np.errstate(over="ignore"):  # beyond float16's largest is inf
            return np.asarray(value).astype(dtype)

    def numpy(self, x: Any) -> np.ndarray[Any, Any]:
        return np.asarray(x)

    def dtype(self, x: Any) -> str:
        return str(x.dtype)

    def gradient(self, f: Function, *arrays: Any, argnum: int = 0) -> Any:
        """Of the sum of f's numbers."""
        raise NotImplementedError(f"{self.name} has no derivatives")

    def derivative(self, f: Function, argnum: int = 0) -> Function:
        """The gradient as a function, where the framework differentiates functions."""
        raise NotImplementedError(f"{self.name} differentiates values")

    def second(self, f: Function, x: Any) -> Any:
        """Row sums of the Hessian of the sum of f's numbers."""
        raise NotImplementedError(f"{self.name} has no derivatives")

    def compile(self, f: Function, compiler: str) -> Function:
        raise NotImplementedError(f"{self.name} has no compiler {compiler}")


class Torch(Framework):
    name = "torch"
    floats = (*HALVES, "float32", "float64")
    differentiates = True
    compilers = ("aot_eager", "inductor")
    device = "cpu"  # or what pytest's --device says

    def on_a_device(self) -> bool:
        return self.device != "cpu"

    def array(self, value: Any, dtype: str) -> Any:
        import torch

        return torch.tensor(np.asarray(value)).to(self.device, getattr(torch, dtype))

    def numpy(self, x: Any) -> np.ndarray[Any, Any]:
        import torch

        x = x.detach().to("cpu")
        return (x.to(torch.float32) if x.dtype is torch.bfloat16 else x).numpy()

    def dtype(self, x: Any) -> str:
        return str(x.dtype).removeprefix("torch.")

    def gradient(self, f: Function, *arrays: Any, argnum: int = 0) -> Any:
        import torch

        x = arrays[argnum].clone().requires_grad_()
        total = f(*arrays[:argnum], x, *arrays[argnum + 1 :]).sum()
        return torch.autograd.grad(total, x)[0]

    def second(self, f: Function, x: Any) -> Any:
        import torch

        x = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
        return torch.autograd.grad(gradient.sum(), x)[0]

    def compile(self, f: Function, compiler: str) -> Function:
        import torch

        torch._dynamo.reset()
        return torch.compile(f, fullgraph=True, backend=compiler)


class Jax(Framework):
    """Without 64-bit numbers, as it comes, wherever a test can do without them."""

    name = "jax"
    floats = (*HALVES, "float32", "float64")
    differentiates = True
    flushes_subnormals = True  # XLA on the CPU
    compilers = ("jit",)
    index_dtype = "int32"

    def on_a_device(self) -> bool:
        import jax

        return bool(jax.default_backend() != "cpu")

    def mode(self, *dtypes: str) -> AbstractContextManager[Any]:
        import jax

        return jax.enable_x64(any(dtype.endswith("64") for dtype in dtypes))

    def array(self, value: Any, dtype: str) -> Any:
        import jax.numpy as jnp

        with np.errstate(over="ignore"):
            return jnp.asarray(np.asarray(value), dtype=dtype)

    def derivative(self, f: Function, argnum: int = 0) -> Function:
        import jax

        return jax.grad(lambda *arrays: f(*arrays).sum(), argnums=argnum)

    def gradient(self, f: Function, *arrays: Any, argnum: int = 0) -> Any:
        return self.derivative(f, argnum)(*arrays)

    def second(self, f: Function, x: Any) -> Any:
        return self.gradient(lambda x: self.gradient(f, x), x)

    def compile(self, f: Function, compiler: str) -> Function:
        import jax

        return jax.jit(f)


class Paddle(Framework):
    name = "paddle"
    floats = (*HALVES, "float32", "float64")
    integers = (*SMALL_INTEGERS, "int64")
    differentiates = True
    compilers = ("static", "sot")

    def array(self, value: Any, dtype: str) -> Any:
        import paddle

        wide = "float32" if dtype == "bfloat16" else dtype
        return paddle.to_tensor(super().array(value, wide)).astype(dtype)

    def numpy(self, x: Any) -> np.ndarray[Any, Any]:
        return (x.detach().astype("float32") if "bfloat16" in str(x.dtype) else x.detach()).numpy()

    def dtype(self, x: Any) -> str:
        return str(x.dtype).removeprefix("paddle.")

    def gradient(self, f: Function, *arrays: Any, argnum: int = 0) -> Any:
        import paddle

        x = arrays[argnum].detach().clone()
        x.stop_gradient = False
        return paddle.grad(f(*arrays[:argnum], x, *arrays[argnum + 1 :]).sum(), x)[0]

    def second(self, f: Function, x: Any) -> Any:
        import paddle

        x = x.detach().clone()
        x.stop_gradient = False
        (gradient,) = paddle.grad(f(x).sum(), x, create_graph=True)
        return paddle.grad(gradient.sum(), x)[0]

    def compile(self, f: Function, compiler: str) -> Function:
        import paddle

        load("paddle")  # SOT traces an import, and fails in the hook that pytest has put there
        return paddle.jit.to_static(f, full_graph=compiler == "static")


class Mindspore(Framework):
    name = "mindspore"
    # Some of its kernels leave the processor's flush-to-zero mode on in the calling thread.
    flushes_sometimes = True
    floats = (*HALVES, "float32", "float64")
    differentiates = True
    compilers = ("jit", "cell")

    def array(self, value: Any, dtype: str) -> Any:
        import mindspore

        wide = "float32" if dtype == "bfloat16" else dtype
        x = mindspore.Tensor(super().array(value, wide))
        return x if wide == dtype else x.astype(mindspore.bfloat16)

    def numpy(self, x: Any) -> np.ndarray[Any, Any]:
        import mindspore

        return (x.astype(mindspore.float32) if x.dtype == mindspore.bfloat16 else x).asnumpy()

    def dtype(self, x: Any) -> str:
        return str(x.dtype).lower()

    def derivative(self, f: Function, argnum: int = 0) -> Function:
        import mindspore

        return mindspore.grad(f, argnum)

    def gradient(self, f: Function, *arrays: Any, argnum: int = 0) -> Any:
        return self.derivative(f, argnum)(*arrays)

    def second(self, f: Function, x: Any) -> Any:
        import mindspore

        return mindspore.grad(mindspore.grad(f))(x)

    def compile(self, f: Function, compiler: str) -> Function:
        """ "cell": one that GRAPH_MODE compiles as a whole; conftest.py sets the mode."""
        import mindspore

        if compiler == "jit":
            return mindspore.jit(f)
        from mindspore_model import Plain

        return Plain(f)


FRAMEWORKS = {f.name: f for f in (Framework(), Torch(), Jax(), Paddle(), Mindspore())}


def skip_unless(framework: Framework, dtype: str) -> None:
    """Skip a test where the framework has no such dtype."""
    if dtype not in ("bool", *framework.floats, *framework.integers):
        pytest.skip(f"{framework.name} has no {dtype}")
