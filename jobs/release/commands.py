"""Commands about releases, the ledger of disclosures and the contracts."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs import months
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, Month
from jobs.settings import settings

contracts_app = typer.Typer(
    help="Dictionary, schemas and contracts, derived from the declarations.", no_args_is_help=True
)

Docs = Annotated[Path, typer.Option("--docs", help="Folder of the generated documents.")]
DOCS = Path("docs/contracts")


def release(
    month: Month,
    to: Annotated[str, typer.Option("--to", help="Recipient, as declared.", metavar="RECIPIENT")],
    lake: LakeOption = "",
    as_of: AsOf = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be released; write nothing.")
    ] = False,
    record: Annotated[
        Path | None, typer.Option("--record", help="Record of necessity and proportionality, a JSON file.")
    ] = None,
    example_record: Annotated[
        bool, typer.Option("--example-record", help="Use the example record; synthetic data only.")
    ] = False,
    approved_by: Annotated[str, typer.Option("--approved-by", help="Who approves the release.")] = "",
    prepared_by: Annotated[
        str, typer.Option("--prepared-by", help="Who prepared it; default who prepared the record.")
    ] = "",
    language: Annotated[str, typer.Option("--language", help="Language of the summary: nb or en.")] = "nb",
    as_json: Json = False,
) -> None:
    """Releases a month to one recipient: what its legal basis allows, on a record, approved by another."""
    from jobs.lake.lake import Lake
    from jobs.release import job
    from jobs.release.documents import summary
    from jobs.release.publish import publish_release
    from jobs.release.record import NecessityRecord
    from jobs.release.record import example_record as example

    if language not in ("nb", "en"):
        raise UsageError(f"language {language!r} is neither nb nor en")
    opened = Lake.open(lake or settings().lake, create=False)
    now = datetime.now(UTC)
    instant = None if as_of is None else months.parse_as_of(as_of, months.checked(month), now)
    plan, ring = job.plan(opened, months.checked(month), instant, to)
    if dry_run:
        if as_json:
            emit([job.report(plan) | {"omissions": _omissions(plan)}], True)
        else:
            typer.echo(summary(plan, language), nl=False)
        return
    if record is not None:
        try:
            ground = NecessityRecord.from_json(record.read_bytes())
        except OSError as problem:
            raise UsageError(f"no record can be read from {record}: {problem.strerror}") from None
    elif example_record:
        ground = example(to, plan.month)
    elif plan.existing:
        emit([{"release_id": plan.existing, "status": "already released", **plan.rows}], as_json)
        return
    else:
        raise NotPermitted(
            f"release to {to} {month}: no record of necessity and proportionality; give one with --record"
        )
    done = publish_release(
        opened.storage,
        plan,
        ring=ring,
        record=ground,
        approved_by=approved_by,
        prepared_by=prepared_by or ground.prepared_by,
        at=now,
    )
    row = {
        "release_id": done.release_id,
        "status": "released" if done.created else "already released",
        "folder": opened.storage.locate(done.folder),
        "ledger_seq": done.ledger_seq,
        **done.rows,
    }
    emit(
        [row] if as_json else [{"field": k, "value": v} for k, v in row.items()],
        as_json,
        title=f"Release to {to}",
    )


def _omissions(plan: Any) -> list[dict[str, Any]]:
    return [
        {
            "dataset": o.dataset,
            "what": o.what,
            "rows": o.rows,
            "reason_nb": o.reason_nb,
            "reason_en": o.reason_en,
        }
        for o in plan.projection.omissions
    ]


def audit(lake: LakeOption = "", as_json: Json = False) -> None:
    """Verifies the ledger of disclosures: nothing altered, removed or left out."""
    from jobs.lake.lake import Lake
    from jobs.release import job

    opened = Lake.open(lake or settings().lake, create=False)
    entries, problems = job.audit(opened)
    if problems:
        rows = [{"code": p.code, "where": p.where, "message": p.message} for p in problems]
        emit(rows, as_json, title="Ledger of disclosures: not whole")
        raise DataRefused("ledger_broken", f"{len(problems)} problems in {len(entries)} lines")
    columns = (
        "seq",
        "event",
        "at",
        "recipient",
        "month",
        "release_id",
        "record_id",
        "prepared_by",
        "approved_by",
        "rows",
    )
    emit(entries, as_json, columns, "Ledger of disclosures: whole")


@contracts_app.command("build")
def build(
    docs: Docs = DOCS,
    accept_input: Annotated[
        bool, typer.Option("--accept-input", help="Also accept the input contract as it lies there now.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Writes dictionary, JSON Schema and ODCS contracts into docs/contracts."""
    from jobs.release import contracts

    if accept_input:
        contracts.accept_input()
    changed = contracts.build(docs)
    emit([{"path": path} for path in changed], as_json, title=f"Changed in {docs}")


@contracts_app.command("check")
def check(docs: Docs = DOCS, as_json: Json = False) -> None:
    """Fails when docs/contracts or the input contract is not what it should be."""
    from jobs.release import contracts

    stale = contracts.drift(contracts.check_folder(docs))
    foreign = contracts.input_drift()
    rows = [{"path": path, "what": "not as generated"} for path in stale]
    rows += [{"path": path, "what": "input contract differs from SHA256SUMS"} for path in foreign]
    emit(rows, as_json, title="Contracts: drift")
    if rows:
        raise DataRefused(
            "contract_drift", f"{len(stale)} generated documents and {len(foreign)} input files differ"
        )


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.command("release")(release)
    app.command("audit")(audit)
    app.add_typer(contracts_app, name="contracts")
