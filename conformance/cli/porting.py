"""`mlloss porting`: a page for each pair of frameworks."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, FunctionLoader, StrictUndefined

from mlloss.conformance.porting.page import PAIRS, porting
from mlloss.conformance.reports.markdown import plain

Folder = Annotated[Path, typer.Argument(help="Where the pages go; made if it is not there.")]


def pages(folder: Folder) -> None:
    """Write a page for each pair of frameworks: signatures, code and differences side by side."""
    folder.mkdir(parents=True, exist_ok=True)
    for source, goal in PAIRS:
        (folder / f"{source}-to-{goal}.md").write_text(page(source, goal), "utf-8")


def page(source: str, goal: str) -> str:
    """The page in Markdown."""
    return _environment().get_template("porting.md").render(page=porting(source, goal))


def _environment() -> Environment:
    templates = files("mlloss.conformance") / "porting"
    environment = Environment(
        loader=FunctionLoader(lambda name: (templates / name).read_text("utf-8")),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain
    return environment
