"""Sphinx configuration of the site; `docs/generator/build_site.py` calls Sphinx."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

import mlloss

project = "mlloss"
author = "the mlloss authors"
copyright = f"2026, {author}"
release = version = mlloss.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # porting pages begin lists of differences at the third level
default_role = "code"  # docstrings write `name`, as Markdown does
autodoc_typehints = "none"  # the Args section names types and shapes
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_use_rtype = False  # "An array of ...: its shape" is no type
smartquotes_action = "D"  # dashes; "indices" keeps its quotes
copybutton_prompt_text = ">>> "

html_theme = "furo"
html_title = f"mlloss {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None

INDENTED = re.compile(r"\n\n(?=    )")


def literal_formulas(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Mark indented blocks outside of sections, the formulas, as literal blocks."""
    text = "\n".join(lines)
    head, section, tail = text.partition("\nArgs:\n")
    lines[:] = (INDENTED.sub("\n\n.. code-block:: text\n\n", head) + section + tail).split("\n")


def setup(app: Sphinx) -> None:
    """Connect the hooks of this file, before those of napoleon."""
    app.connect("autodoc-process-docstring", literal_formulas, priority=400)
