"""The extra `cli`: the packages of the command line and the suite, beside NumPy."""

from __future__ import annotations

from importlib.util import find_spec

PACKAGES = ("jinja2", "packaging", "rich", "typer")  # as in pyproject.toml
INSTALL = 'pip install "mlloss[cli]"'


def missing_packages() -> list[str]:
    """Return the packages of the extra that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]
