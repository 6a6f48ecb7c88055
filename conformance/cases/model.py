"""One case: a call, the quantity to compute, and the properties that known differences use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.cases.printed import PrintedResult
from mlloss.conformance.cases.quantities import Quantity
from mlloss.conformance.expected.dtypes import rounded
from mlloss.conformance.frameworks.natives import dialect_labels
from mlloss.conformance.frameworks.registry import DEFAULT_IMPLEMENTATIONS, Implementation
from mlloss.conformance.json_codec import decode_numbers, encode_numbers
from mlloss.core.registry import LOSSES
from mlloss.core.spec import FLOATS

Floats = NDArray[np.float64]
KEPT = 1 << 16  # what is worked out of cases, for so many: a run has fewer, fuzzing has no end
FOREIGN = "array of another framework"
AREAS = (
    "documented examples",
    "values",
    "gradients",
    "second derivatives",
    "dtypes",
    "shapes",
    "reductions",
    "weights",
    "conventions",
    "extremes",
    "empty",
    "transforms",
    "errors",
    "memory safety",
)


@dataclass(frozen=True)
class Array:
    """An argument as plain numbers, and the dtype that each framework is to give it.

    A dtype of "number" is a Python number. `foreign` is a NumPy array whatever the framework is.
    """

    dtype: str
    data: Any
    shape: tuple[int, ...] = ()
    foreign: bool = False

    def __post_init__(self) -> None:
        """Nested lists tell their shape, but for empty ones."""
        if not self.shape and isinstance(self.data, list):
            object.__setattr__(self, "shape", np.shape(self.data))

    def rounded(self) -> NDArray[Any]:
        """The numbers that the framework really gets: 0.1 is another one in float32."""
        exact = self.dtype not in ("number", *FLOATS)
        numbers = np.array(self.data, self.dtype if exact else np.float64).reshape(self.shape)
        return numbers if exact or self.dtype == "number" else rounded(numbers, self.dtype)

    def kind(self) -> tuple[Any, ...]:
        """Equal for arguments that one compiled program takes: a number becomes part of it."""
        number = self.data if self.dtype == "number" else None
        return self.dtype, self.shape, self.foreign, number

    def wire(self) -> dict[str, Any]:
        """For JSON; nan and infinities as strings."""
        data = self.rounded().astype(int).tolist() if self.dtype == "bool" else self.data
        fields = {"dtype": self.dtype, "data": encode_numbers(data)}
        if 0 in self.shape:
            fields["shape"] = list(self.shape)
        return fields | ({"foreign": True} if self.foreign else {})

    @staticmethod
    def read(fields: Mapping[str, Any]) -> Array:
        """`wire` undone."""
        data, shape = decode_numbers(fields["data"]), tuple(fields.get("shape", ()))
        if fields["dtype"] == "bool":
            data = np.array(data, bool).tolist()
        return Array(fields["dtype"], data, shape, fields.get("foreign", False))


@dataclass(frozen=True)
class Source:
    """The page a case is from, and whether it shows the function or the class."""

    framework: str
    page: str
    address: str
    form: Literal["function", "class"]


@dataclass(frozen=True, eq=False)
class Case:
    """A call, in the words of the definition; `labels` says what `target` means in it.

    `mistake` names what is wrong with the call, where an error is what is right; `unseen` is a
    mistake in values, which cannot be seen under tracing. `alone` cases run natives in a
    process of their own, since they may break it.
    """

    id: str
    area: str
    loss: str
    arrays: Mapping[str, Array]  # by argument, in the order of the call: input, target, weights
    labels: str
    quantity: Quantity = "value"
    reduction: str = "mean"
    axis: int = -1
    options: Mapping[str, Any] = field(default_factory=dict)
    implementations: tuple[Implementation, ...] = DEFAULT_IMPLEMENTATIONS
    mistake: str = ""
    unseen: bool = False
    alone: bool = False
    quick: bool = False  # of the selection that takes a minute
    eager: bool = False  # about what precedes compilation: eager modes only
    source: Source | None = None
    printed: PrintedResult | None = None

    @property
    def input(self) -> Array:
        """The scores."""
        return self.arrays["input"]

    @property
    def target(self) -> Array:
        """The labels."""
        return self.arrays["target"]

    def weights(self) -> dict[str, Array]:
        """Return the arrays beside scores and labels."""
        return {name: a for name, a in self.arrays.items() if name not in ("input", "target")}

    def with_arrays(self, **arrays: Array) -> Case:
        """Return the case with some arrays replaced or added."""
        return replace(self, arrays={**self.arrays, **arrays})

    def applies_to(self, implementation: Implementation) -> bool:
        """Return whether a run includes the case for an implementation.

        A dialect, which is mlloss under other names, runs documented examples, and the mistakes
        and quick cases that its arguments can express.
        """
        if implementation != "dialect":
            return implementation in self.implementations
        plain = "native" in self.implementations and self.labels == LOSSES[self.loss].default_labels
        return self.source is not None or (plain and (self.quick or bool(self.mistake)))

    def request(self, implementation: Implementation) -> dict[str, Any]:
        """Return what a worker receives: the whole call, nothing of its expected result."""
        return {
            "id": self.id,
            "subject": implementation,
            "loss": self.loss,
            "ask": self.quantity,
            "form": self._form(implementation),
            "arrays": {name: array.wire() for name, array in self.arrays.items()},
            "options": {"reduction": self.reduction} | self._own_options(implementation),
            "signature": self.signature(implementation),
            "alone": self.alone and implementation == "native",
        }

    def dtypes(self) -> tuple[str, ...]:
        """Return the dtypes that a framework must have to run the case."""
        foreign = [FOREIGN] if any(array.foreign for array in self.arrays.values()) else []
        return (*(a.dtype for a in self.arrays.values() if a.dtype != "number"), *foreign)

    def signature(self, implementation: Implementation) -> str:
        """Return a key, equal for cases that one compiled program can run."""
        arrays = [(name, array.kind()) for name, array in self.arrays.items()]
        options = {"reduction": self.reduction} | self._own_options(implementation)
        program = (implementation, self.loss, self.quantity, self._form(implementation), arrays)
        return repr((*program, sorted(options.items())))

    def _form(self, implementation: Implementation) -> str:
        return self.source.form if self.source and implementation != "mlloss" else "function"

    def _own_options(self, implementation: Implementation) -> dict[str, Any]:
        if implementation == "dialect" and self.source:
            labels = dialect_labels(self.source.framework, self.loss, self.labels, self.options)
            return {"labels": labels} if labels else {}
        if implementation != "mlloss":
            return {}
        axis = {} if self.axis == -1 else {"axis": self.axis}
        return {"labels": self.labels} | axis | dict(self.options)
