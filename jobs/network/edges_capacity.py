"""Edges of capacity: labour invoiced beside people declared, and statements of accounts, of few.

Statements are those of organisations with few people for their labour, and of buyers from thin suppliers.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_capacity import CAPACITY, FULL_YEAR_POINTS
from expectations.tables_core_supply import SUPPLIES
from expectations.tables_core_tax import ACCOUNTS
from graph.model import EdgeKind
from jobs.core.capacity import MONTHS
from jobs.months import first_day, last_day, shift
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource

SOLD_AT_LEAST_ORE = 50_000_000
"""NOK 500,000 of labour invoiced: half of what the indicator asks for."""
CAPACITY_AT_MOST = 0.5
"""Twice what the indicator allows."""


def thin(capacity: DataFrame) -> DataFrame:
    """Rows of organisations that invoiced much labour beside few people; what is unknown is few.

    One whose trade has no norm cannot be evaluated by any rule and is only counted.

    Args:
        capacity: `core_work__capacity`.
    """
    labour = F.col("labour_sold_ore") * F.col("min_labour_share").cast("double")
    declared = (
        F.coalesce("position_points", F.lit(0)).cast("double") / FULL_YEAR_POINTS * F.col("yearly_cost_ore")
    )
    return capacity.where(F.col("labour_sold_ore") >= SOLD_AT_LEAST_ORE).where(
        F.coalesce(declared <= labour * F.lit(CAPACITY_AT_MOST), F.lit(False))
    )


def build(*, capacity: DataFrame, accounts: DataFrame, supplies: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges, only of organisations that are looked at.

    Args:
        capacity: `core_work__capacity`.
        accounts: `core_tax__accounts`.
        supplies: `core_chain__supplies`.
        month: Month evaluated.
    """
    found = thin(capacity)
    start, end = first_day(shift(month, 1 - MONTHS)), last_day(month)
    buyers = supplies.select(F.col("buyer_orgnr").alias("orgnr"))
    read = found.select("orgnr").unionByName(buyers).distinct()
    year = F.col("income_year").cast("int")
    return [
        edges(
            found,
            EdgeKind.CAPACITY,
            CAPACITY,
            month=month,
            source=org("orgnr"),
            target=F.lit(f"period:{month}"),
            valid_from=F.lit(start),
            valid_to=F.lit(end),
            amount="labour_sold_ore",
            known=attributes(
                bought_ore="labour_bought_ore",
                invoices_n="invoices_n",
                min_labour_share="min_labour_share",
                position_points="position_points",
                workers_now_n="workers_now_n",
                yearly_cost_ore="yearly_cost_ore",
            ),
        ),
        edges(
            accounts.join(read, "orgnr", "left_semi"),
            EdgeKind.STATEMENT,
            ACCOUNTS,
            month=month,
            source=org("orgnr"),
            target=F.concat(F.lit("period:"), "income_year"),
            valid_from=F.make_date(year, F.lit(1), F.lit(1)),
            valid_to=F.make_date(year, F.lit(12), F.lit(31)),
            amount="turnover_ore",
            known=attributes(
                bought_services_ore="bought_services_ore",
                costs_ore="costs_ore",
                fixed_assets_ore="fixed_assets_ore",
                pay_ore="pay_ore",
            ),
        ),
    ]


SOURCE = EdgeSource(build=build, tables={"capacity": CAPACITY, "accounts": ACCOUNTS, "supplies": SUPPLIES})
