"""Decisions of people that evidence speaks against, or that are due for a new look."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_link import LINK_TASKS
from jobs.core.person_links import either_way
from jobs.core.rows import shaped, union_all
from jobs.months import last_day

STRONG_BITS = 10
"""Weight from which a comparison speaks strongly: a thousand times as likely as not."""


def transform(
    *, known_links: DataFrame, candidates: DataFrame, judgements: DataFrame, month: str
) -> DataFrame:
    """One row per decision and reason to look at it again.

    Args:
        known_links: `core_link__known_links`.
        candidates: `core_link__candidates`.
        judgements: `jobs.link.judgements.JUDGED` rows in force.
        month: Month evaluated.
    """
    is_different = F.col("verdict") == "different"
    pairs = either_way(judgements)
    stated = pairs.join(known_links.select("token", "person_id", "rule"), ["token", "person_id"])
    weighed = pairs.join(
        candidates.select("token", "person_id", "match_weight"), ["token", "person_id"], "left"
    )
    against = F.when(is_different, F.col("match_weight") >= STRONG_BITS).otherwise(
        F.col("match_weight") <= -STRONG_BITS
    )
    found = [
        (stated.where(is_different), "register_states_the_contrary"),
        (weighed.where(against), "comparison_speaks_against"),
        (judgements.where(F.col("review_by") <= F.lit(last_day(month))), "review_is_due"),
    ]
    rows = union_all(
        [
            frame.select(
                "judgement_id", "token", "person_id", "verdict", "review_by", F.lit(why).alias("why")
            )
            for frame, why in found
        ]
    )
    return shaped(rows, LINK_TASKS, month)
