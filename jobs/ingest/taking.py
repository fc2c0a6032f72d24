"""Takes in one delivery: every record gets one fate, and the receipt that makes it visible comes last."""

import gc
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from expectations import contract
from expectations.contract import DELETION_RECORD
from expectations.errors import DataRefused
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest import purge
from jobs.ingest.delivery import DeliveryRef, VerifiedFile, verify
from jobs.ingest.extract import BATCH_ROWS, Context, RecordExtractor, Refused, Row, TablePlan
from jobs.ingest.hooks import GRADED, RULES, person_numbers, ungraded
from jobs.ingest.outcome import Counts, Outcome, no_counts, refuse
from jobs.ingest.paths import getter, parse
from jobs.ingest.purge import Grave, Tombstone
from jobs.ingest.readers import LENGTH_MARK, records
from jobs.ingest.tables import has_tokens, plan, tables_of
from jobs.ingest.tokens import Tokens
from jobs.ingest.validation import Fault, RecordCheck, check_of, json_path
from jobs.lake.lake import Lake

log = logging.getLogger(__name__)

HELD_FROM_RECORDS = 200
"""A delivery with fewer records is not held for its share of refused ones."""

_FEW_FAULTS = 20
"""Faults of one record that are kept; the rest would repeat them."""


def take_in(delivery: DeliveryRef, lake: Lake, tokens: Tokens) -> Outcome:
    """Take in one delivery, or write down why not.

    Args:
        delivery: A delivery that has not been taken in.
        lake: Where to.
        tokens: Makes the tokens.
    """
    if lake.deliveries.receipt(delivery.source, delivery.delivery_id):
        told = f"{delivery.name} was taken in before with another envelope; the first stays"
        return refuse(delivery, lake, "conflict", DataRefused("delivery_conflict", told))
    try:
        files, warnings = verify(delivery)
        with _no_cycle_search():
            return _Taking(delivery, lake, tokens, files, warnings).run()
    except DataRefused as problem:
        if problem.code == "conservation":
            raise
        return refuse(delivery, lake, "rejected", problem)


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Hundreds of thousands of small lists live for a moment and form no cycles; the search costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True)
class _Table:
    """Rows of one table on their way to Arrow."""

    plan: TablePlan
    rows: list[Row] = field(default_factory=list)
    places: list[tuple[str, int, int]] = field(default_factory=list)
    batches: list[pa.RecordBatch] = field(default_factory=list)

    def add(self, rows: list[Row], file_name: str, record_no: int, context: Context, tokens: Tokens) -> None:
        self.rows += rows
        self.places += [(file_name, record_no, item_no) for item_no in range(len(rows))]
        if len(self.rows) >= BATCH_ROWS:
            self.flush(context, tokens)

    def flush(self, context: Context, tokens: Tokens) -> None:
        if self.rows:
            self.batches.append(self.plan.batch(self.rows, self.places, context, tokens))
            self.rows, self.places = [], []

    def table(self, context: Context, tokens: Tokens) -> pa.Table:
        self.flush(context, tokens)
        return pa.Table.from_batches(self.batches, schema=self.plan.dataset.arrow_schema)


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
        self.context = Context(delivery.delivery_id, delivery.period, delivery.delivered_at)
        # A key that is there for another delivery's sake must not change what this one stores.
        self.has_tokens = has_tokens(delivery.source, delivery.kind, tuple(file.name for file in files))
        self.stones = purge.tombstones(lake, self.source.name)
        self.order = (delivery.envelope["delivered_at"], delivery.delivery_id)
        self.counts = {file.name: no_counts() for file in files}
        self.stored = {file.name: False for file in files}
        self.tables: dict[str, _Table] = {}
        self.quarantine: list[dict[str, Any]] = []
        self.unknown: dict[str, int] = {}
        self.seen: dict[str, dict[int, tuple[str, int, bytes]]] = {}
        self.replaced: set[tuple[str, int]] = set()
        self.protected: set[str] = set()
        self.protected_rows = 0
        self.deleted: dict[tuple[str, tuple[str, ...]], set[str]] = {}

    def run(self) -> Outcome:
        """Read, check, store; the receipt last."""
        for file in self.files:
            self._read(file)
        total = no_counts()
        for counts in self.counts.values():
            for fate, count in counts.items():
                total[fate] += count
        if told := self._suspicious(total):
            if self.protected:
                # Protection does not wait for a human.
                self._purge()
            return self._finish("held", total, [self._publish_quarantine()], told)
        self._purge()
        refs = [self._publish_quarantine()] if self.quarantine else []
        for name in sorted(self.tables):
            dataset = self.tables[name].plan.dataset
            rows = self._without_replaced(self.tables[name].table(self.context, self.tokens))
            if rows.num_rows == 0 and dataset.rows and "supersedes" not in self.delivery.envelope:
                # Nothing to read and nothing to replace: the table of whole records says that it came.
                continue
            refs.append(
                self.lake.publish_raw(
                    dataset, rows, source=self.source.name, delivery_id=self.delivery.delivery_id
                )
            )
        return self._finish("accepted", total, refs, "")

    def _read(self, file: VerifiedFile) -> None:
        name, counts = file.name, self.counts[file.name]
        is_deletion = file.spec.record == DELETION_RECORD
        check = check_of("deletion" if is_deletion else self.source.name, file.spec.record)
        datasets = () if is_deletion else tables_of(self.source.name, file.spec)
        self.stored[name] = bool(datasets)
        if not datasets and not is_deletion:
            told = f"{name} was checked; no table of this version holds its records"
            self.warnings.append({"code": "file_not_stored", "message": told})
        for dataset in datasets:
            self.tables.setdefault(dataset.name, _Table(plan(dataset.name)))
        handle = self._deletion if is_deletion else self._record
        scope = datasets[0].record if datasets else file.spec.pattern
        grave = Grave(self.stones, self.order, file.spec.record, self.tokens) if self.stones else None
        keys = [getter(parse(path)) for path in file.spec.key]
        tables = [self.tables[d.name] for d in datasets]
        extractor = RecordExtractor([table.plan for table in tables])
        work = _File(file, check, tables, extractor, keys, scope, grave)
        for number, record in enumerate(records(self.source.name, file.spec, file.path), start=1):
            counts["in"] += 1
            fate = handle(record, number, work)
            counts[fate] += 1
        if counts["in"] != file.records:
            raise DataRefused(
                "delivery_corrupt",
                f"{self.delivery.name}: {name}: records: {file.records} expected, {counts['in']} found",
            )

    def _record(self, record: Any, number: int, work: "_File") -> str:
        """The fate of one record; `accepted` has put its rows into the tables."""
        if (self.source.name, work.file.spec.record) in GRADED and isinstance(record, dict):
            # Before anything of the record is looked at further, quarantined or stored.
            kept, was_protected = ungraded(record)
            if was_protected:
                self.protected.update(self.tokens.of_person(n) for n in person_numbers(record))
            if kept is None:
                return "protected"
            self.protected_rows += _addresses(record) - _addresses(kept)
            record = kept
        if isinstance(record, dict) and LENGTH_MARK in record:
            fault = Fault("row_length", "$", "the row has another number of cells than the header")
            return self._refused(None, number, work, [fault])
        record = work.check.tidy(record, self.unknown)
        faults = work.check.faults(record)
        rule = RULES.get((self.source.name, work.file.spec.record))
        if not faults and rule is not None and (broken := rule(record, self.delivery.period)):
            faults = [broken]
        if faults:
            return self._refused(record, number, work, faults)
        if work.grave is not None and work.grave.holds(record):
            return "purged"
        try:
            found = work.extractor.rows(record, self.context)
        except Refused as problem:
            return self._refused(record, number, work, [Fault(problem.code, problem.path, problem.message)])
        if self._is_repeated(record, number, work):
            return "duplicate"
        for table, rows in zip(work.tables, found, strict=True):
            if rows:
                table.add(rows, work.file.name, number, self.context, self.tokens)
        return "accepted"

    def _is_repeated(self, record: Mapping[str, Any], number: int, work: "_File") -> bool:
        """Whether the same record came before in this delivery; an other one with its key gives way (S8)."""
        key = int.from_bytes(_digest("\x1f".join(str(get(dict(record))) for get in work.keys).encode()))
        content = _digest(orjson.dumps(record, option=orjson.OPT_SORT_KEYS))
        seen = self.seen.setdefault(work.scope, {})
        before = seen.get(key)
        if before is not None and before[2] == content:
            return True
        if before is not None:
            self.replaced.add(before[:2])
            counts = self.counts[before[0]]
            counts["accepted"] -= 1
            counts["superseded"] += 1
            if not any(warning["code"] == "key_repeated" for warning in self.warnings):
                told = f"{work.file.name}: a key came again with other content; the last in file order counts"
                self.warnings.append({"code": "key_repeated", "message": told})
        seen[key] = (work.file.name, number, content)
        return False

    def _refused(self, record: Any, number: int, work: "_File", faults: list[Fault]) -> str:
        """Put what is wrong with a record into quarantine, and nothing of the record but open fields."""
        key = None
        if isinstance(record, dict) and self.has_tokens and work.keys:
            values = _key_values(record, work)
            if any(value is not None for value in values.values()):
                key = self.tokens.of_key(work.file.spec.record, values)
        for fault_no, fault in enumerate(faults[:_FEW_FAULTS]):
            self.quarantine.append(
                {
                    "source": self.source.name,
                    "delivery_id": self.delivery.delivery_id,
                    "file_name": work.file.name,
                    "record_no": number,
                    "fault_no": fault_no,
                    "known_at": self.context.known_at,
                    "period": self.delivery.period,
                    "reason_code": fault.code,
                    "json_path": fault.path,
                    "message": fault.message,
                    "excerpt": fault.excerpt,
                    "record_key": key,
                }
            )
        return "quarantined"

    def _deletion(self, row: Any, number: int, work: "_File") -> str:
        """A row that names what is to be purged (S10)."""
        row = work.check.tidy(row, self.unknown)
        faults = work.check.faults(row)
        named = None if faults else purge.read_deletion(self.source.name, row)
        if named is None:
            wrong = Fault(
                "unknown_key", json_path(["noekkel"]), f"names no key of a file of {self.source.name}"
            )
            return self._refused(None, number, work, faults or [wrong])
        record, key = named
        fields = tuple(sorted(key))
        self.deleted.setdefault((record, fields), set()).add(self.tokens.of_key(record, key))
        return "accepted"

    def _suspicious(self, total: Counts) -> str:
        """Why a human must look at the delivery first (S6); empty when nobody must, or somebody has."""
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

    def _purge(self) -> None:
        """Remove from earlier deliveries what this one deletes or protects, now or when they are taken in."""
        if not self.deleted and not self.protected:
            return
        keys = {what: frozenset(found) for what, found in self.deleted.items()}
        stone = Tombstone(
            self.source.name, self.delivery.delivery_id, self.order[0], keys, frozenset(self.protected)
        )
        purge.write(self.lake, stone)
        removed = purge.apply(self.lake, stone, self.tokens)
        log.info("%s: purged %d rows of earlier deliveries", self.delivery.name, removed)

    def _without_replaced(self, table: pa.Table) -> pa.Table:
        """The rows of records that were not replaced within the delivery, nor protected by a later one."""
        name_column = "file_name"
        for file_name in sorted({name for name, _ in self.replaced}):
            numbers = pa.array(sorted(n for name, n in self.replaced if name == file_name), type=pa.int64())
            gone = pc.and_(
                pc.equal(table.column(name_column), file_name),
                pc.is_in(table.column("record_no"), value_set=numbers),
            )
            table = table.filter(pc.invert(gone))
        if "address_grading" in table.column_names and self.stones:
            later = {token for stone in self.stones if stone.order > self.order for token in stone.persons}
            people = pa.array(sorted(later), type=pa.string())
            kept = table.filter(pc.invert(pc.is_in(table.column("person_token"), value_set=people)))
            self.protected_rows += table.num_rows - kept.num_rows
            table = kept
        return table

    def _publish_quarantine(self) -> Any:
        rows = pa.Table.from_pylist(self.quarantine, schema=QUARANTINE.arrow_schema)
        return self.lake.publish_raw(
            QUARANTINE, rows, source=self.source.name, delivery_id=self.delivery.delivery_id
        )

    def _finish(self, status: str, total: Counts, refs: Iterable[Any], told: str) -> Outcome:
        listed = list(refs)
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
                    "dispositions": self.counts[file.name],
                    "stored": self.stored[file.name],
                }
                for file in self.files
            ],
            "tables": [ref.to_dict() for ref in listed],
            "warnings": self.warnings,
            "unknown_fields": dict(sorted(self.unknown.items())),
            "protected_rows": self.protected_rows,
        }
        if told:
            receipt["refusal"] = {"code": told.split(":")[0], "message": told}
            log.error("%s", told)
        if status == "accepted":
            purge.finish(self.lake, receipt, listed)
        else:
            self.lake.deliveries.write(receipt)
        return Outcome(
            source=self.source.name,
            delivery_id=self.delivery.delivery_id,
            status=status,
            dispositions=total,
            rows={r.table: r.rows for r in listed if r.table != QUARANTINE.name}
            if status == "accepted"
            else {},
            protected_rows=self.protected_rows,
            message=told,
            warnings=self.warnings,
        )


@dataclass(slots=True)
class _File:
    """What the reading of one file needs."""

    file: VerifiedFile
    check: RecordCheck
    tables: list[_Table]
    extractor: RecordExtractor
    keys: list[Callable[[dict[str, Any]], Any]]
    scope: str
    grave: Grave | None


def _key_values(record: dict[str, Any], work: _File) -> dict[str, Any]:
    found = {}
    for path, get in zip(work.file.spec.key, work.keys, strict=True):
        try:
            value = get(record)
        except (AttributeError, TypeError, KeyError):
            value = None
        found[path] = value if isinstance(value, str) else None
    return found


def _addresses(person: Mapping[str, Any]) -> int:
    lists = (person.get(name) for name in ("bostedsadresse", "oppholdsadresse"))
    return sum(len(found) for found in lists if isinstance(found, list))


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()
