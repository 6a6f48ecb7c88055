"""The three meanings that labels have in Paddle's soft margin loss.

Its formula is for y in {0, 1}; its examples hold -1 and 1 and print what that formula makes of -1.
"""

from __future__ import annotations

from typing import Literal, get_args

from mlloss.backends.compiler_boundary import opaque
from mlloss.core import validation
from mlloss.core.ops import Array
from mlloss.core.spec import Labels, Reduction
from mlloss.dialects.call import SOFT, call

PaddleLabels = Literal["binary", "signed", "unchecked"]
CHOICES: tuple[str, ...] = get_args(PaddleLabels)


@opaque
def soft_margin(
    spelling: str,
    input: Array,
    label: Array,
    weight: Array | float | None,
    reduction: Reduction,
    labels: PaddleLabels,
) -> Array:
    """The loss, with `labels` in one of the three meanings."""
    validation.word(spelling.partition("(")[0], "labels", labels, CHOICES)
    convention: Labels = "signed" if labels == "signed" else "binary"
    validate = False if labels == "unchecked" else None
    return call(spelling, SOFT, reduction, convention, validate, input, label, weight)
