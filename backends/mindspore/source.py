"""Functions made from source text, in files that MindSpore's parser can read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_FOLDER = TemporaryDirectory(prefix="mlloss")  # MindSpore 2.10 reads source from files only
_NUMBERS = count()


def made(source: str, names: dict[str, Any]) -> Callable[..., Any]:
    """Return the function that a source text defines.

    Args:
        source: the text of one function definition.
        names: what the text refers to besides `mindspore.ops`, which it calls `ops`.
    """
    name = source.partition("(")[0].removeprefix("def ")
    result: Callable[..., Any] = _factory(source, name, tuple(names))(*names.values())
    return result


@cache
def _factory(source: str, name: str, names: tuple[str, ...]) -> Callable[..., Any]:
    """Return a function of what the text refers to; MindSpore resolves closures, not globals."""
    indented = source.strip().replace("\n", "\n    ")
    text = f"def make({', '.join(names)}):\n    {indented}\n    return {name}\n"
    file = Path(_FOLDER.name) / f"{name}_{next(_NUMBERS)}.py"
    file.write_text(text, "utf-8")
    scope: dict[str, Any] = {"__name__": __name__}
    exec(compile(text, file, "exec"), scope)
    factory: Callable[..., Any] = scope["make"]
    return factory
