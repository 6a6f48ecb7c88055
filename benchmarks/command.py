"""`mlloss bench`: every framework in turn, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from mlloss.benchmarks.frameworks import NAMES
from mlloss.benchmarks.frameworks.base import HOST
from mlloss.benchmarks.machine import processor
from mlloss.benchmarks.memory import HONEST
from mlloss.benchmarks.plot import draw_growth
from mlloss.benchmarks.report import markdown, print_results

MODES = ("eager", "compile", "jit", "graph")
PLACED = ("torch", "jax")
QUICK, ALL = 4, 99  # how many sizes of a grid
Results = dict[str, Any]
app = typer.Typer(add_completion=False)


@app.command()
def bench(
    framework: Annotated[
        list[str] | None, typer.Option(help="numpy, torch, jax, paddle or mindspore; all if none.")
    ] = None,
    threads: Annotated[
        list[int] | None, typer.Option(min=1, help="Processors for each framework; 1 if none.")
    ] = None,
    mode: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(MODES)}; all it has if none.")
    ] = None,
    device: Annotated[
        str, typer.Option(help="Where arrays are, such as cuda; of torch and jax.")
    ] = HOST,
    seconds: Annotated[float, typer.Option(min=0, help="For each size.")] = 2.0,
    quick: Annotated[bool, typer.Option("--quick", help="The small sizes only.")] = False,
    memory: Annotated[bool, typer.Option("--memory", help="Peak memory, too; Linux.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="All that was measured.")] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="Tables.")] = None,
    plot_file: Annotated[
        Path | None, typer.Option("--plot", help="How time grows, as SVG; needs mlloss[plots].")
    ] = None,
) -> None:
    """Measure the speed of the losses against each framework's own.

    Times are of a forward and a backward pass (NumPy: of the value).
    """
    names = framework or list(NAMES)
    if unknown := sorted(set(names) - set(NAMES)):
        raise typer.BadParameter(f"expected frameworks of {', '.join(NAMES)}; got {unknown}")
    if unknown := sorted(set(mode or []) - set(MODES)):
        raise typer.BadParameter(f"expected modes of {', '.join(MODES)}; got {unknown}")
    if device != HOST and (memory or set(names) - set(PLACED)):
        raise typer.BadParameter(f"--device is for frameworks of {', '.join(PLACED)}; no --memory")
    if plot_file and find_spec("matplotlib") is None:
        raise typer.BadParameter('--plot needs matplotlib: pip install "mlloss[plots]"')
    if memory and not sys.platform.startswith("linux"):
        raise typer.BadParameter("--memory reads /proc, which Linux has")
    results: Results = {"processor": processor(), "frameworks": {}, "memory": []}
    for name in names:
        if find_spec(name) is None:
            typer.echo(f"{name} is not installed")
            continue
        for number, count in enumerate(threads or [1]):
            job = {
                "framework": name,
                "threads": count,
                "seconds": seconds,
                "modes": mode or [],
                "device": device,
                "points": QUICK if quick else ALL,
                "growth": plot_file is not None and not number,
            }
            version, *measured = _lines("worker", job)
            own = results["frameworks"].setdefault(name, version | {"measured": []})
            own["measured"] += measured
        print_results(name, results["frameworks"][name])
        if memory:
            results["memory"] += _memory(name)
    if json_file:
        json_file.write_text(json.dumps(results, indent=1) + "\n")
    if markdown_file:
        markdown_file.write_text(markdown(results))
    if plot_file:
        draw_growth(results, plot_file)


def _memory(name: str) -> Iterator[dict[str, Any]]:
    """A line for each contender of a framework."""
    for job in list(_lines("memory", {"framework": name})):
        yield from _lines("memory", job, HONEST)


def _lines(
    module: str, job: dict[str, Any], environment: dict[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """What a worker prints; its own words go to stderr."""
    command = [sys.executable, "-m", f"mlloss.benchmarks.{module}", json.dumps(job)]
    own = {**os.environ, **(environment or {})}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own) as worker:
        assert worker.stdout
        for line in worker.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if worker.returncode:
        raise typer.Exit(worker.returncode)
