"""How near a result must be to the oracle's, and the assertion that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
RELATIVE = {"float16": 1e-6, "bfloat16": 1e-6, "float32": 1e-6, "float64": 1e-12}
ONE_ROUNDING = {"float16": 2**-24, "bfloat16": 2**-24, "float32": 2**-24, "float64": 2**-53}
SMALLEST = {"float16": 2**-126, "bfloat16": 2**-126, "float32": 2**-126, "float64": 2**-1022}


def assert_close(
    got: Any,
    want: Any,
    allowance: Any,
    dtype: str,
    what: str = "",
    rows: Sequence[str] | None = None,
) -> None:
    """Every number within its allowance, or what such a number becomes when rounded to `dtype`."""
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    assert got.shape == want.shape, f"{what}: shape {got.shape}, but should be {want.shape}"
    reach = np.where(np.isfinite(want), allowance, 0.0)
    low, high = rounded(want - reach, dtype), rounded(want + reach, dtype)
    fine = ((low <= got) & (got <= high)) | (np.isnan(got) & np.isnan(want))
    for place in np.argwhere(~fine)[:1]:
        at = tuple(place.tolist())
        name = rows[at[0]] if rows else ""
        raise AssertionError(
            f"{what}: at {at} {name} got {got[at]!r}, but should be {want[at]!r} "
            f"to within {np.broadcast_to(allowance, want.shape)[at]:.3g}, rounded to {dtype}; "
            f"{int((~fine).sum())} of {fine.size} numbers are off"
        )


def rounded(values: Array, dtype: str) -> Array:
    """The nearest numbers that `dtype` has, as float64."""
    with np.errstate(over="ignore", under="ignore"):
        if dtype != "bfloat16":
            return values.astype(dtype).astype(np.float64)
        single = values.astype(np.float32)
    bits = single.view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16  # to nearest, ties to even
    top = np.isfinite(single)
    return np.where(top, bits.astype(np.uint32).view(np.float32), single).astype(np.float64)
