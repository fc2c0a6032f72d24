"""Finds what has not been taken in yet and takes it in, source by source."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from expectations import contract
from expectations.errors import DataRefused
from jobs import months
from jobs.ingest import purge
from jobs.ingest.delivery import DeliveryRef, check_envelope
from jobs.ingest.hooks import GRADED
from jobs.ingest.landing import Landing, open_landing
from jobs.ingest.outcome import Outcome, no_counts
from jobs.ingest.pool import Blocks, take_landed
from jobs.ingest.tables import has_tokens, raw_tables
from jobs.ingest.tokens import Tokens
from jobs.keys import SYNTHETIC_BASIS, KeyRing
from jobs.lake.lake import Lake
from jobs.purge.tombstones import seen_by
from jobs.settings import settings

log = logging.getLogger(__name__)

BLOCKS_FROM_BYTES = 4 << 20
"""Stored bytes from which the blocks of one delivery are shared among processes.

One process takes about a second for a megabyte of gzipped JSON, and a new one two seconds to begin: with two
processors sharing pays from about this size on.
"""
PROCESSES_FROM_BYTES = 8 << 20
"""Stored bytes of several deliveries from which a second process saves more time than it costs."""
WAITING_THREADS = 4
"""Small deliveries taken in beside each other."""

Progress = Callable[[Outcome], None]
Only = Collection[tuple[str, str]]
"""Deliveries by source and id."""


@dataclass(slots=True)
class IngestReport:
    """What an intake did.

    Attributes:
        outcomes: One per delivery, in the order in which they became known.
        warnings: What is worth a look and belongs to no delivery that was read.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[Outcome]:
        """Deliveries that were not accepted."""
        return [outcome for outcome in self.outcomes if outcome.status != "accepted"]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values."""
        dispositions, rows, statuses = no_counts(), dict[str, int](), dict[str, int]()
        for outcome in self.outcomes:
            statuses[outcome.status] = statuses.get(outcome.status, 0) + 1
            for fate, count in outcome.dispositions.items():
                dispositions[fate] += count
            for table, count in outcome.rows.items():
                rows[table] = rows.get(table, 0) + count
        return {
            "deliveries": statuses,
            "dispositions": dispositions,
            "rows": dict(sorted(rows.items())),
            "refused": [
                {"delivery": f"{o.source}/{o.delivery_id}", "status": o.status, "message": o.message}
                for o in self.refused
            ],
            "warnings": [
                *self.warnings,
                *(
                    f"{w['code']}: {o.source}/{o.delivery_id}: {w['message']}"
                    for o in self.outcomes
                    for w in o.warnings
                ),
            ],
        }


def pending(
    landing: str | Path,
    lake: Lake,
    *,
    month: str | None = None,
    as_of: datetime | None = None,
    source: str | None = None,
    only: Only | None = None,
) -> list[DeliveryRef]:
    """Deliveries in the landing zone that the lake has not taken in, in the order in which they became known.

    Args:
        landing: Folder or `s3://bucket/prefix` of the landing zone.
        lake: Lake.
        month: Only what its default as_of knows.
        as_of: Only what was known then; None means everything.
        source: Only of this source.
        only: Only these, by source and delivery id; None means all.

    Raises:
        UsageError: There is no such source, or no such landing zone.
    """
    return _pending(open_landing(landing), lake, month, as_of, source, only)[0]


def _pending(
    landing: Landing,
    lake: Lake,
    month: str | None,
    as_of: datetime | None,
    source: str | None,
    only: Only | None,
) -> tuple[list[DeliveryRef], list[str]]:
    if source is not None:
        contract.source(source)
    if month is not None and as_of is None:
        as_of = months.default_as_of(months.checked(month))
    found, warnings = landing.find(time.time())
    known = _receipts(lake)
    wanted = []
    for delivery in found:
        if source not in (None, delivery.source) or delivery.source not in raw_tables():
            continue
        if only is not None and (delivery.source, delivery.delivery_id) not in only:
            continue
        if as_of is not None and delivery.delivered_at is not None and delivery.delivered_at > as_of:
            continue
        if not _is_settled(delivery, known, lake):
            wanted.append(delivery)
    names = {(delivery.source, delivery.delivery_id) for delivery in found}
    for name in [source] if source else sorted(raw_tables()):
        for delivery_id in purge.unfinished(lake, name):
            if (name, delivery_id) not in names:
                warnings.append(
                    f"purge_unfinished: a purge of {name}/{delivery_id} died; `kjede purge finish`"
                )
    for told in warnings:
        log.warning("%s", told)
    return wanted, warnings


def _receipts(lake: Lake) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    known: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for receipt in lake.deliveries.receipts(status=None):
        known.setdefault((receipt["source"], receipt["delivery_id"]), {})[receipt["status"]] = receipt
    return known


def _is_settled(
    delivery: DeliveryRef, known: dict[tuple[str, str], dict[str, dict[str, Any]]], lake: Lake
) -> bool:
    """Whether the lake has dealt with this delivery, so that it is a no-op (S1)."""
    receipts = known.get((delivery.source, delivery.delivery_id), {})
    if accepted := receipts.get("accepted"):
        if accepted["envelope"] == delivery.envelope:
            return True
        conflict = receipts.get("conflict")
        return conflict is not None and conflict["envelope_sha256"] == delivery.envelope_sha256
    if held := receipts.get("held"):
        is_same = held["envelope_sha256"] == delivery.envelope_sha256
        return is_same and lake.deliveries.acceptance(delivery.source, delivery.delivery_id) is None
    rejected = receipts.get("rejected")
    return rejected is not None and rejected["envelope_sha256"] == delivery.envelope_sha256


def ingest(
    landing: str | Path,
    lake: Lake,
    *,
    source: str | None = None,
    month: str | None = None,
    as_of: datetime | None = None,
    only: Only | None = None,
    ring: KeyRing | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> IngestReport:
    """Take in everything pending; a refused delivery keeps a receipt with the reason and holds up no other.

    Args:
        landing: Folder or `s3://bucket/prefix` of the landing zone.
        lake: Lake.
        source: Only of this source.
        month: Only what its default as_of knows.
        as_of: Only what was known then.
        only: Only these, by source and delivery id; None means all.
        ring: Keys; None means by settings and lake, asked for only when a delivery holds persons.
        workers: Processes; 0 means by the settings.
        progress: Told after each delivery.

    Raises:
        NotPermitted: A delivery holds persons, is not synthetic, and there is no key for the lake.
        KjedeError: A process died; what it was taking in stays pending.
    """
    zone = open_landing(landing)
    found, warnings = _pending(zone, lake, month, as_of, source, only)
    report = IngestReport(warnings=warnings)
    if not found:
        return report
    key = _core_key(found, lake, ring)
    told = progress or (lambda outcome: None)
    with Blocks(zone, lake, key, workers or settings().processes) as processes:
        for outcome in _taken(found, zone, lake, Tokens(key), processes):
            report.outcomes.append(outcome)
            told(outcome)
    order = {(delivery.source, delivery.delivery_id): n for n, delivery in enumerate(found)}
    report.outcomes.sort(key=lambda o: order[o.source, o.delivery_id])
    return report


def _core_key(found: Iterable[DeliveryRef], lake: Lake, ring: KeyRing | None) -> bytes | None:
    """The key of tokens, where a delivery that will be read needs one."""
    bases, sources = set(), set()
    for delivery in found:
        try:
            check_envelope(delivery, contract.source(delivery.source))
        except DataRefused:
            continue
        sources.add(delivery.source)
        names = tuple(file["name"] for file in delivery.envelope["files"])
        if has_tokens(delivery.source, delivery.kind, names):
            bases.add(delivery.envelope["legal_basis"])
    # What was purged is known by its token only.
    if not bases and not any(seen_by(s, name) for s in purge.every_tombstone(lake) for name in sources):
        return None
    ring = ring or KeyRing.for_lake(lake, settings().key_path, synthetic=bases <= {SYNTHETIC_BASIS})
    return ring.core_key()


def _taken(
    found: Sequence[DeliveryRef], landing: Landing, lake: Lake, tokens: Tokens, processes: Blocks
) -> Iterator[Outcome]:
    """Take in deliveries: those that remove something, then large ones, then small ones beside each other.

    The order is one of speed only: what is stored does not depend on it.
    """
    # Deletions first: then what they remove need not be stored at all.
    first = [d for d in found if d.kind == "deletion"]
    # One after the other: two at once could store the same earlier delivery anew.
    removing = {name for name, _ in GRADED | purge.REMOVING}
    first += [d for d in found if d.kind != "deletion" and d.source in removing]
    rest = sorted(
        (d for d in found if d not in first), key=lambda d: (-d.bytes, d.source, d.delivery_id, d.period)
    )
    is_shared = processes.count > 1
    large = [d for d in rest if is_shared and d.bytes >= BLOCKS_FROM_BYTES]
    for delivery in (*first, *large):
        pool = processes if is_shared and delivery.bytes >= BLOCKS_FROM_BYTES else None
        yield take_landed(delivery, landing, lake, tokens, pool)
    small = rest[len(large) :]
    if not is_shared or len(small) <= 1:
        yield from (take_landed(delivery, landing, lake, tokens) for delivery in small)
    elif sum(delivery.bytes for delivery in small) >= PROCESSES_FROM_BYTES:
        yield from processes.take_whole(small)
    else:
        # Many small ones mostly wait for the disk, which threads overlap.
        with ThreadPoolExecutor(max(processes.count, WAITING_THREADS)) as threads:
            waiting = [threads.submit(take_landed, d, landing, lake, tokens) for d in small]
            for done in as_completed(waiting):
                yield done.result()
