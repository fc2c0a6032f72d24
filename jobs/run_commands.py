"""Commands that run jobs without Airflow."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from jobs import months
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, LandingOption, Month, Through
from jobs.settings import settings


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Shows what is being done: a spinner on a terminal, plain lines elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: console.print(text, markup=False, highlight=False)
        return
    with console.status("starting") as status:
        yield lambda text: status.update(text)


def _rows(month: str, reports: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for job, report in reports.items():
        counted = report if job == "ingest" else report["rows"]
        for name, value in counted.items():
            rows.append(
                {
                    "month": month,
                    "job": job,
                    "what": name,
                    "rows": value["dispositions"]["accepted"] if isinstance(value, dict) else value,
                }
            )
    return rows


def run(
    month: Month,
    through: Through = None,
    landing: LandingOption = "",
    lake: LakeOption = "",
    as_of: AsOf = None,
    until: Annotated[str, typer.Option("--until", help="Last job: ingest, join, feedback or flag.")] = "flag",
    as_json: Json = False,
) -> None:
    """Runs all jobs of a month (or of several, in order) without Airflow, and publishes each month's run."""
    from jobs.pipeline import Place, run_month

    place = Place(landing or settings().landing, lake or settings().lake)
    rows: list[dict[str, Any]] = []
    with _progress() as progress:
        for own in months.between(months.checked(month), months.checked(through or month)):
            reports = run_month(own, as_of, place, until=until, progress=progress)
            rows += _rows(own, reports)
    shown = rows if as_json else [r for r in rows if r["job"] in ("ingest", "flag")]
    emit(shown, as_json, title=f"Run {month}{f' to {through}' if through else ''} in {place.lake}")


def _single(job: str) -> Callable[..., None]:
    def command(month: Month, lake: LakeOption = "", as_of: AsOf = None, as_json: Json = False) -> None:
        from jobs.pipeline import Place, run_job

        with _progress() as progress:
            report = run_job(job, month, as_of, Place(settings().landing, lake or settings().lake), progress)
        emit(
            [{"table": k, "rows": v} for k, v in report["rows"].items()] if not as_json else [report], as_json
        )

    return command


HELP = {
    "join": "Joins deliveries into core tables and the network of a month.",
    "feedback": "Lays outcomes of inspections and reviews beside the month.",
    "flag": "Runs the indicators, makes the cases and publishes the run.",
}


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.command("run")(run)
    for job, text in HELP.items():
        app.command(job, help=text)(_single(job))
