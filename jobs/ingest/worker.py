"""What is done with the records of one block, in any process: each gets its fate, the accepted become rows.

Nothing here depends on other blocks, so that the same file gives the same rows however many processes share
the work. What needs the whole delivery (keys that come again, what a delivery purges) is decided by whoever
puts the blocks together.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from expectations.contract import DELETION_RECORD, FileSpec
from expectations.dataset import Dataset
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest import purge
from jobs.ingest.extract import Context, RecordExtractor
from jobs.ingest.hooks import GRADED, person_numbers, ungraded
from jobs.ingest.paths import getter, parse
from jobs.ingest.purge import Grave, RowFilter, Tombstone
from jobs.ingest.readers import LENGTH_MARK, Block, decode
from jobs.ingest.record_rules import RULES
from jobs.ingest.repeats import digests
from jobs.ingest.tables import plan, tables_of
from jobs.ingest.tokens import Tokens
from jobs.ingest.validation import Fault, check_of, json_path

FEW_FAULTS = 20
"""Faults of one record that are kept; the rest would repeat them."""

Record = dict[str, Any]
Digests = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Job:
    """What every process must know of a delivery.

    Attributes:
        source: Source.
        delivery_id: The delivery.
        period: Period, as its envelope says.
        delivered_at: When it was delivered, as its envelope says.
        known_at: The same instant.
        has_tokens: Whether what it stores has tokens of persons.
        files: Name and kind of each file, in the order of the envelope.
        stones: Tombstones that concern it, its own left out.
    """

    source: str
    delivery_id: str
    period: str
    delivered_at: str
    known_at: datetime
    has_tokens: bool
    files: tuple[tuple[str, FileSpec], ...]
    stones: tuple[Tombstone, ...]


@dataclass(slots=True)
class Taken:
    """What became of one block.

    Attributes:
        file_no: Its file.
        count: Records in it.
        quarantined: Records refused.
        protected: Records of which nothing may be kept.
        purged: Records that were refused and of which nothing may be kept.
        tables: Rows of accepted records by table.
        quarantine: What is wrong with the refused ones.
        numbers: Numbers of the records with a key: accepted ones, and those that tombstones name.
        keys: Digest of the key of each.
        contents: Digest of the content of each.
        dead: Those of them that tombstones name, with the rows that they would have given.
        unknown: Fields that the contract does not know, with how often they came.
        persons: Tokens of persons whose address is protected.
        protected_rows: Addresses left out of records that went in.
        purged_rows: Rows of accepted records that tombstones name.
        removed: Tokens of organisation numbers that records say must be forgotten.
        deleted: Tokens of keys that a deletion names, by record type and key fields.
    """

    file_no: int
    count: int = 0
    quarantined: int = 0
    protected: int = 0
    purged: int = 0
    tables: dict[str, pa.RecordBatch] = field(default_factory=dict)
    quarantine: pa.RecordBatch | None = None
    numbers: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    keys: Digests = field(default_factory=lambda: np.empty(0, np.uint64))
    contents: Digests = field(default_factory=lambda: np.empty(0, np.uint64))
    dead: dict[int, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    persons: set[str] = field(default_factory=set)
    protected_rows: int = 0
    purged_rows: int = 0
    removed: set[str] = field(default_factory=set)
    deleted: dict[tuple[str, tuple[str, ...]], set[str]] = field(default_factory=dict)


class DeliveryWork:
    """The work on the blocks of one delivery in one process."""

    def __init__(self, job: Job, tokens: Tokens) -> None:
        """Begin; what a kind of file needs is made when its first block comes.

        Args:
            job: The delivery.
            tokens: Makes tokens.
        """
        self.job, self.tokens = job, tokens
        self._files: dict[int, _FileWork] = {}

    def take(self, file_no: int, block: Block) -> Taken:
        """Take in a block.

        Args:
            file_no: Its file, as in the job.
            block: The block.

        Raises:
            DataRefused: The block cannot be read.
        """
        work = self._files.get(file_no)
        if work is None:
            work = self._files[file_no] = _FileWork(self.job, file_no, self.tokens)
        return work.take(block)


@dataclass(slots=True)
class _Fates:
    """Records of a block on their way."""

    taken: Taken
    good: list[Record] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    refused: list[tuple[int, str | None, list[Fault]]] = field(default_factory=list)


class _FileWork:
    """What one kind of file needs, compiled once."""

    def __init__(self, job: Job, file_no: int, tokens: Tokens) -> None:
        self.job, self.file_no, self.tokens = job, file_no, tokens
        self.name, self.spec = job.files[file_no]
        record = self.spec.record
        self.is_deletion = record == DELETION_RECORD
        self.check = check_of("deletion" if self.is_deletion else job.source, record)
        self.rule = RULES.get((job.source, record))
        self.is_graded = (job.source, record) in GRADED
        self.is_removing = (job.source, record) in purge.REMOVING
        self.keys: list[Callable[[Record], Any]] = [getter(parse(path)) for path in self.spec.key]
        self.datasets: tuple[Dataset, ...] = () if self.is_deletion else tables_of(job.source, self.spec)
        self.extractor = RecordExtractor([plan(dataset.name) for dataset in self.datasets])
        self.context = Context(job.delivery_id, job.period, job.known_at)
        order = (job.delivered_at, job.delivery_id)
        self.grave = Grave(job.stones, order, record, tokens, job.source) if job.stones else None
        self.filter = (
            RowFilter.of(job.stones, job.source, job.delivery_id, job.delivered_at, tokens)
            if job.stones
            else None
        )

    def take(self, block: Block) -> Taken:
        records = decode(block)
        taken = Taken(self.file_no, len(records))
        fates = _Fates(taken)
        see = self._deletion if self.is_deletion else self._look
        for number, record in enumerate(records, start=block.first):
            see(record, number, fates)
        if not self.is_deletion:
            self._extract(fates)
        taken.quarantine = self._quarantine(fates)
        return taken

    def _look(self, record: Any, number: int, fates: _Fates) -> None:
        """Check one record; one that can become rows is kept for it."""
        taken = fates.taken
        if self.is_graded and isinstance(record, dict):
            # Before anything of the record is looked at further, quarantined or stored.
            kept, was_protected = ungraded(record)
            if was_protected:
                taken.persons.update(self.tokens.of_person(n) for n in person_numbers(record))
            if kept is None:
                taken.protected += 1
                return
            taken.protected_rows += _addresses(record) - _addresses(kept)
            record = kept
        if isinstance(record, dict) and LENGTH_MARK in record:
            fault = Fault("row_length", "$", "the row has another number of cells than the header")
            self._refuse(None, number, [fault], fates)
            return
        record, faults = self.check.checked(record, taken.unknown)
        if not faults and self.rule is not None and (broken := self.rule(record, self.job.period)):
            faults = [broken]
        if faults:
            self._refuse(record, number, faults, fates)
        else:
            fates.good.append(record)
            fates.numbers.append(number)

    def _extract(self, fates: _Fates) -> None:
        """Rows of the records that have no fault, but not of those that must not be stored."""
        taken = fates.taken
        dead = (
            [self._is_dead(record, taken) for record in fates.good] if self.grave or self.is_removing else []
        )
        extraction = self.extractor.block(
            fates.good, fates.numbers, self.name, self.context, self.tokens, dead
        )
        for at, problem in extraction.refused.items():
            fault = Fault(problem.code, problem.path, problem.message)
            self._refuse(fates.good[at], fates.numbers[at], [fault], fates)
        kept = [at for at in range(len(fates.good)) if at not in extraction.refused]
        records = [fates.good[at] for at in kept] if extraction.refused else fates.good
        taken.numbers = np.array([fates.numbers[at] for at in kept], np.int64)
        taken.keys, taken.contents = digests(records, self.keys)
        taken.dead = {fates.numbers[at]: rows for at, rows in extraction.left_out.items()}
        for dataset, batch in zip(self.datasets, extraction.batches, strict=True):
            if batch is None:
                continue
            if self.filter is not None and self.filter.touches(dataset):
                table, gone = self.filter.kept(dataset, pa.Table.from_batches([batch]))
                taken.purged_rows += gone
                batch = table.combine_chunks().to_batches()[0] if table.num_rows else None
            if batch is not None:
                taken.tables[dataset.name] = batch

    def _is_dead(self, record: Record, taken: Taken) -> bool:
        """Whether nothing of a good record may be stored."""
        if self.grave is not None and self.grave.holds(record):
            return True
        if not self.is_removing:
            return False
        named = purge.named_by(self.job.source, self.spec.record, record, self.name)
        # The notice names what must be forgotten, so that it is not kept either.
        taken.removed |= {
            purge.organisation_token(self.tokens, one.key[purge.UNIT]) for one in named if one.everywhere
        }
        return bool(named)

    def _refuse(self, record: Any, number: int, faults: list[Fault], fates: _Fates) -> None:
        """Note what is wrong with a record, and nothing of the record but open fields."""
        key = None
        if isinstance(record, dict) and self.job.has_tokens and self.keys:
            values = self._key_values(record)
            if any(value is not None for value in values.values()):
                key = self.tokens.of_key(self.spec.record, values)
        if self.grave is not None and self.grave.names(key, [fault.excerpt for fault in faults]):
            fates.taken.purged += 1
            return
        fates.taken.quarantined += 1
        fates.refused.append((number, key, faults[:FEW_FAULTS]))

    def _quarantine(self, fates: _Fates) -> pa.RecordBatch | None:
        if not fates.refused:
            return None
        rows = [
            {
                "source": self.job.source,
                "delivery_id": self.job.delivery_id,
                "file_name": self.name,
                "record_no": number,
                "fault_no": fault_no,
                "known_at": self.job.known_at,
                "period": self.job.period,
                "reason_code": fault.code,
                "json_path": fault.path,
                "message": fault.message,
                "excerpt": fault.excerpt,
                "record_key": key,
            }
            for number, key, faults in sorted(fates.refused, key=lambda one: one[0])
            for fault_no, fault in enumerate(faults)
        ]
        return pa.RecordBatch.from_pylist(rows, schema=QUARANTINE.arrow_schema)

    def _key_values(self, record: Record) -> dict[str, Any]:
        found = {}
        for path, get in zip(self.spec.key, self.keys, strict=True):
            try:
                value = get(record)
            except (AttributeError, TypeError, KeyError):
                value = None
            found[path] = value if isinstance(value, str) else None
        return found

    def _deletion(self, row: Any, number: int, fates: _Fates) -> None:
        """A row that names what is to be purged (S10)."""
        taken = fates.taken
        row = self.check.tidy(row, taken.unknown)
        faults = self.check.faults(row)
        named = None if faults else purge.read_deletion(self.job.source, row)
        if named is None:
            wrong = Fault(
                "unknown_key", json_path(["noekkel"]), f"names no key of a file of {self.job.source}"
            )
            self._refuse(None, number, faults or [wrong], fates)
            return
        record, key = named
        fields = tuple(sorted(key))
        taken.deleted.setdefault((record, fields), set()).add(self.tokens.of_key(record, key))
        if orgnr := purge.organisation_of(self.job.source, key):
            taken.removed.add(purge.organisation_token(self.tokens, orgnr))


@contextmanager
def no_cycle_search() -> Iterator[None]:
    """Hundreds of thousands of small lists live for a moment and form no cycles; the search costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _addresses(person: Mapping[str, Any]) -> int:
    lists = (person.get(name) for name in ("bostedsadresse", "oppholdsadresse"))
    return sum(len(found) for found in lists if isinstance(found, list))
