"""NumPy: values only."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlloss.conformance.frameworks.adapters.base import Host, Numbers

NONE = "NumPy has no derivatives"


class NumpyHost(Host):
    """As every user has it."""

    name = "numpy"
    scalars = (np.generic,)
    floats = ("float16", "float32", "float64")
    knows_foreign = False
    lacks = {  # noqa: RUF012 - read only
        "": {
            **dict.fromkeys(("gradient", "second derivative", "vmap gradient"), NONE),
            "vmap": "NumPy has no vmap",
        }
    }

    def prepare(self) -> str:
        return np.__version__

    def array(self, numbers: Numbers, dtype: str) -> Any:
        with np.errstate(over="ignore"):
            return numbers.astype(dtype)

    def numpy(self, x: Any) -> Numbers:
        return np.asarray(x)
