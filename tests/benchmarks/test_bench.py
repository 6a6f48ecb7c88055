"""The benchmark measures what it says, and both contenders compute the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from mlloss.backends import load
from mlloss.benchmarks import points
from mlloss.benchmarks.frameworks import NAMES, find
from mlloss.benchmarks.frameworks.base import ONE_PASS, OURS
from mlloss.benchmarks.plot import growth
from mlloss.benchmarks.points import GROWTH, Point, short_name, takes_lists
from mlloss.benchmarks.timing import in_turns
from mlloss.conformance.cli.app import app
from mlloss.core.registry import LOSSES

SMALL = Point(8, 5, 2)
OF_LISTS = [loss for loss in LOSSES if takes_lists(loss)]
OF_DENSE = [loss for loss in LOSSES if not takes_lists(loss)]


def test_contenders_take_turns_and_are_compared_round_by_round():
    order: list[str] = []
    times = in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 0)
    assert order[:6] == ["a", "a", "a", "b", "b", "b"]  # to warm up
    assert len(times.seconds["a"]) == len(times.seconds["b"]) == 5
    low, middle, high = times.ratio("a", "a")
    assert low == middle == high == 1


def test_lists_are_full_or_compact_and_hold_the_same():
    index = points.targets(SMALL)
    full = points.lists(SMALL, "full", index)
    assert full.shape == (8, 5)
    assert (full[:, :2] == points.lists(SMALL, "compact", index)).all()
    assert (full[:, 2:] == -1).all()
    trained = points.scores(SMALL, "trained", index)
    assert np.take_along_axis(trained, index, 1).mean() > 1 > trained.mean()


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("name", NAMES)
def test_all_contenders_compute_the_same(name: str, loss: str, require_framework: Any):
    if name != "numpy":
        require_framework(name)
    contenders = find(name)
    load(name)  # which MindSpore's first operation needs
    index = points.targets(SMALL)
    x = points.scores(SMALL, "random", index)
    full = contenders.lists[0]
    labels = points.lists(SMALL, full, index) if takes_lists(loss) else points.binary(SMALL)
    given = contenders.array(x), contenders.array(labels)
    makers = contenders.of(loss, contenders.modes[0])  # compiled, PyTorch's is wrong
    base, *more = [name for name in makers if name not in (OURS, ONE_PASS)]
    assert not more
    want = _numbers(makers[base](*given)())
    for mode in contenders.modes:
        assert _numbers(contenders.of(loss, mode)[OURS](*given)()) == pytest.approx(
            want, rel=1e-5, abs=1e-6
        )


@pytest.mark.parametrize("loss", OF_DENSE)
@pytest.mark.parametrize("name", NAMES)
def test_lists_and_dense_labels_come_to_the_same(name: str, loss: str, require_framework: Any):
    if name != "numpy":
        require_framework(name)
    contenders = find(name)
    load(name)
    index = points.targets(SMALL)
    x = contenders.array(points.scores(SMALL, "random", index))
    dense = contenders.array(points.dense(SMALL, index))
    mode = contenders.modes[0]
    want = _numbers(contenders.of(loss, mode)[OURS](x, dense)())
    listed = contenders.listed(loss, mode)
    assert _numbers(listed(x, contenders.array(index))()) == pytest.approx(want)


def _numbers(result: Any) -> np.ndarray:
    """The last of what a step gives: its gradient, or else the value."""
    last = result[-1] if isinstance(result, list | tuple) else result
    return np.asarray(last.numpy() if hasattr(last, "numpy") else last)


def test_the_command_writes_what_it_measured(tmp_path: Path):
    files = {name: tmp_path / name for name in ("json", "markdown", "plot")}
    options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    command = ["bench", "--framework", "numpy", "--quick", "--seconds", "0", *options]
    assert CliRunner().invoke(app, command).exit_code == 0
    measured = json.loads(files["json"].read_text())["frameworks"]["numpy"]["measured"]
    assert {one["point"] for one in measured} >= {"(8, 5, 2)", "(256, 1000, 10)", "(32, 20)"}
    assert all(one["seconds"]["mlloss"] > 0 for one in measured)
    assert "| margin | eager | (8, 5, 2) | random | compact |" in files["markdown"].read_text()
    grown = [one["grows"] for one in measured if "grows" in one]
    assert grown == ["classes"] * len(GROWTH["classes"]) + ["targets"] * len(GROWTH["targets"])
    assert files["plot"].read_text().count("<svg") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counted by /proc")
def test_threads_and_memory_are_told_apart(tmp_path: Path):
    files = {name: tmp_path / name for name in ("json", "markdown")}
    options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    command = ["bench", "--framework", "numpy", "--quick", "--seconds", "0", "--memory", *options]
    assert CliRunner().invoke(app, [*command, "--threads", "1", "--threads", "2"]).exit_code == 0
    results = json.loads(files["json"].read_text())
    measured = results["frameworks"]["numpy"]["measured"]
    assert [one["threads"] for one in measured] == sorted(one["threads"] for one in measured)
    assert {one["threads"] for one in measured} == {1, 2}
    assert "| soft margin | eager, 2 threads | (32, 20) |" in files["markdown"].read_text()
    arrays = {(one["loss"], one["contender"]): one["arrays"] for one in results["memory"]}
    assert {loss for loss, _ in arrays} == set(LOSSES)
    (loss,) = OF_LISTS
    assert arrays[loss, "broadcast"] > 20 > arrays[loss, OURS] > 0
    assert "| numpy | eager | margin | (64, 20000, 20) | mlloss |" in files["markdown"].read_text()


def test_a_line_of_the_plot_is_a_loss_and_a_framework_in_a_mode():
    one = {"loss": OF_LISTS[0], "mode": "eager", "seconds": {OURS: 2.0}}
    measured = [one | {"grows": "classes"}, one | {"grows": "targets"}, one]
    results = {"frameworks": {"numpy": {"measured": measured}}}
    assert growth(results, "classes") == {f"{short_name(OF_LISTS[0])}, numpy, eager": [2.0]}


def test_a_plot_without_matplotlib_is_refused_before_any_measurement(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("mlloss.benchmarks.command.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["bench", "--plot", str(tmp_path / "plot.svg")])
    assert result.exit_code == 2
    assert "mlloss[plots]" in result.output


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--framework", "tensorflow"), "expected some of numpy"),
        (("--mode", "lazy"), "expected some of eager"),
        (("--device", "cuda", "--framework", "numpy"), "--device is for"),
        (("--device", "cuda", "--framework", "torch", "--memory"), "--device is for"),
    ],
)
def test_what_cannot_be_measured_is_refused(option: tuple[str, ...], words: str):
    result = CliRunner().invoke(app, ["bench", *option])
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_device_that_is_not_there_is_one_line(name: str, require_framework: Any, capfd: Any):
    require_framework(name)
    result = CliRunner().invoke(app, ["bench", "--framework", name, "--device", "nosuch"])
    assert result.exit_code == 2
    (line,) = result.output.splitlines()
    assert line.startswith(f"mlloss: bench: {name}: nosuch: ")
    assert "Traceback" not in capfd.readouterr().err


def test_the_table_has_no_frames_and_is_explained():
    command = ["bench", "--framework", "numpy", "--quick", "--seconds", "0"]
    output = CliRunner().invoke(app, command, env={"COLUMNS": "100"}).output
    lines = output.splitlines()
    assert max(map(len, lines)) <= 100
    assert not set(output) & set("│┃┏━─")
    assert "margin, eager" in lines
    assert "soft margin, eager" in lines
    assert any(line.startswith("(256, 1000, 10)") for line in lines), "no size is cut"
    assert lines[-4].startswith("ratio: time of mlloss over time of the other")
    assert lines[-2].startswith("x - y: one subtraction")


def test_help_names_the_extra_of_plots():
    output = CliRunner().invoke(app, ["bench", "--help"], env={"COLUMNS": "200"}).output
    assert "needs mlloss[plots]." in output


def test_only_the_modes_asked_for_are_measured(tmp_path: Path, require_framework: Any):
    require_framework("torch")
    command = ["bench", "--framework", "torch", "--mode", "eager", "--quick", "--seconds", "0"]
    assert CliRunner().invoke(app, [*command, "--json", str(tmp_path / "json")]).exit_code == 0
    measured = json.loads((tmp_path / "json").read_text())["frameworks"]["torch"]["measured"]
    assert {one["mode"] for one in measured} == {"eager"}
