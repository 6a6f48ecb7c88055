"""What PyTorch is at: whether it traces, transforms or differentiates."""

from __future__ import annotations

from typing import Any

import torch


def is_plain(x: Any) -> bool:
    """Whether there are numbers in x, in host memory, and nobody who writes down their fate."""
    if type(x) is not torch.Tensor or is_traced():
        return False
    # on a device a few rows at a time take longer than all at once
    return bool(x.is_cpu) and not transformed()


def is_eager(x: Any) -> bool:
    """Whether nothing but a backward pass will be asked of x."""
    compiled = torch.compiler.is_compiling()
    return type(x) is torch.Tensor and not compiled and not transformed()


def is_traced() -> bool:
    """By torch.compile, torch.jit.trace, make_fx, or fake tensors."""
    if torch.compiler.is_compiling() or torch._C._is_tracing():
        return True
    return bool(torch._C._len_torch_dispatch_stack())


def sums_in_double(x: Any) -> bool:
    """Whether what would overflow is sooner added up in float64 than divided before."""
    if type(x) is not torch.Tensor or x.dtype is not torch.float32:
        return False  # a DTensor would keep a sum of its own shard until it is asked
    return bool(x.dim() == 1 or not x.is_cpu) and x.device.type != "mps"


def is_overwritten(x: Any) -> bool:
    """Whether what is computed of x may be overwritten, as no derivative needs it."""
    return not torch.is_grad_enabled() and is_plain(x)


def transformed() -> bool:
    """Whether torch.func or forward mode, which want more than a backward pass, are at work."""
    forward = torch.autograd.forward_ad._current_level >= 0
    return forward or bool(torch._C._are_functorch_transforms_active())


def is_differentiated() -> bool:
    """Whether anything could ask for a derivative; not so in the backward pass of a first one."""
    return torch.compiler.is_compiling() or torch.is_grad_enabled() or transformed()


def frees_graph() -> bool:
    """Whether the backward pass that runs is the last one over its graph."""
    return not torch._C._autograd._get_current_graph_task_keep_graph()


def drops_rules() -> bool:
    """Whether PyTorch would drop the rules of an autograd.Function without a word.

    It does so in torch.func inside torch.compile, in torch.export, and in jvp of jvp.
    """
    if torch.compiler.is_compiling():
        inside = torch._C._are_functorch_transforms_active()
        return bool(inside or torch.compiler.is_exporting())
    return _forward_twice()


def _forward_twice() -> bool:
    """Whether two forward derivatives are nested: the outer one of a Function is 0."""
    if not torch._C._are_functorch_transforms_active():
        return False
    levels = torch._C._functorch.get_interpreter_stack() or ()
    jvp = torch._C._functorch.TransformType.Jvp
    return [level.key() for level in levels].count(jvp) > 1
