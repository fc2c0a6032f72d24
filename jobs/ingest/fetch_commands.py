"""The command that asks open APIs for what is new: `fetch`."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import UsageError
from jobs import months
from jobs.console import emit
from jobs.options import Json, LakeOption, LandingOption
from jobs.settings import settings

if TYPE_CHECKING:
    from jobs.ingest.fetchers import Landed

LISTED = ("name", "cron", "last_landed", "owed", "description")
COLUMNS = ("source", "period", "delivery_id", "records", "place")


def register(app: typer.Typer) -> None:
    """Add the command.

    Args:
        app: The command line.
    """
    app.command("fetch")(fetch)


def fetch(
    name: Annotated[str, typer.Argument(metavar="[SOURCE]", help="A client that `--list` shows.")] = "",
    show: Annotated[bool, typer.Option("--list", help="The clients, and what each landed last.")] = False,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from-file",
            help="`brreg` only: a bulk file that lies here already (JSON array, gzipped or not), as it is.",
        ),
    ] = None,
    landing: LandingOption = "",
    lake: LakeOption = "",
    period: Annotated[
        str | None, typer.Option("--period", help="With --from-file: register date; default its own day.")
    ] = None,
    delivered_at: Annotated[
        str | None,
        typer.Option("--delivered-at", help="With --from-file: when it became known, RFC 3339; default now."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask an open API for what is new and land it as deliveries; nothing new lands nothing."""
    if show:
        emit(_listed(lake or settings().lake), as_json, LISTED, title="Clients of open APIs")
        return
    if from_file is None and (period or delivered_at):
        raise UsageError("--period and --delivered-at go with --from-file")
    from jobs.ingest.fetchers import FetchJob, fetcher
    from jobs.ingest.landing import open_landing

    client = fetcher(name)
    now = datetime.now(UTC).replace(microsecond=0)
    zone = open_landing(landing or settings().landing)
    if from_file is not None:
        from jobs.ingest.fetch import fetch_file

        if name != "brreg":
            raise UsageError(f"--from-file is for brreg, not {name}")
        known = months.parse_as_of(delivered_at, f"{now:%Y-%m}", now) if delivered_at else now
        landed = [fetch_file(from_file, zone, known, period)]
    else:
        from jobs.lake.lake import Lake

        opened = Lake.open(lake or settings().lake, create=True)
        landed = client.fetch(FetchJob(zone, opened, now, settings()))
    _show(landed, as_json)


def _show(landed: "list[Landed]", as_json: bool) -> None:
    rows = [asdict(one) for one in landed]
    emit(rows, as_json, COLUMNS if rows else None, title="Landed" if rows else "Nothing new; deliveries")
    for one in landed:
        for warning in one.warnings:
            sys.stderr.write(f"{one.source}/{one.delivery_id}: {warning}\n")


def _listed(lake: str) -> list[dict[str, Any]]:
    """Every client with what it remembers; units that it owes only as a number."""
    from jobs.ingest.fetch_session import LAST_LANDED
    from jobs.ingest.fetch_state import FetchState
    from jobs.ingest.fetchers import FETCHERS
    from jobs.lake.lake import Lake

    try:
        opened = Lake.open(lake, create=False)
    except UsageError:
        opened = None
    rows = []
    for client in FETCHERS.values():
        values = dict(FetchState.load(opened, client.name).values) if opened else {}
        owed = values.pop("owed", {})
        rows.append(
            {
                "name": client.name,
                "cron": client.cron,
                "description": client.description,
                LAST_LANDED: values.pop(LAST_LANDED, None),
                "owed": sum(len(numbers) for numbers in owed.values()),
                "state": values,
            }
        )
    return rows
