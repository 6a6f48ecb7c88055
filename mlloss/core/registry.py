"""The losses by name, filled as their modules are imported.

The pipeline takes the name of a loss and not its record: MindSpore's compiler hands over arrays,
numbers and strings only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlloss.core.kernel_types import Kernel
from mlloss.core.spec import Kind, LossSpec, WeightUse, spec_of

LOSSES: dict[str, LossSpec] = {}


def register(
    function: Callable[..., Any],
    *,
    class_name: str,
    kind: Kind,
    kernel: Kernel,
    fractions: bool = False,
    weights: Mapping[str, WeightUse] | None = None,
) -> None:
    """Make a function a loss; the arguments are fields of `LossSpec`.

    It is no decorator: paddle.jit.to_static (3.3.1) calls a decorated function without its
    keyword-only arguments where it translates the function's source.
    """
    LOSSES[function.__name__] = spec_of(
        function,
        class_name=class_name,
        kind=kind,
        kernel=kernel,
        fractions=fractions,
        weights=weights or {},
    )
