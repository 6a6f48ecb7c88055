"""The doctor tells a framework that works from one that does not, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mlloss.conformance.cli import doctor
from mlloss.conformance.cli.doctor import PROBES, Check, examine, printed, probe
from mlloss.conformance.frameworks.registry import CERTIFIED, FRAMEWORKS

CLASH = "raise ImportError('undefined symbol: dnnl_threadpool_interop_stream_create')"


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("print('noise'); print(1.0 + 2.0)", None),
        ("print(1.0 + 1.0)", "computes 1 + 2 as 2.0"),
        ("pass", "computes 1 + 2 as nothing"),
        ("import no_such_framework", "exited with 1: ModuleNotFoundError: No module named"),
        ("import os; os.abort()", "exited with -6"),
        ("import time; time.sleep(60)", "did not add two numbers within 2 s"),
    ],
)
def test_a_probe(code: str, trouble: str | None) -> None:
    found = probe(code, timeout=2.0)
    assert found == trouble or (trouble and found and found.startswith(trouble))


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_probe_of_each_framework(name: str, require_installed: Callable[[str], None]) -> None:
    require_installed(name)
    assert probe(PROBES[name], timeout=120.0) is None


@pytest.fixture
def one_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy alone, which is always there, and quick."""
    numpy = FRAMEWORKS["numpy"]
    only = {"numpy": numpy, "paddle": numpy, "mindspore": numpy}
    monkeypatch.setattr(doctor, "FRAMEWORKS", only)
    monkeypatch.setattr(doctor, "_together", lambda timeout: Check("both", "", True, "fine"))


@pytest.mark.usefixtures("one_framework")
def test_a_version_that_is_not_certified_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CERTIFIED, "numpy", "0.0.1")
    check = next(examine())
    assert check.healthy
    assert check.finding == "works; certified is 0.0.1"
    assert check.advice == 'pip install "numpy==0.0.1"'


@pytest.mark.usefixtures("one_framework")
@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (CLASH, "something imports paddle first: import mindspore before paddle"),
        ("print(0)", "pip install --force-reinstall"),
    ],
)
def test_a_broken_framework_is_not_healthy(
    monkeypatch: pytest.MonkeyPatch, code: str, advice: str
) -> None:
    monkeypatch.setitem(PROBES, "numpy", code)
    check = next(examine())
    assert not check.healthy
    assert check.advice.startswith(advice)


def test_an_absent_framework_is_healthy_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mlloss.conformance.frameworks.registry.find_spec", lambda name: None)
    checks = list(printed(examine()))
    assert [check.finding for check in checks] == ["not installed"] * len(FRAMEWORKS)
    assert all(check.healthy for check in checks)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(FRAMEWORKS)
    assert lines[1].endswith('not installed: pip install "mlloss[torch]"')


def test_a_line_is_printed_before_the_next_framework_is_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def checks() -> Iterator[Check]:
        yield Check("torch", "1", True, "works")
        assert capsys.readouterr().out.split() == ["torch", "1", "works"]
        yield Check("jax", "2", False, "fails", "a long advice " * 20)

    assert len(list(printed(checks()))) == 2
    assert capsys.readouterr().out.count("\n") == 1, "one line, however long"


def test_every_framework_has_a_probe_and_a_certified_version() -> None:
    assert FRAMEWORKS.keys() == PROBES.keys()
    assert {f.distribution for f in FRAMEWORKS.values()} == CERTIFIED.keys()
