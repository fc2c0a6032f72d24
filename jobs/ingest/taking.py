"""Takes in one delivery: every record gets one fate, and the receipt that makes it visible comes last.

The file is read, cut into blocks and put together here; what is done with the records of a block
(`jobs.ingest.worker`) is done here as well or in other processes. Rows go to scratch files as they come, so
that memory does not grow with the delivery, and into the lake once the fate of every record is known.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations import contract
from expectations.contract import DELETION_RECORD
from expectations.dataset import Dataset
from expectations.errors import DataRefused, KjedeError
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest import purge
from jobs.ingest.delivery import DeliveryRef, VerifiedFile, verify
from jobs.ingest.outcome import Counts, Outcome, no_counts, refuse
from jobs.ingest.purge import RowFilter, Tombstone
from jobs.ingest.readers import Block, blocks
from jobs.ingest.repeats import Fates, Repeats
from jobs.ingest.tables import has_tokens, tables_of
from jobs.ingest.tokens import Tokens
from jobs.ingest.worker import DeliveryWork, Job, Taken, no_cycle_search
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.staging import Staged, Staging

log = logging.getLogger(__name__)

HELD_FROM_RECORDS = 200
"""A delivery with fewer records is not held for its share of refused ones."""

Dropped = dict[str, npt.NDArray[np.int64]]
"""Numbers of records by file name."""


class BlockPool(Protocol):
    """Processes that take in blocks."""

    def taken(self, job: Job, work: Iterable[tuple[int, Block]]) -> Iterator[Taken]:
        """What became of blocks, in their order.

        Args:
            job: The delivery.
            work: Blocks with their files.
        """


class Here:
    """Takes in blocks in this process."""

    def __init__(self, tokens: Tokens) -> None:
        """Use a key.

        Args:
            tokens: Makes the tokens.
        """
        self._tokens = tokens

    def taken(self, job: Job, work: Iterable[tuple[int, Block]]) -> Iterator[Taken]:
        """What became of blocks, in their order.

        Args:
            job: The delivery.
            work: Blocks with their files.
        """
        worker = DeliveryWork(job, self._tokens)
        return (worker.take(file_no, block) for file_no, block in work)


def take_in(
    delivery: DeliveryRef,
    lake: Lake,
    tokens: Tokens,
    folder: Path | None = None,
    pool: BlockPool | None = None,
) -> Outcome:
    """Take in one delivery, or write down why not.

    Args:
        delivery: A delivery that has not been taken in.
        lake: Where to.
        tokens: Makes the tokens.
        folder: Local folder with its files; None means where it lies.
        pool: Takes in blocks; None means this process.
    """
    if lake.deliveries.receipt(delivery.source, delivery.delivery_id):
        told = f"{delivery.name} was taken in before with another envelope; the first stays"
        return refuse(delivery, lake, "conflict", DataRefused("delivery_conflict", told))
    try:
        files, warnings = verify(delivery, folder)
        with no_cycle_search(), _Taking(delivery, lake, tokens, files, warnings) as taking:
            return taking.run(pool or Here(tokens))
    except DataRefused as problem:
        if problem.code == "conservation":
            raise
        return refuse(delivery, lake, "rejected", problem)


class _Taking:
    """The work on one delivery."""

    def __init__(
        self,
        delivery: DeliveryRef,
        lake: Lake,
        tokens: Tokens,
        files: list[VerifiedFile],
        warnings: list[dict[str, str]],
    ) -> None:
        self.delivery, self.lake, self.tokens, self.files = delivery, lake, tokens, files
        self.warnings = warnings
        self.source = contract.source(delivery.source)
        envelope = delivery.envelope
        self.order = (envelope["delivered_at"], delivery.delivery_id)
        # Its own tombstone is there only if an earlier intake of it died; nothing may depend on that.
        self.stones = [
            stone
            for stone in purge.tombstones(lake, self.source.name)
            if (stone.source, stone.delivery_id) != (self.source.name, delivery.delivery_id)
        ]
        self.job = Job(
            source=self.source.name,
            delivery_id=delivery.delivery_id,
            period=delivery.period,
            delivered_at=envelope["delivered_at"],
            known_at=delivery.delivered_at,  # type: ignore[arg-type]  # a verified envelope has it
            # A key that is there for another delivery's sake must not change what this one stores.
            has_tokens=has_tokens(delivery.source, delivery.kind, tuple(file.name for file in files)),
            files=tuple((file.name, file.spec) for file in files),
            stones=tuple(self.stones),
        )
        self.datasets = [
            () if file.spec.record == DELETION_RECORD else tables_of(self.source.name, file.spec)
            for file in files
        ]
        self.counts = [no_counts() for _ in files]
        self.repeats = Repeats()
        self.dead: dict[tuple[int, int], int] = {}
        self.unknown: dict[str, int] = {}
        self.persons: set[str] = set()
        self.removed: set[str] = set()
        self.deleted: dict[tuple[str, tuple[str, ...]], set[str]] = {}
        self.protected_rows = self.purged_rows = 0
        self.stagings: dict[str, Staging] = {}
        self._stack = ExitStack()
        self._folders = 0

    def __enter__(self) -> "_Taking":
        self.scratch = self._stack.enter_context(self.lake.storage.scratch())
        return self

    def __exit__(self, *_: object) -> None:
        for staging in self.stagings.values():
            staging.abandon()
        self._stack.close()

    def run(self, pool: BlockPool) -> Outcome:
        """Read, check, store; the receipt last."""
        for file, datasets in zip(self.files, self.datasets, strict=True):
            if not datasets and file.spec.record != DELETION_RECORD:
                told = f"{file.name} was checked; no table of this version holds its records"
                self.warnings.append({"code": "file_not_stored", "message": told})
            for dataset in datasets:
                self._staging(dataset)
        for taken in pool.taken(self.job, self._blocks()):
            self._add(taken)
        staged = {name: staging.close() for name, staging in self.stagings.items()}
        fates = self.repeats.fates()
        self._count(fates)
        own = self._own_stone()
        if told := self._suspicious():
            if self.persons:
                # Protection does not wait for a human.
                self._purge(own)
            refs = [self._publish(staged[QUARANTINE.name])]
            return self._finish("held", refs, told)
        if own is not None:
            self._purge(own)
        dropped = {self.files[file_no].name: numbers for file_no, numbers in fates.dropped.items()}
        if own is not None and own.organisations:
            dropped = self._without_own(staged, dropped, own)
        refs = []
        for name in sorted(staged, key=lambda name: (name != QUARANTINE.name, name)):
            kept = self._kept(staged[name], dropped, own) if name != QUARANTINE.name else staged[name]
            is_empty_list = kept.rows == 0 and (kept.dataset.rows or name == QUARANTINE.name)
            if is_empty_list and (name == QUARANTINE.name or "supersedes" not in self.delivery.envelope):
                # Nothing to read and nothing to replace: the table of whole records says that it came.
                continue
            refs.append(self._publish(kept))
        return self._finish("accepted", refs, "")

    def _blocks(self) -> Iterator[tuple[int, Block]]:
        """All blocks, files by name: that is the order of the rows of a table."""
        for file_no in sorted(range(len(self.files)), key=lambda n: self.files[n].name):
            file = self.files[file_no]
            for block in blocks(self.source.name, file.spec, file.path, file.sha256):
                yield file_no, block

    def _add(self, taken: Taken) -> None:
        """Put the next block to those before."""
        counts, file = self.counts[taken.file_no], self.files[taken.file_no]
        counts["in"] += taken.count
        counts["quarantined"] += taken.quarantined
        counts["protected"] += taken.protected
        counts["purged"] += taken.purged
        for name, rows in taken.tables.items():
            self.stagings[name].add(rows)
        if taken.quarantine is not None:
            self._staging(QUARANTINE).add(taken.quarantine)
        if file.spec.record == DELETION_RECORD:
            counts["accepted"] += taken.count - taken.quarantined - taken.purged
        else:
            datasets = self.datasets[taken.file_no]
            scope = datasets[0].record if datasets else file.spec.pattern
            self.repeats.add(scope, taken.file_no, taken.numbers, taken.keys, taken.contents)
            counts["accepted"] += len(taken.numbers)
        self.dead |= {(taken.file_no, number): rows for number, rows in taken.dead.items()}
        for name, count in taken.unknown.items():
            self.unknown[name] = self.unknown.get(name, 0) + count
        self.persons |= taken.persons
        self.removed |= taken.removed
        for what, found in taken.deleted.items():
            self.deleted.setdefault(what, set()).update(found)
        self.protected_rows += taken.protected_rows
        # A refused record that is purged loses its one place in quarantine.
        self.purged_rows += taken.purged_rows + taken.purged

    def _count(self, fates: Fates) -> None:
        """Settle what became of the records that had no fault."""
        for fate, found in (("duplicate", fates.duplicates), ("superseded", fates.superseded)):
            for file_no, numbers in found.items():
                self.counts[file_no]["accepted"] -= len(numbers)
                self.counts[file_no][fate] += len(numbers)
        if fates.first is not None:
            name = self.files[fates.first[0]].name
            told = f"{name}: a key came again with other content; the last in file order counts"
            self.warnings.append({"code": "key_repeated", "message": told})
        dropped = (
            {file_no: set(numbers.tolist()) for file_no, numbers in fates.dropped.items()}
            if self.dead
            else {}
        )
        for (file_no, number), rows in self.dead.items():
            if number not in dropped.get(file_no, ()):
                self.counts[file_no]["accepted"] -= 1
                self.counts[file_no]["purged"] += 1
                self.purged_rows += rows
        for file, counts in zip(self.files, self.counts, strict=True):
            if counts["in"] != file.records:
                raise DataRefused(
                    "delivery_corrupt",
                    f"{self.delivery.name}: {file.name}: records: {file.records} expected, "
                    f"{counts['in']} found",
                )

    @property
    def total(self) -> Counts:
        """Records of all files by fate."""
        return {fate: sum(counts[fate] for counts in self.counts) for fate in no_counts()}

    def _suspicious(self) -> str:
        """Why a human must look at the delivery first (S6); empty when nobody must, or somebody has."""
        total = self.total
        share = total["quarantined"] / total["in"] if total["in"] else 0.0
        most = self.source.max_quarantine_share
        if total["in"] < HELD_FROM_RECORDS or share <= most:
            return ""
        if self.lake.deliveries.acceptance(self.source.name, self.delivery.delivery_id):
            return ""
        return (
            f"delivery_suspicious: {self.delivery.name}: {total['quarantined']} of {total['in']} records "
            f"refused, more than {most:.0%}; `kjede quarantine accept` lets it in"
        )

    def _own_stone(self) -> Tombstone | None:
        """What this delivery deletes or protects; None when nothing."""
        if not self.deleted and not self.persons and not self.removed:
            return None
        return Tombstone(
            self.source.name,
            self.delivery.delivery_id,
            self.order[0],
            {what: frozenset(found) for what, found in self.deleted.items()},
            frozenset(self.persons),
            frozenset(self.removed),
        )

    def _purge(self, stone: Tombstone | None) -> None:
        """Remove from earlier deliveries what this one deletes or protects, now or when they are taken in."""
        if stone is None:
            return
        purge.write(self.lake, stone)
        try:
            removed = purge.apply(self.lake, stone, self.tokens)
        except DataRefused as problem:
            # What is wrong with another delivery is no fault of this one: it stays pending.
            raise KjedeError(f"{self.delivery.name}: its removals are not done: {problem}") from problem
        log.info("%s: purged %d rows of earlier deliveries", self.delivery.name, removed)

    def _without_own(self, staged: Mapping[str, Staged], dropped: Dropped, own: Tombstone) -> Dropped:
        """Records of this delivery about what it says must be forgotten, with those dropped already."""
        keeps = self._filter([own])
        files = {file.name: n for n, file in enumerate(self.files)}
        out = dict(dropped)
        for one in staged.values():
            if one.dataset.name == QUARANTINE.name or one.dataset.rows or not keeps.touches(one.dataset):
                continue
            for group in one.groups():
                gone = group.filter(pc.and_(keeps.gone(one.dataset, group), _kept_rows(group, dropped)))
                for name in pc.unique(gone.column("file_name")).to_pylist():
                    numbers = (
                        gone.filter(pc.equal(gone.column("file_name"), name)).column("record_no").to_numpy()
                    )
                    counts = self.counts[files[name]]
                    counts["accepted"] -= len(numbers)
                    counts["purged"] += len(numbers)
                    out[name] = np.union1d(out.get(name, np.empty(0, np.int64)), numbers)
        return out

    def _kept(self, staged: Staged, dropped: Dropped, own: Tombstone | None) -> Staged:
        """The rows that stay; they are written once more only where some go."""
        dataset = staged.dataset
        files = {
            f.name for f, own_tables in zip(self.files, self.datasets, strict=True) if dataset in own_tables
        }
        mine = {name: numbers for name, numbers in dropped.items() if name in files and len(numbers)}
        keeps = self._filter([own]) if own is not None else None
        is_touched = keeps is not None and bool(keeps.touches(dataset))
        if not mine and not is_touched:
            return staged
        staging = self._begin(dataset)
        for group in staged.groups():
            rows = group.filter(_kept_rows(group, mine))
            if keeps is not None and is_touched:
                rows, gone = keeps.kept(dataset, rows)
                self.purged_rows += gone
            staging.add(rows.replace_schema_metadata(None))
        for file in staged.files:
            file.path.unlink()
        return staging.close()

    def _filter(self, stones: list[Tombstone]) -> RowFilter:
        return RowFilter.of(stones, self.source.name, self.delivery.delivery_id, self.order[0], self.tokens)

    def _staging(self, dataset: Dataset) -> Staging:
        if dataset.name not in self.stagings:
            self.stagings[dataset.name] = self._begin(dataset)
        return self.stagings[dataset.name]

    def _begin(self, dataset: Dataset) -> Staging:
        self._folders += 1
        folder = self.scratch / str(self._folders)
        folder.mkdir()
        return self.lake.stage_raw(
            dataset, folder, source=self.source.name, delivery_id=self.delivery.delivery_id
        )

    def _publish(self, staged: Staged) -> TableRef:
        return self.lake.publish_staged(
            staged, source=self.source.name, delivery_id=self.delivery.delivery_id
        )

    def _finish(self, status: str, refs: list[TableRef], told: str) -> Outcome:
        total = self.total
        receipt = {
            "source": self.source.name,
            "delivery_id": self.delivery.delivery_id,
            "status": status,
            "envelope": self.delivery.envelope,
            "envelope_sha256": self.delivery.envelope_sha256,
            "dispositions": total,
            "files": [
                {
                    "name": file.name,
                    "sha256": file.sha256,
                    "dispositions": counts,
                    "stored": bool(datasets),
                }
                for file, counts, datasets in zip(self.files, self.counts, self.datasets, strict=True)
            ],
            "tables": [ref.to_dict() for ref in refs],
            "warnings": self.warnings,
            "unknown_fields": dict(sorted(self.unknown.items())),
            "protected_rows": self.protected_rows,
        }
        if self.purged_rows:
            receipt["purged_rows"] = self.purged_rows
        if told:
            receipt["refusal"] = {"code": told.split(":")[0], "message": told}
            log.error("%s", told)
        if status == "accepted":
            purge.finish(self.lake, receipt, refs)
            # A deletion that was taken in meanwhile did not find this delivery.
            own = self._own_stone()
            purge.catch_up(self.lake, receipt, [*self.stones, *([own] if own else [])], self.tokens)
        else:
            self.lake.deliveries.write(receipt)
        is_in = status == "accepted"
        return Outcome(
            source=self.source.name,
            delivery_id=self.delivery.delivery_id,
            status=status,
            dispositions=total,
            rows={ref.table: ref.rows for ref in refs if ref.table != QUARANTINE.name} if is_in else {},
            protected_rows=self.protected_rows,
            message=told,
            warnings=self.warnings,
        )


def _kept_rows(rows: pa.Table, dropped: Dropped) -> pa.ChunkedArray:
    """Which rows belong to none of some records."""
    kept = pa.chunked_array([pa.repeat(True, rows.num_rows)])
    for name, numbers in sorted(dropped.items()):
        is_gone = pc.and_(
            pc.equal(rows.column("file_name"), name),
            pc.is_in(rows.column("record_no"), value_set=pa.array(numbers, pa.int64())),
        )
        kept = pc.and_(kept, pc.invert(is_gone))
    return kept
