"""The command `report`: what came in, and how good it is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from expectations.errors import DataRefused, UsageError
from jobs import months
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, LandingOption, Month
from jobs.settings import settings

report_app = typer.Typer(help="Reports on what came in and how good it is.", no_args_is_help=True)

Out = Annotated[
    Path | None, typer.Option("--out", help="Write a page that needs nothing else; a .html file.")
]
INTAKE_COLUMNS = (
    "source", "delivery_id", "kind", "status", "records", "accepted", "quarantined", "late_days",
    "refusal", "drift",
)  # fmt: skip
RULE_COLUMNS = ("severity", "rule_id", "violated", "checked", "allowed", "trend", "advice")


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.add_typer(report_app, name="report")


@report_app.command("intake")
def intake(
    month: Annotated[
        str | None,
        typer.Option(
            "--month", help="Became known for this month's run; default everything.", metavar="MONTH"
        ),
    ] = None,
    delivery: Annotated[
        str | None, typer.Option("--delivery", help="Only SOURCE/DELIVERY.", metavar="DELIVERY")
    ] = None,
    lake: LakeOption = "",
    landing: LandingOption = "",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """What became of deliveries: accepted, set aside and why, late, changed in shape, refused."""
    import time

    from jobs.lake.lake import Lake
    from jobs.quality.html import intake_page
    from jobs.quality.intake_report import intake_report

    opened = Lake.open(lake or settings().lake, create=False)
    one = _named(delivery)
    if month:
        months.checked(month)
    warnings: list[str] = []
    if landing:
        from jobs.ingest.landing import open_landing

        warnings = open_landing(landing).find(time.time())[1]
    report = intake_report(opened, month, one, warnings)
    if one and not report.deliveries:
        raise UsageError(f"delivery {delivery}: the lake has not seen it")
    _write(out, intake_page(report) if out else "")
    if as_json:
        emit(report.deliveries, True)
        return
    rows = [row | {"drift": len(row["drift"])} for row in report.deliveries]
    emit(rows, False, INTAKE_COLUMNS, f"Intake {month or ''}".strip())
    if one:
        emit(report.deliveries[0]["reasons"], False, title="Set aside")
        emit(report.deliveries[0]["drift"], False, title="Changed shape")
    elif reasons := report.reasons():
        emit(reasons, False, title="Set aside")
    for told in report.warnings:
        typer.echo(told, err=True)


@report_app.command("quality")
def quality(
    month: Month,
    lake: LakeOption = "",
    as_of: AsOf = None,
    run_id: Annotated[str | None, typer.Option("--run", help="Exactly this run.")] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """How good a month's data is: rules broken, sources that are too old, what changed; 3 when refused."""
    from jobs.lake.lake import Lake
    from jobs.quality.html import quality_page
    from jobs.quality.report import quality_report

    opened = Lake.open(lake or settings().lake, create=False)
    instant = months.parse_as_of(as_of, months.checked(month), datetime.now(UTC)) if as_of else None
    report = quality_report(opened, month, instant, run_id)
    _write(out, quality_page(report) if out else "")
    if as_json:
        emit(report.to_rows(), True)
    else:
        typer.echo(f"{month} {report.run_id or 'not published'}: {report.verdict}, {len(report.rules)} rules")
        emit(report.to_see, False, RULE_COLUMNS, "Rules broken")
        columns = ("source", "state", "newest_period", "age_days", "limit_days", "cadence")
        emit(report.troubled, False, columns, "Sources that need a look")
        emit(report.refused, False, title="Deliveries that did not come in")
    if report.verdict == "refused":
        raise DataRefused(
            "contract_breach", f"the run of {month} was refused by {len(report.broken)} broken rules"
        )


def _named(delivery: str | None) -> tuple[str, str] | None:
    if delivery is None:
        return None
    source, slash, delivery_id = delivery.partition("/")
    if not slash:
        raise UsageError(f"--delivery {delivery}: name it as SOURCE/DELIVERY")
    return source, delivery_id


def _write(out: Path | None, page: str) -> None:
    if out is None:
        return
    if out.suffix != ".html":
        raise UsageError(f"--out {out}: the page is a .html file")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    typer.echo(f"written: {out}", err=True)
