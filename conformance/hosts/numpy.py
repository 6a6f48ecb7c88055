"""NumPy: values only."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlloss.conformance.hosts.base import Host, Numbers

NONE = "NumPy has no derivatives"


class NumpyHost(Host):
    """As every user has it."""

    name = "numpy"
    scalars = (np.generic,)
    floats = ("float16", "float32", "float64")
    knows_foreign = False
    lacks = {  # noqa: RUF012 - read only
        "": {
            "gradient": NONE,
            "weight gradient": NONE,
            "second derivative": NONE,
            "vmap": "NumPy has no vmap",
            "vmap gradient": NONE,
        }
    }

    def prepare(self) -> str:
        return np.__version__

    def array(self, numbers: Numbers, dtype: str) -> Any:
        with np.errstate(over="ignore"):
            return numbers.astype(dtype)

    def numpy(self, x: Any) -> Numbers:
        return np.asarray(x)
