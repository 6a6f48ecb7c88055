"""The frameworks, their modes, and what can be installed of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Literal

Implementation = Literal["native", "mlloss", "dialect"]
IMPLEMENTATIONS: tuple[Implementation, ...] = ("native", "mlloss", "dialect")
# Held to the definition: no known difference excuses their values.
OWN_IMPLEMENTATIONS: tuple[Implementation, ...] = ("mlloss", "dialect")
# Run on every case; a dialect on some of them.
DEFAULT_IMPLEMENTATIONS: tuple[Implementation, ...] = ("native", "mlloss")
TITLE_PREFIXES = {
    "mlloss": "mlloss on ",
    "dialect": "mlloss.dialects on ",
}  # before a target's name


@dataclass(frozen=True)
class Dialect:
    """How mlloss.dialects mirrors a framework.

    Attributes:
        functions: module of the functions, beside the classes: "functional".
        alias: the usual name of that module in user code: "F".
        method: the method of a class that computes.
    """

    functions: str
    alias: str
    method: str = "forward"


@dataclass(frozen=True)
class Framework:
    """One framework.

    Attributes:
        name: its import name.
        title: its name in text.
        distribution: the package that installs it.
        certified: the version that a release is checked with, as in constraints.txt.
        dialect: its dialect, if mlloss has one.
    """

    name: str
    title: str
    distribution: str
    certified: str
    dialect: Dialect | None = None

    @property
    def install(self) -> str:
        """The command that installs it."""
        return f'pip install "mlloss[{self.name}]"' if self.name != "numpy" else "pip install numpy"

    def absence(self) -> str | None:
        """Return why it cannot be run, or None. Not read from a worker, which may be wrong."""
        return None if find_spec(self.name) else f"{self.name} is not installed ({self.install})"

    def installed_version(self) -> str | None:
        """Return the version in the package metadata: a broken framework has one too."""
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
        Framework("numpy", "NumPy", "numpy", "2.4.6"),
        Framework("torch", "PyTorch", "torch", "2.13.0", Dialect("functional", "F")),
        Framework("jax", "JAX", "jax", "0.10.2"),
        Framework("paddle", "PaddlePaddle", "paddlepaddle", "3.3.1", Dialect("functional", "F")),
        Framework(
            "mindspore", "MindSpore", "mindspore", "2.10.0", Dialect("ops", "ops", "construct")
        ),
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
    """Return a target by name, or the eager one of a third-party host `module:attr`."""
    return TARGETS[name] if ":" not in name else Target(name, name, "eager")


CERTIFIED = {framework.distribution: framework.certified for framework in FRAMEWORKS.values()}
