"""A second try for what was left out, with the code and the contract as they are now.

**Held, rejected or in conflict.** Nothing of such a delivery is visible. Its receipt is forgotten and the
delivery is taken in again from the landing zone; what comes of it is written down anew. A conflict stays one
for as long as the first delivery of that id is in the lake.

**Accepted, with records set aside.** The delivery is read into a lake of its own beside the real one, with
the same keys and the same purges, and the two outcomes are compared: a dry run, which changes nothing.

Applying it is lawful only while no published run has read the delivery. The contract says that the first one
stays (S2) and that the state depends on the deliveries alone (S9): the bytes are the same as before, checked
against the digest in the receipt, and `known_at` remains the time it was delivered. So the delivery is taken
out of sight, stored anew and put back, which is what a lake built today from the same landing would hold.
Once a run has read it, its rows are part of what was published and stay as they are for good: then only the
owner can correct it, with a new delivery (`late` or `replacement`) that becomes known when it is delivered.
"""

import logging
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.ingest.delivery import DeliveryRef
from jobs.ingest.intake import IngestReport, ingest
from jobs.ingest.landing import open_landing
from jobs.keys import KeyRing
from jobs.lake.deliveries import FATES, Receipt
from jobs.lake.lake import Lake
from jobs.quality.intake_report import intake_report

log = logging.getLogger(__name__)

TOMBSTONES = "tombstones"

Row = dict[str, Any]


def retry(lake: Lake, landing: str, source: str, delivery_id: str, ring: KeyRing | None = None) -> Row:
    """Forget that a delivery was refused and take it in again.

    Args:
        lake: Lake.
        landing: Landing zone that holds it.
        source: Source.
        delivery_id: Delivery.
        ring: Keys; None means by settings and lake.

    Returns:
        `was`, and what has become of it now: `status`, records by fate, `message`.

    Raises:
        UsageError: It is not in the landing zone, or was not refused; nothing was forgotten.
    """
    landed(landing, source, delivery_id)
    had = lake.deliveries.forget(source, delivery_id)
    return {"was": had} | _outcome(ingest(landing, lake, only={(source, delivery_id)}, ring=ring))


def compare(
    lake: Lake, landing: str, source: str, delivery_id: str, ring: KeyRing | None = None
) -> tuple[list[Row], Receipt]:
    """What would become of an accepted delivery today; the lake is not touched.

    Args:
        lake: Lake.
        landing: Landing zone that holds it.
        source: Source.
        delivery_id: Delivery.
        ring: Keys; None means by settings and lake.

    Returns:
        One row per fate that changes (`what` is `records`) and per reason and place (`what` is `reason`) with
        `before` and `after`; and the receipt of the trial.

    Raises:
        DataRefused: What lies in the landing zone is another delivery (S2).
        UsageError: It is not there, or it deletes: what a deletion did is done.
    """
    receipt = _accepted(lake, source, delivery_id)
    found = landed(landing, source, delivery_id)
    if found.envelope_sha256 != receipt["envelope_sha256"]:
        raise DataRefused(
            "delivery_conflict", f"{found.name}: the landing zone holds another envelope; the first stays"
        )
    with tempfile.TemporaryDirectory(prefix="kjede-retry-") as folder, _quietly():
        trial = Lake.open(folder, create=True)
        for entry in lake.storage.walk(TOMBSTONES):
            trial.storage.put_if_absent(entry.key, lake.storage.read(entry.key))
        outcome = _outcome(ingest(landing, trial, only={(source, delivery_id)}, ring=ring))
        then, now = (_told(one, source, delivery_id) for one in (lake, trial))
        made = trial.deliveries.receipt(source, delivery_id, outcome["status"])
    if made is None:
        raise DataRefused("retry_failed", f"{found.name} was not looked at again: {outcome['message']}")
    return [*_fates(receipt, made), *_reasons(then, now)], made


def apply(
    lake: Lake,
    landing: str,
    source: str,
    delivery_id: str,
    *,
    reason: str,
    by: str,
    ring: KeyRing | None = None,
) -> Row:
    """Store an accepted delivery anew with what is let in today, where no published run has read it.

    Args:
        lake: Lake.
        landing: Landing zone that holds it.
        source: Source.
        delivery_id: Delivery.
        reason: Why.
        by: Who decides.
        ring: Keys; None means by settings and lake.

    Returns:
        What has become of it: `status`, records by fate, `message`.

    Raises:
        NotPermitted: A published run has read it.
        DataRefused: Fewer records would be let in than before, or the delivery is another one.
        UsageError: No reason or name is given, or nothing would change.
    """
    name = f"{source}/{delivery_id}"
    if not reason.strip() or not by.strip():
        raise UsageError(f"{name}: reading an accepted delivery again needs a reason and a name")
    readers = sorted(
        {r.run.month for r in lake.runs.all() for d in r.deliveries if _is(d, source, delivery_id)}
    )
    if readers:
        raise NotPermitted(
            f"{name} has been read by the published run of {', '.join(readers)}, and what a run has read "
            "stays as it is; ask the owner for a late or replacing delivery of these records"
        )
    changes, made = compare(lake, landing, source, delivery_id, ring)
    if not changes:
        raise UsageError(f"{name}: the present rules let in exactly what is in already")
    before = _accepted(lake, source, delivery_id)
    if (
        made["status"] != "accepted"
        or made["dispositions"]["quarantined"] > before["dispositions"]["quarantined"]
    ):
        raise DataRefused("retry_failed", f"{name}: the present rules would set aside more than before")
    note = {"reason": reason, "by": by, "code_version": lake.code_version, "before": before["dispositions"]}
    lake.deliveries.reopen(source, delivery_id, note)
    log.info("%s: read again by decision of a named person", name)
    return _outcome(ingest(landing, lake, only={(source, delivery_id)}, ring=ring))


def landed(landing: str, source: str, delivery_id: str) -> DeliveryRef:
    """The delivery in the landing zone.

    Args:
        landing: Landing zone.
        source: Source.
        delivery_id: Delivery.

    Raises:
        UsageError: It is not there.
    """
    for delivery in open_landing(landing).find(time.time())[0]:
        if (delivery.source, delivery.delivery_id) == (source, delivery_id):
            return delivery
    raise UsageError(f"{source}/{delivery_id} is not in the landing zone {landing}; land it there again")


def _accepted(lake: Lake, source: str, delivery_id: str) -> Receipt:
    receipt = lake.deliveries.receipt(source, delivery_id)
    if receipt is None:
        raise UsageError(f"{source}/{delivery_id} was not taken in")
    if receipt["envelope"]["kind"] == "deletion":
        raise UsageError(
            f"{source}/{delivery_id} deletes; what it did is done, rows it misnamed need a new one"
        )
    return receipt


@contextmanager
def _quietly() -> Iterator[None]:
    """The trial publishes nothing that anyone will see, and should not sound as if it did."""
    logger = logging.getLogger("jobs")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _is(delivery: Any, source: str, delivery_id: str) -> bool:
    return (delivery.source, delivery.delivery_id) == (source, delivery_id)


def _outcome(report: IngestReport) -> Row:
    if not report.outcomes:
        return {"status": "untouched", "message": "nothing to take in"}
    (outcome,) = report.outcomes
    return {"status": outcome.status, **outcome.dispositions, "message": outcome.message}


def _told(lake: Lake, source: str, delivery_id: str) -> Mapping[tuple[str, str], int]:
    rows = intake_report(lake, delivery=(source, delivery_id)).deliveries
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counted.update({(r["reason_code"], r["path"]): r["records"] for r in row["reasons"]})
    return counted


def _fates(receipt: Receipt, made: Receipt) -> list[Row]:
    before, after = receipt["dispositions"], made["dispositions"]
    return [
        {"what": "records", "name": fate, "path": "", "before": before[fate], "after": after[fate]}
        for fate in FATES
        if before[fate] != after[fate]
    ]


def _reasons(then: Mapping[tuple[str, str], int], now: Mapping[tuple[str, str], int]) -> list[Row]:
    return [
        {
            "what": "reason",
            "name": code,
            "path": path,
            "before": then.get((code, path), 0),
            "after": now.get((code, path), 0),
        }
        for code, path in sorted(then.keys() | now.keys())
        if then.get((code, path), 0) != now.get((code, path), 0)
    ]
