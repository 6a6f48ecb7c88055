"""What a host is: how to start a framework, fill its arrays, differentiate, batch and compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from inspect import signature
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import FOREIGN
from mlloss.conformance.cases.quantities import BATCHED, Quantity, differentiated_by, kind_of
from mlloss.core.spec import FLOATS, INTEGERS

Call = Callable[..., Any]
Numbers = np.ndarray[Any, Any]
Names = Sequence[str]  # of the arrays that a call takes, in order
_NEEDS: Mapping[Quantity, tuple[str, ...]] = {
    "value": (),
    "gradient": ("gradient",),
    "second derivative": ("second_derivative",),
    "vmap": ("vmap",),
    "vmap gradient": ("vmap", "gradient"),
}
_BY_NUMBER = {"gradient": "slope", "second_derivative": "bend"}  # methods of hosts written for 0.1


class Host:
    """Base class of adapters: define `array` and `numpy`, the rest where the framework has it.

    A host is imported where its framework may be missing: its methods import that.
    """

    name: str
    floats: tuple[str, ...] = FLOATS
    integers: tuple[str, ...] = INTEGERS
    knows_foreign = True  # a NumPy array is another type than its own
    flushes_subnormals = False  # computes with them as 0
    at_hand = True  # mlloss reads label values: invalid ones are an error
    scalars: tuple[type, ...] = ()  # types of results beside the input's
    nan_slopes: tuple[str, ...] = ()  # modes where mlloss's gradient is nan at infinite scores
    # Why the framework has no such quantity for any loss, by mode, "" for all modes. "gradient" and
    # "second derivative" stand for those by every argument.
    lacks: Mapping[str, Mapping[Quantity, str]] = {}

    def prepare(self) -> str:
        """Import the framework, settle it on the CPU, and return its version."""
        raise NotImplementedError(f"{self.name}: prepare")

    def array(self, numbers: Numbers, dtype: str) -> Any:
        """Return the numbers as an array of this dtype."""
        raise NotImplementedError(f"{self.name}: array")

    def numpy(self, x: Any) -> Numbers:
        """Return an array's numbers without its graph; those of a bfloat16 in another dtype."""
        raise NotImplementedError(f"{self.name}: numpy")

    def dtype(self, x: Any) -> str:
        """Return NumPy's name for an array's dtype: torch.float32, paddle.float32, Float32."""
        return str(x.dtype).rpartition(".")[2].lower()

    def mode(self, implementation: str, dtypes: tuple[str, ...]) -> AbstractContextManager[Any]:
        """Return the settings of one request, entered before its arrays are made."""
        return nullcontext()

    def program(self, call: Call, quantity: Quantity, mode: str) -> Call:
        """Return the function that gives a quantity, compiled as `mode` says.

        Args:
            call: a function whose parameters have the names of the arrays.
            quantity: "value", "gradient", "vmap", ...
            mode: "eager" or a name of the host's own.
        """
        names, by = tuple(signature(call).parameters), differentiated_by(quantity)
        if quantity in BATCHED:
            return self.compile(self.vmap(self.derivative(call, names, by)), mode)
        return self.derivative(self.compile(call, mode), names, by)

    def derivative(self, call: Call, names: Names, by: Names) -> Call:
        """Return the derivative of a call by no, one or two arguments."""
        if not by:
            return call
        return (
            self.gradient(call, names, *by)
            if len(by) == 1
            else self.second_derivative(call, names, *by)
        )

    def compile(self, call: Call, mode: str) -> Call:
        """Return the call as a user would compile it; "eager" leaves it as it is."""
        return call

    def gradient(self, call: Call, names: Names, by: str) -> Call:
        """Return the gradient of the sum of the call's numbers by one of its arrays.

        Args:
            call: a function of arrays.
            names: their names, in the order in which it takes them.
            by: the name of one.
        """
        gradient: Call = self._by_number("gradient")(call, names.index(by))
        return gradient

    def second_derivative(self, call: Call, names: Names, first: str, second: str) -> Call:
        """Return the gradient, by `second`, of the sum of the gradient by `first`."""
        numbers = names.index(first), names.index(second)
        derivative: Call = self._by_number("second_derivative")(call, *numbers)
        return derivative

    def vmap(self, call: Call) -> Call:
        """Return the call of a row as one of a batch."""
        raise NotImplementedError(f"{self.name}: vmap")

    def forget(self) -> None:
        """Free what was compiled."""

    def absence(self, quantity: Quantity, mode: str, dtypes: tuple[str, ...]) -> str | None:
        """Return why the framework cannot give a quantity, or None."""
        known = ("bool", *self.floats, *self.integers, *([FOREIGN] if self.knows_foreign else []))
        for dtype in dtypes:
            if dtype not in known:
                return f"{self.name} has no {dtype}"
        for reasons in (self.lacks.get("", {}), self.lacks.get(mode, {})):
            for name in (quantity, kind_of(quantity)):
                if name in reasons:
                    return reasons[name]
        return self._unfilled(kind_of(quantity))

    def _unfilled(self, kind: Quantity) -> str | None:
        for method in _NEEDS[kind]:
            if getattr(type(self), method) is getattr(Host, method) and not self._has_old(method):
                return f"the host of {self.name} has no {method}"
        return None

    def _has_old(self, method: str) -> bool:
        return hasattr(self, _BY_NUMBER.get(method, method)) and method in _BY_NUMBER

    def _by_number(self, method: str) -> Call:
        """Return the method of a host written for mlloss 0.1, which counts arguments."""
        if not self._has_old(method):
            raise NotImplementedError(f"{self.name}: {method}")
        found: Call = getattr(self, _BY_NUMBER[method])
        return found
