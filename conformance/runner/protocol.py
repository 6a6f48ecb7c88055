"""What became of a question: an answer that answers it, or the lack of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.json_codec import decode_numbers


@dataclass(frozen=True)
class Outcome:
    """A value, an error of this type, or a death; `message` is the error's, or the cause."""

    kind: Literal["value", "error", "died", "timed out"]
    message: str = ""
    error: str = ""
    dtype: str = ""
    value: NDArray[np.float64] | None = None


def read_answer(message: dict[str, Any], question: dict[str, Any]) -> Outcome:
    """The worker's line, if it is about this question; else a ValueError or the like."""
    for name in ("id", "subject"):
        if message.get(name) != question[name]:
            raise ValueError(f"{name} is {message.get(name)!r}, asked was {question[name]!r}")
    if "error" in message:
        return Outcome("error", str(message.get("message", "")), str(message["error"]))
    value = np.array(decode_numbers(message["value"]), dtype=np.float64)
    if "shape" in message:  # nested lists without a number do not tell it
        value = value.reshape(message["shape"])
    return Outcome("value", dtype=str(message["dtype"]), value=value)
