"""Encode numbers as strict JSON, with nan and the infinities as strings."""

from __future__ import annotations

import json
import math
from typing import Any

_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode_numbers(data: Any) -> Any:
    """Return nested lists of numbers with nan and infinities as strings."""
    if isinstance(data, list):
        return [encode_numbers(item) for item in data]
    if isinstance(data, float) and not math.isfinite(data):
        return str(data)
    return data


def decode_numbers(data: Any) -> Any:
    """Return the numbers that were encoded; ValueError for anything else."""
    if isinstance(data, list):
        return [decode_numbers(item) for item in data]
    if isinstance(data, str) and data in _SPECIAL:
        return _SPECIAL[data]
    if isinstance(data, int | float) and not isinstance(data, bool):
        return data
    raise ValueError(f"expected a number, got {data!r}")


def dump_line(message: dict[str, Any]) -> str:
    """Return a message as a line; ValueError for a bare nan in it."""
    return json.dumps(message, allow_nan=False) + "\n"


def parse_line(line: str) -> dict[str, Any]:
    """Return the message of a line; ValueError if it is not a JSON object."""
    message = json.loads(line, parse_constant=_refuse)
    if not isinstance(message, dict):
        raise ValueError(f"expected a JSON object, got {line[:80]!r}")
    return message


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
