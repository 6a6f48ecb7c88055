"""What must hold of speed, counted and not timed: calls, sizes of arrays, compilations, looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import signature
from math import prod
from typing import Any

import numpy as np
import pytest

import mlloss
from examples import SPECS

Require = Callable[[str], None]
LOSSES = {"margin": mlloss.multilabel_margin_loss, "soft": mlloss.multilabel_soft_margin_loss}
loss = pytest.mark.parametrize("loss", LOSSES)
# PyTorch's operations, those within others too, in a step of training with a small batch
OPERATIONS = {"margin": 18, "soft": 19}
ON_A_DEVICE = {"margin": 89, "soft": 37}  # each called from Python and started apart


def default_labels(loss: str) -> str:
    return SPECS[LOSSES[loss].__name__].default_labels


def batch(loss: str, rows: int, classes: int, slots: int = 3) -> tuple[Any, Any]:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(rows, classes)).astype(np.float32)
    if default_labels(loss) == "binary":
        return x, (draw.random((rows, classes)) < 0.3).astype(np.float32)
    return x, np.argsort(draw.random((rows, classes)))[:, :slots]


@loss
def test_few_operations_of_torch_in_a_small_step(loss: str, require_framework: Require):
    require_framework("torch")
    import torch

    x, target = map(torch.from_numpy, batch(loss, 32, 20))
    x.requires_grad_()

    def step() -> Any:
        return torch.autograd.grad(LOSSES[loss](x, target), x)

    step()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        step()
    names = [event.name for event in profile.events() if event.name.startswith("aten::")]
    assert 0 < len(names) <= OPERATIONS[loss], sorted(names)


@loss
def test_few_operations_of_torch_on_a_device(loss: str, require_framework: Require):
    """On `meta`; what one operation is made of does not count."""
    require_framework("torch")
    import torch

    x, target = (torch.from_numpy(a).to("meta") for a in batch(loss, 32, 20))
    x.requires_grad_()
    LOSSES[loss](x, target).backward()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        LOSSES[loss](x, target).backward()
    events = [event for event in profile.events() if event.name.startswith("aten::")]
    whole = [e.name for e in events if not (e.cpu_parent and e.cpu_parent.name.startswith("aten"))]
    called = [name for name in whole if not name.startswith("aten::empty")]
    assert 0 < len(called) <= ON_A_DEVICE[loss], called


@loss
def test_a_batch_of_another_size_is_not_compiled_again(loss: str, require_framework: Require):
    require_framework("torch")
    import torch
    from torch._dynamo.testing import CompileCounter

    torch._dynamo.reset()
    counter = CompileCounter()
    compiled = torch.compile(LOSSES[loss], backend=counter, fullgraph=True)
    counts = []
    for rows in (4, 6, 9, 17, 30):
        compiled(*map(torch.from_numpy, batch(loss, rows, 20)))
        counts.append(counter.frame_count)
    assert counts == [1, 2, 2, 2, 2]  # the second size tells that sizes differ


@pytest.mark.parametrize("slots", [20, 300])
def test_no_array_of_jax_has_all_pairs(slots: int, require_framework: Require):
    require_framework("jax")
    import jax

    rows, classes = 4, 1000
    step = jax.value_and_grad(mlloss.multilabel_margin_loss)
    traced = jax.make_jaxpr(step)(*batch("margin", rows, classes, slots))
    sizes = {prod(shape) for shape in _shapes(traced.jaxpr)}
    assert rows * classes in sizes
    assert max(sizes) <= 2 * rows * classes


def test_jax_adds_up_no_class_of_short_rows_at_a_place_of_its_own(require_framework: Require):
    """To scatter them takes as long as all the rest."""
    require_framework("jax")
    import jax

    rows, classes = 32, 1000
    step = jax.value_and_grad(mlloss.multilabel_margin_loss)
    traced = jax.make_jaxpr(step)(*batch("margin", rows, classes, slots=10))
    scatters = [e for e in _equations(traced.jaxpr) if e.primitive.name == "scatter-add"]
    assert 0 < max(e.invars[2].aval.size for e in scatters) < rows * classes  # of the updates


def _shapes(jaxpr: Any) -> Iterator[tuple[int, ...]]:
    for equation in _equations(jaxpr):
        yield from (var.aval.shape for var in equation.outvars)


def _equations(jaxpr: Any) -> Iterator[Any]:
    for equation in jaxpr.eqns:
        yield equation
        for part in equation.params.values():
            inner = getattr(part, "jaxpr", part)
            if hasattr(inner, "eqns"):
                yield from _equations(inner)


@pytest.mark.parametrize("slots", [20, 300])
def test_no_array_of_a_torch_graph_has_all_pairs(slots: int, require_framework: Require):
    require_framework("torch")
    import torch

    class Loss(torch.nn.Module):
        def forward(self, x: Any, t: Any) -> Any:
            return mlloss.multilabel_margin_loss(x, t)

    rows, classes = 4, 1000
    arrays = tuple(map(torch.from_numpy, batch("margin", rows, classes, slots)))
    values = [node.meta.get("val") for node in torch.export.export(Loss(), arrays).graph.nodes]
    sizes = {value.numel() for value in values if isinstance(value, torch.Tensor)}
    assert rows * classes in sizes
    assert max(sizes) <= 2 * rows * classes


def test_a_torch_graph_of_host_memory_has_the_margin_loss_in_two_operations(
    require_framework: Require,
):
    """Of its own operations it would take up to a dozen times as long as without a compiler.

    Long lists are one, all else another.
    """
    require_framework("torch")
    import torch

    called: list[str] = []

    def look(graph: Any, inputs: Any) -> Any:
        called.extend(str(node.target) for node in graph.graph.nodes)
        return graph.forward

    torch._dynamo.reset()
    compiled = torch.compile(mlloss.multilabel_margin_loss, backend=look, fullgraph=True)
    compiled(*map(torch.from_numpy, batch("margin", 4, 1000, 300)))
    assert [name for name in called if "mlloss" in name] == [
        "mlloss.lists",
        "mlloss.piecewise_linear",
    ]
    assert not any(word in name for name in called for word in ("sort", "scatter", "cumsum"))


def test_eager_arrays_have_all_pairs_in_small_batches_only(monkeypatch: pytest.MonkeyPatch):
    from mlloss.losses import _pairwise_hinges as kernels

    asked: list[int] = []
    by_pairs = kernels._by_pairs

    def counted(ops: Any, others: Any, levels: Any, scale: Any) -> Any:
        asked.append(others.size * levels.high.shape[1])
        return by_pairs(ops, others, levels, scale)

    monkeypatch.setattr(kernels, "_by_pairs", counted)
    for rows, classes, slots in ((4, 5, 2), (32, 20, 3), (300, 50, 5), (64, 1000, 10)):
        mlloss.multilabel_margin_loss(*batch("margin", rows, classes, slots))
    assert asked[0] == 40
    assert max(asked) <= 1 << 16


@loss
def test_labels_are_looked_at_once(loss: str, require_framework: Require):
    require_framework("torch")
    import torch

    from mlloss.backends.torch import TorchBackend

    x, target = map(torch.from_numpy, batch(loss, 32, 20))
    looks: list[Any] = []
    host = TorchBackend.host
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TorchBackend, "host", lambda ops, a: looks.append(a) or host(ops, a))
        LOSSES[loss](x.requires_grad_(), target)
    assert sum(a is target for a in looks) == 1


@loss
def test_few_operations_in_a_graph_of_mindspore(loss: str, require_framework: Require):
    require_framework("mindspore")
    import mindspore

    from mlloss.backends.mindspore.tracing.recorder import Record
    from mlloss.core.pipeline import compute

    lists = default_labels(loss) == "indices"
    target = ((32, 3), mindspore.int64) if lists else ((32, 20), mindspore.float32)
    _, _, *others = signature(LOSSES[loss]).parameters.values()
    values = [((32, 20), mindspore.float32), target, *(p.default for p in others)]
    record = Record(compute, [LOSSES[loss].__name__, *values], 0, 3)
    assert len(record.lines) <= {"margin": 14, "soft": 9}[loss]


@loss
def test_no_operation_of_mindspore_in_an_eager_backward_pass(
    loss: str, require_framework: Require, monkeypatch: pytest.MonkeyPatch
):
    """Each waits for another thread."""
    require_framework("mindspore")
    import mindspore

    from mlloss.backends.mindspore import pynative as mindspore_eager

    asked: list[Any] = []
    worked = mindspore_eager.Scaled.rows
    monkeypatch.setattr(
        mindspore_eager.Scaled,
        "rows",
        lambda own, ops, *args: asked.extend(map(type, args)) or worked(own, ops, *args),
    )
    x, target = map(mindspore.Tensor, batch(loss, 32, 20))
    mindspore.grad(LOSSES[loss])(x, target)
    assert set(asked) == {np.ndarray}
