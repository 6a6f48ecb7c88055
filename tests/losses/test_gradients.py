"""First and second derivatives in eager mode, against the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from calls import Call, check_gradient, check_second
from closeness import assert_close
from frameworks import Framework
from test_values import LABELS, LISTS, TRUTH, WEIGHTS, X3, Y3, C, N, X, many

from mlloss.conformance.expected import reference
from mlloss.conformance.expected.reference import MARGIN, SOFT

CALLS = {
    f"{loss}-{labels}-{reduction}": Call(
        loss, X, LABELS[labels], options={"labels": labels, "reduction": reduction}
    )
    for loss in (MARGIN, SOFT)
    for labels in LABELS
    for reduction in ("none", "mean")
}
CALLS |= {
    "soft-labels": Call(SOFT, X3, Y3, options={"reduction": "sum"}),
    "soft-axis": Call(SOFT, np.moveaxis(X3, -1, 1), np.moveaxis(Y3, -1, 1), options={"axis": 1}),
    "margin-axis": Call(MARGIN, X.T, LISTS.T[:4], options={"axis": 0}),
    "margin-one-row": Call(MARGIN, X[2], LISTS[2]),
    "soft-one-row": Call(SOFT, X[2], TRUTH[2]),
    "soft-weight-of-classes": Call(SOFT, X, TRUTH, WEIGHTS["(C,)"]),
    "soft-weight-of-rows-lists": Call(SOFT, X, LISTS, WEIGHTS["(N,1)"], {"labels": "indices"}),
    "soft-negative-weight": Call(SOFT, X, TRUTH, -1.5),
}


@pytest.mark.parametrize("call", CALLS)
def test_gradient(differentiating: Framework, call: str):
    for dtype in ("float32", "float64"):
        check_gradient(differentiating, CALLS[call], dtype)


@pytest.mark.parametrize("call", CALLS)
def test_second_derivative(differentiating: Framework, call: str):
    for dtype in ("float32", "float64"):
        check_second(differentiating, CALLS[call], dtype)


@pytest.mark.parametrize("loss", [MARGIN, SOFT])
def test_gradient_of_the_mean_is_not_spoilt_by_a_nan_row(differentiating: Framework, loss: str):
    x = np.where(np.arange(N)[:, None] == 2, np.nan, X)
    check_gradient(differentiating, Call(loss, x, LISTS, options={"labels": "indices"}))


@pytest.mark.parametrize("labels", ["binary", "indices"])
def test_gradient_of_so_many_classes_that_logarithms_are_of_products(
    differentiating: Framework, labels: str
):
    for dtype in ("float32", "float64"):
        check_gradient(differentiating, many(labels), dtype)


def test_gradient_of_many_classes_is_exact(differentiating: Framework):
    """Whole numbers over C, where adding up 1 / C would be off by 1e-4."""
    rng = np.random.default_rng(9)
    x, lists = rng.normal(0, 1, (2, 20_000)), rng.integers(0, 20_000, (2, 7))
    f, arrays = differentiating, Call(MARGIN, x, lists, options={"reduction": "sum"})
    got = f.numpy(f.gradient(arrays.function(f), *arrays.arrays(f, "float32")))
    want = _counts(np.asarray(x, np.float32), lists) / 20_000
    assert_close(got, want, 1e-7 * np.abs(want), "float32", "slope of 20,000 classes")


def _counts(x: np.ndarray, lists: np.ndarray) -> np.ndarray:
    """The oracle's loops would take a minute here; float64 has these differences exactly."""
    counts, wide = np.zeros(x.shape), x.astype(np.float64)
    for row, listed, slope in zip(wide, lists, counts, strict=True):
        others = ~np.isin(np.arange(row.size), listed)
        for j in listed:
            active = others & (1 - (row[j] - row) > 0)
            slope[active] += 1
            slope[j] -= active.sum()
    return counts


@pytest.mark.parametrize("labels", ["binary", "indices"])
@pytest.mark.parametrize("form", ["0-d", "(1,)", "(C,)", "(1,C)", "(N,1)", "(N,C)"])
def test_weight_gradient(differentiating: Framework, form: str, labels: str):
    f, options = differentiating, {"labels": labels}
    call = Call(SOFT, X, LABELS[labels], WEIGHTS[form], options)
    got = f.gradient(call.function(f), *call.arrays(f, "float32"), argnum=2)
    want = call.seen(f, "float32").true(reference.weight_gradient)
    assert_close(f.numpy(got), want, 1e-6 * np.abs(want), "float32", f"slope by weight {form}")


@pytest.mark.parametrize("weight", [None, WEIGHTS["(C,)"]])
def test_target_gradient(differentiating: Framework, weight: np.ndarray | None):
    f, soft = differentiating, np.random.default_rng(3).random((N, C))
    call = Call(SOFT, X, soft, weight, {"reduction": "sum"})
    got = f.gradient(call.function(f), *call.arrays(f, "float32"), argnum=1)
    want = call.seen(f, "float32").true(reference.target_gradient)
    assert_close(f.numpy(got), want, 1e-6 * np.abs(want), "float32", "slope by target")


def test_weight_gradient_at_infinite_scores(differentiating: Framework):
    f, inf = differentiating, np.inf
    x, y = [[inf, -inf, inf, 1.0]], [[0.0, 1.0, 1.0, 1.0]]
    call = Call(SOFT, x, y, np.array([2.5, 0, 1, 1]))
    got = f.gradient(call.function(f), *call.arrays(f, "float32"), argnum=2)
    want = call.seen(f, "float32").true(reference.weight_gradient)
    assert want.tolist()[:3] == [inf, 0, 0]
    assert_close(f.numpy(got), want, 1e-6 * np.abs(want), "float32", "slope by weight")


@pytest.mark.parametrize("labels", ["indices", "binary"])
@pytest.mark.parametrize("loss", [MARGIN, SOFT])
def test_second_derivative_of_no_rows(differentiating: Framework, loss: str, labels: str):
    f, options = differentiating, {"labels": labels, "reduction": "sum"}
    call = Call(loss, np.zeros((0, 3)), np.zeros((0, 3), np.int64), options=options)
    x, target = call.arrays(f, "float32")
    function = call.function(f)
    assert f.numpy(f.second(lambda x: function(x, target), x)).shape == (0, 3)
