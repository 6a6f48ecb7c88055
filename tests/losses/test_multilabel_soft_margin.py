"""The multi-label soft margin loss: its own numbers, at infinite scores and over many classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from calls import Call, check_gradient, check_gradient_by, check_loss
from frameworks import Framework

import mlloss

LOSS = "multilabel_soft_margin_loss"
INF = float("inf")
MANY = 4099  # of eight rows: more than PyTorch leaves to NumPy, and no multiple of eight


def many(labels: str) -> Call:
    """Return so many classes that logarithms are taken of products.

    Rows: far on the right side, great scores (which have a mean, but no sum), nan and infinities.
    """
    rng = np.random.default_rng(4)
    lists = np.stack([rng.choice(MANY, 9, replace=False) for _ in range(8)])
    truth = np.zeros((8, MANY))
    np.put_along_axis(truth, lists, 1, 1)
    x = np.array([1, 20, 1, 1e37, 1, 1, 80, 1])[:, None] * rng.normal(0, 1, (8, MANY))
    x[1] = np.where(truth[1] == 1, 20, -20)
    x[2, 7], x[4, lists[4, 0]], x[5, lists[5, 0]] = np.nan, INF, -INF
    target = lists if labels == "indices" else truth
    if labels == "binary":
        target[7] = rng.random(MANY)
    return Call(LOSS, x, target, options={"reduction": "none", "labels": labels})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("labels", ["binary", "indices"])
def test_so_many_classes_that_logarithms_are_of_products(
    framework: Framework, labels: str, dtype: str
):
    check_loss(framework, many(labels), dtype)
    if framework.differentiates:
        check_gradient(framework, many(labels), dtype)


def test_weight_gradient_at_infinite_scores(differentiating: Framework):
    x, y = [[INF, -INF, INF, 1.0]], [[0.0, 1.0, 1.0, 1.0]]
    call = Call(LOSS, x, y, {"weight": np.array([2.5, 0, 1, 1])})
    assert call.expected("weight gradient").tolist()[:3] == [INF, 0, 0]
    check_gradient_by(differentiating, call, "weight")


def test_numpy_adds_up_a_strided_class_axis_as_well_as_a_contiguous_one():
    x = np.full((300_000, 2), 5, np.float32)
    got = mlloss.multilabel_soft_margin_loss(x, np.zeros_like(x), axis=0)
    assert got == pytest.approx(5.0067153, rel=1e-6)


def test_infinite_scores_in_a_compiled_vmap(require_framework: Any):
    require_framework("torch")
    import torch

    x, y = torch.tensor([[INF, -INF, 0.0]]), torch.tensor([[1.0, 0.0, 1.0]])
    mapped = torch.func.vmap(mlloss.multilabel_soft_margin_loss)
    compiled = torch.compile(mapped, fullgraph=True, backend="aot_eager")
    assert compiled(x, y).tolist() == pytest.approx([np.log(2) / 3], rel=1e-6)


@pytest.mark.parametrize("nesting", ["jit(grad(grad))", "grad(jit(grad))"])
def test_mixed_second_derivatives_in_mindspore_graphs(nesting: str, require_framework: Any):
    require_framework("mindspore")
    import mindspore

    grad, jit = mindspore.grad, mindspore.jit
    x, y = (mindspore.Tensor(np.full((2, 3), v, np.float32)) for v in (0.5, 1.0))

    def loss(x: Any, y: Any) -> Any:
        return mlloss.multilabel_soft_margin_loss(x, y, reduction="sum")

    def by_input(x: Any, y: Any) -> Any:
        return grad(loss, 0)(x, y)

    def by_both(x: Any, y: Any) -> Any:
        return grad(by_input, 1)(x, y)

    got = jit(by_both)(x, y) if nesting.startswith("jit") else grad(jit(by_input), 1)(x, y)
    np.testing.assert_allclose(got.asnumpy(), -1 / 3, rtol=1e-6)
