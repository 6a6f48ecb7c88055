"""The response of a worker to a request, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlloss.conformance.json_codec import decode_numbers

Request = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a request.

    Attributes:
        kind: "value", "error" (one that the call raised), "died" or "timed out" (of the process),
            or "absent" (the installed version has no such native).
        message: the message of the error, or why there is no value.
        error: the type of the error.
        dtype: the dtype of the value.
        value: the numbers.
    """

    kind: Literal["value", "error", "died", "timed out", "absent"]
    message: str = ""
    error: str = ""
    dtype: str = ""
    value: NDArray[np.float64] | None = None


def read_response(message: dict[str, Any], request: Request) -> Outcome:
    """Return the outcome of a request.

    Args:
        message: the worker's response.
        request: the request that was sent.

    Raises:
        ValueError: the response is for another request, or is malformed (also KeyError and
            TypeError).
    """
    for name in ("id", "subject"):
        if message.get(name) != request[name]:
            got, wanted = message.get(name), request[name]
            raise ValueError(f"response is for {name} {got!r}, expected {wanted!r}")
    if "absent" in message and request["subject"] == "native":  # of mlloss it is no response
        return Outcome("absent", str(message["absent"]))
    if "error" in message:
        return Outcome("error", str(message.get("message", "")), str(message["error"]))
    value = np.array(decode_numbers(message["value"]), dtype=np.float64)
    if "shape" in message:  # nested lists without a number do not have one
        value = value.reshape(message["shape"])
    return Outcome("value", dtype=str(message["dtype"]), value=value)
