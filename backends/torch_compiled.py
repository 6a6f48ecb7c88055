"""NumPy's kernels in what torch.compile compiles for host memory: an operation it cannot look into.

Of its own operations a graph would be slower, of long lists a dozen times, and take more memory.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

from mlloss.backends.numpy import backend as numpy
from mlloss.backends.torch_state import drops_rules
from mlloss.ops import Array, Ops


def is_graph_of_host(x: Any) -> bool:
    """Whether torch.compile makes a graph of arrays in host memory, for this process alone."""
    return torch.compiler.is_compiling() and not drops_rules() and bool(x.is_cpu)


@torch.library.custom_op("mlloss::lines", mutates_args=())  # type: ignore[untyped-decorator]
def lines(
    module: str, name: str, x: torch.Tensor, index: torch.Tensor, listed: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """What `Ops.given` gives of the function that is called so, of scores and their lists."""
    function = getattr(sys.modules[module], name)
    used = np.flatnonzero(listed.numpy().any(0))
    slots = int(used[-1]) + 1 if used.size else 1
    lists = (index[:, :slots].numpy(), listed[:, :slots].numpy())

    def given(ops: Ops, *args: Array) -> tuple[Array, ...]:
        return ops.given(function, *args)

    value, slope = numpy.run(given, x.numpy(force=True), *lists)
    return torch.from_numpy(value), torch.from_numpy(slope)


@lines.register_fake  # type: ignore[untyped-decorator]
def _(
    module: str, name: str, x: torch.Tensor, index: torch.Tensor, listed: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    return x.new_empty(x.shape[0]), torch.empty_like(x)
