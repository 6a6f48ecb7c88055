"""The frameworks of these tests run in processes of their own, and are not imported here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlloss.conformance.targets import FRAMEWORKS


@pytest.fixture
def require_installed(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Skip where a framework is absent, or fail if `--require` names it."""

    def require(name: str) -> None:
        reason = FRAMEWORKS[name].absence()
        if reason and name in request.config.getoption("--require").split(","):
            pytest.fail(f"required (--require): {reason}")
        if reason:
            pytest.skip(reason)

    return require
