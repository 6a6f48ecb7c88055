"""How far a computed number may be from the true one: what DESIGN promises, for each ask."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.expected import reference
from mlloss.conformance.expected.reference import MARGIN, SOFT

Floats = NDArray[np.float64]
RELATIVE = {"float16": 1e-6, "bfloat16": 1e-6, "float32": 1e-6, "float64": 1e-12}
ONE_ROUNDING = {"float16": 2**-24, "bfloat16": 2**-24, "float32": 2**-24, "float64": 2**-53}
SMALLEST = {"float16": 2**-126, "bfloat16": 2**-126, "float32": 2**-126, "float64": 2**-1022}


def of_loss(dtype: str, loss: str, x: Any, t: Any, w: Any = None, **options: Any) -> Floats:
    """Relative to what is added up, plus one rounding of 1 per active pair of the margin loss."""
    scale = np.abs(reference.loss(loss, x, t, _size(w), **options))
    if loss == SOFT:
        return _floats(RELATIVE[dtype] * scale + SMALLEST[dtype])
    slope = np.maximum(reference.gradient(loss, x, t, **options), 0)
    rows = slope.sum(axis=options.get("axis", -1))  # active pairs over C (and N)
    pairs = rows if options.get("reduction", "mean") == "none" else rows.sum()
    return _floats(RELATIVE[dtype] * scale + ONE_ROUNDING[dtype] * pairs + SMALLEST[dtype])


def of_gradient(dtype: str, loss: str, x: Any, t: Any, w: Any = None, **options: Any) -> Floats:
    """Relative to what is subtracted; a margin slope of 0 is exactly 0."""
    if loss == MARGIN:
        return _floats(RELATIVE[dtype] * np.abs(reference.gradient(loss, x, t, **options)))
    return _floats(RELATIVE[dtype] * _terms(loss, x, t, _size(w), options) + SMALLEST[dtype])


def of_second(dtype: str, loss: str, wanted: Floats) -> Floats:
    """Relative, in float16 to its smallest number; the margin's 0 is exactly 0."""
    smallest = 2**-24 if dtype == "float16" else SMALLEST[dtype]
    return _floats(RELATIVE[dtype] * np.abs(wanted) + smallest * (loss == SOFT))


def _terms(loss: str, x: Any, t: Any, w: Any, options: dict[str, Any]) -> Floats:
    """What the soft margin's slope is a difference of; the slope itself where labels are 0 or 1."""
    labels = options.get("labels") or reference.DEFAULT_LABELS[loss]
    if labels not in ("binary", "formula"):
        return np.abs(reference.gradient(loss, x, t, w, **options))
    y = np.asarray(t, np.float64)
    wrong, right = (
        reference.gradient(loss, x, np.full(y.shape, truth), w, **options) for truth in (0.0, 1.0)
    )
    return _floats(np.abs((1 - y) * wrong) + np.abs(y * right))


def _size(w: Any) -> Any:
    return None if w is None else np.abs(w)


def _floats(numbers: Any) -> Floats:
    return np.asarray(numbers, np.float64)
