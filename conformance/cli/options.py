"""The options of `mlloss conformance`; other commands have some of them too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mlloss.conformance.cli.names import completer
from mlloss.conformance.frameworks.registry import FRAMEWORKS, IMPLEMENTATIONS, TARGETS

Names = list[str] | None
File = Path | None


def _selection(*flags: str, **details: Any) -> Any:
    return typer.Option(*flags, rich_help_panel="Selection", **details)


def _execution(**details: Any) -> Any:
    return typer.Option(rich_help_panel="Execution", **details)


def _report(help: str) -> Any:
    return typer.Option(help=help, metavar="FILE", rich_help_panel="Reports")


def _instead(*flags: str, **details: Any) -> Any:
    return typer.Option(*flags, rich_help_panel="Instead of a run", **details)


Targets = Annotated[
    Names,
    _selection(
        "--target",
        metavar="NAME,...",
        help=f"Targets: {', '.join(TARGETS)}; default: all.",
        autocompletion=completer([*TARGETS, "all"]),
    ),
]
Implementations = Annotated[
    Names,
    _selection(
        "--subject",
        metavar="NAME,...",
        help=f"Implementations: {', '.join(IMPLEMENTATIONS)}; default: all.",
        autocompletion=completer([*IMPLEMENTATIONS, "all"]),
    ),
]
Backend = Annotated[
    str | None,
    _selection(
        "--backend", metavar="MODULE:ATTR", help="Third-party backend, by the address of its host."
    ),
]
KnownDifferences = Annotated[
    list[Path] | None,
    _selection(
        "--known-differences", metavar="FILE", help="Known differences of that backend (TOML)."
    ),
]
Cases = Annotated[
    Names, _selection("--case", metavar="PATTERN", help="Cases by id, such as 'soft/*'.")
]
Quick = Annotated[bool, _selection("--quick", help="Run a subset of the cases.")]
Required = Annotated[
    Names,
    _selection(
        "--require",
        metavar="NAME,...",
        help=f"Fail if one of these is absent: {', '.join(FRAMEWORKS)}, all.",
        autocompletion=completer([*FRAMEWORKS, "all"]),
    ),
]
Jobs = Annotated[int, _execution(min=1, help="Worker processes at a time.")]
Timeout = Annotated[float, _execution(min=0, help="Seconds for each case.")]
Record = Annotated[File, _report("The whole run, as JSON lines.")]
Markdown = Annotated[File, _report("Markdown, such as for a CI summary.")]
JUnit = Annotated[File, _report("JUnit XML.")]
Badge = Annotated[File, _report("JSON for a shields.io endpoint.")]
Html = Annotated[File, _report("One HTML page with every case.")]
Readme = Annotated[File, _report("Replace the matrix between <!-- matrix --> marks.")]
FromRecord = Annotated[File, _instead(metavar="RECORD", help="Report what this record holds.")]
Compare = Annotated[
    tuple[Path, Path] | None,
    _instead(metavar="OLD NEW", help="Print what changed between two records."),
]
Script = Annotated[
    bool, _instead("--script", help="Print scripts that reproduce the cases of --case.")
]
