"""What a log sees of a run that goes on, and how far it got."""

from __future__ import annotations

import threading

import pytest

from mlloss.conformance.runner.progress import Meter, bars, for_terminal, lines


def test_a_log_gets_a_line_for_each_target_that_is_through(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with lines({"torch": 2, "jax": 1}) as answered:
        answered("torch")
        assert capsys.readouterr().err == ""
        answered("jax")
        assert capsys.readouterr().err == "jax: 1 answers after 0 s\n"
        answered("torch")
    captured = capsys.readouterr()
    assert captured.err == "torch: 2 answers after 0 s\n"
    assert captured.out == ""


def test_a_log_is_no_terminal() -> None:
    assert for_terminal() is lines


def test_a_meter_counts_and_passes_on(capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter(lines)
    assert (meter.done, meter.total) == (0, 0)
    with meter.show({"torch": 2, "jax": 3}) as answered:
        answered("torch")
        answered("torch")
    assert (meter.done, meter.total) == (2, 5)
    assert "torch: 2 answers" in capsys.readouterr().err


def test_a_meter_loses_no_answer_of_many_threads() -> None:
    meter = Meter()
    with meter.show({"torch": 8000}) as answered:
        threads = [
            threading.Thread(target=lambda: [answered("torch") for _ in range(1000)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert meter.done == 8000


def test_bars_leave_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with bars({"torch": 2}) as answered:
        answered("torch")
    assert capsys.readouterr().out == ""
