"""Compare installed versions with what mlloss requires, to explain a worker that fails to start."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement

from mlloss.conformance.frameworks.registry import FRAMEWORKS


def unmet_requirement(framework: str) -> str:
    """Return "needs jax>=0.8; found 0.5.3" where that is so, else "".

    Third-party backends and installations without metadata have no known requirement.
    """
    if framework not in FRAMEWORKS:
        return ""
    distribution = FRAMEWORKS[framework].distribution
    installed = FRAMEWORKS[framework].installed_version()
    if installed is None:
        return ""
    for requirement in _requirements():
        wanted = requirement.specifier
        if requirement.name == distribution and not wanted.contains(installed, prereleases=True):
            return f"needs {distribution}{wanted}; found {installed}"
    return ""


def _requirements() -> Iterable[Requirement]:
    try:
        return [Requirement(text) for text in requires("mlloss") or []]
    except PackageNotFoundError:
        return []
