"""Format numbers, errors and conditions as short text for all reports."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from mlloss.conformance.cases.model import Floats
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, Raises
from mlloss.conformance.known_differences.effects import Crash, Prediction, Uninitialized
from mlloss.conformance.runner.protocol import Outcome

LONGEST = 80
FEW = 12
# All that XML 1.0 allows, less the C1 controls, which a terminal may obey.
_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    r"""Return the text with control characters and half surrogates escaped: \x1b, \ud800."""
    return _FORBIDDEN.sub(lambda found: ascii(found.group())[1:-1], text)


def numbers(value: Floats, digits: int = 6) -> str:
    """Return numbers as text: 0.85, or [0.85, 2.05]; of many the shape and the first few."""

    def text(item: Any) -> str:
        if isinstance(item, list):
            return f"[{', '.join(map(text, item))}]"
        return f"{item:.{digits}g}"

    if value.size <= FEW:
        return text(value.tolist())
    some = ", ".join(map(text, value.reshape(-1)[:FEW].tolist()))
    return f"{'x'.join(map(str, value.shape))} numbers: {some} ..."


def prediction_text(predicted: Prediction) -> str:
    """Return what a known difference predicts, as a predicate: "gives 2.05"."""
    if isinstance(predicted, Raises):
        return error_text(predicted.type, predicted.message)
    if isinstance(predicted, Crash):
        return f"is killed by {predicted.signal}"
    if isinstance(predicted, Uninitialized):
        return "gives whatever stands in memory"
    return f"gives {definition_text(predicted)}"


def definition_text(wanted: Prediction) -> str:
    """Return what is expected: numbers, or an error."""
    if isinstance(wanted, Numbers):
        return numbers(wanted.value)
    may_be_nan = isinstance(wanted, ExpectedError) and wanted.rows
    return "an error" + (", or nan in the wrong rows" if may_be_nan else "")


def outcome_text(outcome: Outcome, wanted: Prediction, verb: str = "gives") -> str:
    """Return what was observed, with more digits where 6 do not tell it from `wanted`."""
    if outcome.value is None:
        return error_text(outcome.error, outcome.message)
    if not isinstance(wanted, Numbers):
        return f"{verb} {numbers(outcome.value)}"
    dtype = "" if outcome.dtype == wanted.dtype else f" as {outcome.dtype}"
    same = numbers(outcome.value) == numbers(wanted.value) and not dtype
    return f"{verb} {numbers(outcome.value, 9 if same else 6)}{dtype}"


def error_text(error: str, message: str) -> str:
    """Return the type of an error and the most telling line of its message, shortened."""
    line = _headline(message).removeprefix(f"{error}: ")
    short = line if len(line) <= LONGEST else line[:LONGEST].rpartition(" ")[0] + " ..."
    return f"raises {error}: {short}"


def toml_text(table: Mapping[str, Any]) -> str:
    """Return a table as TOML on one line: `dtype = "float16", axes = { below = 3 }`."""
    return ", ".join(f"{key} = {_toml(value)}" for key, value in table.items())


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {toml_text(value)} }}"
    return json.dumps(value, ensure_ascii=False)


def _headline(message: str) -> str:
    """Return the line with the error: frameworks add rules, headings and stack traces."""
    lines = [line.strip() for line in message.splitlines()]
    telling = [line for line in lines if line.strip("-= ") and not line.startswith("- ")]
    errors = [line for line in telling if "Error: " in line]
    return (errors or telling or ["no message"])[0]
