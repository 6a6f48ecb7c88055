"""`python -m mlloss.conformance.codegen`: write every generated file that is checked in."""

from __future__ import annotations

from pathlib import Path

import mlloss.dialects
from mlloss.conformance.frameworks.dialect_source import dialect_files


def main() -> None:
    """Write the modules of mlloss.dialects in place; `make generated` runs it."""
    folder = Path(mlloss.dialects.__file__).parent
    for name, source in dialect_files().items():
        (folder / name).write_text(source, "utf-8")


if __name__ == "__main__":
    main()
