"""Commands about the lake itself: what it holds, whether it is whole, what changed, and how to go back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from expectations.errors import DataRefused, UsageError
from jobs import months
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, Month, Through
from jobs.settings import settings

if TYPE_CHECKING:
    from jobs.lake.lake import Lake

keys_app = typer.Typer(help="The keys of pseudonyms.", no_args_is_help=True)

VERSION_COLUMNS = ("month", "version", "rows", "run_month", "as_of", "run_id", "is_current")
TABLE_COLUMNS = ("table", "newest", "rows", "partitions", "versions", "as_of", "stale")
DIFF_COLUMNS = ("table", "partition", "state", "rows_a", "rows_b", "added", "removed", "changed", "columns")


def _lake(lake: str) -> "Lake":
    from jobs.lake.lake import Lake

    return Lake.open(lake or settings().lake, create=False)


def _instant(as_of: str | None, month: str) -> datetime | None:
    return None if as_of is None else months.parse_as_of(as_of, months.checked(month), datetime.now(UTC))


def tables(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One table: its columns.")] = None,
    lake: LakeOption = "",
    versions: Annotated[bool, typer.Option("--versions", help="Its published versions instead.")] = False,
    as_json: Json = False,
) -> None:
    """Lists the tables of the lake with rows and freshness; NAME: what each of its columns means."""
    from jobs.lake import overview

    if name is None:
        opened = _lake(lake)
        emit(overview.tables(opened), as_json, TABLE_COLUMNS, f"Tables of {opened.storage.uri}")
        for month in [] if as_json else overview.stale_months(opened):
            typer.echo(f"{month['month']} is stale: {'; '.join(month['reasons'])}")
    elif versions:
        emit(overview.versions(_lake(lake), name), as_json, VERSION_COLUMNS, f"Published versions of {name}")
    else:
        columns = ("column", "type", "required", "personal_data", "codes", "description")
        emit(overview.dictionary(name), as_json, columns, name)


def export(
    table: Annotated[str, typer.Argument(metavar="TABLE")],
    month: Month,
    to: Annotated[Path, typer.Option("--to", help="File ending in .parquet or .csv.")],
    through: Through = None,
    lake: LakeOption = "",
    as_of: AsOf = None,
    spreadsheet_safe: Annotated[
        bool,
        typer.Option("--spreadsheet-safe", help="Put ' before CSV text that would be taken for a formula."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Writes the published rows of a table to one file; equal rows give equal bytes."""
    from jobs.lake.export import export as write

    rows = write(
        _lake(lake),
        table,
        month,
        to,
        through=through,
        as_of=_instant(as_of, month),
        spreadsheet_safe=spreadsheet_safe,
    )
    emit(
        [{"table": table, "month": month, "through": through or month, "rows": rows, "file": str(to)}],
        as_json,
    )


def verify(lake: LakeOption = "", as_json: Json = False) -> None:
    """Checks every file of the lake against what vouches for it; ends with 3 when one is not whole."""
    from jobs.lake.verify import verify as check
    from jobs.purge.check import faults as not_purged

    opened = _lake(lake)
    faults = [*check(opened), *not_purged(opened, settings().key_path)]
    if faults or as_json:
        emit([fault.to_dict() for fault in faults], as_json, title="Not whole")
    else:
        typer.echo("whole: every file is as it was written")
    if faults:
        raise DataRefused(
            "lake_not_whole", f"{len(faults)} faults, first in {faults[0].key}: {faults[0].detail}"
        )


def diff(
    month: Month,
    lake: LakeOption = "",
    other: Annotated[
        str, typer.Option("--other", help="Another lake; its run of the month is compared.")
    ] = "",
    as_of: AsOf = None,
    other_as_of: Annotated[str | None, typer.Option("--other-as-of", help="As-of of the other run.")] = None,
    run_id: Annotated[str | None, typer.Option("--run", help="Exactly this run.")] = None,
    other_run: Annotated[str | None, typer.Option("--other-run", help="Exactly this other run.")] = None,
    as_json: Json = False,
) -> None:
    """Says what differs between two runs of a month; by default the run before and the current one."""
    from jobs.lake.changes import diff as compare

    one = _lake(lake)
    two = _lake(other) if other else one
    a = one.runs.resolve(month, _instant(as_of, month), run_id)
    b = two.runs.resolve(month, _instant(other_as_of, month), other_run)
    if not (other or other_as_of or other_run):
        earlier = [run for run in one.runs.all(month) if run.run_id != a.run_id]
        if not earlier:
            raise UsageError(f"{month} has one run only; name another lake or as_of to compare with")
        a, b = earlier[-1], a
    changes = compare(one, a, two, b)
    differing = [change.to_dict() for change in changes if change.state != "identical"]
    title = f"{a.run.as_of_key} {a.run_id} → {b.run.as_of_key} {b.run_id}"
    if as_json:
        emit([change.to_dict() for change in changes], True)
    elif differing:
        emit(differing, False, DIFF_COLUMNS, title)
        typer.echo(f"{len(changes) - len(differing)} of {len(changes)} tables and months are identical")
    else:
        typer.echo(f"identical: {len(changes)} tables and months ({title})")


def rollback(
    month: Month,
    to: Annotated[str | None, typer.Option("--to", help="Run id or as_of; default the run before.")] = None,
    lake: LakeOption = "",
    as_json: Json = False,
) -> None:
    """Lets readers of a month see an earlier run again; nothing is deleted."""
    published = _lake(lake).runs.rollback(month, to)
    emit(
        [{"month": month, "as_of": published.run.as_of, "run_id": published.run_id}],
        as_json,
        title="Readers see",
    )


def gc(
    lake: LakeOption = "",
    grace_h: Annotated[float, typer.Option("--grace", help="Hours that a file is left alone.", min=0)] = 24.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Json = False,
) -> None:
    """Removes versions that no run, draft, receipt or release names, and what died jobs left behind."""
    from jobs.lake.history import gc as collect

    gone = collect(_lake(lake), timedelta(hours=grace_h), dry_run=dry_run)
    title = (
        f"{len(gone)} files, {sum(entry.size for entry in gone)} bytes {'would go' if dry_run else 'removed'}"
    )
    emit([{"file": entry.key, "bytes": entry.size} for entry in gone], as_json, title=title)


@keys_app.command("init")
def keys_init(
    key_file: Annotated[str, typer.Option("--key-file", help="Where; default by the settings.")] = "",
    as_json: Json = False,
) -> None:
    """Makes the keys of an installation, in a file that only its owner can read; keep a copy elsewhere."""
    from jobs.keys import KeyRing

    path = Path(key_file).expanduser() if key_file else settings().key_path
    emit([{"key_id": KeyRing.create(path).key_id, "file": str(path)}], as_json)


def register(app: typer.Typer) -> None:
    """Adds the commands of the lake.

    Args:
        app: The command line.
    """
    for command in (tables, export, verify, diff, rollback, gc):
        app.command()(command)
    app.add_typer(keys_app, name="keys")
