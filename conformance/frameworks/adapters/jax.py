"""JAX: eager and under jit, in both number modes."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np

from mlloss.conformance.frameworks.adapters.base import Call, Host, Names, Numbers


class JaxHost(Host):
    """Enable 64-bit numbers only for cases with 64-bit dtypes: they are off by default."""

    name = "jax"
    flushes_subnormals = True  # XLA on the CPU

    def prepare(self) -> str:
        import jax

        jax.config.update("jax_platforms", "cpu")
        return str(jax.__version__)

    def mode(self, implementation: str, dtypes: tuple[str, ...]) -> ExitStack:
        """Strict for ours: silent promotion and broadcasting are what this field suffers from."""
        import jax

        stack = ExitStack()
        stack.enter_context(jax.enable_x64(any(d in ("float64", "uint64") for d in dtypes)))
        if implementation == "mlloss":
            stack.enter_context(jax.numpy_dtype_promotion("strict"))
            stack.enter_context(jax.numpy_rank_promotion("raise"))
        return stack

    def array(self, numbers: Numbers, dtype: str) -> Any:
        import jax

        with np.errstate(over="ignore"):
            return jax.numpy.asarray(numbers, dtype=jax.dtypes.canonicalize_dtype(dtype))

    def numpy(self, x: Any) -> Numbers:
        return np.asarray(x.astype("float32") if x.dtype == "bfloat16" else x)

    def program(self, call: Call, quantity: Any, mode: str) -> Call:
        """Compiled as a whole, derivatives included, as a training step is."""
        import jax

        program = super().program(call, quantity, "eager")
        compiled: Call = jax.jit(program) if mode == "jit" else program
        return compiled

    def gradient(self, call: Call, names: Names, by: str) -> Call:
        import jax

        gradient: Call = jax.grad(lambda *arrays: call(*arrays).sum(), argnums=names.index(by))
        return gradient

    def second_derivative(self, call: Call, names: Names, first: str, second: str) -> Call:
        return self.gradient(self.gradient(call, names, first), names, second)

    def vmap(self, call: Call) -> Call:
        import jax

        batched: Call = jax.vmap(call)
        return batched
