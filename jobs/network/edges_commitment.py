"""Edges of commitment: work promised by contract, and hours declared month by month."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_commitment import DECLARED_MONTHS, PROMISES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource


def build(*, promises: DataFrame, declared_months: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges, only of suppliers that promised as much as they declared.

    Args:
        promises: `core_chain__promises`.
        declared_months: `core_work__declared_months`.
        month: Month evaluated.
    """
    first = F.to_date(F.concat("work_month", F.lit("-01")))
    return [
        edges(
            promises.join(
                of_candidates(promises, declared_months).select(*PROMISES.key), "contract_id", "left_semi"
            ),
            EdgeKind.PROMISE,
            PROMISES,
            month=month,
            source=org("client_orgnr"),
            target=org("supplier_orgnr"),
            valid_from="begins_on",
            valid_to="ends_on",
            amount="labour_ore",
            known=attributes(
                contract_id="contract_id",
                contract_kind="kind",
                project_from="project_from",
                project_id="project_id",
                project_to="project_to",
                tier_no="tier_no",
                value_ore="value_ore",
            ),
        ),
        edges(
            declared_months,
            EdgeKind.DECLARED_MONTH,
            DECLARED_MONTHS,
            month=month,
            source=org("orgnr"),
            target=F.concat(F.lit("period:"), "work_month"),
            valid_from=first,
            valid_to=F.last_day(first),
            known=attributes(
                bought_ore="bought_ore",
                declared_h="declared_h",
                hourly_cost_ore="hourly_cost_ore",
                owners_n="owners_n",
                sent_n="sent_n",
                workers_n="workers_n",
            ),
        ),
    ]


def of_candidates(promises: DataFrame, declared_months: DataFrame) -> DataFrame:
    """Contracts of candidates with `orgnr`, the candidate that is their supplier or client.

    Args:
        promises: `core_chain__promises`.
        declared_months: `core_work__declared_months`.
    """
    found = declared_months.select("orgnr").distinct()
    return union_all(
        [
            promises.join(found.withColumnRenamed("orgnr", side), side, "left_semi").withColumn(
                "orgnr", F.col(side)
            )
            for side in ("supplier_orgnr", "client_orgnr")
        ]
    )


SOURCE = EdgeSource(build=build, tables={"promises": PROMISES, "declared_months": DECLARED_MONTHS})
