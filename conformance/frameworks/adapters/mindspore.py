"""MindSpore: PyNative, and graphs by mindspore.jit."""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np

from mlloss.conformance.frameworks.adapters.base import SECOND_DERIVATIVES, Call, Host, Numbers


class MindSporeHost(Host):
    """Synchronous, or an error could surface in a later case."""

    name = "mindspore"
    flushes_subnormals = True  # at times: some kernels leave the processor's mode on

    def prepare(self) -> str:
        import mindspore

        mindspore.set_device("CPU")
        mindspore.runtime.launch_blocking()
        _first_scalar_operation(mindspore.Tensor(np.ones(1, np.float32)))
        return str(mindspore.__version__)

    def array(self, numbers: Numbers, dtype: str) -> Any:
        import mindspore

        wide = "float32" if dtype == "bfloat16" else dtype
        with np.errstate(over="ignore"):
            x = mindspore.Tensor(numbers.astype(wide))
        return x if wide == dtype else x.astype(mindspore.bfloat16)

    def numpy(self, x: Any) -> Numbers:
        import mindspore

        half = x.dtype == mindspore.bfloat16
        numbers: Numbers = (x.astype(mindspore.float32) if half else x).asnumpy()
        return numbers

    def compile(self, call: Call, mode: str) -> Call:
        import mindspore

        if mode == "eager":
            return call
        compiled: Call = mindspore.jit(call)
        return compiled

    def program(self, call: Call, quantity: Any, mode: str) -> Call:
        """A second derivative compiled as a whole: of a compiled function each takes a second."""
        program = (
            self._bent(call, quantity, mode)
            if quantity in SECOND_DERIVATIVES
            else super().program(call, quantity, mode)
        )
        return program if mode == "eager" else _Compiled(program)

    def _bent(self, call: Call, quantity: Any, mode: str) -> Call:
        derivative = self.bend(call, *SECOND_DERIVATIVES[quantity])

        def bend(input: Any, target: Any) -> Any:  # compilers want the arguments one by one
            return derivative(input, target)

        def weighted(input: Any, target: Any, weight: Any) -> Any:
            return derivative(input, target, weight)

        takes_weight = len(signature(call).parameters) == 3
        return self.compile(weighted if takes_weight else bend, mode)

    def slope(self, call: Call, argnum: int) -> Call:
        import mindspore

        slope: Call = mindspore.grad(call, argnum)
        return slope

    def bend(self, call: Call, first: int, second: int) -> Call:
        return self.slope(self.slope(call, first), second)

    def vmap(self, call: Call) -> Call:
        import mindspore

        batched: Call = mindspore.vmap(call)
        return batched


class _Compiled:
    """A compiled program; one that its device has no kernel for is not compiled again to see it.

    Kernels are selected by shapes and dtypes, and a program only gets arguments of one signature.
    """

    def __init__(self, program: Call) -> None:
        self._program = program
        self._no_kernel: RuntimeError | None = None

    def __call__(self, *args: Any) -> Any:
        if self._no_kernel:
            raise self._no_kernel
        try:
            return self._program(*args)
        except RuntimeError as error:
            if "Kernel select failed" in str(error):
                self._no_kernel = error
            raise


def _first_scalar_operation(ones: Any) -> None:
    """Built for NumPy 1, MindSpore fails in its first one under NumPy 2; only in the first."""
    try:
        ones + 1.0
    except SystemError:
        ones + 1.0
