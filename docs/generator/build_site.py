"""Build the static site: `python docs/generator/build_site.py [--record FILE] [--out FOLDER]`.

Sources are the Markdown files of this folder and the pages that are made here: porting pages,
reference pages, and the results of a conformance run. Without a record the matrix is the
checked-in `docs/conformance.md`. Warnings and broken links are errors.
"""

from __future__ import annotations

import argparse
import inspect
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from check_links import broken_links
from sphinx.cmd.build import main as sphinx
from summary import fill_summary

import mlloss
import mlloss.conformance

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
BUILD = ROOT / "build"
PAGES = ("*.md", "*.svg", "conf.py", "guide/*.md", "_static/*")
FRAMEWORKS = {  # MindSpore cannot be imported after Paddle, so it comes first
    "mindspore": "MindSpore",
    "torch": "PyTorch",
    "jax": "JAX",
    "paddle": "PaddlePaddle",
}


def build(out: Path, record: Path | None) -> int:
    """Build the site into a folder and return the exit status."""
    source = BUILD / "site-source"
    for folder in (source, out):
        shutil.rmtree(folder, ignore_errors=True)
    for pattern in PAGES:
        for path in DOCS.glob(pattern):
            _copy(path, source / path.relative_to(DOCS))
    _copy(ROOT / "CHANGELOG.md", source / "changelog.md")
    _write_porting(source / "porting")
    _write_reference(source / "reference")
    fill_summary(source / "speed.md", DOCS / "benchmarks.json")
    extra = _write_results(source, record)
    for name in FRAMEWORKS:
        import_module(name)
    status = sphinx(["-W", "--keep-going", "-q", "-b", "html", *extra, str(source), str(out)])
    broken = broken_links(out)
    print(*broken, sep="\n", file=sys.stderr)
    return status or bool(broken)


def _copy(path: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, goal)


def _mlloss(*args: object) -> None:
    subprocess.run([sys.executable, "-m", "mlloss", *map(str, args)], check=True, cwd=ROOT)


def _page(path: Path, title: str, *parts: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join((f"# {title}", *parts)) + "\n", "utf-8")


def _toctree(*names: str) -> str:
    return "\n".join(("```{toctree}", ":maxdepth: 1", "", *names, "```"))


def _write_porting(folder: Path) -> None:
    """Write a page for each pair of frameworks, and their list."""
    _mlloss("porting", folder)
    names = sorted(path.stem for path in folder.glob("*.md"))
    text = "One page for each pair: signatures, code and differences, from the suite's records."
    _page(folder / "index.md", "Porting pages", text, _toctree(*names))


def _write_reference(folder: Path) -> None:
    """Write the reference pages, from the public names and their docstrings."""
    converters = [name for name in mlloss.__all__ if name.startswith(("to_", "check_"))]
    classes = [name for name in mlloss.__all__ if inspect.isclass(getattr(mlloss, name))]
    apart = {*converters, *classes}
    losses = [
        name
        for name in mlloss.__all__
        if name not in apart and inspect.isfunction(getattr(mlloss, name))
    ]
    _page(folder / "losses.md", "Losses", _autodoc("mlloss", losses))
    _page(folder / "labels.md", "Label converters", _autodoc("mlloss", converters))
    _page(folder / "classes.md", "Classes", CLASSES, _autodoc("mlloss", classes))
    modules = [
        part
        for name, title in sorted(FRAMEWORKS.items())
        for part in (f"## {title}", _autodoc(f"mlloss.{name}", classes))
    ]
    _page(folder / "modules.md", "Modules of each framework", MODULES, *modules)
    dialects = [
        part
        for name in DIALECTS
        for part in (f"## `{name}`", _autodoc(name, sorted(_public(name))))
    ]
    _page(folder / "dialects.md", "Dialects", DIALECTS_TEXT, *dialects)
    suite = ["Host", "check_backend", "parametrize", "Case", "all_cases", "Difference"]
    _page(folder / "conformance.md", "Conformance suite", _autodoc("mlloss.conformance", suite))
    names = ("losses", "labels", "classes", "modules", "dialects", "conformance")
    _page(folder / "index.md", "API reference", REFERENCE, _toctree(*names))


REFERENCE = "Built from the docstrings of the public names."
CLASSES = "Losses as objects that keep their arguments. They take arrays of any framework."
MODULES = (
    "The same classes as `torch.nn.Module`, `paddle.nn.Layer`, `mindspore.nn.Cell` and as a JAX "
    "pytree. The arguments are those of the [classes](classes.md)."
)
DIALECTS_TEXT = (
    "Each framework's own names, argument order and defaults, for arrays of any framework. "
    "See [porting](../porting.md)."
)
DIALECTS = (
    "mlloss.dialects.torch",
    "mlloss.dialects.torch.functional",
    "mlloss.dialects.paddle",
    "mlloss.dialects.paddle.functional",
    "mlloss.dialects.mindspore",
    "mlloss.dialects.mindspore.ops",
)


def _public(module: str) -> list[str]:
    found = import_module(module)
    return [name for name in found.__all__ if callable(getattr(found, name))]


def _autodoc(module: str, names: list[str]) -> str:
    """Return directives for the names of a module."""
    home = import_module(module)
    parts = ["```{eval-rst}", f".. currentmodule:: {module}", ""]
    for name in names:
        if inspect.isclass(getattr(home, name)):
            parts += [f".. autoclass:: {name}", *_members(module, name), ""]
        else:
            parts += [f".. autofunction:: {name}", ""]
    return "\n".join((*parts, "```"))


def _members(module: str, name: str) -> tuple[str, ...]:
    return ("   :members:",) if (module, name) == ("mlloss.conformance", "Host") else ()


def _write_results(source: Path, record: Path | None) -> list[str]:
    """Write the page of results; return Sphinx's options for it."""
    matrix, report = source / "conformance.md", source / "_report" / "report.html"
    options: list[str] = []
    link = "The run that built this page left no record. `make site RECORD=FILE` adds all cases."
    if record is not None:
        report.parent.mkdir(parents=True)
        _mlloss("conformance", "--from-record", record, "--markdown", matrix, "--html", report)
        options = ["-D", "html_extra_path=_report"]
        link = '<a href="report.html">Every case, with filters and a reproduction</a>.'
    text = matrix.read_text("utf-8")
    _page(matrix, "Results", RESULTS, link, text)
    return options


RESULTS = (
    "The last recorded run. [How the suite works](conformance-suite.md) explains what a cell means "
    "and what a known difference is."
)


def main() -> int:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description="Build the static site.")
    parser.add_argument("--record", type=Path, help="a conformance record; adds the HTML report")
    parser.add_argument("--out", type=Path, default=BUILD / "site", help="where the site goes")
    options = parser.parse_args()
    return build(options.out, options.record and options.record.resolve())


if __name__ == "__main__":
    sys.exit(main())
