"""`mlloss porting`: a porting guide for each pair of frameworks."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, FunctionLoader, StrictUndefined

from mlloss.conformance.porting.page import PAIRS
from mlloss.conformance.porting.page import porting as page_data
from mlloss.conformance.reports.markdown import plain

app = typer.Typer(add_completion=False)


@app.command()
def porting(
    folder: Annotated[Path, typer.Argument(help="Folder of the pages; created if missing.")],
) -> None:
    """Write a porting guide for each pair of frameworks, in Markdown.

    A guide has signatures, code and known differences side by side.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for source, goal in PAIRS:
        (folder / f"{source}-to-{goal}.md").write_text(page(source, goal), "utf-8")


def page(source: str, goal: str) -> str:
    """Return the guide from one framework to another, in Markdown."""
    return _environment().get_template("porting.md").render(page=page_data(source, goal))


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
