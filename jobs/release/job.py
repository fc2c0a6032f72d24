"""The release job: what the command line and Airflow call."""

from datetime import UTC, datetime
from typing import Any

from expectations.errors import NotPermitted
from jobs.flag.run_reader import RunReader
from jobs.keys import KeyRing
from jobs.lake.lake import Lake
from jobs.release import ledger
from jobs.release.documents import summary
from jobs.release.plan import ReleasePlan, is_synthetic, plan_release
from jobs.release.publish import PublishedRelease, publish_release
from jobs.release.record import NecessityRecord, example_record, stored_records
from jobs.settings import settings


def plan(lake: Lake, month: str, as_of: datetime | None, recipient_id: str) -> tuple[ReleasePlan, KeyRing]:
    """What a release of a published run would hold; writes nothing.

    Args:
        lake: The lake.
        month: Month.
        as_of: Instant of the run; None means the run that readers see.
        recipient_id: Who shall receive.

    Raises:
        NotPermitted: The recipient, a legal basis or the key does not allow it.
        UsageError: The run is not published.
    """
    reader = RunReader.open(lake, month, as_of)
    synthetic = is_synthetic(reader.published.deliveries)
    ring = KeyRing.for_lake(lake, settings().key_path, synthetic=synthetic)
    made = plan_release(reader, recipient_id, storage=lake.storage, ring=ring, synthetic=synthetic)
    return made, ring


def report(made: ReleasePlan) -> dict[str, Any]:
    """The plan as plain values, with the summary that the approver reads.

    Args:
        made: The plan.
    """
    return {
        "recipient": made.recipient.id,
        "month": made.month,
        "as_of": made.as_of.isoformat(),
        "run_id": made.run_id,
        "rows": made.rows,
        "synthetic": made.synthetic,
        "existing": made.existing,
        "content_key": made.content_key,
        "summary": summary(made, "nb"),
        "summary_en": summary(made, "en"),
    }


def the_record(lake: Lake, made: ReleasePlan) -> NecessityRecord:
    """The one record in the lake for this recipient and month; for synthetic data without one, the example.

    Args:
        lake: The lake.
        made: The plan.

    Raises:
        NotPermitted: There is none, or there are several and one must be named.
    """
    records = stored_records(lake.storage, made.recipient.id)
    found = [record for record in records if record.month == made.month]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        ids = ", ".join(record.record_id for record in found)
        raise NotPermitted(f"several necessity records for {made.recipient.id} {made.month}: {ids}; name one")
    if made.synthetic:
        return example_record(made.recipient.id, made.month)
    raise NotPermitted(f"no record of necessity and proportionality for {made.recipient.id} {made.month}")


def publish(
    lake: Lake,
    month: str,
    as_of: datetime | None,
    recipient_id: str,
    *,
    approved_by: str,
    prepared_by: str = "",
    record: NecessityRecord | None = None,
) -> PublishedRelease:
    """Plan again and publish, for Airflow after the approval.

    Args:
        lake: The lake.
        month: Month.
        as_of: Instant of the run; None means the run that readers see.
        recipient_id: Who receives.
        approved_by: Who approved.
        prepared_by: Who started the run; empty means who prepared the record.
        record: The record; None means `the_record`.

    Raises:
        NotPermitted: Something that a release needs is missing.
        DataRefused: A value would disclose what the recipient may not see, or the contract is broken.
    """
    made, ring = plan(lake, month, as_of, recipient_id)
    ground = record or the_record(lake, made)
    return publish_release(
        lake.storage,
        made,
        ring=ring,
        record=ground,
        approved_by=approved_by,
        prepared_by=prepared_by or ground.prepared_by,
        at=datetime.now(UTC),
    )


def audit(lake: Lake) -> tuple[list[dict[str, Any]], list[ledger.Problem]]:
    """The lines of the ledger of disclosures, and everything wrong with it.

    Args:
        lake: The lake.
    """
    if lake.key_id is None:
        # Without a key nothing was ever released; asking for one here would bind the lake to it.
        return [], []
    ring = KeyRing.for_lake(lake, settings().key_path, synthetic=True)
    return ledger.read_ledger(lake.storage), ledger.verify(lake.storage, ledger.ledger_key(ring))
