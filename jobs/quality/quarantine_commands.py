"""The command `quarantine`: what did not come in, why, and a second try."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from expectations.errors import DataRefused, UsageError
from jobs.console import emit
from jobs.options import Json, LakeOption, LandingOption
from jobs.settings import settings

if TYPE_CHECKING:
    from jobs.lake.lake import Lake

quarantine_app = typer.Typer(help="Deliveries and records that did not come in.", no_args_is_help=True)

Source = Annotated[str | None, typer.Option("--source", help="Only this source.")]
Delivery = Annotated[str, typer.Argument(metavar="DELIVERY", help="Delivery id, or SOURCE/DELIVERY.")]
By = Annotated[str, typer.Option("--by", help="Who decides; default the user of this machine.")]


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def quarantine_list(
    lake: LakeOption = "",
    source: Source = None,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="By reason and place in the record instead of by delivery.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Lists deliveries that were held or rejected, or had records left out."""
    opened = _lake(lake)
    if not reasons:
        from jobs.lake.overview import quarantine

        emit(quarantine(opened, source), as_json, title="Quarantine")
        return
    from jobs.quality.intake_report import intake_report

    rows = [row for row in intake_report(opened).reasons() if source in (None, row["source"])]
    emit(rows, as_json, title="Records set aside, by reason")


@quarantine_app.command("show")
def quarantine_show(
    delivery: Delivery,
    lake: LakeOption = "",
    source: Source = None,
    record: Annotated[int | None, typer.Option("--record", help="Only this record, from 1.", min=1)] = None,
    file: Annotated[str | None, typer.Option("--file", help="Only of this file.")] = None,
    as_json: Json = False,
) -> None:
    """Shows why records of a delivery were left out: reason, place in the record, never a personal value."""
    from jobs.lake.overview import faults

    opened = _lake(lake)
    found, delivery_id = _located(opened, delivery, source)
    rows = [
        row
        for row in faults(opened, found, delivery_id)
        if record in (None, row["record_no"]) and file in (None, row["file_name"])
    ]
    emit(rows, as_json, title=f"{found}/{delivery_id}")


@quarantine_app.command("accept")
def quarantine_accept(
    delivery: Delivery,
    reason: Annotated[str, typer.Option("--reason", help="Why it may come in.")],
    by: By = "",
    lake: LakeOption = "",
    source: Source = None,
    as_json: Json = False,
) -> None:
    """Lets a held delivery in; the next `kjede ingest` takes it, or `kjede quarantine retry` at once."""
    opened = _lake(lake)
    found, delivery_id = _located(opened, delivery, source)
    name = by or getpass.getuser()
    opened.deliveries.accept(found, delivery_id, reason, name)
    emit([{"source": found, "delivery_id": delivery_id, "reason": reason, "by": name}], as_json)


@quarantine_app.command("retry")
def quarantine_retry(
    delivery: Delivery,
    landing: LandingOption = "",
    lake: LakeOption = "",
    source: Source = None,
    later: Annotated[
        bool, typer.Option("--later", help="Only forget a refusal; the next `kjede ingest` takes it in.")
    ] = False,
    do: Annotated[
        bool, typer.Option("--apply", help="Store an accepted delivery anew, if no run has read it.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; with --apply.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Tries a delivery again after the code or the contract was mended.

    One that was held or rejected is taken in from the landing zone. For one that came in with records left
    out it shows what the present rules would let in, and changes nothing without --apply.
    """
    from jobs.quality import retry

    opened = _lake(lake)
    found, delivery_id = _located(opened, delivery, source)
    name, place = {"source": found, "delivery_id": delivery_id}, landing or settings().landing
    if opened.deliveries.receipt(found, delivery_id) is None:
        if later:
            emit([name | {"was": opened.deliveries.forget(found, delivery_id)}], as_json)
            return
        row = name | retry.retry(opened, place, found, delivery_id)
        emit([row], as_json, title="Tried again")
        if row["status"] != "accepted":
            raise DataRefused("delivery_refused", str(row["message"]))
        return
    if later:
        raise UsageError(f"{found}/{delivery_id} came in; --later is for one that was refused")
    if do:
        done = retry.apply(opened, place, found, delivery_id, reason=reason, by=by or getpass.getuser())
        emit([name | done], as_json, title="Stored anew")
        return
    changes, _ = retry.compare(opened, place, found, delivery_id)
    emit(changes, as_json, title=f"What would change in {found}/{delivery_id}")


def _lake(lake: str) -> "Lake":
    from jobs.lake.lake import Lake

    return Lake.open(lake or settings().lake, create=False)


def _located(lake: "Lake", delivery: str, source: str | None) -> tuple[str, str]:
    """Source and id of a delivery; the id alone will do while only one source has it."""
    if "/" in delivery:
        source, _, delivery = delivery.partition("/")
    found = sorted(
        {r["source"] for r in lake.deliveries.receipts(source, status=None) if r["delivery_id"] == delivery}
    )
    if len(found) != 1:
        said = f"several sources have it: {', '.join(found)}" if found else "the lake has not seen it"
        raise UsageError(f"delivery {delivery}: {said}")
    return found[0], delivery
