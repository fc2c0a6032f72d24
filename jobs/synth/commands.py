"""`kjede synth`: make a synthetic country."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from jobs.synth.generate import generate
from jobs.synth.summary import WorldSummary

_COUNTED = (
    "firms", "dormant", "workers", "employments", "persons", "dwellings", "projects", "rings", "look_alikes",
    "deliveries",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command.

    Args:
        app: The command line.
    """
    app.command("synth")(synth)


def synth(
    out: Annotated[Path, typer.Option("--out", help="Folder for landing/ and truth/; new or empty.")],
    firms: Annotated[
        int | None, typer.Option(help="About how many active firms.", show_default="2000; 270000 if national")
    ] = None,
    months: Annotated[int, typer.Option(help="How many months.")] = 13,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    base_rate: Annotated[float, typer.Option(help="Part of firms that take part in a planted ring.")] = 0.02,
    last_month: Annotated[str, typer.Option(help="Last month, YYYY-MM.")] = "2026-01",
    adaptive: Annotated[bool, typer.Option("--adaptive", help="Offenders know what is looked for.")] = False,
    noise: Annotated[float, typer.Option(help="How much registers get wrong; 2 is noisy.")] = 1.0,
    region: Annotated[
        str,
        typer.Option(
            help="County or municipality numbers with commas, or norge.",
            show_default="three municipalities of Innlandet",
        ),
    ] = "",
    national: Annotated[
        bool,
        typer.Option("--national", help="All of Norway: dormant entities and everybody, too."),
    ] = False,
    processes: Annotated[
        int | None, typer.Option(help="Processes at most.", show_default="one per processor")
    ] = None,
) -> None:
    """Make a synthetic country: deliveries in OUT/landing, what was planted in OUT/truth."""
    console = Console()
    began = time.monotonic()
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description:24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("synthetic country", total=None)
        summary = generate(
            out,
            firms=firms,
            months=months,
            seed=seed,
            base_rate=base_rate,
            last_month=last_month,
            adaptive=adaptive,
            noise=noise,
            region=region,
            national=national,
            processes=processes,
            progress=lambda text, done, total: bar.update(
                task, description=text, completed=done, total=total
            ),
        )
    if not summary.is_new:
        console.print(f"{out}: the same country lies there already, nothing to do.", markup=False)
    console.print(_table(summary))
    if summary.is_new:
        seconds = time.monotonic() - began
        console.print(
            f"{out}/landing and {out}/truth written in {seconds:.1f} s", markup=False, soft_wrap=True
        )


def _table(summary: WorldSummary) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("districts", _spaced(len(summary.districts)))
    for name in _COUNTED:
        table.add_row(name.replace("_", "-"), _spaced(getattr(summary, name)))
    table.add_row("size", f"{summary.stored_bytes / 1e6:.1f} MB")
    table.add_row("unpacked", f"{summary.unpacked_bytes / 1e6:.1f} MB")
    for source, count in summary.records.items():
        table.add_row(f"  {source}", _spaced(count))
    return table


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")
