"""Tensors that are more than numbers to PyTorch: subclasses, inference tensors, buffers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from forms import FORMS, forms, made

Require = Callable[[str], None]


@pytest.fixture
def torch(require_framework: Require) -> Any:
    require_framework("torch")
    import torch

    return torch


@pytest.mark.parametrize("reduction", ["none", "mean"])
@forms
def test_a_subclass_stays_one(loss: str, form: str, reduction: str, torch: Any):
    """As it does in PyTorch's own losses; also one that says itself what becomes of a result."""
    f, x, target = made("torch", loss, form, reduction=reduction)

    class Named(torch.Tensor):
        name = "?"

        @classmethod
        def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None):
            result = super().__torch_function__(function, types, args, kwargs or {})
            if isinstance(result, cls):
                result.name = next((a.name for a in args if isinstance(a, cls)), "?")
            return result

    named = x.clone().as_subclass(Named).requires_grad_()
    named.name = "scores"
    got = f(named, target)
    got.sum().backward()
    plain = x.clone().requires_grad_()
    want = f(plain, target)
    want.sum().backward()

    assert type(got) is Named
    assert got.name == "scores"
    close = {"rtol": 1e-6, "atol": 0}  # NumPy works out a few plain numbers, PyTorch all others
    torch.testing.assert_close(got.as_subclass(torch.Tensor), want, **close)
    torch.testing.assert_close(named.grad.as_subclass(torch.Tensor), plain.grad, **close)


@forms
def test_two_tensors_in_one(loss: str, form: str, torch: Any):
    """A subclass that wraps tensors and has no numbers of its own."""
    from torch.testing._internal.two_tensor import TwoTensor

    f, x, target = made("torch", loss, form)
    a, b = x.clone().requires_grad_(), (2 * x).requires_grad_()
    both = TwoTensor(x.clone(), 2 * x).requires_grad_()
    f(both, target).backward()
    f(a, target).backward()
    f(b, target).backward()

    torch.testing.assert_close(f(both, target).a, f(a, target))
    torch.testing.assert_close(f(both, target).b, f(b, target))
    torch.testing.assert_close((both.grad.a, both.grad.b), (a.grad, b.grad))


@forms
def test_inference_mode(loss: str, form: str, torch: Any):
    f, x, target = made("torch", loss, form)
    want = f(x, target)
    with torch.inference_mode():
        inside, scores, labels = f(x, target), x.clone(), target.clone()
        copied = f(scores, labels)

    assert inside.is_inference()
    assert not want.is_inference()
    for got in (inside, copied, f(scores, labels)):
        assert torch.equal(got, want)


@forms
def test_checkpointing(loss: str, form: str, torch: Any):
    from torch.utils.checkpoint import checkpoint

    f, x, target = made("torch", loss, form)
    x.requires_grad_()
    (want,) = torch.autograd.grad(f(x, target), x)

    assert torch.equal(
        torch.autograd.grad(checkpoint(f, x, target, use_reentrant=False), x)[0], want
    )


TRANSFORMS: dict[str, Callable[..., Any]] = {
    "vmap": lambda t, f, x, y: t.func.vmap(f)(x, y),
    "grad": lambda t, f, x, y: t.func.grad(f)(x, y),
    "vmap of grad": lambda t, f, x, y: t.func.vmap(t.func.grad(f))(x, y),
    "jvp": lambda t, f, x, y: t.func.jvp(lambda x: f(x, y), (x,), (t.ones_like(x),)),
    "vjp": lambda t, f, x, y: t.func.vjp(lambda x: f(x, y), x)[1](t.ones(())),
    "hessian": lambda t, f, x, y: t.func.hessian(lambda x: f(x, y))(x),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize(("loss", "form"), [f for f in FORMS if f[1] == "module"])
def test_a_module_transforms_as_the_function_does(
    loss: str, form: str, compiled: bool, transform: str, torch: Any
):
    """test_transforms.py has the function against the oracle; here compiled as well."""
    f, x, target = made("torch", loss, form)
    function, *_ = made("torch", loss, "function")

    def transformed(x: Any, target: Any) -> Any:
        return TRANSFORMS[transform](torch, f, x, target)

    torch._dynamo.reset()
    run = (
        torch.compile(transformed, fullgraph=True, backend="aot_eager") if compiled else transformed
    )
    want = TRANSFORMS[transform](torch, function, x, target)
    torch.testing.assert_close(run(x, target), want, rtol=1e-5, atol=1e-7)


def test_a_gradient_by_the_buffers_of_a_module(torch: Any):
    from mlloss.backends.torch import MultiLabelSoftMarginLoss

    loss = MultiLabelSoftMarginLoss(torch.tensor([1.0, 2.0]))
    x, target = torch.zeros(1, 2), torch.tensor([[1, 0]])

    def by(buffers: Any) -> Any:
        return torch.func.functional_call(loss, buffers, (x, target))

    slope = torch.func.grad(by)(dict(loss.named_buffers()))
    torch.testing.assert_close(slope, {"weight": torch.full((2,), 0.5).log() / -2})


@forms
def test_a_device_whose_values_are_not_at_hand(loss: str, form: str, torch: Any):
    """Meta tensors have no values at all: whoever waited for one would raise here."""
    f, x, target = made("torch", loss, form)
    x = x.to("meta").requires_grad_()
    value = f(x, target.to("meta"))
    value.backward()

    assert (value.is_meta, value.shape, x.grad.shape) == (True, (), x.shape)
    with pytest.raises(ValueError, match="validate=True"):
        made("torch", loss, form, validate=True)[0](x, target.to("meta"))
