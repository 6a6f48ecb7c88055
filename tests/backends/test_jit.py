"""Under every framework's compiler: values, gradients, second derivatives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zoo
from calls import Call, check_gradient, check_loss, check_second
from closeness import assert_close
from frameworks import FRAMEWORKS, HALVES
from processes import python

from examples import LISTS, TARGETS, TRUTH, WEIGHTS, X3, Y3, X, each_loss
from mlloss.losses import multilabel_margin_loss, multilabel_soft_margin_loss

MARGIN = multilabel_margin_loss.__name__
SOFT = multilabel_soft_margin_loss.__name__

COMPILERS = [(f.name, compiler) for f in FRAMEWORKS.values() for compiler in f.compilers]
CALLS = {
    "documented": Call(MARGIN, [[0.1, 0.2, 0.4, 0.8]], [[3, 0, -1, 1]]),
    "margin": Call(MARGIN, X, LISTS, options={"reduction": "none"}),
    "margin-binary": Call(MARGIN, X, TARGETS["binary"], options={"labels": "binary"}),
    "margin-zoo": Call(
        MARGIN, zoo.SCORES, zoo.TARGETS, options={"reduction": "none"}, names=zoo.NAMES
    ),
    "soft": Call(SOFT, X, TRUTH, {"weight": WEIGHTS["(C,)"]}),
    "soft-number": Call(SOFT, X, TRUTH, {"weight": 2.5}),
    "soft-axis": Call(SOFT, np.moveaxis(X3, -1, 1), np.moveaxis(Y3, -1, 1), options={"axis": 1}),
    "soft-lists": Call(SOFT, X, LISTS, options={"labels": "indices", "reduction": "sum"}),
    "soft-zoo": Call(
        SOFT,
        zoo.SOFT_SCORES,
        zoo.EXACT_TARGETS,
        options={"reduction": "none"},
        names=zoo.SOFT_NAMES,
    ),
}
SLOW = ("inductor",)  # a few seconds a call
FEW = ("margin-zoo", "soft")


def chosen(compiler: str, call: str) -> bool:
    return compiler not in SLOW or call in FEW


GRID = [(n, c, call) for n, c in COMPILERS for call in CALLS if chosen(c, call)]
grid = pytest.mark.parametrize(("name", "compiler", "call"), GRID)


WIDE = np.random.default_rng(3).normal(size=(5, 100))
LONG = np.full((5, 100), -1)  # lists, of more slots than a graph of PyTorch reads itself
LONG[0, :3], LONG[1, :70], LONG[2] = [4, 99, 4], np.arange(70), np.arange(100)
LONG[3, 80:] = 7  # behind the end
WRONG = LONG.copy()
WRONG[1, 70] = 200
UNENDED = np.where(LONG < 0, 100, LONG)
LONG_LISTS = {  # dtype, lists, their wrong rows
    "right": ("int64", LONG, []),
    "wrong": ("int16", WRONG, [1]),
    "without an end": ("uint8", UNENDED, [0, 1, 3, 4]),
}


@each_loss
@pytest.mark.parametrize("case", LONG_LISTS)
def test_long_lists(loss: str, case: str, require_framework: Any):
    require_framework("torch")
    framework = FRAMEWORKS["torch"]
    dtype, lists, wrong = LONG_LISTS[case]
    call = Call(loss, WIDE, LONG, options={"labels": "indices", "reduction": "none"})
    f = framework.compile(call.function(framework), "aot_eager")
    x, target = framework.array(WIDE, "float64"), framework.array(lists, dtype)
    nan = np.isin(np.arange(5), wrong)[:, None]
    for got, quantity in (
        (f(x, target), "value"),
        (framework.gradient(f, x, target), "gradient"),
    ):
        want = call.expected(quantity)
        want = np.where(nan.reshape(-1, *[1] * (want.ndim - 1)), np.nan, want)
        assert_close(framework.numpy(got), want, 1e-12, "float64")


@grid
def test_values(name: str, compiler: str, call: str, require_framework: Any):
    require_framework(name)
    check_loss(FRAMEWORKS[name], CALLS[call], compiler=compiler)


@grid
def test_gradients(name: str, compiler: str, call: str, require_framework: Any):
    require_framework(name)
    check_gradient(FRAMEWORKS[name], CALLS[call], compiler=compiler)


@pytest.mark.parametrize(("name", "compiler"), [c for c in COMPILERS if c[1] not in SLOW])
def test_halves(name: str, compiler: str, require_framework: Any):
    require_framework(name)
    for dtype in HALVES:
        check_loss(FRAMEWORKS[name], CALLS["margin"], dtype, compiler)
        if (compiler, dtype) == ("cell", "bfloat16"):
            with pytest.raises(TypeError, match="Numpy bfloat16"):  # of MindSpore, for any Cell
                check_gradient(FRAMEWORKS[name], CALLS["soft"], dtype, compiler)
        else:
            check_gradient(FRAMEWORKS[name], CALLS["soft"], dtype, compiler)


@pytest.mark.parametrize("call", ["margin", "soft", "soft-lists"])
@pytest.mark.parametrize("name", ["jax", "mindspore"])
def test_second_derivatives(name: str, call: str, require_framework: Any):
    """Of a compiled function. torch.compile and paddle.jit.to_static have none, of anything."""
    require_framework(name)
    check_second(FRAMEWORKS[name], CALLS[call], compiler="jit")


@pytest.mark.parametrize(
    ("name", "compiler", "error"),
    [("torch", "aot_eager", RuntimeError), ("paddle", "static", ValueError)],
)
def test_second_derivatives_that_do_not_exist_are_refused(
    name: str, compiler: str, error: type[Exception], require_framework: Any
):
    """By the framework: never a 0 that looks like one."""
    require_framework(name)
    with pytest.raises(error, match=r"torch\.compile with aot_autograd|does not appear"):
        check_second(FRAMEWORKS[name], CALLS["soft"], compiler=compiler)


@pytest.mark.parametrize("call", ["margin", "soft", "soft-lists"])
def test_second_derivative_compiled_as_a_whole_by_torch(call: str, require_framework: Any):
    require_framework("torch")
    import torch

    f, example = FRAMEWORKS["torch"], CALLS[call]
    loss, (x, *rest) = example.function(f), example.arrays(f, "float32")

    def slope(x: Any) -> Any:
        return torch.func.grad(lambda x: loss(x, *rest).sum())(x)

    def bend(x: Any) -> Any:
        return torch.func.grad(lambda x: slope(x).sum())(x)

    want = example.seen(f, "float32").expected("second derivative")
    got = f.numpy(f.compile(bend, "aot_eager")(x))
    assert_close(got, want, 1e-6 * want, "float32", f"curvature of {call}")


@pytest.mark.parametrize("call", ["margin", "margin-binary", "soft-lists"])
@pytest.mark.parametrize("name", ["jax", "mindspore"])
def test_compiled_gradients(name: str, call: str, require_framework: Any):
    """The compiler around the derivative; above it was the derivative of what is compiled."""
    require_framework(name)
    f, example = FRAMEWORKS[name], CALLS[call]
    derivative, arrays = f.derivative(example.function(f)), example.arrays(f, "float32")

    def slope(input: Any, target: Any) -> Any:
        return derivative(input, target)

    got = f.compile(slope, "jit")(*arrays)
    seen = example.seen(f, "float32")
    reach = seen.tolerance("gradient", "float32")
    assert_close(f.numpy(got), seen.expected("gradient"), reach, "float32", f"slope of {call}")


@pytest.mark.parametrize("name", ["torch", "paddle"])
@each_loss
def test_batches_of_any_size_by_one_compilation(name: str, loss: str, require_framework: Any):
    require_framework(name)
    f, options = FRAMEWORKS[name], {"labels": "indices", "reduction": "none"}
    compiled = _for_any_batch(name, Call(loss, X, LISTS, options=options).function(f))
    for rows in (6, 4, 5):
        call = Call(loss, X[:rows], LISTS[:rows], options=options).seen(f, "float32")
        got = compiled(f.array(call.input, "float32"), f.array(call.target, "int64"))
        np.testing.assert_allclose(f.numpy(got), call.expected("value"), rtol=2e-6, atol=1e-7)


def _for_any_batch(name: str, function: Any) -> Any:
    if name == "torch":
        import torch

        torch._dynamo.reset()
        return torch.compile(function, fullgraph=True, backend="aot_eager", dynamic=True)
    import paddle

    specs = [paddle.static.InputSpec([None, 7], d) for d in ("float32", "int64")]
    return paddle.jit.to_static(function, input_spec=specs, full_graph=True)


@pytest.mark.parametrize("call", ["margin", "soft", "soft-lists", "soft-zero"])
def test_exported_programs_have_the_derivatives(call: str, require_framework: Any):
    """torch.export keeps the operations of a forward pass, and no rule written beside them."""
    require_framework("torch")
    import torch

    f = FRAMEWORKS["torch"]
    zeros = Call(SOFT, np.zeros((2, 3)), [[0, 1, 0.5], [1, 0, 0.25]])
    example = zeros if call == "soft-zero" else CALLS[call]
    loss, arrays = example.function(f), example.arrays(f, "float32")

    class Module(torch.nn.Module):
        def forward(self, *arrays: Any) -> Any:
            return loss(*arrays)

    program = torch.export.export(Module(), tuple(arrays)).module()
    x, *rest = arrays
    seen = example.seen(f, "float32")
    slope = f.numpy(f.gradient(program, *arrays))
    reach = seen.tolerance("gradient", "float32")
    assert_close(slope, seen.expected("gradient"), reach, "float32", f"slope of {call}")
    bend = f.numpy(f.second(lambda x: program(x, *rest), x))
    want = seen.expected("second derivative")
    assert_close(bend, want, 1e-6 * want, "float32", f"curvature of {call}")


SOT = """
import mlloss
import numpy as np
import paddle

x = np.random.default_rng(0).normal(size=(6, 7))
lists, labels = np.tile([3, 0, -1, 1, 2, 5, 6], (6, 1)), (x > 0) * 1.0


def called(loss, options):
    return lambda input, target: loss(input, target, **options)


for loss, target in (
    (mlloss.multilabel_margin_loss, lists),
    (mlloss.multilabel_soft_margin_loss, labels),
):
    compiled = paddle.jit.to_static(called(loss, {}), full_graph=False)
    for _ in range(2):
        print(float(compiled(paddle.to_tensor(x), paddle.to_tensor(target))))
    print(float(loss(x, target)))
"""


def test_sot_takes_one_loss_after_the_other(tmp_path: Path, require_framework: Any):
    """In a process of its own: what a process has translated before hides its errors."""
    require_framework("paddle")
    (tmp_path / "sot.py").write_text(SOT, "utf-8")  # a file: its source is read
    numbers = np.array(python("import sot", tmp_path).split()[-6:], float).reshape(2, 3)
    np.testing.assert_allclose(numbers[:, :2], numbers[:, 2:].repeat(2, 1), rtol=1e-12)
