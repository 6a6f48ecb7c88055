"""JAX's own classes are pytrees: the weight a leaf, all else part of the structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

X, Y = np.array([[0.0, 0, 0], [1, -2, 3]], np.float32), np.eye(3, dtype=np.float32)[:2]
WEIGHT = np.array([1.0, 2, 4], np.float32)


@pytest.fixture
def jax(require_framework: Callable[[str], None]) -> Any:
    require_framework("jax")
    import jax

    return jax


@pytest.fixture
def ours(jax: Any) -> Any:
    from mlloss.backends import jax as ours

    return ours


def test_the_weight_is_the_only_leaf(jax: Any, ours: Any):
    weight = jax.numpy.asarray(WEIGHT)
    loss = ours.MultiLabelSoftMarginLoss(weight, reduction="sum")
    (path, leaf), *others = jax.tree_util.tree_leaves_with_path({"loss": loss})

    assert leaf is weight
    assert jax.tree_util.keystr(path) == "['loss'].weight"
    assert others == []
    assert jax.tree.leaves([ours.MultiLabelMarginLoss(), ours.MultiLabelSoftMarginLoss()]) == []


def test_all_else_is_structure(jax: Any, ours: Any):
    def structure(**options: Any) -> Any:
        return jax.tree.structure(ours.MultiLabelSoftMarginLoss(2.0, **options))

    assert structure(reduction="sum") == structure(reduction="sum")
    assert hash(structure(axis=0)) == hash(structure(axis=0))
    others = [{}, {"reduction": "sum"}, {"labels": "signed"}, {"axis": 0}, {"validate": False}]
    assert len({structure(**options) for options in others}) == len(others)


def test_a_tree_map_makes_another_of_the_same(jax: Any, ours: Any):
    loss = ours.MultiLabelSoftMarginLoss(jax.numpy.asarray(WEIGHT), reduction="sum")
    doubled = jax.tree.map(lambda leaf: leaf * 2, loss)

    assert type(doubled) is type(loss)
    assert doubled.reduction == "sum"
    assert doubled.weight.tolist() == [2, 4, 8]
    assert jax.tree.map(lambda leaf: "anything", loss).weight == "anything"


@pytest.mark.parametrize("weight", [WEIGHT, 2.5], ids=["array", "number"])
def test_as_an_argument_of_jit_it_is_compiled_once(weight: Any, jax: Any, ours: Any):
    traces: list[Any] = []

    @jax.jit
    def step(loss: Any, x: Any, y: Any) -> Any:
        traces.append(loss)
        return loss(x, y)

    def loss(weight: Any, **options: Any) -> Any:
        weight = weight if isinstance(weight, float) else jax.numpy.asarray(weight)
        return ours.MultiLabelSoftMarginLoss(weight, **options)

    x, y = jax.numpy.asarray(X), jax.numpy.asarray(Y)
    for factor in (1.0, 2.0):
        one = loss(factor * weight)
        np.testing.assert_allclose(step(one, x, y), one(x, y), rtol=1e-6)
    assert len(traces) == 1
    step(loss(weight, reduction="sum"), x, y)
    assert len(traces) == 2


def test_a_gradient_by_it_is_one_by_its_weight(jax: Any, ours: Any):
    x, y = jax.numpy.asarray(X[:1]), jax.numpy.asarray(Y[:1])
    loss = ours.MultiLabelSoftMarginLoss(jax.numpy.asarray(WEIGHT))
    slope = jax.jit(jax.grad(lambda loss: loss(x, y)))(loss)

    assert type(slope) is type(loss)
    np.testing.assert_allclose(slope.weight, np.log(2) / 3, rtol=1e-6)
    number = jax.grad(lambda loss: loss(x, y))(ours.MultiLabelSoftMarginLoss(2.0))
    np.testing.assert_allclose(number.weight, np.log(2), rtol=1e-6)


def test_a_batch_of_them(jax: Any, ours: Any):
    """A weight each."""
    x, y = jax.numpy.asarray(X), jax.numpy.asarray(Y)
    weights = jax.numpy.asarray(np.stack([WEIGHT, WEIGHT * 3]))
    many = jax.vmap(lambda loss: loss(x, y))(ours.MultiLabelSoftMarginLoss(weights))

    one = ours.MultiLabelSoftMarginLoss(weights[0])(x, y)
    np.testing.assert_allclose(many, [one, 3 * one], rtol=1e-6)


def test_as_it_is_called_it_may_be_jitted_too(jax: Any, ours: Any):
    loss = ours.MultiLabelMarginLoss()
    target = jax.numpy.asarray([[0, 2], [1, -1]])

    np.testing.assert_allclose(
        jax.jit(loss)(jax.numpy.asarray(X), target), loss(jax.numpy.asarray(X), target), rtol=1e-6
    )
