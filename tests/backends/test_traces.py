"""What a compiler is given: no look at values, no shape that depends on them, counted; and one
program for every batch size, where the framework has such."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from forms import forms, made

Require = Callable[[str], None]
SIZES = (6, 4, 3, 5, 2)
VALUES = (
    "_local_scalar_dense",
    "item",
    "nonzero",
    "masked_select",
    "unique",
    "equal",
    "is_nonzero",
)


def cut(x: Any, target: Any) -> Iterator[tuple[Any, Any]]:
    """The first rows, as batches of several sizes."""
    for rows in SIZES:
        yield x[:rows], target[:rows]


@forms
def test_torch_compiles_once_for_every_batch_size(loss: str, form: str, require_framework: Require):
    """Forward and backward. A batch of 1 is another program, as for every function."""
    require_framework("torch")
    import torch
    from torch._dynamo.testing import CompileCounterWithBackend

    f, x, target = made("torch", loss, form)
    torch._dynamo.reset()
    counter = CompileCounterWithBackend("aot_eager")
    compiled = torch.compile(f, fullgraph=True, backend=counter, dynamic=True)
    for some, labels in cut(x, target):
        scores, plain = some.clone().requires_grad_(), some.clone().requires_grad_()
        value, want = compiled(scores, labels.clone()), f(plain, labels)
        torch.testing.assert_close(value, want)
        slopes = torch.autograd.grad(value, scores), torch.autograd.grad(want, plain)
        torch.testing.assert_close(*slopes)
    assert counter.frame_count == 1


@forms
def test_torch_exports_an_open_batch(loss: str, form: str, require_framework: Require):
    require_framework("torch")
    import torch

    f, x, target = made("torch", loss, form)

    class Model(torch.nn.Module):
        def forward(self, input: Any, target: Any) -> Any:
            return f(input, target)

    rows = torch.export.Dim("rows")
    program = torch.export.export(Model(), (x, target), dynamic_shapes=({0: rows}, {0: rows}))
    for some, labels in cut(x, target):
        torch.testing.assert_close(program.module()(some, labels), f(some, labels))


@forms
def test_a_graph_of_torch_looks_at_no_value(loss: str, form: str, require_framework: Require):
    require_framework("torch")
    import torch
    from functorch.compile import make_boxed_func
    from torch._dynamo.backends.common import aot_autograd
    from torch.fx.experimental.symbolic_shapes import free_unbacked_symbols

    f, x, target = made("torch", loss, form)
    nodes: list[Any] = []

    def look(graph: Any, inputs: Any) -> Any:
        nodes.extend(node for node in graph.graph.nodes if node.op == "call_function")
        return make_boxed_func(graph.forward)

    torch._dynamo.reset()
    compiled = torch.compile(
        f, fullgraph=True, dynamic=True, backend=aot_autograd(fw_compiler=look)
    )
    compiled(x.requires_grad_(), target).backward()
    assert len(nodes) > 20
    assert [n for n in nodes if getattr(n.target, "__name__", "").split(".")[0] in VALUES] == []
    assert [n for n in nodes if free_unbacked_symbols(n.meta.get("val"))] == []


@forms
def test_a_program_of_jax_calls_nobody(loss: str, form: str, require_framework: Require):
    """No callback to the host in it, and nothing carried there or back when it runs."""
    require_framework("jax")
    import jax

    f, x, target = made("jax", loss, form)
    step = jax.jit(jax.value_and_grad(f))
    names = list(_primitives(jax.make_jaxpr(step)(x, target).jaxpr))
    assert len(names) > 20
    assert [name for name in names if "callback" in name or name in ("infeed", "outfeed")] == []
    want = step(x, target)[0].item()
    with jax.transfer_guard("disallow"):
        value, _ = step(x, target)
    assert value.item() == want


def _primitives(jaxpr: Any) -> Iterator[str]:
    for equation in jaxpr.eqns:
        yield equation.primitive.name
        for part in equation.params.values():
            inner = getattr(part, "jaxpr", part)
            if hasattr(inner, "eqns"):
                yield from _primitives(inner)


@forms
def test_paddle_has_one_program_for_every_batch_size(
    loss: str, form: str, require_framework: Require
):
    require_framework("paddle")
    import paddle

    f, x, target = made("paddle", loss, form)
    kinds = [str(a.dtype).removeprefix("paddle.") for a in (x, target)]
    specs = [
        paddle.static.InputSpec([None, a.shape[1]], k)
        for a, k in zip((x, target), kinds, strict=True)
    ]

    def step(input: Any, target: Any) -> Any:
        return f(input, target)

    static = paddle.jit.to_static(step, input_spec=specs, full_graph=True)
    for some, labels in cut(x, target):
        scores, plain = some.detach().clone(), some.detach().clone()
        scores.stop_gradient = plain.stop_gradient = False
        value, want = static(scores, labels), f(plain, labels)
        np.testing.assert_allclose(value.item(), want.item(), rtol=1e-6)
        (slope,), (true,) = paddle.grad(value, scores), paddle.grad(want, plain)
        np.testing.assert_allclose(slope.numpy(), true.numpy(), rtol=1e-6, atol=1e-8)
    assert len(static.program_cache) == 1


@forms
def test_a_program_of_paddle_looks_at_no_value(loss: str, form: str, require_framework: Require):
    require_framework("paddle")
    import paddle

    f, x, target = made("paddle", loss, form)
    x.stop_gradient = False

    def step(input: Any, target: Any) -> Any:
        return f(input, target)

    static = paddle.jit.to_static(step, full_graph=True)
    static(x, target)
    _, program = static.program_cache.last()
    names = [op.name() for op in program[0].main_program.global_block().ops]
    wanted = (
        "nonzero",
        "masked_select",
        "unique",
        "if",
        "while",
        "py_func",
        "memcpy_d2h",
        "assert",
    )
    assert len(names) > 20
    assert [name for name in names if name.partition(".")[2] in wanted] == []


@forms
def test_a_graph_of_mindspore_for_each_batch_size_looks_at_no_value(
    loss: str, form: str, require_framework: Require, monkeypatch: pytest.MonkeyPatch
):
    """A program for each size (README, Limits), which asks for nothing when it runs."""
    require_framework("mindspore")
    import mindspore

    f, x, target = made("mindspore", loss, form)

    def step(input: Any, target: Any) -> Any:
        return f(input, target)

    compiled, batches = mindspore.jit(step), list(cut(x, target))
    for batch in batches:
        np.testing.assert_allclose(compiled(*batch).asnumpy(), f(*batch).asnumpy(), rtol=1e-6)
    looks: list[Any] = []
    asnumpy = mindspore.Tensor.asnumpy
    with monkeypatch.context() as patch:
        patch.setattr(mindspore.Tensor, "asnumpy", lambda a: looks.append(a) or asnumpy(a))
        for batch in batches:
            compiled(*batch)
        assert looks == []
        f(*batches[0])
    assert looks != []  # as it does when it is not compiled
