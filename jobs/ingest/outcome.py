"""What became of a delivery: counts by fate, and the receipt of one that was not read."""

import logging
from dataclasses import dataclass, field

from expectations.errors import DataRefused
from jobs.ingest.delivery import DeliveryRef
from jobs.lake.deliveries import FATES
from jobs.lake.lake import Lake

log = logging.getLogger(__name__)

Counts = dict[str, int]


def no_counts() -> Counts:
    """Zero records of every fate."""
    return dict.fromkeys(("in", *FATES), 0)


@dataclass(slots=True)
class Outcome:
    """What became of a delivery.

    Attributes:
        source: Source.
        delivery_id: The delivery.
        status: `accepted`, `held`, `rejected` or `conflict`.
        dispositions: Records by fate.
        rows: Rows stored by table.
        protected_rows: Addresses left out of records that went in.
        message: Why it was not accepted.
        warnings: What is worth a look, each with its code.
    """

    source: str
    delivery_id: str
    status: str
    dispositions: Counts = field(default_factory=no_counts)
    rows: dict[str, int] = field(default_factory=dict)
    protected_rows: int = 0
    message: str = ""
    warnings: list[dict[str, str]] = field(default_factory=list)


def refuse(delivery: DeliveryRef, lake: Lake, status: str, problem: DataRefused) -> Outcome:
    """Write down why a delivery was not read.

    Args:
        delivery: The delivery.
        lake: Where its receipt goes.
        status: `rejected` or `conflict`.
        problem: Why.
    """
    log.error("%s", problem)
    envelope = delivery.envelope
    if delivery.delivered_at is None or not isinstance(envelope.get("period"), str):
        # Without a readable envelope the folder names and the time in the id stand in.
        envelope = {
            "source": delivery.source,
            "period": delivery.period,
            "delivery_id": delivery.delivery_id,
            "kind": "",
            "delivered_at": _time_in_id(delivery.delivery_id),
            "legal_basis": "",
            "files": [],
        }
    lake.deliveries.write(
        {
            "source": delivery.source,
            "delivery_id": delivery.delivery_id,
            "status": status,
            "envelope": envelope,
            "envelope_sha256": delivery.envelope_sha256,
            "dispositions": no_counts(),
            "files": [],
            "tables": [],
            "warnings": [],
            "unknown_fields": {},
            "refusal": {"code": problem.code, "message": str(problem)},
        }
    )
    return Outcome(delivery.source, delivery.delivery_id, status, message=str(problem))


def _time_in_id(delivery_id: str) -> str:
    digits = delivery_id[:16]
    if len(digits) == 16 and (digits[:8] + digits[9:15]).isdigit() and digits[8] == "T" and digits[15] == "Z":
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[9:11]}:{digits[11:13]}:{digits[13:15]}Z"
    return "1970-01-01T00:00:00Z"
