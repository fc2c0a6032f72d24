"""What the statements of accounts of organisations say of turnover, bought services, pay and fixed assets."""

from collections.abc import Mapping

from pyspark.sql import DataFrame, GroupedData
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import ACCOUNTS
from jobs.core.rows import joined_refs, refs, shaped
from jobs.core.tax_answers import items_of, last_answers

COSTS: Mapping[str, str] = {
    "4500": "bought_services_ore",
    "5000": "pay_ore",
    "5400": "contribution_ore",
    "6300": "rent_ore",
}
"""Accounts of operating costs that have a column of their own."""
KEY = ("orgnr", "income_year")


def transform(
    *,
    account_answers: DataFrame,
    account_incomes: DataFrame,
    account_costs: DataFrame,
    account_assets: DataFrame,
    month: str,
) -> DataFrame:
    """One row per organisation and year that has a statement; a line that is not there is missing, not zero.

    Args:
        account_answers: Raw answers about statements of accounts, with delivery.
        account_incomes: Raw lines of operating income with delivery.
        account_costs: Raw lines of operating costs with delivery.
        account_assets: Raw lines of fixed assets with delivery.
        month: Month evaluated.
    """
    answers = last_answers(account_answers, *KEY)

    def lines(items: DataFrame) -> GroupedData:
        return items_of(items, answers, "income_year", "account", "amount_ore", "raw_ref").groupBy(*KEY)

    incomes = lines(account_incomes).agg(
        F.sum("amount_ore").alias("turnover_ore"), refs().alias("income_refs")
    )
    costs = lines(account_costs).agg(
        F.sum("amount_ore").alias("costs_ore"),
        *(
            F.sum(F.when(F.col("account") == account, F.col("amount_ore"))).alias(name)
            for account, name in COSTS.items()
        ),
        refs().alias("cost_refs"),
    )
    assets = lines(account_assets).agg(
        F.sum("amount_ore").alias("fixed_assets_ore"), refs().alias("asset_refs")
    )
    rows = (
        answers.select(*KEY, "answered_on", F.array("answer_ref").alias("answer_refs"))
        .join(incomes, list(KEY), "left")
        .join(costs, list(KEY), "left")
        .join(assets, list(KEY), "left")
        .withColumn("raw_refs", joined_refs("answer_refs", "income_refs", "cost_refs", "asset_refs"))
    )
    return shaped(rows, ACCOUNTS, month)
