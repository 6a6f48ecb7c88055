"""The chunked soft margin loss gives the numbers of the loss over all scores at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from calls import Call, by_position, check_gradient, check_loss, check_second
from frameworks import FRAMEWORKS, HALVES, Framework, Function

import mlloss

LOSS = "multilabel_soft_margin_loss"
ROWS, CLASSES, WIDTH = 4, 23, 3
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, CLASSES)) * 4
LISTS = np.array([[22, 0, 7, 7, 9], [-1, 3, 3, 3, 3], [4, 5, -1, 22, 1], [14, 15, 16, 17, 18]])
TRUTH = mlloss.to_binary(LISTS, labels="indices", num_classes=CLASSES)
TARGETS = {"indices": LISTS, "binary": TRUTH * 0.75, "signed": TRUTH * 2 - 1}
SIZES = (1, 5, 22, CLASSES, 40)
WEIGHTS = {
    "number": 2.5,
    "(1,)": [2.5],
    "(C,)": RNG.uniform(size=CLASSES),
    "(N, 1)": RNG.uniform(size=(ROWS, 1)),
    "(N, C)": RNG.uniform(size=(ROWS, CLASSES)),
}


@dataclass(frozen=True)
class Chunked(Call):
    """A call that passes its scores by chunks."""

    size: int = 5

    def function(self, framework: Framework, compiler: str | None = None) -> Function:
        options = {"size": self.size, "classes": np.shape(self.input)[-1], **self.options}

        def loss(x: Any, target: Any, **options: Any) -> Any:
            return chunked(partial(some, x), target, **options)

        call = by_position(loss, [*self.weights], options)
        return call if compiler is None else framework.compile(call, compiler)


def some(x: Any, start: int, stop: int) -> Any:
    return x[..., start:stop]


def chunked(
    logits: Any, target: Any, weight: Any = None, *, size: int = 5, classes: int = 23, **more
):
    return mlloss.chunked_multilabel_soft_margin_loss(
        logits, target, weight, chunk_size=size, num_classes=classes, **more
    )


def example(labels: str, size: int = 5, weight: Any = None, **options: Any) -> Chunked:
    weights = {} if weight is None else {"weight": weight}
    return Chunked(LOSS, X, TARGETS[labels], weights, {"labels": labels, **options}, size=size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("labels", TARGETS)
def test_values(framework: Framework, labels: str, size: int):
    check_loss(framework, example(labels, size, reduction="none"))


@pytest.mark.parametrize("size", [5, CLASSES])
@pytest.mark.parametrize("labels", TARGETS)
def test_gradients(differentiating: Framework, labels: str, size: int):
    check_gradient(differentiating, example(labels, size))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weight", WEIGHTS)
def test_weights(framework: Framework, weight: str, reduction: str):
    check_loss(framework, example("indices", weight=WEIGHTS[weight], reduction=reduction))


@pytest.mark.parametrize("shape", [(), (2, 2)])
def test_leading_axes(framework: Framework, shape: tuple[int, ...]):
    x, lists = (a[:1] if shape == () else a for a in (X, LISTS))
    options = {"labels": "indices", "reduction": "none"}
    x, lists = (a.reshape(*shape, a.shape[-1]) for a in (x, lists))
    check_loss(framework, Chunked(LOSS, x, lists, options=options))


@pytest.mark.parametrize("dtype", [*HALVES, "float64"])
def test_dtypes(framework: Framework, dtype: str):
    if dtype not in framework.floats:
        pytest.skip(f"{framework.name} has no {dtype}")
    check_loss(framework, example("indices", 1), dtype)
    if framework.differentiates and (framework.name, dtype) != ("mindspore", "bfloat16"):
        check_gradient(framework, example("indices", 2), dtype)  # a slice has none there


def test_rounding_errors_of_many_chunks_do_not_add_up(framework: Framework):
    x = np.random.default_rng(1).normal(size=(8, 138))
    lists = np.arange(40).reshape(8, 5) * 3
    options = {"labels": "indices", "reduction": "none"}
    check_loss(framework, Chunked(LOSS, x, lists, options=options, size=3))


@pytest.mark.parametrize("size", [5, CLASSES])
def test_gradients_by_what_the_scores_are_computed_from(differentiating: Framework, size: int):
    f = differentiating
    hidden, weights = (f.array(RNG.normal(size=(n, WIDTH)), "float32") for n in X.shape)
    lists = f.array(LISTS, f.index_dtype)

    def by_chunks(hidden: Any, weights: Any) -> Any:
        return chunked(lambda start, stop: hidden @ weights[start:stop].T, lists, size=size)

    def at_once(hidden: Any, weights: Any) -> Any:
        return mlloss.multilabel_soft_margin_loss(hidden @ weights.T, lists, labels="indices")

    for n in (0, 1):
        got, want = (
            f.numpy(f.gradient(g, hidden, weights, argnum=n)) for g in (by_chunks, at_once)
        )
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-8)


COMPILERS = [
    (f.name, compiler)
    for f in FRAMEWORKS.values()
    for compiler in f.compilers
    if f.name != "mindspore"
]


@pytest.mark.parametrize("labels", ["indices", "binary"])
@pytest.mark.parametrize(("name", "compiler"), COMPILERS)
def test_compiled(name: str, compiler: str, labels: str, require_framework: Any):
    require_framework(name)
    check_loss(FRAMEWORKS[name], example(labels, reduction="none"), compiler=compiler)
    check_gradient(FRAMEWORKS[name], example(labels, 12, WEIGHTS["(C,)"]), compiler=compiler)


def test_mindspore_compiles_no_functions_that_are_arguments(require_framework: Any):
    require_framework("mindspore")
    with pytest.raises(NotImplementedError, match=r"chunked loss cannot .* mindspore\.jit"):
        check_loss(FRAMEWORKS["mindspore"], example("indices"), compiler="jit")


@pytest.mark.parametrize("name", ["torch", "jax", "mindspore"])
def test_second_derivatives(name: str, require_framework: Any):
    require_framework(name)
    check_second(FRAMEWORKS[name], example("indices"))


def test_a_second_derivative_is_refused_by_paddle(require_framework: Any):
    require_framework("paddle")
    with pytest.raises(ValueError, match="does not appear in the backward graph"):
        check_second(FRAMEWORKS["paddle"], example("indices"))


def test_torch_func(require_framework: Any):
    require_framework("torch")
    import torch

    x, lists = example("indices").arrays(FRAMEWORKS["torch"], "float32")
    f = example("indices").function(FRAMEWORKS["torch"])
    want = FRAMEWORKS["torch"].gradient(f, x, lists)
    torch.testing.assert_close(torch.func.grad(f)(x, lists), want)
    torch.testing.assert_close(
        torch.func.jvp(lambda x: f(x, lists), (x,), (x,))[1], (want * x).sum()
    )


def test_jax_forward_mode_and_vmap(require_framework: Any):
    require_framework("jax")
    import jax

    f, (x, lists) = (
        g(FRAMEWORKS["jax"])
        for g in (example("indices").function, lambda f: example("indices").arrays(f, "float32"))
    )
    want = FRAMEWORKS["jax"].gradient(f, x, lists)
    np.testing.assert_allclose(
        jax.jvp(lambda x: f(x, lists), (x,), (x,))[1], (want * x).sum(), rtol=1e-5
    )
    np.testing.assert_allclose(jax.vmap(f)(x, lists).mean(), f(x, lists), rtol=1e-6)


@pytest.mark.parametrize("name", ["torch", "paddle"])
def test_random_numbers_are_repeated_for_the_gradient(name: str, require_framework: Any):
    require_framework(name)
    f, drawn = FRAMEWORKS[name], {}
    x, lists = example("indices").arrays(f, "float32")

    def noisy(x: Any, start: int, stop: int) -> Any:
        noise = _uniform(name, (ROWS, stop - start), x)
        drawn.setdefault(start, []).append(f.numpy(noise))
        return x[:, start:stop] * noise

    f.numpy(f.gradient(lambda x: chunked(partial(noisy, x), lists), x))
    for first, again in drawn.values():
        assert (first == again).all()


def test_torch_keeps_the_random_state_of_the_labels_device(
    monkeypatch: pytest.MonkeyPatch, require_framework: Any
):
    """A checkpoint keeps the random state of the devices of its arguments only."""
    require_framework("torch")
    import torch

    import mlloss.backends.torch as backend

    devices, checkpoint = [], backend.checkpoint

    def recorded(function: Any, *args: Any, **options: Any) -> Any:
        devices.append([arg.device.type for arg in args])
        return checkpoint(function, *args, **options)

    monkeypatch.setattr(backend, "checkpoint", recorded)
    x = torch.zeros(ROWS, CLASSES, device="meta", requires_grad=True)
    lists = torch.zeros(ROWS, 2, dtype=torch.int64, device="meta")
    chunked(lambda start, stop: x[:, start:stop], lists).backward()
    assert devices == [["meta"]] * 5


def _uniform(name: str, shape: tuple[int, int], like: Any) -> Any:
    if name == "torch":
        import torch

        return torch.rand(shape, device=like.device)
    import paddle

    return paddle.rand(shape)


def test_paddle_refuses_scores_that_differ_when_recomputed(require_framework: Any):
    require_framework("paddle")
    x, lists = example("indices").arrays(FRAMEWORKS["paddle"], "float32")
    x.stop_gradient = False
    dtypes = ["float32"] * 5 + ["float64"] * 5  # as if auto_cast had ended in between
    loss = chunked(lambda start, stop: x[:, start:stop].astype(dtypes.pop(0)), lists)
    with pytest.raises(OSError, match=r"RuntimeError: .*auto_cast, if any, has to stand inside"):
        loss.backward()


def not_called(start: int, stop: int) -> Any:
    raise AssertionError("the scores were computed")


WRONG = {"indices": (LISTS + 1, "class number 23"), "binary": (TRUTH * 2, "target has 2")}


@pytest.mark.at_hand
@pytest.mark.parametrize("labels", WRONG)
def test_invalid_labels_are_refused_before_scores_are_computed(framework: Framework, labels: str):
    target, message = WRONG[labels]
    with pytest.raises(ValueError, match=message):
        chunked(not_called, framework.array(target, "int32"), labels=labels)


@pytest.mark.parametrize("labels", WRONG)
@pytest.mark.parametrize(
    ("name", "compiler"), [("torch", "aot_eager"), ("jax", "jit"), ("paddle", "static")]
)
def test_rows_of_invalid_labels_are_nan_in_a_trace(
    name: str, compiler: str, labels: str, require_framework: Any
):
    require_framework(name)
    f, target = FRAMEWORKS[name], TARGETS[labels].copy()
    target[2] = WRONG[labels][0][0]
    call = Chunked(LOSS, X, target, options={"labels": labels, "reduction": "none"})
    got = f.numpy(call.function(f, compiler)(*call.arrays(f, "float32")))
    assert np.isnan(got).tolist() == [False, False, True, False]


def test_without_validation_an_index_out_of_range_ends_a_list(framework: Framework):
    ended, wrong = ([[3, end, 4]] for end in (-1, 23))
    options = {"labels": "indices", "validate": False}
    want = Chunked(LOSS, X[:1], ended, options=options).seen(framework, "float32")
    got = Chunked(LOSS, X[:1], wrong, options=options)
    got = got.function(framework)(*got.arrays(framework, "float32"))
    np.testing.assert_allclose(framework.numpy(got), want.expected("value"), rtol=1e-6)


@pytest.mark.parametrize("labels", TARGETS)
def test_no_rows(framework: Framework, labels: str):
    x, target = (framework.array(a[:0], d) for a, d in ((X, "float32"), (TARGETS[labels], "int32")))
    logits = partial(some, x)
    results = {
        r: framework.numpy(chunked(logits, target, labels=labels, reduction=r))
        for r in ("none", "sum", "mean")
    }
    assert results["none"].shape == (0,)
    assert results["sum"] == 0
    assert np.isnan(results["mean"])


ZEROS = np.zeros((ROWS, 5), np.float32)
INVALID_CALLS = {
    "logits": ((3,), TypeError, "logits must be a function (start, stop); got int"),
    "size": ((not_called, {"size": 0}), ValueError, "chunk_size must be at least 1; got 0"),
    "float size": ((not_called, {"size": 2.5}), TypeError, "chunk_size must be an int; got 2.5"),
    "classes": ((not_called, {"classes": None}), TypeError, "num_classes must be an int; got None"),
    "reduction": ((not_called, {"reduction": "max"}), ValueError, "reduction must be one of"),
    "weight": ((not_called, {"weight": np.ones(7)}), ValueError, "one number a class (23,)"),
    "weight's kind": (
        (not_called, {"weight": "heavy"}),
        TypeError,
        "weight must be None, a number",
    ),
    "shape": (
        (lambda start, stop: ZEROS,),
        ValueError,
        "logits(20, 23) must have shape (4, 3); got (4, 5)",
    ),
    "rows": (
        (lambda start, stop: ZEROS[:2],),
        ValueError,
        "logits(0, 5) must have shape (4, 5); got (2, 5)",
    ),
    "dtype": (
        (lambda start, stop: ZEROS.astype(int),),
        TypeError,
        "logits(0, 5) must be float16, bfloat16, float32 or float64; got int64",
    ),
    "dtypes": (
        (lambda start, stop: X[:, start:stop].astype("float32" if start else "float64"),),
        TypeError,
        "logits(5, 10) must be float64 as the chunk before; got float32",
    ),
    "no array": ((lambda start, stop: [0.0],), TypeError, "logits(0, 5) must be an array"),
}


@pytest.mark.parametrize("case", INVALID_CALLS)
def test_refused(case: str):
    (logits, *more), error, message = INVALID_CALLS[case]
    with pytest.raises(
        error, match="^chunked_multilabel_soft_margin_loss: .*" + re.escape(message)
    ):
        chunked(logits, LISTS, **(more[0] if more else {}))


def test_arrays_of_two_frameworks(require_framework: Any):
    require_framework("torch")
    import torch

    message = re.escape("target is of numpy, logits(0, 5) of torch")
    with pytest.raises(TypeError, match=message):
        chunked(lambda start, stop: torch.zeros(ROWS, stop - start), LISTS)
