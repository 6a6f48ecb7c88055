"""The words a loss is defined in: reductions, label conventions, and the record of one loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Reduction = Literal["none", "mean", "sum"]
Labels = Literal["indices", "binary", "signed"]

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


@dataclass(frozen=True)
class LossSpec:
    """One loss, as data: what it computes, what it takes, where it comes from."""

    name: str
    summary: str
    formula: str
    notes: tuple[str, ...]
    arguments: tuple[tuple[str, str], ...]
    default_labels: Labels
    takes_weight: bool
    fractions: bool  # labels between 0 and 1 are allowed in the binary convention
    references: tuple[str, ...]


def compute_dtype(dtype: str) -> str:
    """The dtype that a loss of such input is computed in: halves in float32."""
    return "float64" if dtype == "float64" else "float32"
