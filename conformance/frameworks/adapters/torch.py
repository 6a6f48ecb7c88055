"""PyTorch: eager, torch.compile and torch.export, autograd and torch.func."""

from __future__ import annotations

from typing import Any

from mlloss.conformance.frameworks.adapters.base import Call, Host, Names, Numbers

_REFUSED = "torch.compile with aot_autograd has no double backward"


class TorchHost(Host):
    """One thread, as workers run side by side."""

    name = "torch"
    nan_slopes = ("export",)
    lacks = {  # noqa: RUF012 - read only
        "compile": {"second derivative": _REFUSED},
        "export": {
            "vmap": "an exported program takes the shapes that it was exported for",
            "vmap gradient": "an exported program takes the shapes that it was exported for",
        },
    }

    def prepare(self) -> str:
        import torch

        torch.set_num_threads(1)
        torch._dynamo.config.recompile_limit = 1000
        return str(torch.__version__)

    def array(self, numbers: Numbers, dtype: str) -> Any:
        import torch

        return torch.tensor(numbers).to(getattr(torch, dtype))

    def numpy(self, x: Any) -> Numbers:
        import torch

        x = x.detach()
        numbers: Numbers = (x.float() if x.dtype is torch.bfloat16 else x).numpy()
        return numbers

    def compile(self, call: Call, mode: str) -> Call:
        """With aot_eager: what goes wrong here goes wrong before a backend such as inductor."""
        import torch

        if mode == "compile":
            compiled: Call = torch.compile(call, backend="aot_eager", fullgraph=True)
            return compiled
        return _exported(call) if mode == "export" else call

    def gradient(self, call: Call, names: Names, by: str) -> Call:
        import torch

        number = names.index(by)

        def gradient(*arrays: Any) -> Any:
            arrays = _leaves(arrays, number)
            return torch.autograd.grad(call(*arrays).sum(), arrays[number])[0]

        return gradient

    def second_derivative(self, call: Call, names: Names, first: str, second: str) -> Call:
        import torch

        one, other = names.index(first), names.index(second)

        def second_derivative(*arrays: Any) -> Any:
            arrays = _leaves(arrays, one, other)
            total = call(*arrays).sum()
            (gradient,) = torch.autograd.grad(total, arrays[one], create_graph=True)
            return torch.autograd.grad(gradient.sum(), arrays[other])[0]

        return second_derivative

    def vmap(self, call: Call) -> Call:
        import torch

        batched: Call = torch.func.vmap(call)
        return batched

    def program(self, call: Call, quantity: Any, mode: str) -> Call:
        """Return the quantity; under vmap a gradient is torch.func's."""
        import torch

        if quantity == "vmap gradient":
            return self.compile(self.vmap(torch.func.grad(call)), mode)
        return super().program(call, quantity, mode)

    def forget(self) -> None:
        import torch

        torch.compiler.reset()


def _leaves(arrays: tuple[Any, ...], *numbers: int) -> tuple[Any, ...]:
    """The arrays, those of these numbers with a gradient of their own."""
    return tuple(a.clone().requires_grad_() if i in numbers else a for i, a in enumerate(arrays))


def _exported(call: Call) -> Call:
    """Exported for the arrays of its first call."""
    import torch

    class Module(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *arrays: Any) -> Any:
            return call(*arrays)

    programs: list[Call] = []

    def exported(*arrays: Any) -> Any:
        if not programs:
            programs.append(torch.export.export(Module(), arrays).module())
        return programs[0](*arrays)

    return exported
