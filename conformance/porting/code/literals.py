"""Numbers and arrays as somebody would type them, to become the very same numbers again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np

from mlloss.conformance.cases.model import Array
from mlloss.conformance.expected.dtypes import rounded
from mlloss.core.spec import FLOATS

WIDTH, _IN = 100, "    "
IMPORTS = {
    r"\bsuppress\(": "from contextlib import suppress",
    r"\binf\b": "from math import inf",
    r"\bnan\b": "from math import nan",
    r"\bjax\.(?!numpy)": "import jax",
    r"\bjnp\.": "import jax.numpy as jnp",
    r"\bmindspore\.": "import mindspore",
    r"\bnp\.": "import numpy as np",
    r"\boptax\.": "import optax",
    r"\bpaddle\.": "import paddle",
    r"\btorch\.": "import torch",
    r"\bmlloss\.(?!dialects)": "import mlloss",
    r"\bmlloss\.dialects\.mindspore\.(?!ops)": "import mlloss.dialects.mindspore",
    r"\bmlloss\.dialects\.mindspore\.ops": "import mlloss.dialects.mindspore.ops",
    r"\bmlloss\.dialects\.paddle\.(?!functional)": "import mlloss.dialects.paddle",
    r"\bmlloss\.dialects\.paddle\.functional": "import mlloss.dialects.paddle.functional",
    r"\bmlloss\.dialects\.torch\.(?!functional)": "import mlloss.dialects.torch",
    r"\bmlloss\.dialects\.torch\.functional": "import mlloss.dialects.torch.functional",
}


def imports(code: str) -> list[str]:
    """What the code needs, the standard library's first; nothing else in it is to look like it."""
    needed = [line for name, line in IMPORTS.items() if re.search(name, code)]
    own, others = ([n for n in needed if n.startswith("from ") is first] for first in (True, False))
    return [*own, *([""] if own and others else []), *others]


def numbers(array: Array) -> str:
    """Nested lists, a row a line where one line would be too long."""
    nested = _literals(array)
    if len(repr(nested)) < WIDTH / 2 or len(array.shape) < 2:
        return fill(repr(nested), WIDTH, subsequent_indent=_IN)
    rows = [fill(repr(row), WIDTH, initial_indent=_IN, subsequent_indent=_IN) for row in nested]
    return "[\n" + "".join(f"{row},\n" for row in rows) + "]"


def arguments(options: Mapping[str, Any]) -> str:
    """`reduction="none", axis=0`."""
    return ", ".join(f"{name}={literal(value)}" for name, value in options.items())


def literal(value: Any) -> str:
    """In double quotes if it is a string."""
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _literals(array: Array) -> Any:
    """As written, where that comes out right: frameworks round to float32 first, or overflow."""
    exact = array.rounded()
    if array.dtype not in FLOATS:
        return exact.tolist()
    given = np.array(array.data, object).reshape(array.shape)
    first = rounded(given.astype(np.float64), "float64" if array.dtype == "float64" else "float32")
    survives = np.isfinite(exact) & (rounded(first, array.dtype) == exact)
    return np.where(survives, given, exact).tolist()
