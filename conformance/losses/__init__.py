"""What the suite knows of each loss: a folder a loss, named as its module in `mlloss.losses`.

A folder holds `reference.py` and `cases.py`, `natives.toml`, `documented/<framework>.toml` and
`known_differences/<framework>.toml`; where these use words of the loss's own, also
`emulation.py`; `baselines.py`, if the benchmark compares with formulas written by hand. It is
found by its name; nothing else lists it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from mlloss.core.registry import LOSSES
from mlloss.core.spec import LossSpec

HERE = Path(__file__).parent


class MissingPart(LookupError):
    """A loss lacks one of its parts; the message names both."""


@dataclass(frozen=True)
class LossFolder:
    """The parts of one loss. Modules are imported on first use: a worker loads no reference."""

    stem: str

    @property
    def path(self) -> Path:
        """The folder."""
        return HERE / self.stem

    @property
    def reference(self) -> ModuleType:
        """`reference.py`: the exact loss in plain loops."""
        return self._module("reference")

    @property
    def cases(self) -> ModuleType:
        """`cases.py`: the edge cases, invalid calls and id prefix of the loss."""
        return self._module("cases")

    @property
    def emulation(self) -> ModuleType | None:
        """`emulation.py`, where known differences of the loss use words of its own; else None."""
        return self._module("emulation") if (self.path / "emulation.py").is_file() else None

    @property
    def baselines(self) -> ModuleType | None:
        """`baselines.py`, where the benchmark compares with a formula written by hand, or None."""
        return self._module("baselines") if (self.path / "baselines.py").is_file() else None

    @property
    def prefix(self) -> str:
        """The first part of the ids of the loss's cases."""
        prefix: str = self.cases.CASES.prefix
        return prefix

    def file(self, name: str) -> Path:
        """Return the path of a file that the loss must have, such as `natives.toml`.

        Raises:
            MissingPart: there is no such file.
        """
        if not (self.path / name).is_file():
            raise MissingPart(f"the loss {self.stem} lacks conformance/losses/{self.stem}/{name}")
        return self.path / name

    def files(self, folder: str) -> list[Path]:
        """Return the TOML files of a folder that may be absent, such as `known_differences`."""
        return sorted((self.path / folder).glob("*.toml"))

    def _module(self, name: str) -> ModuleType:
        self.file(f"{name}.py")
        return import_module(f"{__name__}.{self.stem}.{name}")


@cache
def loss_folders() -> dict[str, LossFolder]:
    """Return every folder by the stem of its loss, sorted."""
    found = (path.name for path in sorted(HERE.iterdir()) if path.is_dir())
    return {stem: LossFolder(stem) for stem in found if not stem.startswith(("_", "."))}


def find(loss: str) -> LossFolder:
    """Return the folder of a loss.

    Args:
        loss: the name of the loss, such as "multilabel_margin_loss".

    Raises:
        MissingPart: the loss has no folder.
    """
    stem = loss.removesuffix("_loss")
    if stem not in loss_folders():
        raise MissingPart(f"the loss {stem} lacks the folder conformance/losses/{stem}")
    return loss_folders()[stem]


def spec_of(loss: str) -> LossSpec:
    """Return the record of a loss."""
    return LOSSES[loss]


def loss_names() -> tuple[str, ...]:
    """Return the names of all losses, in the order of the registry."""
    return tuple(LOSSES)
