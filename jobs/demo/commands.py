"""The commands `demo` and `serve`."""

import logging
import time
from pathlib import Path
from typing import Annotated

import typer

from jobs.settings import settings

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder for everything it writes; default by the settings.")
]


def demo(
    home: Home = None,
    firms: Annotated[int, typer.Option("--firms", help="Size of the synthetic county.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the synthetic county.")] = 1,
) -> None:
    """Shows the whole way of the data on a synthetic county, in a real Airflow; again is a no-op."""
    from rich.console import Console

    from jobs.demo.story import Demo, run_demo

    logging.getLogger("jobs").setLevel(logging.WARNING)  # the steps are told by the console
    console = Console()
    asked = Demo(home=home or settings().home, firms=firms, seed=seed)
    started = time.monotonic()
    if asked.is_done():
        console.print(
            "Nothing to do: the same county, the same code, and its run and release are there.",
            soft_wrap=True,
        )
    else:
        run_demo(asked, console)
    from jobs.demo.report import show

    show(asked, console)
    console.print(f"Done in {time.monotonic() - started:.0f} s.", highlight=False)


def serve(home: Home = None) -> None:
    """Starts Airflow on the demonstration's lake and leaves its UI up until Ctrl-C."""
    from rich.console import Console

    from jobs.demo.story import Demo, serving

    console = Console()
    airflow = Demo(home=home or settings().home).airflow()
    with serving(airflow, console):
        console.print("Ctrl-C ends it.")
        try:
            airflow.wait()
        except KeyboardInterrupt:
            console.print("Stopping Airflow")


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.command()(demo)
    app.command()(serve)
