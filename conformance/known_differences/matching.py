"""Match cases with the conditions of known differences."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import KEPT, Array, Case
from mlloss.conformance.cases.quantities import WEIGHTS

TINY = float(np.finfo(np.float32).tiny)


@lru_cache(KEPT)
def features(case: Case) -> Mapping[str, Any]:
    """Return the properties of a case that a condition may name: every name, for every case."""
    return (
        {
            "page": case.source.page if case.source else "",
            "area": case.area,
            "ask": case.quantity,
            "labels": case.labels,
            "reduction": case.reduction,
            "mistake": case.mistake,
            "dtype": case.input.dtype,
            "target_dtype": case.target.dtype,
            **_weights(case),
            "axes": len(case.input.shape),
            "classes": case.input.shape[-1] if case.input.shape else -1,
            "rows": int(np.prod(case.input.shape[:-1])),
            "lists": _width(case),
            "lone_row": (len(case.input.shape), case.reduction, case.quantity)
            == (1, "none", "value"),
        }
        | _scores(case.input.rounded())
        | _lists(case.target, case.input.shape[-1] if case.input.shape else 0)
    )


def meets(case: Case, when: Mapping[str, Any]) -> bool:
    """Return whether a case has all the properties of a condition."""
    properties = features(case)
    return all(_met(properties[word], condition) for word, condition in when.items())


def _met(value: Any, condition: Any) -> bool:
    """Return whether a value is the wanted one, one of several, or within bounds."""
    if isinstance(condition, dict):
        above, below = condition.get("above"), condition.get("below")
        return (above is None or value > above) and (below is None or value < below)
    return value in condition if isinstance(condition, list) else bool(value == condition)


def _weights(case: Case) -> dict[str, Any]:
    """Return dtype and number of axes of every weight that a loss may have."""
    given = {name: case.arrays.get(name) for name in WEIGHTS}
    return {
        **{f"{name}_dtype": array.dtype if array else "" for name, array in given.items()},
        **{f"{name}_axes": len(array.shape) if array else -1 for name, array in given.items()},
    }


def _width(case: Case) -> str:
    """Return the width of index lists compared with the number of classes; "" without lists."""
    if case.labels != "indices" or not case.target.shape or not case.input.shape:
        return ""
    width, classes = case.target.shape[-1], case.input.shape[-1]
    return "as classes" if width == classes else "narrower" if width < classes else "wider"


def _scores(x: Any) -> dict[str, Any]:
    size = np.abs(x.astype(np.float64))
    return {
        "largest": float(size[~np.isnan(size)].max(initial=0.0)),
        "nan": bool(np.isnan(size).any()),
        "subnormal": bool(((size > 0) & (size < TINY)).any()),
    }


def _lists(target: Array, classes: int) -> dict[str, Any]:
    """Return what index lists hold before their first -1, and whether they have one."""
    numbers = target.rounded().astype(np.float64)
    count = int(np.prod(numbers.shape[:-1]))
    rows = numbers.reshape(count, -1 if numbers.size else 0).tolist()
    listed = [row[: row.index(-1)] if -1 in row else row for row in rows]
    return {
        "padded": any(-1 in row for row in rows),
        "twice": any(len(set(row)) < len(row) for row in listed),
        "junk": any(not -1 <= n < classes for row in rows for n in row),
        "none_listed": bool(rows) and not any(listed),
        "some_unlisted": any(not row for row in listed),
    }
