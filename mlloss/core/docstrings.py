"""The parts of a loss's docstring, for `mlloss spec`, the classes and the reference pages."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

_SECTION = re.compile(r"(Notes|Args|Returns|Raises|Example|References):$")


@dataclass(frozen=True)
class Docstring:
    """A docstring in Google style: a summary, an indented formula, a paragraph, sections.

    Everything is empty where Python has dropped docstrings (`python -OO`).
    """

    summary: str
    formula: str
    sections: dict[str, str]  # "Args" to its text, dedented

    @property
    def notes(self) -> tuple[str, ...]:
        """The items of the list in "Notes", one line each."""
        items = re.split(r"^- ", self.sections.get("Notes", ""), flags=re.MULTILINE)
        return tuple(_one_line(item) for item in items if item.strip())

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """Name and description of each argument, in order."""
        items = re.split(r"^(\w+): ", self.sections.get("Args", ""), flags=re.MULTILINE)[1:]
        return tuple(zip(items[::2], map(_one_line, items[1::2]), strict=True))

    @property
    def references(self) -> tuple[str, ...]:
        """The addresses in "References"."""
        return tuple(self.sections.get("References", "").split())


def parse(text: str | None) -> Docstring:
    """Return the parts of a docstring; of None or "", a `Docstring` with nothing in it."""
    lines = inspect.cleandoc(text or "").split("\n")
    sections: dict[str, list[str]] = {"": []}
    name = ""
    for line in lines[1:]:
        if heading := _SECTION.match(line):
            name = heading[1]
            sections[name] = []
        else:
            sections[name].append(line)
    formula = [line for line in sections.pop("") if line.startswith("    ")]
    return Docstring(
        summary=lines[0],
        formula=inspect.cleandoc("\n" + "\n".join(formula)),
        sections={
            name: inspect.cleandoc("\n" + "\n".join(body)) for name, body in sections.items()
        },
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
