"""Numbers between processes: JSON, with nan and the infinities as strings."""

from __future__ import annotations

import json
import math
from typing import Any

_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode_numbers(data: Any) -> Any:
    """Nested lists of numbers, made fit for strict JSON."""
    if isinstance(data, list):
        return [encode_numbers(item) for item in data]
    if isinstance(data, float) and not math.isfinite(data):
        return str(data)
    return data


def decode_numbers(data: Any) -> Any:
    """The way back; anything else than numbers is a ValueError."""
    if isinstance(data, list):
        return [decode_numbers(item) for item in data]
    if isinstance(data, str) and data in _SPECIAL:
        return _SPECIAL[data]
    if isinstance(data, int | float) and not isinstance(data, bool):
        return data
    raise ValueError(f"expected a number, got {data!r}")


def dump_line(message: dict[str, Any]) -> str:
    """One message, one line; a bare nan in it is a mistake of ours."""
    return json.dumps(message, allow_nan=False) + "\n"


def parse_line(line: str) -> dict[str, Any]:
    """The message of a line; ValueError for all that is not a JSON object."""
    message = json.loads(line, parse_constant=_refuse)
    if not isinstance(message, dict):
        raise ValueError(f"expected a JSON object, got {line[:80]!r}")
    return message


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
