"""One case: what is asked, what its page prints, and how far print and float may be apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.targets import SUBJECTS, Subject

Floats = NDArray[np.float64]

# A float32 result may be off by 1e-6 of the number, about eight roundings of 2^-23: two runs of
# one framework, and the page's own run, differ by one or two.
ROUNDING = {"float32": 1e-6, "float64": 1e-12}


@dataclass(frozen=True)
class Array:
    """An argument as plain numbers, and the dtype that each framework is to give it."""

    dtype: str
    data: Any

    def rounded(self) -> NDArray[Any]:
        """The numbers that the framework really gets: 0.1 is another one in float32."""
        return np.array(self.data, dtype=self.dtype)


@dataclass(frozen=True)
class Printed:
    """Numbers as a page prints them, to be trusted to half a unit of their last digit."""

    text: str

    def values(self) -> Floats:
        """The numbers, with as many digits as there are."""
        return np.array(self._digits()).astype(np.float64)

    def half_units(self) -> Floats:
        """How far each of them may be from what was rounded."""
        digits = np.array(self._digits())
        units = [_half_unit(text) for text in digits.reshape(-1).tolist()]
        return np.array(units).reshape(digits.shape)

    def _digits(self) -> Any:
        return json.loads(self.text, parse_float=str, parse_int=str)


@dataclass(frozen=True)
class Source:
    """The page a case is from, and whether it shows the function or the class."""

    kind: Literal["documented"]
    framework: str
    page: str
    address: str
    form: Literal["function", "class"]


@dataclass(frozen=True)
class Case:
    """A call, in the words of the definition; `labels` says what `target` means in it."""

    id: str
    source: Source
    loss: str
    input: Array
    target: Array
    labels: str
    printed: Printed
    weight: Array | None = None
    reduction: str = "mean"
    subjects: tuple[Subject, ...] = SUBJECTS
    options: Mapping[str, Any] = field(default_factory=dict)

    def question(self, subject: Subject) -> dict[str, Any]:
        """What a worker gets to see: all of the call, nothing of its result."""
        return {
            "id": self.id,
            "subject": subject,
            "loss": self.loss,
            "form": self.source.form,
            "input": _wire(self.input),
            "target": _wire(self.target),
            "weight": self.weight and _wire(self.weight),
            "options": {"reduction": self.reduction} | self._own_options(subject),
        }

    def features(self) -> dict[str, Any]:
        """What a known difference may name as its condition."""
        return {
            "page": self.source.page,
            "labels": self.labels,
            "reduction": self.reduction,
            "target_dtype": self.target.dtype,
            "padded": self.labels == "indices" and bool((self.target.rounded() == -1).any()),
        }

    def rounding(self) -> float:
        """How far, of itself, a computed number may be from the true one."""
        return ROUNDING[self.input.dtype]

    def _own_options(self, subject: Subject) -> dict[str, Any]:
        return {"labels": self.labels} | dict(self.options) if subject == "mlloss" else {}


def _wire(array: Array) -> dict[str, Any]:
    return {"dtype": array.dtype, "data": array.data}


def _half_unit(text: str) -> float:
    return 0.5 * 10.0 ** int(Decimal(text).as_tuple().exponent)
