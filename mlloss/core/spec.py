"""Reductions, label conventions and dtypes, and the record of one loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Any, Literal, get_args

from mlloss.core.docstrings import Docstring, parse
from mlloss.core.kernel_types import Kernel

Reduction = Literal["none", "mean", "sum"]
Labels = Literal["indices", "binary", "signed"]
Kind = Literal["row", "class"]
WeightUse = Literal["scale", "kernel"]

REDUCTIONS: tuple[str, ...] = get_args(Reduction)
CONVENTIONS: tuple[str, ...] = get_args(Labels)
FLOATS = ("float16", "bfloat16", "float32", "float64")
SIGNED_INTEGERS = ("int8", "int16", "int32", "int64")
UNSIGNED_INTEGERS = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = SIGNED_INTEGERS + UNSIGNED_INTEGERS
LABEL_DTYPES = {
    "indices": INTEGERS,
    "binary": ("bool", *INTEGERS, *FLOATS),
    "signed": SIGNED_INTEGERS + FLOATS,
}


@dataclass(frozen=True, eq=False)
class LossSpec:
    """One loss as data; `mlloss.core.registry.register` makes it.

    Attributes:
        name: the function's name, by which the pipeline finds the record.
        class_name: the name of the classes of this loss.
        kind: "row": 'none' has one number a row, 'sum' is the sum of these, 'mean' their mean;
            "class": 'none' has input's shape, 'sum' and 'mean' are over all its numbers.
        fractions: whether binary labels may lie between 0 and 1.
        weights: the array arguments beside input and target, in the order of the signature.
            "scale": factors of the classes' terms, applied by the pipeline; "kernel": passed to
            the kernel, (N, C).
        kernel: the maths, see `kernel_types`.
        function: the public function.
        stem: the name of the loss's module and of its folder in `conformance/losses`.
        parameters: the argument names of the function.
        options: those that only the kernel reads.
        default_labels: the convention of target where the caller names none.
    """

    name: str
    class_name: str
    kind: Kind
    fractions: bool
    weights: Mapping[str, WeightUse]
    kernel: Kernel
    function: Callable[..., Any]
    stem: str
    parameters: tuple[str, ...]
    options: tuple[str, ...]
    default_labels: Labels

    @cached_property
    def doc(self) -> Docstring:
        """The parts of the function's docstring."""
        return parse(self.function.__doc__)

    @property
    def summary(self) -> str:
        """One sentence."""
        return self.doc.summary

    @property
    def formula(self) -> str:
        """The loss of a row or of a class."""
        return self.doc.formula

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """Name and description of each argument."""
        return self.doc.arguments

    @property
    def notes(self) -> tuple[str, ...]:
        """Edge cases and derivatives."""
        return self.doc.notes

    @property
    def references(self) -> tuple[str, ...]:
        """Addresses of the frameworks' own documentation."""
        return self.doc.references


COMMON = ("input", "target", "reduction", "labels", "axis", "validate")


def spec_of(
    function: Callable[..., Any],
    *,
    class_name: str,
    kind: Kind,
    kernel: Kernel,
    fractions: bool,
    weights: Mapping[str, WeightUse],
) -> LossSpec:
    """Return the record of a loss; what the function's signature says is read from there."""
    parameters = signature(function).parameters
    return LossSpec(
        name=function.__name__,
        class_name=class_name,
        kind=kind,
        fractions=fractions,
        weights=dict(weights),
        kernel=kernel,
        function=function,
        stem=function.__module__.rpartition(".")[2],
        parameters=tuple(parameters),
        options=tuple(name for name in parameters if name not in (*COMMON, *weights)),
        default_labels=parameters["labels"].default,
    )


def compute_dtype(dtype: str) -> str:
    """Return the dtype in which a loss of such input is computed: float32 for halves."""
    return "float64" if dtype == "float64" else "float32"
