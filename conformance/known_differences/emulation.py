"""Share what the emulations of the losses' natives have in common.

An emulation is `conformance/losses/<loss>/emulation.py`, with `WORDS` (the words of `instead` that
are the loss's own, and the values of each), `check` and `emulate`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mlloss.conformance.cases.model import Case, Floats


def requested(case: Case, losses: Any, gradient: Any, second: Any) -> Floats:
    """Return the quantity of a case, reduced as it says.

    Args:
        case: the call.
        losses: the losses of the rows.
        gradient: the gradient of their sum by the scores, in the shape of input.
        second: the second derivative of their sum by the scores, in the shape of input.
    """
    divisor = losses.size if case.reduction == "mean" and "vmap" not in case.quantity else 1
    if case.quantity in ("gradient", "vmap gradient"):
        return np.asarray(gradient, np.float64) / divisor
    if case.quantity == "second derivative":
        return np.asarray(second, np.float64) / divisor
    if case.reduction == "none" or case.quantity == "vmap":
        return np.asarray(losses, np.float64).reshape(case.input.shape[:-1])
    with np.errstate(invalid="ignore"):  # the mean of no rows is nan
        return np.asarray(np.sum(losses) / np.float64(divisor), np.float64)
