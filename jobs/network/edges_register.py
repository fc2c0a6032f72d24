"""Edges of approvals: the duty to have one, and what the register showed of those who at times had none."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_register import APPROVALS, REGISTRATION_DUTIES
from graph.model import EdgeKind
from jobs.core.approvals import APPROVED
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource


def build(*, registration_duties: DataFrame, approvals: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges, only of organisations that have the duty and were seen without approval.

    Args:
        registration_duties: `core_org__registration_duties`.
        approvals: `core_org__approvals`.
        month: Month evaluated.
    """
    lacking = seen_without(registration_duties, approvals)
    register = F.concat(F.lit("register:"), "register")
    return [
        edges(
            registration_duties.join(lacking, ["orgnr", "register"], "left_semi"),
            EdgeKind.REGISTRATION_DUTY,
            REGISTRATION_DUTIES,
            month=month,
            source=org("orgnr"),
            target=register,
            valid_from="rule_from",
            valid_to="rule_to",
            known=attributes(rule_id="rule_id", grace_days="grace_days", certainty="certainty"),
        ),
        edges(
            approvals.join(lacking, ["orgnr", "register"], "left_semi"),
            EdgeKind.APPROVAL,
            APPROVALS,
            month=month,
            source=org("orgnr"),
            target=register,
            valid_from="first_look_on",
            valid_to="last_look_on",
            known=attributes(state="state", looks_n="looks_n", next_look_on="next_look_on"),
        ),
    ]


def seen_without(registration_duties: DataFrame, approvals: DataFrame) -> DataFrame:
    """Organisations and registers, `orgnr` and `register`, with the duty and a look that showed no approval.

    Args:
        registration_duties: `core_org__registration_duties`.
        approvals: `core_org__approvals`.
    """
    return (
        approvals.where(F.col("state") != APPROVED)
        .join(registration_duties, ["orgnr", "register"], "left_semi")
        .select("orgnr", "register")
        .distinct()
    )


SOURCE = EdgeSource(build=build, tables={"registration_duties": REGISTRATION_DUTIES, "approvals": APPROVALS})
