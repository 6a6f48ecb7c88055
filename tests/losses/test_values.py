"""The losses' values in eager mode, against the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from calls import Call, check_loss
from frameworks import Framework

from mlloss.conformance.expected.reference import MARGIN, SOFT

LOSSES = (MARGIN, SOFT)
RNG = np.random.default_rng(20)
N, C = 6, 7
X = RNG.normal(0, 2, (N, C))
TRUTH = RNG.random((N, C)) < 0.4
TRUTH[0], TRUTH[1] = False, True  # no targets, all targets
LISTS = np.array([[*np.flatnonzero(row), *[-1] * C][:C] for row in TRUTH])
LABELS = {"indices": LISTS, "binary": TRUTH.astype(int), "signed": np.where(TRUTH, 1, -1)}
X3 = RNG.normal(0, 2, (2, 3, C))
Y3 = RNG.random((2, 3, C)).round(2)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_takes_every_convention(
    framework: Framework, loss: str, labels: str, reduction: str
):
    options = {"labels": labels, "reduction": reduction}
    check_loss(framework, Call(loss, X, LABELS[labels], options=options))


@pytest.mark.parametrize("loss", LOSSES)
def test_defaults_are_mean_and_the_losses_own_convention(framework: Framework, loss: str):
    check_loss(framework, Call(loss, X, LISTS if loss == MARGIN else TRUTH))


@pytest.mark.parametrize("loss", LOSSES)
def test_float64(framework: Framework, loss: str):
    for labels, target in LABELS.items():
        call = Call(loss, X, target, options={"labels": labels, "reduction": "none"})
        check_loss(framework, call, "float64")


def test_documented_examples(framework: Framework):
    x = [[0.1, 0.2, 0.4, 0.8], [0.2, 0.5, 0.3, 0.1]]
    check_loss(framework, Call(MARGIN, x[:1], [[3, 0, -1, 1]]))
    check_loss(framework, Call(MARGIN, x, [[3, 0, -1, -1], [0, 2, -1, -1]]))
    x = [[0.3, 0.6, 0.6], [0.9, 0.4, 0.2]]
    check_loss(framework, Call(SOFT, x, [[0, 0, 1], [0, 0, 1]]))


def test_soft_labels(framework: Framework):
    soft = RNG.random((N, C))
    soft[0, :4] = 0, 1, 0.5, 1e-6
    check_loss(framework, Call(SOFT, X, soft, options={"reduction": "none"}))


def test_paddles_plus_minus_one_are_reproduced_without_validation(framework: Framework):
    x, t = [[1, -2, 3], [0, -1, 2], [1, 0, 1]], [[-1.0, 1, -1], [1, 1, 1], [1, -1, 1]]
    call = Call(SOFT, x, t, options={"validate": False, "reduction": "none"})
    got = framework.numpy(call.function(framework)(*call.arrays(framework, "float32")))
    np.testing.assert_allclose(got, [3.49625897, 0.71111226, 0.43989015], rtol=2e-7)


WEIGHTS = {
    "number": 2.5,
    "integer": 3,
    "negative": -1.5,
    "zero": 0,
    "0-d": np.array(2.5),
    "(1,)": np.array([0.5]),
    "(C,)": np.arange(C) / 4,
    "(1,C)": np.arange(C).reshape(1, C) / 4,
    "(N,1)": np.arange(N).reshape(N, 1) / 4,
    "(N,C)": np.arange(N * C).reshape(N, C) / 16 - 1,
}


@pytest.mark.parametrize("form", WEIGHTS)
def test_weights(framework: Framework, form: str):
    for labels in ("binary", "indices"):
        options = {"reduction": "none", "labels": labels}
        check_loss(framework, Call(SOFT, X, LABELS[labels], WEIGHTS[form], options))


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        *[((C,), -1), ((3, C), -1), ((2, 1, C), -1), ((2, 3, 1), -1), ((2, 3, C), -1)],
        *[((C,), 1), ((C, 1), 1), ((C, 3), -2), ((1, C, 1), 1), ((2, C, 3), 1), ((2, 1, 3), 1)],
        *[((C,), 0), ((C, 1, 1), 0), ((2, 1), 0), ((C, 2, 3), -3)],
    ],
)
def test_weights_broadcast_with_any_class_axis(framework: Framework, shape: tuple, axis: int):
    weight = RNG.random(shape).round(3) + 0.5
    x, y = np.moveaxis(X3, -1, axis), np.moveaxis(Y3, -1, axis)
    check_loss(framework, Call(SOFT, x, y, weight, {"reduction": "none", "axis": axis}))


@pytest.mark.parametrize("dtype", ["float64", "float16", "int32"])
def test_weights_of_another_dtype_do_not_promote(framework: Framework, dtype: str):
    weight = np.array([0, 1, 2, 3, 4, 5, 6])
    check_loss(framework, Call(SOFT, X, TRUTH, weight, weight_dtype=dtype))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("slots", [3, 40, 120])
def test_many_classes(framework: Framework, loss: str, slots: int):
    """Wide enough for each way to count active pairs; ties and repeated classes included."""
    rng = np.random.default_rng(slots)
    x = rng.normal(0, 1, (4, 500)).round(1)
    lists = rng.integers(0, 500, (4, slots))
    lists[1, slots // 2 :] = -1
    lists[2, 0] = -1
    check_loss(framework, Call(loss, x, lists, options={"reduction": "none", "labels": "indices"}))


GREAT = 1e37  # rows of it have a mean, but no sum
MANY = 4099  # of eight rows: more than PyTorch leaves to NumPy, and no multiple of eight


def many(labels: str) -> Call:
    """So many classes that logarithms are taken of products: far on the right side, great, nan."""
    rng = np.random.default_rng(4)
    lists = np.stack([rng.choice(MANY, 9, replace=False) for _ in range(8)])
    truth = np.zeros((8, MANY))
    np.put_along_axis(truth, lists, 1, 1)
    x = np.array([1, 20, 1, GREAT, 1, 1, 80, 1])[:, None] * rng.normal(0, 1, (8, MANY))
    x[1] = np.where(truth[1] == 1, 20, -20)
    x[2, 7], x[4, lists[4, 0]], x[5, lists[5, 0]] = np.nan, np.inf, -np.inf
    target = lists if labels == "indices" else truth
    if labels == "binary":
        target[7] = rng.random(MANY)
    return Call(SOFT, x, target, options={"reduction": "none", "labels": labels})


@pytest.mark.parametrize("labels", ["binary", "indices"])
def test_so_many_classes_that_logarithms_are_of_products(framework: Framework, labels: str):
    for dtype in ("float32", "float64"):
        check_loss(framework, many(labels), dtype)
