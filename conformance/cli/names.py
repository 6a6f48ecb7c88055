"""Names on the command line: lists with commas, misspelt names, shell completion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

import typer


def names(given: Sequence[str] | None, known: Iterable[str], option: str = "") -> list[str]:
    """Return the names that an option chooses.

    Args:
        given: values of the option, each a name or several with commas between them.
        known: the names that there are; "all" stands for them all.
        option: the option, for the error message.

    Returns:
        The chosen names in the order of `known`.

    Raises:
        typer.BadParameter: a name is not known.
    """
    known = list(known)
    found = [name.strip() for text in given or () for name in text.split(",") if name.strip()]
    if unknown := [name for name in found if name not in [*known, "all"]]:
        text = f"expected some of {', '.join(known)}; got {', '.join(unknown)}"
        raise typer.BadParameter(text + suggestion(unknown[0], known), param_hint=option or None)
    return known if "all" in found else [name for name in known if name in found]


def one_of(name: str, known: Iterable[str], option: str) -> str:
    """Return the name if it is known; typer.BadParameter if not."""
    known = list(known)
    if name not in known:
        text = f"expected one of {', '.join(known)}; got {name!r}"
        raise typer.BadParameter(text + suggestion(name, known), param_hint=option)
    return name


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean torch?" for pytorch, and nothing where no name is near."""
    near = get_close_matches(name.lower(), list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def completer(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a shell completion of names with commas between them."""
    known = list(known)

    def complete(incomplete: str) -> list[str]:
        head, comma, last = incomplete.rpartition(",")
        return [f"{head}{comma}{name}" for name in known if name.startswith(last)]

    return complete
