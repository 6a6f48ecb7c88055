"""Run scripts one after the other in this process; a line for each: what it printed or raised.

`python run_scripts.py FILE...`: a framework takes seconds to import, and a script little to run.
"""

from __future__ import annotations

import io
import json
import os
import runpy
import sys
from contextlib import redirect_stdout

SETTINGS = {
    "jax_enable_x64": False,
    "jax_numpy_dtype_promotion": "standard",
    "jax_numpy_rank_promotion": "allow",
}


def main() -> None:
    protocol = os.dup(1)
    os.dup2(2, 1)  # C++ prints too
    with os.fdopen(protocol, "w", encoding="utf-8") as out:
        for path in sys.argv[1:]:
            out.write(json.dumps(run(path)) + "\n")
            out.flush()
            _forget_settings()


def run(path: str) -> dict[str, str]:
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            runpy.run_path(path, run_name="__main__")
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)[:4000]}
    return {"printed": printed.getvalue()}


def _forget_settings() -> None:
    """What a script settles for its process."""
    if jax := sys.modules.get("jax"):
        for name, value in SETTINGS.items():
            jax.config.update(name, value)


if __name__ == "__main__":
    main()
