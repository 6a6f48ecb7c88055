"""What a host is: how to start a framework, fill its arrays, differentiate, batch and compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import FOREIGN, Quantity
from mlloss.core.spec import FLOATS, INTEGERS

GRADIENTS: Mapping[Quantity, int] = {"gradient": 0, "weight gradient": 2, "label gradient": 1}
SECOND_DERIVATIVES: Mapping[Quantity, tuple[int, int]] = {
    "second derivative": (0, 0),
    "by scores and labels": (0, 1),
    "by labels and scores": (1, 0),
}
Call = Callable[..., Any]
Numbers = np.ndarray[Any, Any]
NEEDS: Mapping[Quantity, tuple[str, ...]] = {
    "gradient": ("slope",),
    "weight gradient": ("slope",),
    "label gradient": ("slope",),
    "second derivative": ("bend",),
    "by scores and labels": ("bend",),
    "by labels and scores": ("bend",),
    "vmap": ("vmap",),
    "vmap gradient": ("vmap", "slope"),
}


class Host:
    """To inherit from: `array` and `numpy` are needed, the rest where the framework has it.

    A host is imported where its framework may be missing: its methods import that.
    """

    name: str
    floats: tuple[str, ...] = FLOATS
    integers: tuple[str, ...] = INTEGERS
    knows_foreign = True  # a NumPy array is not one of its own
    flushes_subnormals = False  # computes with them as 0
    at_hand = True  # whether mlloss can look at labels, so that wrong ones are an error
    scalars: tuple[type, ...] = ()  # what results may be beside the input's type
    nan_slopes: tuple[str, ...] = ()  # modes where ours is nan at infinite scores: README
    # What cannot be asked of the framework, whoever has the loss, and why; by mode, "" for all.
    lacks: Mapping[str, Mapping[Quantity, str]] = {}

    def prepare(self) -> str:
        """Import the framework, settle it on the CPU, and return its version."""
        raise NotImplementedError(f"{self.name}: prepare")

    def array(self, numbers: Numbers, dtype: str) -> Any:
        """The numbers as an array of this dtype."""
        raise NotImplementedError(f"{self.name}: array")

    def numpy(self, x: Any) -> Numbers:
        """The numbers of an array, whatever hangs on it; those of a bfloat16 in another dtype."""
        raise NotImplementedError(f"{self.name}: numpy")

    def dtype(self, x: Any) -> str:
        """NumPy's name for an array's dtype: torch.float32, paddle.float32, Float32."""
        return str(x.dtype).rpartition(".")[2].lower()

    def mode(self, implementation: str, dtypes: tuple[str, ...]) -> AbstractContextManager[Any]:
        """Settings for one question, entered before its arrays are made."""
        return nullcontext()

    def program(self, call: Call, quantity: Quantity, mode: str) -> Call:
        """A function of the call's arrays that gives what is asked, compiled as `mode` says."""
        if quantity == "vmap":
            return self.compile(self.vmap(call), mode)
        if quantity == "vmap gradient":
            return self.compile(self.vmap(self.slope(call, 0)), mode)
        compiled = self.compile(call, mode)
        if quantity in GRADIENTS:
            return self.slope(compiled, GRADIENTS[quantity])
        return (
            self.bend(compiled, *SECOND_DERIVATIVES[quantity])
            if quantity in SECOND_DERIVATIVES
            else compiled
        )

    def compile(self, call: Call, mode: str) -> Call:
        """The call as a user would compile it; "eager" leaves it as it is."""
        return call

    def slope(self, call: Call, argnum: int) -> Call:
        """The gradient of the sum of the call's numbers by one of its arrays."""
        raise NotImplementedError(f"{self.name}: slope")

    def bend(self, call: Call, first: int, second: int) -> Call:
        """The gradient, by array number `second`, of the sum of the gradient by number `first`."""
        raise NotImplementedError(f"{self.name}: bend")

    def vmap(self, call: Call) -> Call:
        """The call of a row, made one of a batch."""
        raise NotImplementedError(f"{self.name}: vmap")

    def forget(self) -> None:
        """What was compiled is not needed any more."""

    def absence(self, quantity: Quantity, mode: str, dtypes: tuple[str, ...]) -> str | None:
        """Why this cannot be asked of the framework, or None."""
        known = ("bool", *self.floats, *self.integers, *([FOREIGN] if self.knows_foreign else []))
        for dtype in dtypes:
            if dtype not in known:
                return f"{self.name} has no {dtype}"
        told = self.lacks.get("", {}).get(quantity) or self.lacks.get(mode, {}).get(quantity)
        return told or self._unfilled(quantity)

    def _unfilled(self, quantity: Quantity) -> str | None:
        for method in NEEDS.get(quantity, ()):
            if getattr(type(self), method) is getattr(Host, method):
                return f"the host of {self.name} has no {method}"
        return None
