"""An `Elementwise` of plain operations, where PyTorch would drop an autograd.Function's rules."""

from __future__ import annotations

from typing import Any

import torch

from mlloss.core.ops import Elementwise, Ops

_GAUSS = (0.5 - 3**-0.5 / 2, 0.5 + 3**-0.5 / 2)


def plain(ops: Ops, function: Elementwise, args: tuple[Any, ...]) -> Any:
    """The value plus the integral of the partials from the arguments to themselves.

    That is 0, but for its derivatives, which two Gauss points give up to the fourth. At an infinite
    argument, or nan, all of them are nan.
    """
    fixed = [arg.detach() for arg in args]
    result = function.value(ops, *fixed)
    smooth = [i for i, derivative in enumerate(function.partials) if derivative is not None]
    steps = {i: torch.where(args[i].isfinite(), args[i] - fixed[i], 0.0) for i in smooth}
    for point in _GAUSS:
        moved = [fixed[i] + point * steps[i] if i in smooth else args[i] for i in range(len(args))]
        for i in smooth:
            partial: Any = function.partials[i]
            derivative = ops.apply(partial, *moved)
            wild = (
                derivative.isinf()
            )  # 0 times it would be nan; the root of 0 has the derivative inf
            root = derivative.sign() * torch.where(wild, steps[i], 1.0).sqrt()
            result = result + 0.5 * steps[i] * torch.where(wild, 0.0, derivative)
            result = result + 0.5 * torch.where(wild, root, 0.0)
    for i in smooth:  # exp(-x x): 0 at an infinite x, and its derivatives inf times 0
        finite = fixed[i].isfinite()
        wild = torch.where(finite, 1.0, args[i])
        result = result + torch.where(finite, 0.0, torch.exp(-wild * wild))
    return result
