"""Leading axes, class axes, widths of lists, no rows, one class: for every loss."""

from __future__ import annotations

import numpy as np
import pytest
from calls import Call, check_gradient, check_loss
from frameworks import FRAMEWORKS, Framework

from examples import TARGETS, each_convention, each_loss

C = 5
RNG = np.random.default_rng(8)
SHAPES = [  # shape of input, class axis, width of index lists
    *[((C,), 0, 4), ((3, C), -1, 1), ((C, 3), 0, C), ((2, 3, C), -1, C + 3), ((2, C, 3), 1, 2)],
    *[((C, 2, 3), -3, 4), ((2, 1, 3, C), 3, 4), ((1, C), 1, 4), ((3, 1), 1, 2), ((1,), -1, 1)],
    *[((3, C), -1, 0), ((0, C), -1, 4), ((2, 0, C), -1, 4), ((C, 0, 3), 0, 4)],
]
each_shape = pytest.mark.parametrize(("shape", "axis", "width"), SHAPES)


def example(shape: tuple[int, ...], axis: int, labels: str, width: int) -> tuple:
    """Return scores and labels, a different row each."""
    x, classes = RNG.normal(0, 1.5, shape), shape[axis]
    if labels == "indices":
        lists = RNG.integers(-1, classes, (*np.delete(shape, axis), width))
        return x, np.moveaxis(lists, -1, axis)
    hit = RNG.random(shape) < 0.5
    return x, hit.astype(int) if labels == "binary" else np.where(hit, 1, -1)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@each_shape
@each_loss
def test_shapes(
    framework: Framework, loss: str, shape: tuple[int, ...], axis: int, width: int, reduction: str
):
    for labels in TARGETS:
        options = {"labels": labels, "axis": axis, "reduction": reduction}
        check_loss(framework, Call(loss, *example(shape, axis, labels, width), {}, options))


@each_shape
@each_loss
def test_gradients(
    differentiating: Framework, loss: str, shape: tuple[int, ...], axis: int, width: int
):
    for labels in ("indices", "binary"):
        options = {"labels": labels, "axis": axis}
        check_gradient(
            differentiating, Call(loss, *example(shape, axis, labels, width), {}, options)
        )


@each_convention
@each_loss
def test_strided_views(framework: Framework, loss: str, labels: str):
    """Memory in another order than the axes'."""
    x, target = example((C, 3), 0, labels, 4)
    call = Call(loss, x.T, target.T, options={"labels": labels, "reduction": "none"})
    views = framework.array(x, "float32").T, framework.array(target, "int32").T
    got = framework.numpy(call.function(framework)(*views))
    call.seen(framework, "float32").check("value", got)


@pytest.mark.parametrize("name", FRAMEWORKS)
@each_loss
def test_the_sum_of_no_rows_is_0_whatever_is_in_memory(
    name: str, loss: str, require_framework: object
):
    require_framework(name)
    framework = FRAMEWORKS[name]
    call = Call(
        loss, *example((0, 3), -1, "indices", 2), {}, {"labels": "indices", "reduction": "sum"}
    )
    f, arrays = call.function(framework), call.arrays(framework, "float32")
    for _ in range(20):
        freed = [framework.array(np.full(n, np.nan), "float32") * 1 for n in (1, 1, 3)]
        del freed
        assert framework.numpy(f(*arrays)) == 0
