"""Runs of invented results."""

from __future__ import annotations

import pytest
from invented import invented

from mlloss.conformance.frameworks.registry import TARGETS
from mlloss.conformance.runner.session import Run


@pytest.fixture(scope="module")
def whole() -> Run:
    return invented()


@pytest.fixture(scope="module")
def failing() -> Run:
    """mlloss fails in every mode of torch, and the process dies in a native of jax."""
    broken = {(name, "mlloss"): "differs" for name in TARGETS if name.startswith("torch")}
    return invented(broken={**broken, ("jax", "native"): "died"})
