"""Every dtype of input, labels and weights that each framework has."""

from __future__ import annotations

import numpy as np
import pytest
from calls import Call, check_gradient, check_loss
from frameworks import INTEGERS, Framework
from test_values import LABELS, X

from mlloss.conformance.expected.reference import MARGIN, SOFT

LOSSES = (MARGIN, SOFT)
FLOATS = ("float16", "bfloat16", "float32", "float64")
OPTIONS = {labels: {"labels": labels, "reduction": "none"} for labels in LABELS}
UNSIGNED = tuple(dtype for dtype in INTEGERS if dtype.startswith("u"))
FULL = np.array([[6, 0, 3], [2, 2, 2], [1, 4, 5]])  # lists that need no -1


def skip_unless(framework: Framework, dtype: str) -> None:
    if dtype not in framework.floats + framework.integers:
        pytest.skip(f"{framework.name} has no {dtype}")


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("loss", LOSSES)
def test_input(framework: Framework, loss: str, dtype: str):
    """Halves are computed in float32 and rounded once."""
    skip_unless(framework, dtype)
    for labels in LABELS:
        check_loss(framework, Call(loss, X, LABELS[labels], options=OPTIONS[labels]), dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_of_halves(differentiating: Framework, loss: str, dtype: str):
    skip_unless(differentiating, dtype)
    call = Call(loss, X, LABELS["indices"], options={"labels": "indices"})
    check_gradient(differentiating, call, dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_halves_are_not_added_up_in_halves(framework: Framework, reduction: str, dtype: str):
    """1 + 1 + ... in bfloat16 ends at 256, in float16 at 2048."""
    skip_unless(framework, dtype)
    call = Call(MARGIN, np.zeros((300, 10)), np.full((300, 1), 3), options={"reduction": reduction})
    check_loss(framework, call, dtype)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_index_lists(framework: Framework, loss: str, dtype: str):
    skip_unless(framework, dtype)
    lists = FULL if dtype in UNSIGNED else LABELS["indices"][:3]
    call = Call(loss, X[:3], lists, options=OPTIONS["indices"], label_dtype=dtype)
    check_loss(framework, call)


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS, *FLOATS])
@pytest.mark.parametrize("loss", LOSSES)
def test_binary_labels(framework: Framework, loss: str, dtype: str):
    if dtype != "bool":
        skip_unless(framework, dtype)
    call = Call(loss, X, LABELS["binary"], options=OPTIONS["binary"], label_dtype=dtype)
    check_loss(framework, call)


@pytest.mark.parametrize("dtype", [*(d for d in INTEGERS if d not in UNSIGNED), *FLOATS])
@pytest.mark.parametrize("loss", LOSSES)
def test_signed_labels(framework: Framework, loss: str, dtype: str):
    skip_unless(framework, dtype)
    call = Call(loss, X, LABELS["signed"], options=OPTIONS["signed"], label_dtype=dtype)
    check_loss(framework, call)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_class_numbers_beyond_what_the_labels_dtype_holds(framework: Framework, dtype: str):
    """300 classes, numbers up to 120: nothing may be computed in the labels' own dtype."""
    x = np.random.default_rng(1).normal(size=(2, 300))
    lists = [[120, 3, 77], [0, 100, 99]]
    call = Call(MARGIN, x, lists, options=OPTIONS["indices"], label_dtype=dtype)
    check_loss(framework, call)


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS])
def test_weights(framework: Framework, dtype: str):
    skip_unless(framework, dtype)
    weight = np.array([0, 1, 2, 3, 4, 5, 6])
    call = Call(SOFT, X, LABELS["binary"], weight, OPTIONS["binary"], weight_dtype=dtype)
    check_loss(framework, call)
