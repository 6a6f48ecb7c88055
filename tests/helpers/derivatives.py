"""Derivatives of a function of arrays by one of them, in each mode of each framework.

A function takes arrays of one framework and returns one array. Every derivative is of the sum of
what it returns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from mlloss.backends.compiler_boundary import opaque

Function = Callable[..., Any]
Derivative = Callable[[Function, int], Function]  # (function, argument) to its gradient


class Mode(NamedTuple):
    """One way in which a framework differentiates; None where it has no such derivative."""

    framework: str
    gradient: Derivative
    second: Callable[[Function, int, int], Function] | None = None
    jvp: Derivative | None = None  # the derivative along an array of ones in one argument


def _twice(gradient: Derivative, function: Function, first: int, second: int) -> Function:
    return gradient(gradient(function, first), second)


# PyTorch


def _torch_eager(function: Function, place: int) -> Function:
    import torch

    def gradient(*args: Any) -> Any:
        x = args[place]
        x = x if x.requires_grad else x.detach().requires_grad_()
        total = function(*args[:place], x, *args[place + 1 :]).sum()
        return torch.autograd.grad(total, x, create_graph=True)[0]

    return gradient


def _torch_eager_twice(function: Function, first: int, second: int) -> Function:
    import torch

    def bend(*args: Any) -> Any:
        args = tuple(a.detach().requires_grad_(a.is_floating_point()) for a in args)
        return torch.autograd.grad(
            _torch_eager(function, first)(*args).sum(), args[second], materialize_grads=True
        )[0]

    return bend


def _torch_dual(function: Function, place: int) -> Function:
    import torch
    from torch.autograd import forward_ad

    def along(*args: Any) -> Any:
        with forward_ad.dual_level():
            x = forward_ad.make_dual(args[place], torch.ones_like(args[place]))
            result = function(*args[:place], x, *args[place + 1 :])
            return forward_ad.unpack_dual(result).tangent

    return along


def _torch_func(function: Function, place: int) -> Function:
    import torch

    return torch.func.grad(lambda *args: function(*args).sum(), argnums=place)


def _torch_func_jvp(function: Function, place: int) -> Function:
    import torch

    def along(*args: Any) -> Any:
        one = lambda x: function(*args[:place], x, *args[place + 1 :])  # noqa: E731
        return torch.func.jvp(one, (args[place],), (torch.ones_like(args[place]),))[1]

    return along


def _torch_compiled(derivative: Function) -> Function:
    import torch

    torch._dynamo.reset()
    return torch.compile(derivative, fullgraph=True, backend="aot_eager")


def _torch_compile(function: Function, place: int) -> Function:
    return _torch_eager(_torch_compiled(function), place)


def _torch_compile_twice(function: Function, first: int, second: int) -> Function:
    return _torch_compiled(_twice(_torch_func, function, first, second))


def _exported(function: Function) -> Function:
    import torch

    class Module(torch.nn.Module):
        def forward(self, *args: Any) -> Any:
            return function(*args)

    def program(*args: Any) -> Any:
        fixed = tuple(a.detach().requires_grad_(a.requires_grad) for a in args)
        return torch.export.export(Module(), fixed).module()(*args)

    return program


def _torch_export(function: Function, place: int) -> Function:
    return _torch_eager(_exported(function), place)


def _torch_export_twice(function: Function, first: int, second: int) -> Function:
    return _torch_eager_twice(_exported(function), first, second)


# JAX


def _jax(function: Function, place: int) -> Function:
    import jax

    return jax.grad(lambda *args: function(*args).sum(), argnums=place)


def _jax_jit(function: Function, place: int) -> Function:
    import jax

    return jax.jit(_jax(function, place))


def _jax_jvp(function: Function, place: int) -> Function:
    import jax
    import jax.numpy as jnp

    def along(*args: Any) -> Any:
        one = lambda x: function(*args[:place], x, *args[place + 1 :])  # noqa: E731
        return jax.jvp(one, (args[place],), (jnp.ones_like(args[place]),))[1]

    return along


# PaddlePaddle


def _live(args: Any) -> list[Any]:
    live = [a.detach().clone() for a in args]
    for a in live:
        a.stop_gradient = not a.is_floating_point()
    return live


def _paddle(function: Function, place: int) -> Function:
    import paddle

    def gradient(*args: Any) -> Any:
        live = _live(args)
        return paddle.grad(function(*live).sum(), live[place])[0]

    return gradient


def _paddle_twice(function: Function, first: int, second: int) -> Function:
    import paddle

    def bend(*args: Any) -> Any:
        live = _live(args)
        (gradient,) = paddle.grad(function(*live).sum(), live[first], create_graph=True)
        (found,) = paddle.grad(gradient.sum(), live[second], allow_unused=True)
        return paddle.zeros_like(live[second]) if found is None else found

    return bend


def _paddle_static(function: Function, place: int) -> Function:
    import paddle

    def step(arrays: Any) -> Any:  # to_static takes no *args
        return function(*arrays)

    static = paddle.jit.to_static(step, full_graph=True)
    return _paddle(lambda *args: static(list(args)), place)


# MindSpore


def _mindspore(function: Function, place: int) -> Function:
    import mindspore

    return mindspore.grad(function, place)


def _mindspore_jvp(function: Function, place: int) -> Function:
    import mindspore

    def along(*args: Any) -> Any:
        @opaque  # MindSpore compiles what it differentiates forwards
        def one(x: Any) -> Any:
            return function(*args[:place], x, *args[place + 1 :])

        ones = mindspore.ops.ones_like(args[place])
        return mindspore.jvp(one, args[place], ones)[1]

    return along


def _jitted(function: Function) -> Function:
    import mindspore

    @opaque
    def marked(*args: Any) -> Any:
        return function(*args)

    def step(*args: Any) -> Any:
        return marked(*args)

    return mindspore.jit(step)


def _mindspore_jit(function: Function, place: int) -> Function:
    return _mindspore(_jitted(function), place)


def _mindspore_jit_twice(function: Function, first: int, second: int) -> Function:
    return _twice(_mindspore, _jitted(function), first, second)


MODES = {
    "torch": Mode("torch", _torch_eager, _torch_eager_twice, _torch_dual),
    "torch-func": Mode("torch", _torch_func, partial(_twice, _torch_func), _torch_func_jvp),
    "torch-compile": Mode("torch", _torch_compile, _torch_compile_twice),
    "torch-export": Mode("torch", _torch_export, _torch_export_twice),
    "jax": Mode("jax", _jax, partial(_twice, _jax), _jax_jvp),
    "jax-jit": Mode("jax", _jax_jit, partial(_twice, _jax_jit), _jax_jvp),
    "paddle": Mode("paddle", _paddle, _paddle_twice),
    "paddle-static": Mode("paddle", _paddle_static),  # paddle builds no second derivative
    "mindspore": Mode("mindspore", _mindspore, partial(_twice, _mindspore), _mindspore_jvp),
    "mindspore-jit": Mode("mindspore", _mindspore_jit, _mindspore_jit_twice),
}
