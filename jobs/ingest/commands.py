"""The command that takes deliveries in: `ingest`."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import DataRefused, UsageError
from jobs import months
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, LandingOption
from jobs.settings import settings

if TYPE_CHECKING:
    from jobs.ingest.intake import IngestReport
    from jobs.ingest.outcome import Outcome


def register(app: typer.Typer) -> None:
    """Add the command.

    Args:
        app: The command line.
    """
    app.command("ingest")(ingest)


def ingest(
    landing: LandingOption = "",
    lake: LakeOption = "",
    month: Annotated[str | None, typer.Option("--month", help="Only what this month's run may know.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that has landed; the default.")] = False,
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    as_of: AsOf = None,
    defer: Annotated[
        bool,
        typer.Option("--defer", help="After a purge leave the making of runs to `kjede purge finish`."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Take in deliveries; a bad record or delivery is set aside with its reason."""
    from jobs.ingest.intake import ingest as run
    from jobs.ingest.intake import pending
    from jobs.lake.lake import Lake
    from jobs.pipeline import Place, finish_purges
    from jobs.quality.store import write_intake_report

    if everything and (month or as_of):
        raise UsageError("--all takes everything; leave out --month and --as-of")
    root, opened = landing or settings().landing, Lake.open(lake or settings().lake, create=True)
    now = datetime.now(UTC)
    instant = months.parse_as_of(as_of, months.checked(month or f"{now:%Y-%m}"), now) if as_of else None
    found = pending(root, opened, month=month, as_of=instant, source=source)
    started = time.monotonic()
    with _progress(len(found)) as told:
        report = run(root, opened, month=month, as_of=instant, source=source, progress=told)
    # Also when nothing is new: an earlier intake may have died before it came to this.
    finish_purges(Place(str(root), opened.storage.uri), defer=defer, always=False)
    write_intake_report(opened, month, landing=str(root))
    _show(report, time.monotonic() - started, as_json)
    if report.refused:
        raise DataRefused(
            "delivery_refused", f"{len(report.refused)} of {len(report.outcomes)} deliveries were refused"
        )


@contextmanager
def _progress(total: int) -> "Iterator[Callable[[Outcome], None]]":
    """A bar on a terminal, one line per delivery elsewhere; both on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda o: console.print(
            f"{o.source}/{o.delivery_id} {o.status} {o.dispositions['in']} records",
            markup=False,
            highlight=False,
        )
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("ingest", total=total)

        def advance(outcome: "Outcome") -> None:
            bar.update(task, advance=1, description=outcome.source)

        yield advance


def _show(report: "IngestReport", seconds: float, as_json: bool) -> None:
    by_source: dict[str, dict[str, Any]] = {}
    for outcome in report.outcomes:
        row = by_source.setdefault(outcome.source, {"source": outcome.source, "deliveries": 0, "refused": 0})
        row["deliveries"] += 1
        row["refused"] += outcome.status != "accepted"
        for fate, count in outcome.dispositions.items():
            row[fate] = row.get(fate, 0) + count
        row["rows"] = row.get("rows", 0) + sum(outcome.rows.values())
    rows = [by_source[name] for name in sorted(by_source)]
    if as_json:
        emit([_with_told(report, row) for row in rows], True)
        return
    if not rows:
        emit([], title="Nothing new has landed; deliveries to take in")
    else:
        stored = sum(row["rows"] for row in rows)
        emit(
            rows,
            title=f"Taken in: {stored} rows in {seconds:.1f} s ({stored / max(seconds, 1e-9):.0f} rows/s)",
        )
    for line in [*(o.message for o in report.refused), *report.as_dict()["warnings"]]:
        sys.stderr.write(f"{line}\n")


def _with_told(report: "IngestReport", row: dict[str, Any]) -> dict[str, Any]:
    own = [outcome for outcome in report.outcomes if outcome.source == row["source"]]
    return row | {
        "refusals": [f"{o.delivery_id}: {o.message}" for o in own if o.status != "accepted"],
        "warnings": [f"{o.delivery_id}: {w['code']}: {w['message']}" for o in own for w in o.warnings],
    }
