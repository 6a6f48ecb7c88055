"""How all commands print: no narrower than 100 columns into a log, addresses in one piece."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

NARROWEST = 100


def terminal() -> Console:
    """A log says nothing of its width, and 80 columns would break tables."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST)
    return console


def print_all(parts: Iterable[RenderableType], console: Console | None = None) -> None:
    """An address is longer than it looks: cut or folded it cannot be followed."""
    console = console or terminal()
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))


def address(text: str, columns: int) -> Text:
    """An address, indented, to be printed in one piece."""
    return Text(" " * columns + text, "dim", no_wrap=True)


def indented(text: Text, columns: int) -> Padding:
    """A paragraph, indented also where it wraps."""
    return Padding(text, (0, 0, 0, columns), expand=False)
