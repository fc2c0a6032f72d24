"""Commands about linkage: who is one person, and why."""

from typing import Annotated

import typer

from jobs.console import emit
from jobs.options import AsOf, Json, LakeOption, Month, open_reader
from jobs.settings import settings

link_app = typer.Typer(help="Which pseudonyms are one person, and why.", no_args_is_help=True)

Pseudonym = Annotated[str, typer.Argument(metavar="PSEUDONYM", help="Pseudonym or token, p1_...")]
COLUMNS = ("what_nb", "says_nb", "weight_bits")


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
    from expectations.tables_core_link import FAIRNESS
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


def register(app: typer.Typer) -> None:
    """Adds `kjede link` to the command line.

    Args:
        app: Command line.
    """
    app.add_typer(link_app, name="link")
