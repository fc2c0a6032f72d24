"""Commands about cases, companies and indicators."""

from pathlib import Path
from typing import Annotated

import typer

from expectations.errors import DataRefused, UsageError
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, Month, open_reader

cases_app = typer.Typer(help="Cases of a published run: what, why, on which records.", no_args_is_help=True)
indicators_app = typer.Typer(
    help="The indicators that run, as they declare themselves.", no_args_is_help=True
)

CaseArgument = Annotated[
    str | None, typer.Argument(metavar="CASE", help="Case id, for example K2601-4F2A90.")
]
All = Annotated[bool, typer.Option("--all", help="All cases of the run.")]
LIST_COLUMNS = (
    "rank",
    "case_id",
    "band",
    "score",
    "change",
    "indicators",
    "companies",
    "dwellings",
    "headline_nb",
)


def _chosen(case_id: str | None, every: bool) -> str | None:
    if (case_id is None) is not every:
        raise UsageError("name one CASE, or give --all")
    return case_id


@cases_app.command("list")
def list_(month: Month, lake: LakeOption = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Lists the cases of a month by rank, with what is new or changed since the month before."""
    from jobs.cases.questions import list_cases

    emit(list_cases(open_reader(lake, month, as_of)), as_json, LIST_COLUMNS, f"Cases {month}")


@cases_app.command()
def show(
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    month: Month,
    lake: LakeOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Shows one case with its findings and their reasons."""
    from jobs.cases import questions
    from jobs.purge.records import case_events

    reader = open_reader(lake, month, as_of)
    rows = questions.findings_of(reader, case_id)
    if as_json:
        emit(rows, True)
        return
    case = next(row for row in questions.list_cases(reader) if row["case_id"] == case_id)
    emit([{"field": k, "value": v} for k, v in case.items()], title=f"{case_id} · {case['headline_nb']}")
    if case_events(reader.lake, case_id, reader.month):
        typer.echo("\npurged: part of what this case rested on had to be removed; it was made again without")
    for row in rows:
        typer.echo(f"\n{row['indicator_id']} {row['status']} · {row['subject_id']}")
        for line in questions.why(reader, row["finding_id"], "nb"):
            typer.echo(f"  - {line}")


@cases_app.command()
def explain(
    month: Month,
    case_id: CaseArgument = None,
    every: All = False,
    lake: LakeOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Walks from each finding to the published row, its delivery and the record in it."""
    from jobs.cases import questions

    reader = open_reader(lake, month, as_of)
    rows = [
        row
        for own in questions.case_ids(reader, _chosen(case_id, every))
        for row in questions.explain(reader, own)
    ]
    columns = (
        "case_id",
        "indicator_id",
        "n",
        "shows_nb",
        "register",
        "delivery_id",
        "file_name",
        "record_no",
    )
    emit(rows, as_json, columns, f"Evidence {month}")


@cases_app.command()
def replay(
    month: Month,
    case_id: CaseArgument = None,
    every: All = False,
    lake: LakeOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Evaluates findings again from what they cite alone; --all takes every triggered finding."""
    from jobs.cases import questions

    reader = open_reader(lake, month, as_of)
    if _chosen(case_id, every) is None:
        finding_ids = questions.triggered(reader)
    else:
        finding_ids = [row["finding_id"] for row in questions.findings_of(reader, str(case_id))]
    rows = questions.replay(reader, finding_ids)
    emit(
        rows,
        as_json,
        (
            "finding_id",
            "indicator_id",
            "status",
            "replayed_status",
            "value",
            "replayed_value",
            "evidence_n",
            "same",
        ),
        f"Replay {month}",
    )
    different = [row["finding_id"] for row in rows if not row["same"]]
    if different:
        raise DataRefused("replay_differs", f"{len(different)} of {len(rows)} findings, first {different[0]}")


@cases_app.command()
def dossier(
    month: Month,
    case_id: CaseArgument = None,
    every: All = False,
    out: Path = Path("dossiers"),
    lake: LakeOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Writes one HTML dossier per case and, with --all, the list of cases as a workbook."""
    from jobs.cases.questions import case_ids
    from jobs.dossier.write import write_dossiers, write_workbook

    reader = open_reader(lake, month, as_of)
    chosen = case_ids(reader, _chosen(case_id, every))
    written = write_dossiers(reader, out, chosen)
    if every:
        workbook = out / f"saker_{month}.xlsx"
        write_workbook(reader, workbook)
        written.append(workbook)
    emit([{"file": str(path), "bytes": path.stat().st_size} for path in written], as_json)


@indicators_app.command("list")
def list_indicators(as_json: Json = False) -> None:
    """Lists the indicators with version, subject and legal basis."""
    from graph.registry import register_rows

    emit(
        register_rows(),
        as_json,
        ("id", "version", "name_nb", "subject_type", "follow_up_owner_nb", "legal_basis"),
    )


@indicators_app.command("show")
def show_indicator(indicator_id: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Shows one indicator whole: rule, thresholds with their basis, guards, innocent explanations."""
    from graph.registry import register_rows

    rows = [row for row in register_rows() if row["id"] == indicator_id]
    if not rows:
        raise UsageError(f"no indicator {indicator_id}; `kjede indicators list`")
    emit(rows if as_json else [{"field": k, "value": v} for k, v in rows[0].items()], as_json)


@indicators_app.command("impact")
def show_impact(
    indicator_id: Annotated[str, typer.Argument(metavar="ID")],
    month: Month,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another value of a threshold; may be repeated."),
    ] = None,
    without: Annotated[bool, typer.Option("--without", help="As if the indicator were not there.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also cases that stay as they are.")] = False,
    lake: LakeOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tells which cases of a month would appear, vanish or move, and for whom; nothing is published."""
    from jobs.cases.impact import impact

    given = dict(text.partition("=")[::2] for text in changes or ())
    if bool(given) is without:
        raise UsageError("give --set NAME=VALUE, or --without")
    rows = impact(open_reader(lake, month, as_of), indicator_id, given, without=without)
    differ = [row for row in rows if row["change"] != "stays"]
    emit(
        rows if every else differ,
        as_json,
        (
            "change",
            "case_id",
            "rank_before",
            "rank_after",
            "band_before",
            "band_after",
            "indicators_before",
            "indicators_after",
            "recipients_before",
            "recipients_after",
        ),
        f"{indicator_id} in {month}: {len(differ)} of {len(rows)} cases would change",
    )


def show_company(
    orgnr: Annotated[str, typer.Argument(metavar="ORGNR", help="Organisation number.")],
    month: Month,
    lake: LakeOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Shows everything known and found about one company, and for each indicator why it was not flagged."""
    from jobs.cases.questions import company

    known, cases, found = company(open_reader(lake, month, as_of), orgnr)
    if as_json:
        emit([{"known": known, "cases": cases, "indicators": found}], True)
        return
    emit([{"field": k, "value": v} for k, v in known.items()], title=f"{orgnr} in {month}")
    emit(cases, False, LIST_COLUMNS, "\nCases")
    emit(
        found,
        False,
        ("indicator_id", "name_nb", "status", "role", "value", "threshold", "why"),
        "\nIndicators",
    )


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.add_typer(cases_app, name="cases")
    app.add_typer(indicators_app, name="indicators")
    app.command("show")(show_company)
