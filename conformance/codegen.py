"""`python -m mlloss.conformance.codegen`: write every generated file that is checked in."""

from __future__ import annotations

from pathlib import Path

import mlloss
from mlloss.conformance.frameworks.dialect_source import dialect_files
from mlloss.conformance.stubs import stub_files


def generated_files() -> dict[Path, str]:
    """Return the text of every generated file: the dialects and the type stubs."""
    folder = Path(mlloss.__file__).parent
    dialects = {folder / "dialects" / name: text for name, text in dialect_files().items()}
    return dialects | {folder / name: text for name, text in stub_files().items()}


def main() -> None:
    """Write them in place; `make generated` runs it."""
    for path, text in generated_files().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
