"""How near a result must be to the oracle's, and the assertion that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlloss.conformance.expected.dtypes import rounded

Array = np.ndarray[Any, Any]


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
