"""How far a computed number may be from the exact one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.expected.definitions import By
from mlloss.conformance.expected.reference import Call

Floats = NDArray[np.float64]
RELATIVE = {"float16": 1e-6, "bfloat16": 1e-6, "float32": 1e-6, "float64": 1e-12}
ONE_ROUNDING = {"float16": 2**-24, "bfloat16": 2**-24, "float32": 2**-24, "float64": 2**-53}
SMALLEST = {"float16": 2**-126, "bfloat16": 2**-126, "float32": 2**-126, "float64": 2**-1022}
SMALLEST_HALF = 2**-24  # of float16, in which derivatives but the gradient are rounded on the way


def tolerance(call: Call, dtype: str, by: By = ()) -> Floats:
    """Return the tolerance of each number of a loss or of its derivative, in its shape.

    It is relative to what the number is computed from, and covers the smallest normal number. Of
    a piecewise linear loss a derivative of 0 is exact, and the loss may be off by some roundings
    of 1.

    Args:
        call: the exact call.
        dtype: of the input; halves are computed in float32.
        by: the arguments that the derivative is by; () for the loss.
    """
    relative = RELATIVE[dtype] * call.size(*by)
    if not by:
        return _floats(relative + ONE_ROUNDING[dtype] * call.roundings() + SMALLEST[dtype])
    if call.definition.piecewise_linear:
        return _floats(relative)
    rounded = dtype == "float16" and by != ("input",)
    return _floats(relative + (SMALLEST_HALF if rounded else SMALLEST[dtype]))


def _floats(numbers: object) -> Floats:
    return np.asarray(numbers, np.float64)
