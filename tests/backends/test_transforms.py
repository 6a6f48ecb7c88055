"""Function transformations: vmap, grad, jvp, hessian, alone and one inside the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from calls import Call
from closeness import assert_close
from frameworks import FRAMEWORKS, Framework

import mlloss
from examples import LISTS, SPECS, TARGETS, X, each_loss

V = np.random.default_rng(5).normal(size=X.shape)  # a direction
NONE = {"reduction": "none"}


def transforms(name: str) -> Any:
    """The module that has vmap, grad, jvp and hessian."""
    if name == "torch":
        import torch.func

        return torch.func
    import jax

    return jax


@pytest.fixture(params=["torch", "jax"])
def functional(
    request: pytest.FixtureRequest, require_framework: Callable[[str], None]
) -> Framework:
    require_framework(request.param)
    return FRAMEWORKS[request.param]


def example(framework: Framework, loss: str) -> tuple[Call, Any, Any, Callable[..., Any]]:
    """Rows as the framework has them, and the loss of a row."""
    call = Call(loss, X, TARGETS[SPECS[loss].default_labels], options=NONE)
    x, t = call.arrays(framework, "float32")
    return call.seen(framework, "float32"), x, t, getattr(mlloss, loss)


def check_rows(got: np.ndarray, seen: Call) -> None:
    reach = seen.tolerance("value", "float32")
    assert_close(got, seen.expected("value"), reach, "float32", f"rows of {seen}")


def check_slope(got: np.ndarray, seen: Call) -> None:
    reach = seen.tolerance("gradient", "float32")
    assert_close(got, seen.expected("gradient"), reach, "float32", f"slope of {seen}")


@each_loss
def test_vmap_over_rows(functional: Framework, loss: str):
    seen, x, t, f = example(functional, loss)
    check_rows(functional.numpy(transforms(functional.name).vmap(f)(x, t)), seen)


@pytest.mark.parametrize("labels", TARGETS)
@each_loss
def test_vmap_takes_every_convention(functional: Framework, loss: str, labels: str):
    options = {**NONE, "labels": labels}
    call = Call(loss, X, TARGETS[labels], options=options)
    row = partial(getattr(mlloss, loss), labels=labels)
    got = transforms(functional.name).vmap(row)(*call.arrays(functional, "float32"))
    check_rows(functional.numpy(got), call.seen(functional, "float32"))


@each_loss
def test_vmap_over_scores_alone(functional: Framework, loss: str):
    """Labels that are not batched, so that their values are at hand."""
    seen, x, t, f = example(functional, loss)
    option = {"torch": "in_dims", "jax": "in_axes"}[functional.name]
    got = transforms(functional.name).vmap(f, **{option: (0, None)})
    target = np.repeat(np.asarray(seen.target)[2:3], len(X), 0)
    again = Call(loss, seen.input, target, options=NONE)
    check_rows(functional.numpy(got(x, t[2])), again)


@each_loss
def test_grad(functional: Framework, loss: str):
    seen, x, t, f = example(functional, loss)
    slope = transforms(functional.name).grad(lambda x: f(x, t, reduction="sum"))(x)
    check_slope(functional.numpy(slope), seen)


@each_loss
def test_vmap_of_grad(functional: Framework, loss: str):
    """A gradient a row."""
    seen, x, t, f = example(functional, loss)
    tools = transforms(functional.name)
    check_slope(functional.numpy(tools.vmap(tools.grad(f))(x, t)), seen)


@each_loss
def test_jvp(functional: Framework, loss: str):
    seen, x, t, f = example(functional, loss)
    v = functional.array(V, "float32")
    value, along = transforms(functional.name).jvp(lambda x: f(x, t, reduction="none"), (x,), (v,))
    check_rows(functional.numpy(value), seen)
    parts = seen.expected("gradient") * functional.numpy(v).astype(float)
    reach = 1e-6 * np.abs(parts).sum(-1)
    assert_close(functional.numpy(along), parts.sum(-1), reach, "float32", f"{loss} along V")


@each_loss
def test_hessian(functional: Framework, loss: str):
    """Forward over reverse: diagonal for the soft margin, 0 for the margin."""
    seen, x, t, f = example(functional, loss)
    tools = transforms(functional.name)
    got = functional.numpy(tools.hessian(lambda row: f(row, t[2]))(x[2]))
    want = np.diag(seen.expected("second derivative")[2])
    assert_close(got, want, 1e-6 * want, "float32", f"hessian of {loss}")


@pytest.mark.parametrize(("outer", "inner"), [("jacrev", "jacfwd"), ("jacfwd", "jacfwd")])
@each_loss
def test_jacobian_of_jacobian(functional: Framework, loss: str, outer: str, inner: str):
    seen, x, t, f = example(functional, loss)
    first, second = (getattr(transforms(functional.name), mode) for mode in (inner, outer))
    got = functional.numpy(second(first(lambda row: f(row, t[2])))(x[2]))
    want = np.diag(seen.expected("second derivative")[2])
    assert_close(got, want, 1e-6 * want, "float32", f"{outer} of {inner} of {loss}")


@each_loss
def test_jit_of_vmap_of_grad(require_framework: Callable[[str], None], loss: str):
    require_framework("jax")
    import jax

    seen, x, t, f = example(FRAMEWORKS["jax"], loss)
    check_slope(np.asarray(jax.jit(jax.vmap(jax.grad(f)))(x, t)), seen)


@each_loss
def test_gradcheck_of_torch(loss: str, require_framework: Callable[[str], None]):
    """Torch's own comparison with differences, forward mode and second order included."""
    require_framework("torch")
    import torch

    spec = SPECS[loss]
    labels = np.array([[0, 1, 0.5, 0.25, 1, 0, 1]] * 2) if spec.fractions else LISTS[2:4]
    x, target = torch.tensor(X[:2], requires_grad=True), torch.tensor(labels)
    weights = [torch.arange(1.0, 8, dtype=x.dtype, requires_grad=True) for _ in spec.weights]

    def f(x: Any, *weights: Any) -> Any:
        named = dict(zip(spec.weights, weights, strict=True))
        way = "binary" if spec.fractions else "indices"
        return spec.function(x, target, **named, labels=way)

    torch.autograd.gradcheck(f, (x, *weights), check_forward_ad=True)
    if spec.fractions:  # the others are piecewise linear
        torch.autograd.gradgradcheck(f, (x, *weights), check_fwd_over_rev=True)


@pytest.mark.parametrize("name", ["torch", "jax"])
@each_loss
def test_vmap_hides_values_so_that_wrong_labels_are_nan(
    name: str, loss: str, require_framework: Callable[[str], None]
):
    require_framework(name)
    f, t = FRAMEWORKS[name], LISTS.copy()
    t[2, 0] = 99
    function = partial(getattr(mlloss, loss), labels="indices")
    got = f.numpy(transforms(name).vmap(function)(*Call(loss, X, t).arrays(f, "float32")))
    assert np.isnan(got.reshape(len(X), -1)).all(1).tolist() == [n == 2 for n in range(len(X))]


@each_loss
def test_vmap_of_mindspore(require_framework: Callable[[str], None], loss: str):
    require_framework("mindspore")
    import mindspore

    seen, x, t, f = example(FRAMEWORKS["mindspore"], loss)
    check_rows(mindspore.vmap(f)(x, t).asnumpy(), seen)
    check_slope(mindspore.vmap(mindspore.grad(f))(x, t).asnumpy(), seen)


def test_vmap_of_mindspore_over_lists_without_a_slot(require_framework: Callable[[str], None]):
    require_framework("mindspore")
    import mindspore

    x = mindspore.Tensor(np.ones((2, 3), np.float32))
    target = mindspore.Tensor(np.zeros((2, 0), np.int64))

    def f(x: Any, target: Any) -> Any:
        return mlloss.multilabel_soft_margin_loss(x, target, labels="indices")

    slope = 1 / (1 + np.exp(-1)) / 3
    assert mindspore.vmap(mindspore.grad(f))(x, target).asnumpy() == pytest.approx(slope, rel=1e-6)
