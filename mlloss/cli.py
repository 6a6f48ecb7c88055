"""Entry point of the `mlloss` command, whose packages are the extra `cli`."""

from __future__ import annotations

import sys

from mlloss.conformance.extra import INSTALL, missing_packages


def main() -> None:
    """Run the command line; without its packages, say what to install and exit with 2."""
    if missing := missing_packages():
        print(f"mlloss: the command line needs {', '.join(missing)}: {INSTALL}", file=sys.stderr)
        raise SystemExit(2)
    from mlloss.conformance.cli.app import app

    app(prog_name="mlloss")
