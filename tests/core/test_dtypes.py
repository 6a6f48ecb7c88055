"""Every dtype of input, labels and weights that each framework has, for every loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calls import Call, check_gradient, check_loss
from frameworks import HALVES, INTEGERS, Framework, skip_unless

from examples import TARGETS, WEIGHTED, C, call, each_convention, each_loss
from mlloss.core.spec import FLOATS, LABEL_DTYPES

FULL = np.array([[6, 0, 3], [2, 2, 2], [1, 4, 5]] * 2)  # lists that need no -1
each_half = pytest.mark.parametrize("dtype", HALVES)


@pytest.mark.parametrize("dtype", FLOATS)
@each_convention
@each_loss
def test_input(framework: Framework, loss: str, labels: str, dtype: str):
    """Halves are computed in float32 and rounded once."""
    skip_unless(framework, dtype)
    check_loss(framework, call(loss, labels, reduction="none"), dtype)


@each_half
@each_loss
def test_gradients_of_halves(differentiating: Framework, loss: str, dtype: str):
    skip_unless(differentiating, dtype)
    check_gradient(differentiating, call(loss, "indices"), dtype)


@each_half
@pytest.mark.parametrize("reduction", ["sum", "mean"])
@each_loss
def test_halves_are_not_added_up_in_halves(
    framework: Framework, loss: str, reduction: str, dtype: str
):
    """1 + 1 + ... in bfloat16 ends at 256, in float16 at 2048."""
    skip_unless(framework, dtype)
    options = {"reduction": reduction, "labels": "indices"}
    many_rows = Call(loss, np.zeros((300, 10)), np.full((300, 1), 3), options=options)
    check_loss(framework, many_rows, dtype)


@pytest.mark.parametrize(
    ("labels", "dtype"), [(labels, d) for labels, dtypes in LABEL_DTYPES.items() for d in dtypes]
)
@each_loss
def test_labels(framework: Framework, loss: str, labels: str, dtype: str):
    skip_unless(framework, dtype)
    target = FULL if labels == "indices" and dtype.startswith("u") else TARGETS[labels]
    example = replace(call(loss, labels, reduction="none"), target=target, label_dtype=dtype)
    check_loss(framework, example)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@each_loss
def test_more_classes_than_the_labels_dtype_holds(framework: Framework, loss: str, dtype: str):
    """300 classes, indices up to 120: nothing may be computed in the labels' own dtype."""
    x = np.random.default_rng(1).normal(size=(2, 300))
    options = {"labels": "indices", "reduction": "none"}
    check_loss(framework, Call(loss, x, [[120, 3, 77], [0, 100, 99]], {}, options, dtype))


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS])
@pytest.mark.parametrize(("loss", "weight"), WEIGHTED)
def test_weights(framework: Framework, loss: str, weight: str, dtype: str):
    """The dtype of a weight does not change the result's."""
    skip_unless(framework, dtype)
    example = call(loss, "binary", {weight: np.arange(C)}, reduction="none")
    check_loss(framework, replace(example, weight_dtype=dtype))
