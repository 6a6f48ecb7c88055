"""Code run in a process of its own, with the package under test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mlloss

HOME = Path(mlloss.__file__).parent.parent  # of the package under test, checkout or site-packages
HELPERS = Path(__file__).parent


def python(code: str, folder: Path, *paths: Path) -> str:
    """Return what the code prints."""
    return _run([sys.executable, "-c", code], folder, (HOME, *paths), 120, {})


def helper(script: str, *arguments: str, timeout: float = 400, **environment: str) -> str:
    """Return what a script of this folder prints."""
    command = [sys.executable, str(HELPERS / script), *arguments]
    return _run(command, HELPERS, (HOME, HELPERS), timeout, environment)


def _run(
    command: list[str],
    folder: Path,
    paths: tuple[Path, ...],
    timeout: float,
    environment: dict[str, str],
) -> str:
    search = os.pathsep.join(map(str, paths))
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": search, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    return done.stdout
