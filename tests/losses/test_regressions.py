"""Faults that users found, each in one framework and for every loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from frameworks import Framework

import mlloss
from examples import SPECS, each_loss, each_weight

X, LISTS, INVALID = [[0.1, 0.2, 0.4, 0.8]], [[3, 0]], [[3, 9]]


@pytest.fixture
def function(loss: str) -> Any:
    return getattr(mlloss, loss)


def expected(function: Any, lists: Any = LISTS) -> Any:
    return pytest.approx(float(function(np.array(X), np.array(lists), labels="indices")), rel=1e-6)


@each_loss
def test_a_trace_of_one_slot_takes_wider_lists(function: Any, require_framework: Any):
    require_framework("torch")
    import torch

    x, t = torch.tensor(X), torch.tensor(LISTS)
    with pytest.warns():  # of sizes in a trace, and of jit.trace itself
        traced = torch.jit.trace(
            lambda x, t: function(x, t, labels="indices"), (x, t[:, :1]), check_trace=False
        )
    assert float(traced(x, t)) == expected(function)


@each_loss
def test_make_fx_does_not_record_that_labels_were_valid(function: Any, require_framework: Any):
    require_framework("torch")
    import torch
    from torch.fx.experimental.proxy_tensor import make_fx

    x, valid, invalid = torch.tensor(X), torch.tensor(LISTS), torch.tensor(INVALID)
    graph = make_fx(lambda x, t: function(x, t, labels="indices"))(x, valid)
    assert float(graph(x, valid)) == expected(function)
    assert np.isnan(float(graph(x, invalid)))


@each_loss
def test_export_of_jax_with_an_open_batch(function: Any, require_framework: Any):
    require_framework("jax")
    import jax
    from jax import export

    scores = jax.ShapeDtypeStruct(export.symbolic_shape("n, 3"), "float32")
    exported = export.export(jax.jit(lambda x, y: function(x, y, labels="binary")))(scores, scores)
    x, y = np.random.default_rng(0).normal(size=(500, 3)).astype("f4"), np.eye(500, 3, dtype="f4")
    want = pytest.approx(float(function(x, y, labels="binary")), rel=1e-6)
    assert float(exported.call(x, y)) == want


@each_weight
def test_jax_compiles_once_for_all_numbers_as_weights(
    function: Any, weight: str, require_framework: Any
):
    require_framework("jax")
    import jax.numpy as jnp

    from mlloss.backends.jax.jit_call import compiled

    x = jnp.zeros((2, 3))
    function(x, x, **{weight: 1.5}, labels="binary")
    before = compiled._cache_size()
    for number in (2, 3.5, np.float32(4), np.float64(5)):
        function(x, x, **{weight: number}, labels="binary")
    assert compiled._cache_size() == before


@each_loss
def test_an_empty_batch_has_gradients_by_every_argument(
    function: Any, loss: str, require_framework: Any
):
    require_framework("torch")
    import torch

    spec = SPECS[loss]
    x, y = (torch.zeros(0, 3, requires_grad=needed) for needed in (True, spec.fractions))
    weights = {name: torch.ones(3, requires_grad=True) for name in spec.weights}
    value = function(x, y, **weights, reduction="sum", labels="binary")
    by = [a for a in (x, y, *weights.values()) if a.requires_grad]
    gradients = torch.autograd.grad(value, by)
    assert all(g.shape == a.shape and not g.any() for g, a in zip(gradients, by, strict=True))


@each_loss
def test_a_saved_paddle_layer_with_the_loss_loads(
    function: Any, tmp_path: Any, require_framework: Any
):
    require_framework("paddle")
    import paddle

    class Layer(paddle.nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.linear = paddle.nn.Linear(4, 4)

        def forward(self, x: Any, t: Any) -> Any:
            return function(self.linear(x), t, labels="indices")

    layer, spec = Layer(), paddle.static.InputSpec
    path = str(tmp_path / "layer")
    paddle.jit.save(layer, path, input_spec=[spec([None, 4], "float32"), spec([None, 2], "int64")])
    loaded = paddle.jit.load(path)
    x, valid, invalid = (paddle.to_tensor(a) for a in (X, LISTS, INVALID))
    assert float(loaded(x, valid)) == pytest.approx(float(layer(x, valid)), rel=1e-6)
    assert np.isnan(float(loaded(x, invalid)))


@each_loss
def test_the_sum_of_no_rows_is_not_what_stood_in_memory(function: Any, framework: Framework):
    x, t = framework.array(np.zeros((0, 3)), "float32"), np.zeros((0, 2))
    for _ in range(20):
        litter = [framework.array(np.full(n, np.nan), "float32") * 1 for n in (1, 1, 3)]
        del litter
        lists = framework.array(t, framework.index_dtype)
        got = function(x, lists, reduction="sum", labels="indices")
        assert framework.numpy(got) == 0
