"""Run files of code, each as a module, in this process: `python run_blocks.py NAMES RESULTS`.

The files are in the working directory. They are imported, not executed as text: MindSpore finds the
globals of a compiled function by its module.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback
from importlib import import_module
from pathlib import Path


def run(name: str) -> tuple[str, str]:
    """Return what a file prints, and the traceback if it fails."""
    printed, failure = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            import_module(name)
        except Exception:
            failure = traceback.format_exc()
    return printed.getvalue(), failure


if __name__ == "__main__":
    sys.path.insert(0, "")
    names = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    Path(sys.argv[2]).write_text(json.dumps({name: run(name) for name in names}), "utf-8")
