"""The frameworks of these tests run in processes of their own, and are not imported here."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from third_party import THIRD_PARTY, install

from mlloss import backends
from mlloss.conformance import Host
from mlloss.conformance.frameworks.adapters import _imported
from mlloss.conformance.frameworks.registry import FRAMEWORKS


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


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """The host of tinyarray, as if it were installed."""
    monkeypatch.syspath_prepend(str(THIRD_PARTY))
    monkeypatch.syspath_prepend(str(install(tmp_path / "site")))
    _forget()
    yield importlib.import_module("tinyarray.mlloss_host").host
    _forget()


def _forget() -> None:
    for cached in (backends._entry_points, backends._third_party, _imported):
        cached.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "tinyarray"]:
        del sys.modules[name]
