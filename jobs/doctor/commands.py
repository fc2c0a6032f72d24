"""The command `doctor`."""

import typer

from expectations.errors import KjedeError
from jobs.console import emit
from jobs.options import Json, LakeOption, LandingOption
from jobs.settings import settings

COLUMNS = ("check", "status", "what", "advice")


def doctor(lake: LakeOption = "", landing: LandingOption = "", as_json: Json = False) -> None:
    """Looks at all that an installation needs and says what to do; ends with 1 when something is wrong."""
    from jobs.doctor import bucket, holdings, machine
    from jobs.doctor.examination import Patient, Status, examine

    patient = Patient(settings(), lake or settings().lake, landing or settings().landing)
    checks = (
        machine.python,
        machine.versions,
        machine.java,
        machine.engine,
        machine.disk,
        bucket.bucket,
        holdings.lake,
        machine.key,
        holdings.control_files,
        holdings.pointers,
        holdings.purges,
        holdings.waiting,
        holdings.months,
        holdings.retention,
        holdings.landing,
        machine.leftovers,
    )
    rows = examine(patient, checks)
    emit([row.to_dict() for row in rows], as_json, COLUMNS, f"Doctor: {patient.lake_uri}")
    errors = [row for row in rows if row.status is Status.ERROR]
    if errors:
        raise KjedeError(
            f"{len(errors)} of {len(rows)} checks failed, first {errors[0].check}: {errors[0].what}"
        )


def register(app: typer.Typer) -> None:
    """Adds the command.

    Args:
        app: The command line.
    """
    app.command()(doctor)
