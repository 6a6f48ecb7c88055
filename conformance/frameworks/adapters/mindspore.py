"""MindSpore: PyNative, and graphs by mindspore.jit."""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np

from mlloss.conformance.cases.quantities import Quantity, differentiated_by
from mlloss.conformance.frameworks.adapters.base import Call, Host, Names, Numbers
from mlloss.conformance.frameworks.adapters.spelled_out import spelled_out


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

    def program(self, call: Call, quantity: Quantity, mode: str) -> Call:
        """Return the quantity; a second derivative is compiled as a whole.

        A second derivative of a compiled function takes a second to compile for each function.
        """
        names, by = tuple(signature(call).parameters), differentiated_by(quantity)
        if len(by) < 2:
            program = super().program(call, quantity, mode)
        else:
            program = self.compile(spelled_out(self.derivative(call, names, by), names), mode)
        return program if mode == "eager" else _Compiled(program)

    def gradient(self, call: Call, names: Names, by: str) -> Call:
        import mindspore

        gradient: Call = mindspore.grad(call, names.index(by))
        return gradient

    def second_derivative(self, call: Call, names: Names, first: str, second: str) -> Call:
        return self.gradient(self.gradient(call, names, first), names, second)

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
