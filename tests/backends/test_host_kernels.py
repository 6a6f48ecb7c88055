"""What NumPy does for the frameworks in host memory: counting, and cutting lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from frameworks import Framework

import mlloss
from mlloss.backends.numpy import backend
from mlloss.backends.numpy import sorted_counts as numpy_thresholds
from mlloss.core import label_formats
from mlloss.core.label_formats import IndexLabels, LabelInput

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


WAYS = {  # to count: how rare scores above a threshold are, and how few thresholds are compared
    "as it is quickest": (numpy_thresholds.NUMPY_RARE, numpy_thresholds.NUMPY_FEW),
    "searched": (0, 0),
    "compared": (INF, 255),
    "bucketed": (INF, 0),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    rare, few = WAYS[request.param]
    monkeypatch.setattr(numpy_thresholds, "NUMPY_RARE", rare)
    monkeypatch.setattr(numpy_thresholds, "NUMPY_FEW", few)
    return request.param


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("slots", [1, 7, 60, 300])
@pytest.mark.parametrize("kind", LIMITS)
def test_counts_are_those_of_comparisons(kind: str, slots: int, dtype: str, way: str):
    draw = np.random.default_rng(slots)
    limits = np.sort(LIMITS[kind](draw, slots)).astype(dtype)
    near = [np.nextafter(limits, np.array(side, dtype)) for side in (-INF, INF)]
    far = [-INF, INF, *np.finfo(dtype).min * np.array([1, -1]), 0]
    x = np.concatenate([limits, *near, draw.normal(size=4000), far]).astype(dtype)
    x = np.stack([draw.permutation(x) for _ in range(2)])
    values = draw.normal(size=(2, slots)).astype(dtype)
    with np.errstate(all="ignore"):
        count, last, at_least = backend.rank_in_sorted(np.stack([limits, limits]), values, x)
    want = (limits < x[..., None]).sum(-1)
    assert count.dtype == last.dtype == dtype
    assert (count == want).all()
    assert (last == np.take_along_axis(values, want - 1, 1))[want > 0].all()
    assert (at_least == (want[..., None] > np.arange(slots)).sum(1)).all()


def test_a_nan_counts_as_any_number_of_thresholds(way: str):
    limits = np.sort(np.random.default_rng(0).normal(size=(2, 200)).astype(np.float32))
    x = np.random.default_rng(1).normal(size=(2, 4000)).astype(np.float32)
    x[1, ::2] = np.nan
    with np.errstate(all="ignore"):
        count, _, at_least = backend.rank_in_sorted(limits, limits, x)
    assert ((count >= 0) & (count <= 200)).all()
    assert ((at_least >= 0) & (at_least <= 4000)).all()
    assert (count[0] == (limits[0] < x[0, :, None]).sum(-1)).all()


@pytest.mark.parametrize("classes", [20, 1000, 10_000])
def test_buffers_are_as_before(classes: int):
    x = np.random.default_rng(0).normal(size=(3, classes))
    before = np.getbufsize()
    backend.rank_in_sorted(np.zeros((3, 2)), np.zeros((3, 2)), x)
    assert np.getbufsize() == before


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 99, 255, 257])
def test_lists_are_cut_behind_the_longest(length: int):
    target = np.full((60, 300), -1)
    target[1, :length] = 5
    target[0, 1:] = 77  # junk behind the end
    cut = label_formats.cut(target, LabelInput(target, "indices", 100, 1, False))
    assert cut.shape[1] >= length
    assert (cut == target[:, : cut.shape[1]]).all()
    assert cut.shape[1] <= max(64, 4 * length)


def test_short_lists_are_read_without_what_stands_behind_their_ends():
    target = np.full((3, 20), -1)
    target[1, :4] = [5, 2, 2, 0]
    target[:, 6:] = 7
    lists = label_formats.parse_if_valid(target, 20)
    assert lists is not None
    assert lists.listed.tolist() == [[False] * 4, [True] * 4, [False] * 4]
    assert lists.index.tolist() == [[0] * 4, [5, 2, 2, 0], [0] * 4]


@pytest.mark.parametrize("classes", [70, 10_000])  # the longer ones are cut before they are read
@pytest.mark.parametrize("axis", [0, 1])
def test_cut_lists_stand_on_any_axis(framework: Framework, axis: int, classes: int):
    draw = np.random.default_rng(1)
    x, target = draw.normal(size=(2, classes)), np.full((2, classes), -1)
    target[0, :30], target[1, :3] = draw.permutation(70)[:30], [4, 9, 60]
    want = mlloss.multilabel_margin_loss(x, target)
    arrays = [np.moveaxis(a, 1, axis) for a in (x, target)]
    with framework.mode("float64", "int64"):
        x, target = framework.array(arrays[0], "float64"), framework.array(arrays[1], "int64")
        got = framework.numpy(mlloss.multilabel_margin_loss(x, target, axis=axis))
    assert got == pytest.approx(want, rel=1e-12)


def _by_hand(x: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row's loss and its slope, target by target."""
    loss, slope = np.zeros(len(x)), np.zeros(x.shape)
    for n, (scores, some) in enumerate(zip(x, target, strict=True)):
        others = np.setdiff1d(np.arange(x.shape[1]), some[some >= 0])
        for j in some[some >= 0]:
            hinges = 1 - (scores[j] - scores[others])
            loss[n] += hinges[hinges > 0].sum() / x.shape[1]
            slope[n, others[hinges > 0]] += 1 / x.shape[1]
            slope[n, j] -= (hinges > 0).sum() / x.shape[1]
    return loss, slope


SIZES = [(3, 5, 2), (40, 300, 3), (40, 300, 7), (3, 40_000, 1), (3, 40_000, 60), (70, 1000, 90)]


@pytest.mark.parametrize(("rows", "classes", "slots"), SIZES, ids=str)
def test_hinges_are_the_same_whichever_way_they_are_counted(
    framework: Framework, rows: int, classes: int, slots: int
):
    draw = np.random.default_rng(rows)
    x = draw.normal(size=(rows, classes))
    target = draw.integers(0, classes, (rows, slots))
    target[1:, slots // 2 + 1 :] = -1
    loss, slope = _by_hand(x, target)
    with framework.mode("float64", "int64"):
        given = framework.array(x, "float64"), framework.array(target, "int64")
        got = framework.numpy(mlloss.multilabel_margin_loss(*given, reduction="none"))
        assert got == pytest.approx(loss, rel=1e-12)
        if framework.differentiates:
            got = framework.gradient(mlloss.multilabel_margin_loss, *given) * rows
            assert framework.numpy(got) == pytest.approx(slope, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("rows", "classes"), [(3, 5), (70, 1000), (3, 40_000)], ids=str)
def test_the_soft_margin_loss_is_the_same_in_blocks(framework: Framework, rows: int, classes: int):
    draw = np.random.default_rng(rows)
    x, y = draw.normal(size=(rows, classes)), draw.integers(0, 2, (rows, classes))
    z = np.where(y == 1, -x, x)
    with framework.mode("float64", "int64"):
        given = framework.array(x, "float64"), framework.array(y, "int64")
        got = framework.numpy(mlloss.multilabel_soft_margin_loss(*given, reduction="none"))
        assert got == pytest.approx(np.logaddexp(0, z).mean(-1), rel=1e-12)
        if framework.differentiates:
            got = framework.gradient(mlloss.multilabel_soft_margin_loss, *given) * rows
            slope = np.where(y == 1, -1, 1) / (1 + np.exp(-z)) / classes
            assert framework.numpy(got) == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize("threads", [1, 2])
def test_torch_works_through_more_than_its_threads_hold(
    threads: int, require_framework: Callable[[str], None]
):
    require_framework("torch")
    import torch

    from mlloss.backends.torch.evaluation import cache_size

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        shape = (5 * cache_size() // 2000, 1000)  # three blocks, the last one of half as many rows
        draw = np.random.default_rng(threads)
        x, y = draw.normal(size=shape), draw.integers(0, 2, shape)
        scores, labels = torch.tensor(x, requires_grad=True), torch.tensor(y)
        z = np.where(y == 1, -x, x)
        rows = mlloss.multilabel_soft_margin_loss(scores, labels, reduction="none")
        assert rows.detach().numpy() == pytest.approx(np.logaddexp(0, z).mean(-1), rel=1e-12)
        mean = mlloss.multilabel_soft_margin_loss(scores, labels)
        assert mean.item() == pytest.approx(np.logaddexp(0, z).mean(), rel=1e-12)
        slope = np.where(y == 1, -1, 1) / (1 + np.exp(-z)) / x.size
        for loss in (rows.mean(), mean):
            (gradient,) = torch.autograd.grad(loss, scores)
            np.testing.assert_allclose(gradient.numpy(), slope, rtol=1e-12)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("slots", [0, 1, 3, 9])
def test_nothing_is_left_of_lists_behind_the_longest(slots: int):
    listed = np.arange(9)[None] < np.array([[slots], [min(slots, 1)]])
    some = listed[:, :1]
    got = label_formats.trim(IndexLabels(np.where(listed, 5, 0), listed, some))
    assert got.index.shape == got.listed.shape == (2, max(1, slots))
    assert got.listed.sum() == listed.sum()
    assert (got.some == some).all()


def test_what_is_computed_once_is_of_one_function():
    from mlloss.backends.host_numpy import Once

    once, x = Once(), np.ones(3)
    calls: list[str] = []

    def double(x: Any) -> Any:
        calls.append("double")
        return 2 * x

    def triple(x: Any) -> Any:
        calls.append("triple")
        return 3 * x

    results = [once.once_of(f, x)[0] for f in (double, triple, double, triple)]
    assert results == [2, 3, 2, 3]
    assert calls == ["double", "triple"]
