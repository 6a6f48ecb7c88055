"""Cells that MindSpore's GRAPH_MODE compiles as a whole; the functions are in test_jit.py too."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import Call, check_gradient, check_loss
from classes import CALLS, made
from closeness import assert_close
from frameworks import FRAMEWORKS
from processes import python

import mlloss
from examples import LISTS, LOSSES, TRUTH, WEIGHTS, X
from mlloss.conformance.expected import reference
from mlloss.losses import multilabel_margin_loss, multilabel_soft_margin_loss

MARGIN = multilabel_margin_loss.__name__
SOFT = multilabel_soft_margin_loss.__name__

cell = pytest.mark.parametrize("compiler", ["cell"])  # conftest.py sets the mode
HELPERS = Path(__file__).parents[1] / "helpers"
FRAMEWORK = FRAMEWORKS["mindspore"]
CASES = {
    "soft": Call(SOFT, X, TRUTH, {"weight": WEIGHTS["(C,)"]}),
    "soft-lists": Call(SOFT, X, LISTS, options={"labels": "indices"}),
    "margin": Call(MARGIN, X, LISTS),
}
cases = pytest.mark.parametrize("case", CASES)


@pytest.fixture(autouse=True)
def _mindspore(require_framework: Any) -> None:
    require_framework("mindspore")


def wrapped(loss: Any) -> Any:
    from mindspore_model import Plain

    return Plain(loss)


@cell
@pytest.mark.parametrize(
    ("own", "inside"),
    [(False, True), (True, True), (True, False)],
    ids=["free inside", "native inside", "native alone"],  # a free one is no Cell
)
@pytest.mark.parametrize("call", CALLS)
def test_losses_that_are_objects(compiler: str, own: bool, inside: bool, call: str):
    loss, _, x, target = made("mindspore", own, CALLS[call])
    net = wrapped(loss) if inside else loss
    seen = CALLS[call].seen(FRAMEWORK, "float32")
    if CALLS[call].options.get("validate") is False:
        seen = Call(seen.loss, seen.input, seen.target, options={"labels": "formula"})
    reach = seen.tolerance("value", "float32") + 1e-7
    assert_close(FRAMEWORK.numpy(net(x, target)), seen.expected("value"), reach, "float32", call)
    got = FRAMEWORK.numpy(FRAMEWORK.gradient(net, x, target))
    reach = seen.tolerance("gradient", "float32") + 1e-7
    assert_close(got, seen.expected("gradient"), reach, "float32", call)


@cell
@pytest.mark.parametrize("argnum", [1, 2])
def test_gradients_by_labels_and_weights(compiler: str, argnum: int):
    call = CASES["soft"]
    arrays = call.arrays(FRAMEWORK, "float32")
    arrays[1] = FRAMEWORK.array(TRUTH, "float32")
    loss = call.function(FRAMEWORK, compiler)
    got = FRAMEWORK.numpy(FRAMEWORK.gradient(loss, *arrays, argnum=argnum))
    x, y, w = (np.asarray(FRAMEWORK.numpy(a), np.float64) for a in arrays)
    softplus = np.logaddexp(0, x)
    want = -x * w if argnum == 1 else (softplus - x * y).sum(0)
    np.testing.assert_allclose(got, want / x.size, rtol=2e-6, atol=1e-8)


@cell
@cases
def test_second_derivatives(compiler: str, case: str):
    from mindspore_model import Slope

    call = replace(CASES[case], weights={})
    got = FRAMEWORK.gradient(Slope(call.function(FRAMEWORK)), *call.arrays(FRAMEWORK, "float32"))
    seen = call.seen(FRAMEWORK, "float32")
    want = 2 * seen.expected("gradient") * seen.expected("second derivative")
    np.testing.assert_allclose(FRAMEWORK.numpy(got), want, rtol=1e-5, atol=1e-9)


@cell
@pytest.mark.parametrize("case", ["soft-lists", "margin"])
def test_a_step_of_training(compiler: str, case: str):
    import mindspore
    from mindspore_model import WithLoss

    x, target = CASES[case].arrays(FRAMEWORK, "float32")
    net = WithLoss(7, CASES[case].function(FRAMEWORK))
    step = mindspore.value_and_grad(net, None, net.trainable_params())
    value, slopes = step(x, target)
    scores = FRAMEWORK.numpy(net.layer(x))
    seen = Call(CASES[case].loss, scores, LISTS, options=CASES[case].options)
    np.testing.assert_allclose(FRAMEWORK.numpy(value), seen.expected("value"), rtol=1e-5)
    want = seen.expected("gradient")
    got = [FRAMEWORK.numpy(slope) for slope in slopes]
    np.testing.assert_allclose(got[1], want.sum(0), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(got[0], want.T @ FRAMEWORK.numpy(x), rtol=1e-4, atol=1e-6)


@cell
@pytest.mark.parametrize("place", ["mindspore", "torch", "paddle"])
def test_dialects(compiler: str, place: str):
    dialect = importlib.import_module(f"mlloss.dialects.{place}")
    x, target = CASES["soft-lists"].arrays(FRAMEWORK, "float32")
    truth = FRAMEWORK.array(TRUTH, "float32")
    loss = dialect.MultiLabelSoftMarginLoss(reduction="sum")
    want = reference.loss(SOFT, FRAMEWORK.numpy(x), FRAMEWORK.numpy(truth), reduction="sum")
    np.testing.assert_allclose(FRAMEWORK.numpy(wrapped(loss)(x, truth)), want, rtol=2e-6)
    spelling = {name.lower(): name for name in dir(dialect)}["multilabelmarginloss"]
    margin = getattr(dialect, spelling)()
    want = reference.loss(MARGIN, FRAMEWORK.numpy(x), LISTS)
    np.testing.assert_allclose(FRAMEWORK.numpy(wrapped(margin)(x, target)), want, rtol=2e-6)


@cell
def test_a_loss_that_gives_two_arrays(compiler: str):
    dialect = importlib.import_module("mlloss.dialects.mindspore.ops")
    arrays = CASES["margin"].arrays(FRAMEWORK, "float32")
    loss, is_target = wrapped(dialect.MultilabelMarginLoss("none"))(*arrays)
    want, truth = dialect.MultilabelMarginLoss("none")(np.float32(X), LISTS)
    np.testing.assert_allclose(FRAMEWORK.numpy(loss), want, rtol=2e-6)
    np.testing.assert_array_equal(FRAMEWORK.numpy(is_target), truth)


@cell
def test_labels_are_converted(compiler: str):
    from mindspore_model import Binary

    got = FRAMEWORK.numpy(Binary()(FRAMEWORK.array(LISTS, "int32")))
    want = mlloss.to_binary(LISTS, labels="indices", num_classes=7)
    np.testing.assert_array_equal(got, want)


@cell
def test_no_rows_and_one_class(compiler: str):
    for loss in LOSSES:
        for reduction in ("none", "sum", "mean"):
            options = {"labels": "indices", "reduction": reduction}
            for shape in ((0, 3), (2, 1)):
                call = Call(loss, np.ones(shape), np.zeros((shape[0], 1), int), options=options)
                check_loss(FRAMEWORK, call, compiler=compiler)


@cell
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"axis": 7}, "multilabel_soft_margin_loss: axis 7 is out of range for input of shape"),
        ({"labels": "indices"}, "multilabel_soft_margin_loss: target must be integers"),
        ({"validate": True}, "validate=True"),
    ],
)
def test_mistakes(compiler: str, options: dict[str, Any], error: str):
    call = Call(SOFT, X, TRUTH, options=options)
    loss, arrays = call.function(FRAMEWORK, compiler), call.arrays(FRAMEWORK, "float32")
    with pytest.raises((ValueError, TypeError), match=error):
        loss(*arrays)
    check_loss(FRAMEWORK, Call(SOFT, X, TRUTH), compiler=compiler)  # nothing is left behind


def test_a_cell_may_be_the_first_to_call(tmp_path: Path):
    """MindSpore parses the function before anything of ours has run."""
    path = f"import sys; sys.path.append({str(Path(__file__).parents[1] / 'helpers')!r})\n"
    code = """
import mindspore, mlloss
from mindspore_model import Plain
mindspore.set_context(mode=mindspore.GRAPH_MODE)
x, target = mindspore.Tensor([[0.1, 0.2, 0.4, 0.8]]), mindspore.Tensor([[3, 0, -1, 1]])
print(Plain(mlloss.multilabel_margin_loss)(x, target))
"""
    assert python(path + code, tmp_path) == "0.85\n"


@pytest.mark.parametrize("compiler", FRAMEWORK.compilers)
@cases
def test_without_numpy(compiler: str, case: str, monkeypatch: pytest.MonkeyPatch):
    """As on a device whose memory NumPy cannot read: by MindSpore's own operations."""
    import mlloss.backends.mindspore as ours
    from mlloss.backends.mindspore.tracing.emit import parsed

    monkeypatch.setattr(ours, "_on_cpu", lambda: False)
    parsed.cache_clear()  # programs that call NumPy
    check_loss(FRAMEWORK, CASES[case], compiler=compiler)
    check_gradient(FRAMEWORK, CASES[case], compiler=compiler)
    parsed.cache_clear()
