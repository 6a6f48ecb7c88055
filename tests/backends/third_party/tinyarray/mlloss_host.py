"""`Tiny` for the conformance suite: `mlloss conformance --backend tinyarray.mlloss_host:host`."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlloss.conformance import Host
from tinyarray import Tiny


class TinyHost(Host):
    """No derivatives and no vmap: what is not filled here is reported as absent."""

    name = "tinyarray"
    floats = ("float16", "float32", "float64")

    def prepare(self) -> str:
        return "1.0"

    def array(self, numbers: np.ndarray[Any, Any], dtype: str) -> Tiny:
        with np.errstate(over="ignore"):
            return Tiny(numbers, dtype)

    def numpy(self, x: Tiny) -> np.ndarray[Any, Any]:
        return x.values

    def dtype(self, x: Tiny) -> str:
        return str(x.values.dtype)


host = TinyHost()
