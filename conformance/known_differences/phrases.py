"""How values, bounds and counts are said: the makers of the phrases in conditions.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Phrase = Callable[[Any], str]


def either(values: Any, names: Mapping[Any, str]) -> str:
    """A value, or several with "or"; `names` says those that are no English, also some at once."""
    several = values if isinstance(values, list) else [values]
    if tuple(several) in names:
        return names[tuple(several)]
    words = [names.get(one, str(one)) for one in several]
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def named(template: str, names: Mapping[Any, str] | None = None) -> Phrase:
    """For words."""
    return lambda value: template.format(either(value, names or {}))


def whether(yes: str, no: str) -> Phrase:
    """For what is so or is not."""
    return lambda value: yes if value else no


def bounded(template: str) -> Phrase:
    """For bounds of any number: above 44 and below 88."""
    return lambda bounds: template.format(
        " and ".join(f"{side} {bound:g}" for side, bound in bounds.items())
    )


def counted(template: str, one: str, many: str, none: str = "") -> Phrase:
    """For whole numbers, several or bounds: 1, 3 or 4 axes; -1 is nothing to be counted."""

    def phrase(value: Any) -> str:
        if value == -1 and none:
            return none
        return template.format(_bounds(value) if isinstance(value, dict) else _number(value))

    def _number(value: Any) -> str:
        last = value[-1] if isinstance(value, list) else value
        return f"{either(value, {})} {one if last == 1 else many}"

    def _bounds(value: dict[str, int]) -> str:
        low = [f"at least {_number(value['above'] + 1)}"] if "above" in value else []
        high = [f"at most {_number(value['below'] - 1)}"] if "below" in value else []
        return " and ".join(low + high)

    return phrase
