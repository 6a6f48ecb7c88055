"""What NumPy does for the frameworks in host memory: counting, and cutting lists."""

from __future__ import annotations

import numpy as np
import pytest
from frameworks import Framework

import mlloss
from mlloss import conventions
from mlloss.backends.numpy import backend
from mlloss.conventions import Given

INF = np.inf
LIMITS = {
    "normal": lambda draw, n: draw.normal(size=n),
    "ties": lambda draw, n: draw.integers(-3, 4, n) / 4,
    "one value": lambda draw, n: np.full(n, 0.25),
    "an outlier": lambda draw, n: np.append(draw.normal(size=n - 1), 1e6),
    "great": lambda draw, n: draw.choice([-3e38, 3e38, 0, 1], n),
    "infinite": lambda draw, n: draw.choice([-INF, INF, 0, 1], n),
    "at infinity": lambda draw, n: np.full(n, INF),
    "tiny": lambda draw, n: draw.choice([1e-40, -1e-40, 0, 2e-40], n),
    "offset": lambda draw, n: 1e4 + draw.integers(0, 64, n) / 1024,
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("slots", [1, 7, 60, 300])
@pytest.mark.parametrize("kind", LIMITS)
def test_counts_are_those_of_comparisons(kind: str, slots: int, dtype: str):
    draw = np.random.default_rng(slots)
    limits = np.sort(LIMITS[kind](draw, slots)).astype(dtype)
    near = [np.nextafter(limits, np.array(side, dtype)) for side in (-INF, INF)]
    far = [-INF, INF, *np.finfo(dtype).min * np.array([1, -1]), 0]
    x = np.concatenate([limits, *near, draw.normal(size=4000), far]).astype(dtype)
    x = np.stack([draw.permutation(x) for _ in range(2)])
    with np.errstate(all="ignore"):
        got = backend.count_below(np.stack([limits, limits]), x)
    assert (got == (limits < x[..., None]).sum(-1)).all()


def test_a_nan_counts_as_any_number_of_thresholds():
    limits = np.sort(np.random.default_rng(0).normal(size=(1, 300)).astype(np.float32))
    got = backend.count_below(limits, np.full((1, 4000), np.nan, np.float32))
    assert ((got >= 0) & (got <= 300)).all()


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 63, 64, 65, 99])
def test_lists_are_cut_behind_the_longest(length: int):
    target = np.full((3, 99), -1)
    target[1, :length] = 5
    target[0, 1:] = 77  # junk behind the end
    cut = conventions.cut(target, Given(target, "indices", 100, 1, False))
    assert cut.shape[1] >= length
    assert (cut == target[:, : cut.shape[1]]).all()
    assert cut.shape[1] <= max(16, 4 * length)


@pytest.mark.parametrize("axis", [0, 1])
def test_cut_lists_stand_on_any_axis(framework: Framework, axis: int):
    draw = np.random.default_rng(1)
    x, target = draw.normal(size=(2, 70)), np.full((2, 70), -1)
    target[0, :30], target[1, :3] = draw.permutation(70)[:30], [4, 9, 60]
    want = mlloss.multilabel_margin_loss(x, target)
    arrays = [np.moveaxis(a, 1, axis) for a in (x, target)]
    with framework.mode("float64", "int64"):
        x, target = framework.array(arrays[0], "float64"), framework.array(arrays[1], "int64")
        got = framework.numpy(mlloss.multilabel_margin_loss(x, target, axis=axis))
    assert got == pytest.approx(want, rel=1e-12)
