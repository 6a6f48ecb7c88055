"""`mlloss bench`: measure each framework in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from mlloss.benchmarks.frameworks import NAMES
from mlloss.benchmarks.frameworks.base import HOST
from mlloss.benchmarks.machine import processor
from mlloss.benchmarks.memory import HONEST
from mlloss.benchmarks.plot import draw_growth
from mlloss.benchmarks.report import markdown, print_legend, print_results
from mlloss.conformance.cli.names import completer, names

MODES = ("eager", "compile", "jit", "graph")
PLACED = ("torch", "jax")  # take --device
QUICK, ALL = 4, 99  # number of sizes of each loss
Results = dict[str, Any]
Names = list[str] | None
File = Path | None

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Job:
    """What a worker measures, in JSON its argument."""

    framework: str
    threads: int
    seconds: float
    modes: list[str]
    device: str
    points: int
    growth: bool


@app.command()
def bench(
    framework: Annotated[
        Names,
        typer.Option(
            metavar="NAME,...",
            help=f"Frameworks: {', '.join(NAMES)}; default: all installed.",
            autocompletion=completer(NAMES),
        ),
    ] = None,
    threads: Annotated[
        list[int] | None,
        typer.Option(min=1, metavar="N", help="Processors for each framework; default: 1."),
    ] = None,
    mode: Annotated[
        Names,
        typer.Option(
            metavar="NAME,...",
            help=f"Modes: {', '.join(MODES)}; default: all of the framework.",
            autocompletion=completer(MODES),
        ),
    ] = None,
    device: Annotated[
        str,
        typer.Option(metavar="NAME", help="Device of the arrays, such as cuda (torch, jax)."),
    ] = HOST,
    seconds: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Time for each size.")
    ] = 2.0,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes only.")] = False,
    memory: Annotated[
        bool, typer.Option("--memory", help="Also measure peak memory (Linux).")
    ] = False,
    json_file: Annotated[
        File, typer.Option("--json", metavar="FILE", help="All measurements, as JSON.")
    ] = None,
    markdown_file: Annotated[
        File, typer.Option("--markdown", metavar="FILE", help="The tables, in Markdown.")
    ] = None,
    plot_file: Annotated[
        File,
        typer.Option(
            "--plot",
            metavar="FILE",
            help=r"Growth of the time, as SVG; needs mlloss\[plots].",  # [plots] is markup
        ),
    ] = None,
) -> None:
    """Measure the speed of the losses against each framework's own.

    Times are of a forward and a backward pass (NumPy: of the value).
    """
    chosen = names(framework or ["all"], NAMES, "--framework")
    modes = names(mode, MODES, "--mode")
    _check(chosen, device, memory, plot_file)
    results: Results = {"processor": processor(), "frameworks": {}, "memory": []}
    for name in chosen:
        if find_spec(name) is None:
            typer.echo(f"{name} is not installed")
            continue
        jobs = [
            Job(
                name,
                count,
                seconds,
                modes,
                device,
                QUICK if quick else ALL,
                growth=plot_file is not None and not number,
            )
            for number, count in enumerate(threads or [1])
        ]
        results["frameworks"][name] = _measured(jobs)
        print_results(name, results["frameworks"][name])
        if memory:
            results["memory"] += _memory(name)
    print_legend()
    _write(results, json_file, markdown_file, plot_file)


def _check(chosen: list[str], device: str, memory: bool, plot_file: File) -> None:
    """Raise typer.BadParameter for what cannot be measured, before any measurement."""
    if device != HOST and (memory or set(chosen) - set(PLACED)):
        raise typer.BadParameter(f"--device is for frameworks of {', '.join(PLACED)}; no --memory")
    if plot_file and find_spec("matplotlib") is None:
        raise typer.BadParameter('--plot needs matplotlib: pip install "mlloss[plots]"')
    if memory and not sys.platform.startswith("linux"):
        raise typer.BadParameter("--memory reads /proc, which Linux has")


def _measured(jobs: list[Job]) -> Results:
    """Return the version of a framework and the measurements of its jobs."""
    found: Results = {"measured": []}
    for job in jobs:
        first, *measured = _lines("worker", asdict(job))
        if "error" in first:
            typer.echo(f"mlloss: bench: {job.framework}: {first['error']}", err=True)
            raise typer.Exit(2)
        found = first | {"measured": found["measured"] + measured}
    return found


def _write(results: Results, json_file: File, markdown_file: File, plot_file: File) -> None:
    if json_file:
        json_file.write_text(json.dumps(results, indent=1) + "\n")
    if markdown_file:
        markdown_file.write_text(markdown(results))
    if plot_file:
        draw_growth(results, plot_file)


def _memory(name: str) -> Iterator[dict[str, Any]]:
    """Yield the peak memory of each contender of a framework."""
    for job in list(_lines("memory", {"framework": name})):
        yield from _lines("memory", job, HONEST)


def _lines(
    module: str, job: dict[str, Any], environment: dict[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield what a worker prints; its stderr is passed on."""
    command = [sys.executable, "-m", f"mlloss.benchmarks.{module}", json.dumps(job)]
    own = {**os.environ, **(environment or {})}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own) as worker:
        assert worker.stdout
        for line in worker.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if worker.returncode:
        raise typer.Exit(worker.returncode)
