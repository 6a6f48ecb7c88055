"""A call leaves the caller's arrays unchanged, its gradient and its compiled form too.

Paddle's static graphs once wrote a backward pass's products into the labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from calls import Call
from frameworks import FRAMEWORKS

from examples import each_convention, each_loss, weighted

COMPILED = [(f.name, way) for f in FRAMEWORKS.values() for way in ("", *f.compilers[:1])]


@pytest.mark.parametrize(("name", "compiler"), COMPILED)
@each_convention
@each_loss
def test_inputs_unchanged(name: str, compiler: str, loss: str, labels: str, require_framework: Any):
    require_framework(name)
    framework, example = FRAMEWORKS[name], weighted(loss, "(C,)", labels)
    arrays = example.arrays(framework, "float32")
    before = [framework.numpy(a).copy() for a in arrays]
    function = example.function(framework, compiler or None)
    for _ in range(2):  # the second call would read what the first one overwrote
        function(*arrays)
        if framework.differentiates:
            framework.gradient(function, *arrays)
    for array, value in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(framework.numpy(array), value)


@each_loss
@pytest.mark.parametrize(("rows", "classes"), [(4, 6), (64, 1000), (300, 1000), (600, 1000)])
@pytest.mark.parametrize("name", ["torch", "paddle"])
def test_a_gradient_is_the_callers_own(
    name: str, loss: str, rows: int, classes: int, require_framework: Any
):
    """The backward pass may not hand out memory that it reads again."""
    require_framework(name)
    draw, framework = np.random.default_rng(0), FRAMEWORKS[name]
    example = Call(
        loss,
        draw.normal(size=(rows, classes)),
        draw.integers(0, 2, (rows, classes)) * 1.0,
        options={"labels": "binary"},
    )
    x, target = example.arrays(framework, "float64")
    x, grad = _leaf(name, x)
    value = example.function(framework)(x, target)
    want = framework.numpy(grad(value, x, create_graph=True)[0]).copy()
    for factor in (1, 3, 1):
        (gradient,) = grad(value * factor, x, retain_graph=True)
        np.testing.assert_allclose(framework.numpy(gradient), want * factor, rtol=1e-13, atol=0)
        gradient.zero_()


def _leaf(name: str, x: Any) -> tuple[Any, Any]:
    """Return an array to differentiate by, and the function that does it."""
    if name == "torch":
        import torch

        return x.requires_grad_(), torch.autograd.grad
    import paddle

    x.stop_gradient = False
    return x, paddle.grad
