"""A call leaves the caller's arrays as they were, its gradient and its compiled form too.

Paddle's static graphs once wrote a backward pass's products into the labels they came from.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from frameworks import FRAMEWORKS

import mlloss

SCORES = [[0.1, 0.2, 0.4, 0.8], [1.0, -2.0, 3.0, 0.5]]
LISTS = [[3, 0, -1, 1], [1, 1, -1, 0]]
TRUTH = [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.5, 0.0]]
HARD = [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]]
WEIGHT = [0.5, 1.0, 2.0, 0.0]


def soft(x: Any, y: Any, w: Any) -> Any:
    return mlloss.multilabel_soft_margin_loss(x, y, w)


def soft_lists(x: Any, t: Any, w: Any) -> Any:
    return mlloss.multilabel_soft_margin_loss(x, t, w, labels="indices")


def margin(x: Any, t: Any, w: Any) -> Any:
    return mlloss.multilabel_margin_loss(x, t)


def margin_binary(x: Any, y: Any, w: Any) -> Any:
    return mlloss.multilabel_margin_loss(x, y, labels="binary")


CALLS = [(soft, TRUTH), (soft_lists, LISTS), (margin, LISTS), (margin_binary, HARD)]
WAYS = [(f.name, way) for f in FRAMEWORKS.values() for way in ("", *f.compilers[:1])]


@pytest.mark.parametrize(("name", "compiler"), WAYS)
@pytest.mark.parametrize(
    ("loss", "target"), CALLS, ids=lambda value: getattr(value, "__name__", "")
)
def test_inputs_unchanged(name: str, compiler: str, loss: Any, target: Any, require_framework: Any):
    require_framework(name)
    framework = FRAMEWORKS[name]
    dtype = framework.index_dtype if target is LISTS else "float32"
    with framework.mode(dtype):
        before = [np.array(SCORES), np.array(target), np.array(WEIGHT)]
        arrays = [
            framework.array(a, d)
            for a, d in zip(before, ("float32", dtype, "float32"), strict=True)
        ]
        call = framework.compile(loss, compiler) if compiler else loss
        for _ in range(2):  # what the first call garbles the second one reads
            call(*arrays)
            if framework.differentiates:
                framework.gradient(call, *arrays)

        for array, value in zip(arrays, before, strict=True):
            np.testing.assert_array_equal(
                framework.numpy(array), value.astype(framework.dtype(array))
            )


@pytest.mark.parametrize("loss", [soft, margin])
@pytest.mark.parametrize(("rows", "classes"), [(4, 6), (64, 1000), (300, 1000), (600, 1000)])
@pytest.mark.parametrize("name", ["torch", "paddle"])
def test_a_gradient_is_the_callers_own(
    name: str, loss: Any, rows: int, classes: int, require_framework: Any
):
    """The first backward pass may take along what has been worked out for it."""
    require_framework(name)
    draw, framework = np.random.default_rng(0), FRAMEWORKS[name]
    x, grad = _leaf(name, framework.array(draw.normal(size=(rows, classes)), "float64"))
    t = draw.integers(0, 2, (rows, classes))
    value = loss(x, framework.array(t, "int64" if loss is margin else "float64"), None)
    wanted = framework.numpy(grad(value, x, create_graph=True)[0]).copy()
    for factor in (1, 3, 1):
        (slope,) = grad(value * factor, x, retain_graph=True)
        np.testing.assert_allclose(framework.numpy(slope), wanted * factor, rtol=1e-13, atol=0)
        slope.zero_()


def _leaf(name: str, x: Any) -> tuple[Any, Any]:
    """An array to be differentiated by, and what does it."""
    if name == "torch":
        import torch

        return x.requires_grad_(), torch.autograd.grad
    import paddle

    x.stop_gradient = False
    return x, paddle.grad
