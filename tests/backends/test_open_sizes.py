"""MindSpore's open batch sizes: one program for all, whether jit or GRAPH_MODE compiles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from calls import Call
from closeness import assert_close
from frameworks import FRAMEWORKS

from examples import LISTS, TRUTH, WEIGHTS, X
from mlloss.losses import multilabel_margin_loss, multilabel_soft_margin_loss

MARGIN = multilabel_margin_loss.__name__
SOFT = multilabel_soft_margin_loss.__name__

FRAMEWORK = FRAMEWORKS["mindspore"]
compilers = pytest.mark.parametrize("compiler", FRAMEWORK.compilers)
CASES = {
    "margin": (MARGIN, LISTS, {}, {}),
    "margin-rows": (MARGIN, LISTS, {}, {"reduction": "none"}),
    "margin-binary": (MARGIN, TRUTH, {}, {"labels": "binary", "reduction": "sum"}),
    "soft": (SOFT, TRUTH, {}, {}),
    "soft-weights": (SOFT, TRUTH, {"weight": WEIGHTS["(C,)"]}, {"reduction": "none"}),
    "soft-lists": (SOFT, LISTS, {}, {"labels": "indices", "reduction": "sum"}),
}
cases = pytest.mark.parametrize("case", CASES)
ROWS = np.arange(40) % len(X)


@pytest.fixture(autouse=True)
def _mindspore(require_framework: Any) -> None:
    require_framework("mindspore")


def call(case: str, rows: int) -> Call:
    """That many rows of a case."""
    loss, target, weights, options = CASES[case]
    chosen = ROWS[:rows]
    return Call(loss, np.asarray(X)[chosen], np.asarray(target)[chosen], weights, options)


def opened(function: Any, arrays: list[Any], shapes: list[list[int | None]], compiler: str) -> Any:
    """A compiled function of arrays whose shapes have open sizes."""
    import mindspore

    specs = [mindspore.Tensor(shape=s, dtype=a.dtype) for s, a in zip(shapes, arrays, strict=True)]
    if compiler == "cell":
        net = FRAMEWORK.compile(function, compiler)
        net.set_inputs(*specs)
        return net
    names = ("input", "target", "weight")[: len(arrays)]
    named = {name: x for name, x, shape in zip(names, specs, shapes, strict=True) if None in shape}
    return FRAMEWORK.compile(mindspore.enable_dynamic(**named)(function), compiler)


def batched(case: str, compiler: str, wrap: Callable[[Any], Any] = lambda f: f) -> Any:
    arrays = call(case, 2).arrays(FRAMEWORK, "float32")
    shapes = [[None, *a.shape[1:]] if a.ndim == 2 else list(a.shape) for a in arrays]
    return opened(wrap(call(case, 2).function(FRAMEWORK)), arrays, shapes, compiler)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The programs that are made from here on."""
    import mlloss.backends.mindspore.tracing.emit as ours

    ours.parsed.cache_clear()
    made: list[Any] = []
    program = ours.program
    monkeypatch.setattr(ours, "program", lambda *args: made.append(args) or program(*args))
    return made


def check(case: str, function: Any, quantity: str) -> None:
    """What a compiled function gives for batches of many sizes."""
    for rows in (2, 1, 5, 40):
        one = call(case, rows)
        got = FRAMEWORK.numpy(function(*one.arrays(FRAMEWORK, "float32")))
        reach = one.seen(FRAMEWORK, "float32").tolerance(quantity, "float32") + 1e-6
        assert_close(got, one.expected(quantity), reach, "float32", str(one))


@compilers
@cases
def test_values(compiler: str, case: str, monkeypatch: pytest.MonkeyPatch):
    made = counted(monkeypatch)
    check(case, batched(case, compiler), "value")
    assert len(made) == 1


@compilers
@cases
def test_gradients(compiler: str, case: str, monkeypatch: pytest.MonkeyPatch):
    import mindspore

    def slope(loss: Any) -> Any:
        def two(input: Any, target: Any) -> Any:
            return mindspore.grad(loss)(input, target)

        def three(input: Any, target: Any, weight: Any) -> Any:
            return mindspore.grad(loss)(input, target, weight)

        return two if not CASES[case][2] else three

    made = counted(monkeypatch)
    check(case, batched(case, compiler, slope), "gradient")
    assert len(made) == 1


@compilers
@pytest.mark.parametrize("case", ["margin-rows", "soft-lists"])
def test_rows_of_wrong_labels_are_nan(compiler: str, case: str):
    one = call(case, 5)
    x, target = one.arrays(FRAMEWORK, "float32")
    wrong = np.array(FRAMEWORK.numpy(target))
    wrong[3, 0] = 7
    got = FRAMEWORK.numpy(batched(case, compiler)(x, FRAMEWORK.array(wrong, "int64")))
    assert np.isnan(got[3] if got.ndim else got)
    assert not got.ndim or not np.isnan(np.delete(got, 3)).any()


@compilers
@pytest.mark.parametrize("rows", [(4, 1), (1, 4), (4, 2)])
@pytest.mark.parametrize("case", ["margin", "soft", "soft-lists"])
def test_arrays_of_other_sizes(compiler: str, rows: tuple[int, int], case: str):
    """Never taken for each other: an error of MindSpore's, or nan."""
    arrays = [call(case, n).arrays(FRAMEWORK, "float32") for n in rows]
    try:
        got = FRAMEWORK.numpy(batched(case, compiler)(arrays[0][0], *arrays[1][1:]))
    except (RuntimeError, ValueError):
        return
    assert np.isnan(got).all()


@pytest.mark.parametrize("compiler", ["cell"])  # enable_dynamic looks for itself
@pytest.mark.parametrize("case", ["margin", "soft", "soft-lists"])
def test_no_rows(compiler: str, case: str):
    """An error: MindSpore's own x[:, :1] of no rows would kill the process."""
    loss = batched(case, compiler)
    with pytest.raises((RuntimeError, ValueError), match="BroadcastTo"):
        loss(*call(case, 0).arrays(FRAMEWORK, "float32"))


@compilers
@pytest.mark.parametrize(
    "shapes",
    [
        [[None, None], [None, 7]],
        [[None, 7], [None, None]],
        [[4, None], [4, 7]],
        [[4, 7], [None, 7]],
        [[4, 7], [4, None]],
    ],
)
def test_other_open_sizes_are_refused(compiler: str, shapes: list[list[int | None]]):
    one = call("margin", 4)
    arrays = one.arrays(FRAMEWORK, "float32")
    loss = opened(one.function(FRAMEWORK), arrays, shapes, compiler)
    with pytest.raises(ValueError, match="mlloss takes one open size in MindSpore"):
        loss(*arrays)
