"""Commands about linkage: who is one person, and why."""

import getpass
from datetime import date
from typing import Annotated

import typer

from expectations.errors import UsageError
from expectations.tables_core_link import FAIRNESS, LINK_TASKS
from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, Month, open_reader
from jobs.settings import settings

link_app = typer.Typer(help="Which pseudonyms are one person, and why.", no_args_is_help=True)

Pseudonym = Annotated[str, typer.Argument(metavar="PSEUDONYM", help="Pseudonym or token, p1_...")]
COLUMNS = ("what_nb", "says_nb", "weight_bits")


def day(text: str) -> str:
    """A day as it was given.

    Args:
        text: `YYYY-MM-DD`.

    Raises:
        UsageError: It is none.
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{text} is no day; give YYYY-MM-DD") from None


@link_app.command()
def explain(
    left: Pseudonym,
    right: Pseudonym,
    month: Month,
    lake: LakeOption = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Explains why two pseudonyms are one person or not: the rule, or each comparison with its weight.

    Works for any two of the month, also for a pair that was never compared. Names are never shown.
    """
    from jobs.link.explain import explained, rows_of

    parts = explained(open_reader(lake, month, as_of), left, right, engine=settings().engine)
    emit(rows_of(parts), as_json, COLUMNS, f"{left} and {right}, {month}")


@link_app.command()
def report(month: Month, lake: LakeOption = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Tells how often linkage by name misses persons whose number is known, or takes them for others."""
    from jobs.evaluate.ranking import wilson

    rows = [
        {
            "dimension": row["dimension"],
            "group": row["group"],
            "records_n": row["records_n"],
            **{
                f"{what}_{part}": round(share[part], 4)
                for what in ("missed", "false")
                for share in (wilson(row[f"{what}_n"], row["records_n"]),)
                for part in ("value", "low", "high")
            },
        }
        for row in open_reader(lake, month, as_of).table(FAIRNESS.name).to_pylist()
    ]
    emit(rows, as_json, tuple(rows[0]) if rows else ("dimension",), f"Linkage of known persons, {month}")


@link_app.command()
def judge(
    token: Pseudonym,
    person: Pseudonym,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words.")],
    evidence: Annotated[
        str, typer.Option("--evidence", help="What it rests on: documents, registers, case numbers.")
    ],
    review_by: Annotated[str, typer.Option("--review-by", metavar="DATE", help="Day to look at it again.")],
    same: Annotated[
        bool | None, typer.Option("--same/--different", help="They are one person, or they are not.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who decides; default the user of this machine.")] = "",
    lake: LakeOption = "",
    as_json: Json = False,
) -> None:
    """Records what a person decided about a pair; runs as of later than this follow it.

    What a register states stands all the same. Where a register or the comparison speaks strongly against the
    decision, and when its day has come, it comes up in `kjede link tasks`.
    """
    from jobs.lake.lake import Lake
    from jobs.link.judgements import Judgement, Verdict, now, record

    if same is None:
        raise UsageError("say --same or --different")
    made = Judgement(
        token=token,
        person_id=person,
        verdict=Verdict.SAME if same else Verdict.DIFFERENT,
        reason=reason,
        evidence=evidence,
        decided_by=by or getpass.getuser(),
        decided_at=now(),
        review_by=day(review_by),
    )
    judgement_id = record(Lake.open(lake or settings().lake, create=False), made)
    emit([{"judgement_id": judgement_id, "verdict": made.verdict, "review_by": made.review_by}], as_json)


@link_app.command()
def tasks(month: Month, lake: LakeOption = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Lists decisions that a register or the comparison speaks against, or that are due for a new look."""
    rows = open_reader(lake, month, as_of).table(LINK_TASKS.name).drop_columns(["month"]).to_pylist()
    emit(
        rows, as_json, ("why", "judgement_id", "verdict", "token", "person_id", "review_by"), f"Tasks {month}"
    )


def register(app: typer.Typer) -> None:
    """Adds `kjede link` to the command line.

    Args:
        app: Command line.
    """
    app.add_typer(link_app, name="link")
