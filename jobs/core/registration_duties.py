"""Which organisations need an approval for their trade."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_register import REGISTRATION_DUTIES
from jobs.core.rows import current, joined_refs, shaped

TRADES = {"renhold": "81.2", "bemanning": "78.2"}
"""Register -> beginning of the activity codes that need it, equal in both standards.

Car care has no code of its own: most garages neither wash cars nor change wheels for a living.
"""


def transform(*, duty_rules: DataFrame, organisations: DataFrame, month: str) -> DataFrame:
    """One row per organisation that is not deleted and register that its trade needs.

    Args:
        duty_rules: Raw code list of duties to register, with delivery.
        organisations: `core_org__organisations`.
        month: Month evaluated.
    """
    rules = (
        current(duty_rules, "rule_id")
        .where(F.col("register").isin(*TRADES))
        .select(
            "rule_id",
            "register",
            "grace_days",
            F.col("valid_from_on").alias("rule_from"),
            F.col("valid_to_on").alias("rule_to"),
            "certainty",
            "raw_ref",
        )
    )
    in_trade = organisations.where(F.col("deleted_on").isNull()).select(
        "orgnr", "nace", "raw_refs", _register().alias("register")
    )
    rows = (
        in_trade.where(F.col("register").isNotNull())
        .join(F.broadcast(rules), "register")
        .withColumn("raw_refs", joined_refs("raw_refs", F.array("raw_ref")))
    )
    return shaped(rows, REGISTRATION_DUTIES, month)


def _register() -> Column:
    found = F.lit(None).cast("string")
    for register, prefix in TRADES.items():
        found = F.when(F.col("nace").startswith(prefix), F.lit(register)).otherwise(found)
    return found
