"""Numbers and errors in the few words that a line of the report has room for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mlloss.conformance.cases.model import Floats
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, Raises
from mlloss.conformance.known_differences.effects import Crash, Prediction, Uninitialized
from mlloss.conformance.runner.protocol import Outcome

LONGEST = 80
FEW = 12


def numbers(value: Floats, digits: int = 6) -> str:
    """0.85, or [0.85, 2.05]; of many numbers the first few."""

    def text(item: Any) -> str:
        if isinstance(item, list):
            return f"[{', '.join(map(text, item))}]"
        return f"{item:.{digits}g}"

    if value.size <= FEW:
        return text(value.tolist())
    some = ", ".join(map(text, value.reshape(-1)[:FEW].tolist()))
    return f"{'x'.join(map(str, value.shape))} numbers: {some} ..."


def prediction_text(instead: Prediction) -> str:
    """What a known difference says comes."""
    if isinstance(instead, Raises):
        return raised(instead.type, instead.message)
    if isinstance(instead, Crash):
        return f"is killed by {instead.signal}"
    if isinstance(instead, Uninitialized):
        return "gives whatever stands in memory"
    return f"gives {definition_text(instead)}"


def definition_text(wanted: Prediction) -> str:
    """What is expected."""
    if isinstance(wanted, Numbers):
        return numbers(wanted.value)
    may_be_nan = isinstance(wanted, ExpectedError) and wanted.rows
    return "an error" + (", or nan in the wrong rows" if may_be_nan else "")


def came(outcome: Outcome, wanted: Prediction, verb: str = "gives") -> str:
    """What came, with more digits where six do not tell it from what was wanted."""
    if outcome.value is None:
        return raised(outcome.error, outcome.message)
    if not isinstance(wanted, Numbers):
        return f"{verb} {numbers(outcome.value)}"
    dtype = "" if outcome.dtype == wanted.dtype else f" as {outcome.dtype}"
    same = numbers(outcome.value) == numbers(wanted.value) and not dtype
    return f"{verb} {numbers(outcome.value, 9 if same else 6)}{dtype}"


def toml_text(table: Mapping[str, Any]) -> str:
    """Return a table as TOML on one line: `dtype = "float16", axes = { below = 3 }`."""
    return ", ".join(f"{key} = {_toml(value)}" for key, value in table.items())


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {toml_text(value)} }}"
    return json.dumps(value, ensure_ascii=False)


def raised(error: str, message: str) -> str:
    """The type, and the line of the message that says most."""
    line = _headline(message).removeprefix(f"{error}: ")
    short = line if len(line) <= LONGEST else line[:LONGEST].rpartition(" ")[0] + " ..."
    return f"raises {error}: {short}"


def _headline(message: str) -> str:
    """Frameworks wrap theirs in rules, headings and stack traces."""
    lines = [line.strip() for line in message.splitlines()]
    telling = [line for line in lines if line.strip("-= ") and not line.startswith("- ")]
    errors = [line for line in telling if "Error: " in line]
    return (errors or telling or ["no message"])[0]
