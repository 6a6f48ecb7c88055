"""What a worker must know of each framework: how to start it, fill arrays, and compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Call = Callable[..., Any]


@dataclass(frozen=True)
class Host:
    """`prepare` imports the framework, settles it on the CPU and returns its version."""

    prepare: Callable[[], str]
    array: Callable[[Any, str], Any]
    compilers: Mapping[str, Callable[[Call], Call]]


def _eager(call: Call) -> Call:
    return call


def _prepare_numpy() -> str:
    return np.__version__


def _numpy_array(data: Any, dtype: str) -> Any:
    return np.array(data, dtype=dtype)


def _prepare_torch() -> str:
    import torch

    torch.set_num_threads(1)
    return str(torch.__version__)


def _torch_array(data: Any, dtype: str) -> Any:
    import torch

    return torch.tensor(data, dtype=getattr(torch, dtype))


def _torch_compile(call: Call) -> Call:
    """With aot_eager: what goes wrong here goes wrong before a backend such as inductor.

    Forgets what was compiled before, or the ninth case would be over the recompilation limit.
    """
    import torch

    torch.compiler.reset()
    compiled: Call = torch.compile(call, backend="aot_eager", fullgraph=True)
    return compiled


def _prepare_jax() -> str:
    """Strict, since silent promotion and broadcasting are what this field suffers from."""
    import jax

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_numpy_dtype_promotion", "strict")
    jax.config.update("jax_numpy_rank_promotion", "raise")
    return str(jax.__version__)


def _jax_array(data: Any, dtype: str) -> Any:
    """64-bit dtypes become 32-bit ones, as for every user who has not asked for them."""
    import jax

    return jax.numpy.asarray(np.array(data, dtype=jax.dtypes.canonicalize_dtype(dtype)))


def _jax_jit(call: Call) -> Call:
    import jax

    compiled: Call = jax.jit(call)
    return compiled


def _prepare_paddle() -> str:
    import paddle

    paddle.set_device("cpu")
    return str(paddle.__version__)


def _paddle_array(data: Any, dtype: str) -> Any:
    import paddle

    return paddle.to_tensor(data, dtype=dtype)


def _paddle_static(call: Call) -> Call:
    import paddle

    compiled: Call = paddle.jit.to_static(call, full_graph=True)
    return compiled


def _prepare_mindspore() -> str:
    """Synchronous, or an error could surface in a later case."""
    import mindspore

    mindspore.set_device("CPU")
    mindspore.runtime.launch_blocking()
    _first_scalar_operation(mindspore.Tensor(np.ones(1, np.float32)))
    return str(mindspore.__version__)


def _first_scalar_operation(ones: Any) -> None:
    """Built for NumPy 1, MindSpore fails in its first one under NumPy 2; only in the first."""
    try:
        ones + 1.0
    except SystemError:
        ones + 1.0


def _mindspore_array(data: Any, dtype: str) -> Any:
    import mindspore

    return mindspore.Tensor(np.array(data, dtype=dtype))


def _mindspore_graph(call: Call) -> Call:
    import mindspore

    compiled: Call = mindspore.jit(call)
    return compiled


HOSTS = {
    "numpy": Host(_prepare_numpy, _numpy_array, {"eager": _eager}),
    "torch": Host(_prepare_torch, _torch_array, {"eager": _eager, "compile": _torch_compile}),
    "jax": Host(_prepare_jax, _jax_array, {"eager": _eager, "jit": _jax_jit}),
    "paddle": Host(_prepare_paddle, _paddle_array, {"eager": _eager, "static": _paddle_static}),
    "mindspore": Host(
        _prepare_mindspore, _mindspore_array, {"eager": _eager, "graph": _mindspore_graph}
    ),
}
