"""The package of another author, tinyarray, which brings its own backend and host."""

from __future__ import annotations

from pathlib import Path

THIRD_PARTY = Path(__file__).parents[1] / "backends" / "third_party"
METADATA = "Metadata-Version: 2.1\nName: tinyarray\nVersion: 1.0\n"
ENTRY = "[mlloss.backends]\ntinyarray = tinyarray.mlloss_backend:backend\n"
# a file of known differences
NO_DOUBLES = """
[[difference]]
id = "no-doubles"
targets = ["tinyarray"]
subject = "mlloss"
loss = "multilabel_margin_loss"
when = { dtype = "float64" }
instead = { raises = "TypeError", message = "no doubles" }
severity = "error"
why = "tiny arrays are for tiny machines"
evidence = ["https://x"]
"""


def install(folder: Path) -> Path:
    """Write the metadata that an installer would, and return the folder."""
    record = folder / "tinyarray-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(METADATA)
    (record / "entry_points.txt").write_text(ENTRY)
    return folder
