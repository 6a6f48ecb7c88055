"""What can be asked: each framework in each of its modes, and which of them are installed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Literal

Implementation = Literal["native", "mlloss", "dialect"]
SUBJECTS: tuple[Implementation, ...] = ("native", "mlloss", "dialect")
OURS: tuple[Implementation, ...] = (
    "mlloss",
    "dialect",
)  # of whom nothing but the definition will do
BOTH: tuple[Implementation, ...] = (
    "native",
    "mlloss",
)  # asked of all cases, a dialect of some of these
WHOSE = {"mlloss": "mlloss on ", "dialect": "mlloss.dialects on "}  # before a target's name


@dataclass(frozen=True)
class Framework:
    """A framework by the name it is imported by, and the distribution that brings it."""

    name: str
    distribution: str
    install: str

    def absence(self) -> str | None:
        """Why it cannot be run, or None; asked here and never of a worker, which might lie."""
        return None if find_spec(self.name) else f"{self.name} is not installed ({self.install})"

    def installed_version(self) -> str | None:
        """Read from the metadata, so that a broken framework has one too."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None


@dataclass(frozen=True)
class Target:
    """A framework in a mode; `seconds` is about what a whole run of it takes, the longest first."""

    name: str
    framework: str
    mode: str
    seconds: int = 0


FRAMEWORKS = {
    framework.name: framework
    for framework in (
        Framework("numpy", "numpy", "pip install numpy"),
        Framework("torch", "torch", 'pip install "mlloss[torch]"'),
        Framework("jax", "jax", 'pip install "mlloss[jax]"'),
        Framework("paddle", "paddlepaddle", 'pip install "mlloss[paddle]"'),
        Framework("mindspore", "mindspore", 'pip install "mlloss[mindspore]"'),
    )
}

TARGETS = {
    target.name: target
    for target in (
        Target("numpy", "numpy", "eager", 5),
        Target("torch", "torch", "eager", 45),
        Target("torch-compile", "torch", "compile", 150),
        Target("torch-export", "torch", "export", 120),
        Target("jax", "jax", "eager", 150),
        Target("jax-jit", "jax", "jit", 100),
        Target("paddle", "paddle", "eager", 30),
        Target("paddle-static", "paddle", "static", 70),
        Target("mindspore", "mindspore", "eager", 240),
        Target("mindspore-graph", "mindspore", "graph", 250),
    )
}


def find_target(name: str) -> Target:
    """One of ours, or somebody else's host: `module:attr`, eager."""
    return TARGETS[name] if ":" not in name else Target(name, name, "eager")
