"""The multi-label margin loss: its own numbers and invariances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from calls import Call
from closeness import assert_close
from frameworks import Framework
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import mlloss
from examples import C, N

LOSS = "multilabel_margin_loss"
scores = arrays(np.int64, (N, C), elements=st.integers(-64, 64)).map(lambda k: k / 8)


@settings(max_examples=12)
@given(x=scores, t=arrays(np.bool_, (N, C)), shift=st.integers(-4096, 4096))
def test_a_common_shift_changes_nothing(framework: Framework, x: Any, t: Any, shift: int):
    call, shifted = (
        Call(LOSS, scores, t, options={"labels": "binary", "reduction": "none"})
        for scores in (x, x + shift / 8)
    )
    f = call.function(framework)
    got, want = (framework.numpy(f(*c.arrays(framework, "float32"))) for c in (shifted, call))
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-9)
    if framework.differentiates:
        got, want = (
            framework.numpy(framework.gradient(f, *c.arrays(framework, "float32")))
            for c in (shifted, call)
        )
        np.testing.assert_array_equal(got, want)


def test_the_gradient_of_many_classes_is_exact(differentiating: Framework):
    """Whole numbers over C, where adding up 1 / C would be off by 1e-4."""
    rng = np.random.default_rng(9)
    x, lists = rng.normal(0, 1, (2, 20_000)), rng.integers(0, 20_000, (2, 7))
    f, call = differentiating, Call(LOSS, x, lists, options={"reduction": "sum"})
    got = f.numpy(f.gradient(call.function(f), *call.arrays(f, "float32")))
    want = _counts(np.asarray(x, np.float32), lists) / 20_000
    assert_close(got, want, 1e-7 * np.abs(want), "float32", "gradient of 20,000 classes")


def _counts(x: np.ndarray, lists: np.ndarray) -> np.ndarray:
    """The reference's loops would take a minute; float64 has these differences exactly."""
    counts, wide = np.zeros(x.shape), x.astype(np.float64)
    for row, listed, count in zip(wide, lists, counts, strict=True):
        others = ~np.isin(np.arange(row.size), listed)
        for j in listed:
            active = others & (1 - (row[j] - row) > 0)
            count[active] += 1
            count[j] -= active.sum()
    return counts


def test_ties_where_x_minus_1_is_inexact():
    x = np.array([[-8192 + 3 * 2**-11, -8193 + 2**-9, -9000]], np.float32)
    got = mlloss.multilabel_margin_loss(x, np.array([[0]]), reduction="none")
    assert got == pytest.approx(2**-11 / 3, rel=1e-6)
