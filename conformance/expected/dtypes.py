"""What numbers become in each floating dtype, also in bfloat16, which NumPy does not have."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def rounded(values: ArrayLike, dtype: str) -> NDArray[Any]:
    """The nearest numbers that `dtype` has, as float64."""
    values = np.asarray(values)
    with np.errstate(over="ignore", under="ignore"):
        if dtype != "bfloat16":
            return values.astype(dtype).astype(np.float64)
        single = values.astype(np.float32)
    bits: NDArray[Any] = single.view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16  # to nearest, ties to even
    finite = np.isfinite(single)
    return np.where(finite, bits.astype(np.uint32).view(np.float32), single).astype(np.float64)
