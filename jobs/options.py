"""Options that many commands share, and how they are resolved."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jobs import months
from jobs.settings import settings

if TYPE_CHECKING:
    from jobs.flag.run_reader import RunReader

Month = Annotated[str, typer.Option("--month", help="Month, YYYY-MM.", metavar="MONTH")]
Through = Annotated[
    str | None, typer.Option("--through", help="Last month; all months up to it.", metavar="MONTH")
]
LakeOption = Annotated[
    str, typer.Option("--lake", help="Folder or s3://bucket/prefix; default by the settings.")
]
LandingOption = Annotated[
    str,
    typer.Option("--landing", help="Folder or s3://bucket/prefix of deliveries; default by the settings."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Only what was known then, RFC 3339; default the 15th of the following month."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="A JSON list of objects on standard output.")]


def open_reader(lake: str, month: str, as_of: str | None) -> "RunReader":
    """The published run that a reading command asks for.

    Args:
        lake: Option value; empty means by the settings.
        month: Month.
        as_of: Option value; None means the run that readers see now.

    Raises:
        UsageError: No such run.
    """
    from jobs.flag.run_reader import RunReader
    from jobs.lake.lake import Lake

    opened = Lake.open(lake or settings().lake, create=False)
    instant = None if as_of is None else months.parse_as_of(as_of, months.checked(month), datetime.now(UTC))
    return RunReader.open(opened, months.checked(month), instant)
