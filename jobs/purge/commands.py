"""Commands about what must not be kept: `purge status`, `purge finish` and `retain`."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from jobs import months
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption
from jobs.settings import settings

purge_app = typer.Typer(
    help="Purges: what had to go, everywhere, and what is left to do.", no_args_is_help=True
)

DONE_COLUMNS = ("purge", "state", "tombstones", "runs", "versions", "files", "bytes", "releases")
PENDING_COLUMNS = ("purge", "state", "runs_left", "what")
RETAIN_COLUMNS = ("what", "name", "rule", "until", "rows", "files", "bytes", "state")


@purge_app.command("status")
def status(lake: LakeOption = "", as_json: Json = False) -> None:
    """Lists purges with what they destroyed, and what is not finished; never what was purged."""
    from jobs.lake.lake import Lake
    from jobs.purge.records import pending, records

    opened = Lake.open(lake or settings().lake, create=False)
    known = records(opened)
    if as_json:
        emit([*({"finished": False} | row for row in pending(opened)), *map(_row, known)], True)
        return
    emit([_row(record) for record in known], False, DONE_COLUMNS, "Purges")
    if left := pending(opened):
        emit(left, False, PENDING_COLUMNS, "Not finished: `kjede purge finish`")


@purge_app.command("finish")
def finish(
    lake: LakeOption = "",
    defer: Annotated[bool, typer.Option("--defer", help="Destroy only; make runs again later.")] = False,
    as_json: Json = False,
) -> None:
    """Finishes every purge: destroys what was made of purged rows, recalls releases, makes the runs again."""
    from jobs.pipeline import Place, finish_purges

    place = Place(settings().landing, lake or settings().lake)
    report = finish_purges(place, defer=defer, progress=lambda text: typer.echo(text, err=True))
    if as_json:
        emit([report], True)
        return
    row = report | {"runs": len(report["runs"]), "releases": len(report["releases"])}
    emit([{"field": name, "value": value} for name, value in row.items()], title="Purge")


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "purge": record["id"],
        "state": record["state"],
        "finished": record["state"] == "done",
        "tombstones": len(record["tombstones"]),
        "runs": len(record["runs"]),
        "versions": record["versions"],
        "files": record["files"],
        "bytes": record["bytes"],
        "releases": len(record["releases"]),
        "cases": record.get("cases", []),
    }


def retain(
    lake: LakeOption = "",
    month: Annotated[
        str | None, typer.Option("--month", help="As things stand at this month's as-of; default now.")
    ] = None,
    as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Json = False,
) -> None:
    """Destroys deliveries, runs and releases whose time is over, and keeps a proof of each."""
    from jobs.lake.lake import Lake
    from jobs.purge.retention import retain as run

    now = datetime.now(UTC).replace(microsecond=0)
    instant = now
    if month or as_of:
        instant = months.parse_as_of(as_of, months.checked(month or f"{now:%Y-%m}"), now)
    opened = Lake.open(lake or settings().lake, create=False)
    rows = run(opened, instant, key_file=settings().key_path, dry_run=dry_run)
    emit(rows, as_json, RETAIN_COLUMNS, f"{'Would go' if dry_run else 'Gone'} as of {instant:%Y-%m-%d}")


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.add_typer(purge_app, name="purge")
    app.command("retain")(retain)
