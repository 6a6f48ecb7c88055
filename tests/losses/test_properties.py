"""What must hold for any scores and labels, on every framework.

Scores are multiples of 1/8, so that shifts and differences are exact in float32 as well; shapes are
fixed, as some frameworks compile for each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from calls import Call
from frameworks import Framework
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_values import C, N

import mlloss
from mlloss.conformance.expected.reference import MARGIN, SOFT

LOSSES = (MARGIN, SOFT)
few = settings(max_examples=12)
scores = arrays(np.int64, (N, C), elements=st.integers(-64, 64)).map(lambda k: k / 8)
truths = arrays(np.bool_, (N, C))


def value(
    f: Framework, loss: str, x: Any, t: Any, dtype: str = "float32", **options: Any
) -> np.ndarray:
    call = Call(loss, x, t, options={"labels": "binary", "reduction": "none", **options})
    with f.mode(dtype):
        result: np.ndarray = f.numpy(call.function(f)(*call.arrays(f, dtype)))
    return result


def slope(
    f: Framework, loss: str, x: Any, t: Any, dtype: str = "float32", **options: Any
) -> np.ndarray:
    call = Call(loss, x, t, options={"labels": "binary", "reduction": "none", **options})
    with f.mode(dtype):
        result: np.ndarray = f.numpy(f.gradient(call.function(f), *call.arrays(f, dtype)))
    return result


def assert_same(got: np.ndarray, want: np.ndarray, rtol: float = 1e-6) -> None:
    np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-9, err_msg="a property does not hold")


@few
@given(x=scores, t=truths, shift=st.integers(-4096, 4096))
def test_margin_does_not_see_a_common_shift(framework: Framework, x: Any, t: Any, shift: int):
    assert_same(value(framework, MARGIN, x + shift / 8, t), value(framework, MARGIN, x, t))
    if framework.differentiates:
        shifted = slope(framework, MARGIN, x + shift / 8, t)
        assert shifted.tolist() == slope(framework, MARGIN, x, t).tolist()


@pytest.mark.parametrize("loss", LOSSES)
@few
@given(x=scores, t=truths, order=st.permutations(range(C)))
def test_order_of_classes(framework: Framework, loss: str, x: Any, t: Any, order: list[int]):
    assert_same(value(framework, loss, x[:, order], t[:, order]), value(framework, loss, x, t))
    if framework.differentiates:
        moved = slope(framework, loss, x[:, order], t[:, order])
        assert_same(moved, slope(framework, loss, x, t)[:, order])


@pytest.mark.parametrize("loss", LOSSES)
@few
@given(x=scores, t=truths)
def test_conventions_say_the_same(framework: Framework, loss: str, x: Any, t: Any):
    want = value(framework, loss, x, t)
    given = framework.array(t, "float32")
    signed = framework.numpy(mlloss.to_signed(given, labels="binary"))
    lists = framework.numpy(mlloss.to_indices(given, labels="binary"))
    back = mlloss.to_binary(framework.array(lists, "int32"), labels="indices", num_classes=C)
    np.testing.assert_array_equal(framework.numpy(back), t)
    assert_same(value(framework, loss, x, signed, labels="signed"), want)
    assert_same(value(framework, loss, x, lists, labels="indices"), want)


@pytest.mark.parametrize("loss", LOSSES)
@few
@given(x=scores, t=truths)
def test_sum_and_mean_are_those_of_the_rows(framework: Framework, loss: str, x: Any, t: Any):
    rows = value(framework, loss, x, t).astype(float)
    assert_same(value(framework, loss, x, t, reduction="sum"), rows.sum(), 2e-6)
    assert_same(value(framework, loss, x, t, reduction="mean"), rows.sum() / N, 2e-6)


@pytest.mark.parametrize("loss", LOSSES)
@few
@given(x=scores, t=truths)
def test_rows_do_not_see_each_other(framework: Framework, loss: str, x: Any, t: Any):
    whole, half = value(framework, loss, x, t), N // 2
    parts = [value(framework, loss, x[part], t[part]) for part in (slice(half), slice(half, N))]
    assert_same(np.concatenate(parts), whole)


@pytest.mark.parametrize("loss", LOSSES)
@few
@given(x=scores, t=truths, v=scores)
def test_gradient_is_that_of_differences(
    differentiating: Framework, loss: str, x: Any, t: Any, v: Any
):
    """No two scores are nearer to a lead of 1 than 1/64, and the step moves none by 2**-8."""
    x, step = x + np.arange(C) / 64, 2.0**-12
    up, down = (value(differentiating, loss, x + s * v, t, "float64") for s in (step, -step))
    along = (slope(differentiating, loss, x, t, "float64") * v).sum(-1)
    np.testing.assert_allclose((up - down) / (2 * step), along, rtol=1e-5, atol=1e-5)
