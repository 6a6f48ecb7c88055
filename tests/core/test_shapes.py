"""Any leading axes, the class axis anywhere, lists of any width, no rows, one class."""

from __future__ import annotations

import numpy as np
import pytest
from calls import Call, check_gradient, check_loss
from frameworks import Framework

from mlloss.conformance.expected import reference
from mlloss.conformance.expected.reference import MARGIN, SOFT

LOSSES = (MARGIN, SOFT)
C = 5
RNG = np.random.default_rng(8)
SHAPES = {  # shape of input: class axis
    "C": ((C,), 0),
    "NC": ((3, C), -1),
    "CN": ((C, 3), 0),
    "NMC": ((2, 3, C), -1),
    "NCM": ((2, C, 3), 1),
    "CNM": ((C, 2, 3), -3),
    "NMKC": ((2, 1, 3, C), 3),
    "1C": ((1, C), 1),
    "N1": ((3, 1), 1),
    "1": ((1,), -1),
}


def example(shape: tuple[int, ...], axis: int, labels: str, width: int = 4) -> tuple:
    """Scores and labels, every row of them another."""
    x, classes = RNG.normal(0, 1.5, shape), shape[axis]
    if labels == "indices":
        lists = RNG.integers(-1, classes, (*np.delete(shape, axis), width))
        return x, np.moveaxis(lists, -1, axis)
    hit = RNG.random(shape) < 0.5
    return x, hit.astype(int) if labels == "binary" else np.where(hit, 1, -1)


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loss", LOSSES)
def test_shapes(framework: Framework, loss: str, shape: str, reduction: str):
    size, axis = SHAPES[shape]
    for labels in ("indices", "binary", "signed"):
        options = {"labels": labels, "axis": axis, "reduction": reduction}
        check_loss(framework, Call(loss, *example(size, axis, labels), options=options))


@pytest.mark.parametrize("shape", ["C", "NCM", "N1"])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_have_the_inputs_shape(differentiating: Framework, loss: str, shape: str):
    size, axis = SHAPES[shape]
    options = {"labels": "indices", "axis": axis}
    check_gradient(differentiating, Call(loss, *example(size, axis, "indices"), options=options))


@pytest.mark.parametrize("width", [1, 2, C, C + 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_lists_of_any_width(framework: Framework, loss: str, width: int):
    x, lists = example((3, C), -1, "indices", width)
    check_loss(framework, Call(loss, x, lists, options={"labels": "indices", "reduction": "none"}))


@pytest.mark.parametrize("loss", LOSSES)
def test_lists_of_no_width_have_no_targets(framework: Framework, loss: str):
    x, lists = RNG.normal(size=(3, C)), np.zeros((3, 0), int)
    check_loss(framework, Call(loss, x, lists, options={"labels": "indices", "reduction": "none"}))


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("shape", [(0, C), (2, 0, C), (0, 3, C)])
@pytest.mark.parametrize("loss", LOSSES)
def test_no_rows(framework: Framework, loss: str, shape: tuple[int, ...], reduction: str):
    """'none' is empty, 'sum' 0, 'mean' nan."""
    for labels in ("indices", "binary"):
        options = {"labels": labels, "reduction": reduction}
        call = Call(loss, *example(shape, -1, labels), options=options)
        check_loss(framework, call)
        if framework.differentiates:
            check_gradient(framework, call)


@pytest.mark.parametrize("loss", LOSSES)
def test_one_class(framework: Framework, loss: str):
    """No pair for the margin loss; for the soft margin loss one term."""
    for labels, target in {
        "indices": [[0], [-1]],
        "binary": [[1], [0]],
        "signed": [[1], [-1]],
    }.items():
        options = {"labels": labels, "reduction": "none"}
        check_loss(framework, Call(loss, [[0.5], [-2]], target, options=options))


@pytest.mark.parametrize("loss", LOSSES)
def test_transposed_views(framework: Framework, loss: str):
    """Memory in another order than the axes'."""
    x, y = example((C, 3), 0, "binary")
    f, options = framework, {"labels": "binary", "reduction": "none"}
    views = f.array(x, "float32").T, f.array(y, "int32").T
    got = f.numpy(Call(loss, x.T, y.T, options=options).function(f)(*views))
    want = reference.loss(loss, np.asarray(x.T, np.float32), y.T, **options)
    np.testing.assert_allclose(got, want, rtol=1e-6)
