"""Printing of all commands: width of a log, addresses that are not cut, a pager."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import nullcontext

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

NARROWEST = 100


def terminal() -> Console:
    """Return a console of at least 100 columns if it is no terminal: a log has no width."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST)
    return console


def print_all(parts: Iterable[RenderableType], console: Console | None = None) -> None:
    """Print each part; a text that must not wrap, such as an address, in one piece."""
    console = console or terminal()
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))


def print_paged(parts: Iterable[RenderableType]) -> None:
    """Print through the pager of the system if stdout is a terminal, else plainly."""
    console = terminal()
    os.environ.setdefault("LESS", "-FRX")  # as git does: colours, and no pager for one screen
    with console.pager(styles=True) if sys.stdout.isatty() else nullcontext():
        print_all(parts, console)


def address(text: str, columns: int) -> Text:
    """Return an indented address, to be printed in one piece."""
    return Text(" " * columns + text, "dim", no_wrap=True)


def indented(text: Text, columns: int) -> Padding:
    """Return a paragraph that is indented also where it wraps."""
    return Padding(text, (0, 0, 0, columns), expand=False)
