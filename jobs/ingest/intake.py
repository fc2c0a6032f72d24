"""Finds what has not been taken in yet and takes it in, source by source."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from expectations import contract
from expectations.errors import DataRefused, UsageError
from jobs import months
from jobs.ingest import purge
from jobs.ingest.delivery import DeliveryRef, check_envelope, find
from jobs.ingest.hooks import GRADED
from jobs.ingest.outcome import Outcome, no_counts
from jobs.ingest.tables import has_tokens, raw_tables
from jobs.ingest.taking import take_in
from jobs.ingest.tokens import Tokens
from jobs.keys import SYNTHETIC_BASIS, KeyRing
from jobs.lake.lake import Lake
from jobs.settings import settings

log = logging.getLogger(__name__)

PROCESSES_FROM_BYTES = 8 << 20
"""Stored bytes from which a second process saves more time than it takes to start."""
WAITING_THREADS = 4
"""Small deliveries taken in beside each other."""

Progress = Callable[[Outcome], None]


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
) -> list[DeliveryRef]:
    """Deliveries in the landing zone that the lake has not taken in, in the order in which they became known.

    Args:
        landing: Root of the landing zone.
        lake: Lake.
        month: Only what its default as_of knows.
        as_of: Only what was known then; None means everything.
        source: Only of this source.

    Raises:
        UsageError: There is no such source, or no such folder.
    """
    return _pending(landing, lake, month, as_of, source)[0]


def _pending(
    landing: str | Path, lake: Lake, month: str | None, as_of: datetime | None, source: str | None
) -> tuple[list[DeliveryRef], list[str]]:
    root = Path(landing)
    if not root.is_dir():
        raise UsageError(f"no landing folder {root}")
    if source is not None:
        contract.source(source)
    if month is not None and as_of is None:
        as_of = months.default_as_of(months.checked(month))
    found, warnings = find(root, time.time())
    known = _receipts(lake)
    wanted = []
    for delivery in found:
        if source not in (None, delivery.source) or delivery.source not in raw_tables():
            continue
        if as_of is not None and delivery.delivered_at is not None and delivery.delivered_at > as_of:
            continue
        if not _is_settled(delivery, known, lake):
            wanted.append(delivery)
    names = {(delivery.source, delivery.delivery_id) for delivery in found}
    for name in [source] if source else sorted(raw_tables()):
        for delivery_id in purge.unfinished(lake, name):
            if (name, delivery_id) not in names:
                warnings.append(f"purge_unfinished: land {name}/{delivery_id} again, a purge of it died")
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
    ring: KeyRing | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> IngestReport:
    """Take in everything pending; a refused delivery keeps a receipt with the reason and holds up no other.

    Args:
        landing: Root of the landing zone.
        lake: Lake.
        source: Only of this source.
        month: Only what its default as_of knows.
        as_of: Only what was known then.
        ring: Keys; None means by settings and lake, asked for only when a delivery holds persons.
        workers: Processes; 0 means by the settings.
        progress: Told after each delivery.

    Raises:
        NotPermitted: A delivery holds persons, is not synthetic, and there is no key for the lake.
    """
    found, warnings = _pending(landing, lake, month, as_of, source)
    report = IngestReport(warnings=warnings)
    if not found:
        return report
    key = _core_key(found, lake, ring)
    told = progress or (lambda outcome: None)
    # Deletions first: then what they remove need not be stored at all.
    serial = [d for d in found if d.kind == "deletion"]
    serial += [d for d in found if d.kind != "deletion" and any(name == d.source for name, _ in GRADED)]
    rest = [d for d in found if d not in serial]
    tokens = Tokens(key)
    for delivery in serial:
        report.outcomes.append(take_in(delivery, lake, tokens))
        told(report.outcomes[-1])
    for outcome in _in_parallel(rest, lake, key, tokens, workers):
        report.outcomes.append(outcome)
        told(outcome)
    places = {(d.source, d.delivery_id, d.period): n for n, d in enumerate(found)}
    order = {(source_name, delivery_id): n for (source_name, delivery_id, _), n in places.items()}
    report.outcomes.sort(key=lambda o: order[o.source, o.delivery_id])
    return report


def _core_key(found: Iterable[DeliveryRef], lake: Lake, ring: KeyRing | None) -> bytes | None:
    """The key of tokens, where a delivery that will be read needs one."""
    bases = set()
    for delivery in found:
        try:
            check_envelope(delivery, contract.source(delivery.source))
        except DataRefused:
            continue
        names = tuple(file["name"] for file in delivery.envelope["files"])
        if has_tokens(delivery.source, delivery.kind, names):
            bases.add(delivery.envelope["legal_basis"])
    if not bases:
        return None
    ring = ring or KeyRing.for_lake(lake, settings().key_path, synthetic=bases == {SYNTHETIC_BASIS})
    return ring.core_key()


def _in_parallel(
    deliveries: Sequence[DeliveryRef], lake: Lake, key: bytes | None, tokens: Tokens, workers: int
) -> Iterator[Outcome]:
    """Take in deliveries beside each other, the largest first.

    Many small ones mostly wait for the disk, which threads overlap; from some size on processors count.
    """
    allowed = min(workers or settings().workers or _processors(), len(deliveries))
    largest_first = sorted(deliveries, key=lambda d: (-d.bytes, d.source, d.delivery_id))
    if allowed <= 1:
        yield from (take_in(delivery, lake, tokens) for delivery in largest_first)
        return
    pool: Executor
    work: Callable[[DeliveryRef], Outcome]
    if sum(delivery.bytes for delivery in deliveries) < PROCESSES_FROM_BYTES:
        pool = ThreadPoolExecutor(max(allowed, WAITING_THREADS))
        work = partial(take_in, lake=lake, tokens=tokens)
    else:
        inputs = (lake.storage.uri, key)
        pool = ProcessPoolExecutor(allowed, get_context("spawn"), initializer=_begin, initargs=inputs)
        work = _take_in_here
    with pool:
        for done in as_completed([pool.submit(work, delivery) for delivery in largest_first]):
            yield done.result()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_HERE: tuple[Lake, Tokens] | None = None


def _begin(uri: str, key: bytes | None) -> None:
    global _HERE
    _HERE = (Lake.open(uri, create=False), Tokens(key))


def _take_in_here(delivery: DeliveryRef) -> Outcome:
    if _HERE is None:
        raise RuntimeError("the process was not begun")
    return take_in(delivery, *_HERE)
