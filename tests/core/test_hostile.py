"""What hostile users found: each a number that was wrong, or a call that broke."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from frameworks import FRAMEWORKS

import mlloss
from mlloss.conformance.expected import reference
from mlloss.conformance.expected.reference import MARGIN

INF = float("inf")
m, s = mlloss.multilabel_margin_loss, mlloss.multilabel_soft_margin_loss


def test_numpy_adds_up_a_strided_class_axis_as_well_as_a_contiguous_one():
    x = np.full((300_000, 2), 5, np.float32)

    assert s(x, np.zeros_like(x), axis=0) == pytest.approx(5.0067153, rel=1e-6)


def test_a_trace_of_one_slot_serves_wider_lists(require_framework: Any):
    require_framework("torch")
    import torch

    x, t = torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([[3, 0]])
    with pytest.warns():  # of sizes in a trace, and of jit.trace itself
        traced = torch.jit.trace(lambda x, t: m(x, t), (x, t[:, :1]), check_trace=False)

    assert float(traced(x, t)) == pytest.approx(0.85, rel=1e-6)


def test_make_fx_does_not_bake_in_that_labels_were_right(require_framework: Any):
    require_framework("torch")
    import torch
    from torch.fx.experimental.proxy_tensor import make_fx

    x, good, bad = torch.zeros(1, 4), torch.tensor([[1]]), torch.tensor([[9]])
    graph = make_fx(lambda x, t: m(x, t))(x, good)

    assert float(graph(x, good)) == 0.75
    assert np.isnan(float(graph(x, bad)))


def test_values_at_infinite_scores_in_a_compiled_vmap(require_framework: Any):
    require_framework("torch")
    import torch

    x, y = torch.tensor([[INF, -INF, 0.0]]), torch.tensor([[1.0, 0.0, 1.0]])
    compiled = torch.compile(torch.func.vmap(s), fullgraph=True, backend="aot_eager")

    assert compiled(x, y).tolist() == pytest.approx([np.log(2) / 3], rel=1e-6)


def test_export_of_jax_with_an_open_batch(require_framework: Any):
    require_framework("jax")
    import jax
    from jax import export

    scores = jax.ShapeDtypeStruct(export.symbolic_shape("n, 3"), "float32")
    exported = export.export(jax.jit(s))(scores, scores)
    zeros = np.zeros((500, 3), np.float32)

    assert float(exported.call(zeros, zeros)) == pytest.approx(np.log(2), rel=1e-6)


def test_jax_compiles_once_for_all_numbers_as_weights(require_framework: Any):
    require_framework("jax")
    import jax.numpy as jnp

    from mlloss.backends.jax.jit_call import compiled

    x = jnp.zeros((2, 3))
    s(x, x, 1.5)
    before = compiled._cache_size()
    for weight in (2, 3.5, np.float32(4), np.float64(5)):
        s(x, x, weight)

    assert compiled._cache_size() == before


def test_an_empty_batch_has_gradients_by_every_argument(require_framework: Any):
    require_framework("torch")
    import torch

    x, y = torch.zeros(0, 3, requires_grad=True), torch.zeros(0, 3, requires_grad=True)
    w = torch.ones(3, requires_grad=True)
    grads = torch.autograd.grad(s(x, y, w, reduction="sum"), [x, y, w])

    assert [g.tolist() for g in grads] == [[], [], [0, 0, 0]]


@pytest.mark.parametrize("nesting", ["jit(grad(grad))", "grad(jit(grad))"])
def test_mixed_second_derivatives_in_mindspore_graphs(nesting: str, require_framework: Any):
    require_framework("mindspore")
    import mindspore

    grad, jit = mindspore.grad, mindspore.jit
    x, y = (mindspore.Tensor(np.full((2, 3), v, np.float32)) for v in (0.5, 1.0))

    def loss(x: Any, y: Any) -> Any:
        return s(x, y, reduction="sum")

    def slope(x: Any, y: Any) -> Any:
        return grad(loss, 0)(x, y)

    def mixed(x: Any, y: Any) -> Any:
        return grad(slope, 1)(x, y)

    got = jit(mixed)(x, y) if nesting.startswith("jit") else grad(jit(slope), 1)(x, y)
    np.testing.assert_allclose(got.asnumpy(), -1 / 3, rtol=1e-6)


def test_a_saved_paddle_layer_with_the_losses_loads(tmp_path: Any, require_framework: Any):
    require_framework("paddle")
    import paddle

    class Layer(paddle.nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.linear = paddle.nn.Linear(4, 4)

        def forward(self, x: Any, t: Any) -> Any:
            scores = self.linear(x)
            return m(scores, t) + s(scores, t, labels="indices")

    layer, spec = Layer(), paddle.static.InputSpec
    path = str(tmp_path / "layer")
    paddle.jit.save(layer, path, input_spec=[spec([None, 4], "float32"), spec([None, 2], "int64")])
    x, t = paddle.to_tensor([[0.1, 0.2, 0.4, 0.8]]), paddle.to_tensor([[3, 0]])
    wrong = paddle.to_tensor([[3, 9]])

    assert float(paddle.jit.load(path)(x, t)) == pytest.approx(float(layer(x, t)), rel=1e-6)
    assert np.isnan(float(paddle.jit.load(path)(x, wrong)))


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_sum_of_no_rows_is_not_what_stood_in_memory(name: str, require_framework: Any):
    require_framework(name)
    framework = FRAMEWORKS[name]
    x, t = framework.array(np.zeros((0, 3)), "float32"), np.zeros((0, 2))
    for _ in range(20):
        litter = [framework.array(np.full(n, np.nan), "float32") * 1 for n in (1, 1, 3)]
        del litter
        got = m(x, framework.array(t, framework.index_dtype), reduction="sum")
        assert framework.numpy(got) == 0


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_masked_arrays_and_blocked_modules_are_refused(name: str, monkeypatch: pytest.MonkeyPatch):
    masked = np.ma.masked_array(np.ones((1, 3)), mask=True)
    with pytest.raises(TypeError, match="input must be an array"):
        m(masked, np.array([[0]]))
    monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(TypeError, match="input must be an array"):
        m([[0.0]], [[0]])


def test_ties_where_x_minus_1_is_inexact():
    x = np.array([[-8192 + 3 * 2**-11, -8193 + 2**-9, -9000]], np.float32)

    got = m(x, np.array([[0]]), reduction="none")
    want = reference.loss(MARGIN, x, np.array([[0]]), reduction="none")
    assert want == 2**-11 / 3
    assert got == pytest.approx(want, rel=1e-6)
