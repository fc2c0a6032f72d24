"""Runs a command of Kjede as a process of its own and watches its time and memory; the benches share it."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        wall: Seconds from start to end of the process, Python's start included.
        processor: Processor seconds of it and all below it.
        peak: Highest memory, MiB.
    """

    wall: float
    processor: float
    peak: float


def watched(words: Sequence[str], log: Path, settings: Mapping[str, str] | None = None) -> tuple[Run, bytes]:
    """Run `kjede` with nothing set but what is given; what it says goes to the log, its output is given back.

    Args:
        words: Command and options.
        log: File for its messages.
        settings: Variables that it sees beside those that are none of ours.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KJEDE_")}
    environment |= settings or {}
    command = [sys.executable, "-m", "jobs.cli", *words]
    before, start, peak = processor_seconds(), time.monotonic(), 0.0
    with (
        log.open("wb") as messages,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=messages) as child,
    ):
        while True:
            peak = max(peak, memory(child.pid))
            try:
                out, _ = child.communicate(timeout=SAMPLE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
    wall = time.monotonic() - start
    if child.returncode != 0:
        raise SystemExit(f"{words[0]} ended with {child.returncode}; see {log}")
    return Run(wall, processor_seconds() - before, peak), out


def processor_seconds() -> float:
    """Processor time of all processes that have ended below this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(root: int) -> float:
    """Proportional set size of a process and all below it, MiB."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # The name in brackets may hold anything; state and parent follow it.
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(folder.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
