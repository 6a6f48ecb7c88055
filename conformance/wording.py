"""Numbers and errors in the few words that a line of the report has room for."""

from __future__ import annotations

from mlloss.conformance.case import Floats

LONGEST = 80


def numbers(value: Floats, digits: int = 6) -> str:
    """0.85, or [0.85, 2.05]."""

    def text(item: object) -> str:
        if isinstance(item, list):
            return f"[{', '.join(map(text, item))}]"
        return f"{item:.{digits}g}"

    return text(value.tolist())


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
