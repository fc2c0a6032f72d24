"""Runs: which versions belong together, and the one pointer per month that readers follow.

A job's draft says what it made. Publishing writes `_run.json`, which names every version of the run, and
then moves the month's pointer in one atomic step: a reader sees the run before or the run after, whole.
Nothing is overwritten; a run of the same month and as_of with other content (other code, a delivery that
came in late) lies beside the first.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from expectations.errors import DataRefused, UsageError
from jobs import months
from jobs.lake import pointer as pointers
from jobs.lake.deliveries import RawRef, instant
from jobs.lake.manifest import (
    FORMAT,
    MANIFEST,
    VERSION_DIGITS,
    TableRef,
    digest,
    ref_of,
    sealed,
    unsealed,
)
from jobs.lake.storage import Storage, update

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """What is run: one month as known at one instant.

    Attributes:
        month: `YYYY-MM`.
        as_of: UTC, whole seconds.
    """

    month: str
    as_of: datetime

    def __post_init__(self) -> None:
        """Bring the instant to UTC."""
        months.checked(self.month)
        if self.as_of.tzinfo is None:
            raise UsageError(f"run of {self.month}: as_of {self.as_of} has no time zone")
        object.__setattr__(self, "as_of", self.as_of.astimezone(UTC).replace(microsecond=0))

    @classmethod
    def of(cls, month: str, as_of: datetime | None = None) -> "Run":
        """A run with the month's default as_of unless another is given.

        Args:
            month: `YYYY-MM`.
            as_of: Time zone aware.
        """
        return cls(month, as_of or months.default_as_of(months.checked(month)))

    @property
    def as_of_key(self) -> str:
        """The instant as a folder name, for example `20260214T230000Z`."""
        return self.as_of.strftime("%Y%m%dT%H%M%SZ")

    @property
    def folder(self) -> str:
        """Where its drafts and published forms lie."""
        return f"{pointers.FOLDER}/{self.month}/{self.as_of_key}"


@dataclass(frozen=True, slots=True)
class Named:
    """Versions that were named together.

    Attributes:
        run: The run.
        tables: Versions of tables, ordered by table and month.
        deliveries: Raw rows that were read, ordered by table and delivery.
    """

    run: Run
    tables: tuple[TableRef, ...]
    deliveries: tuple[RawRef, ...]

    def refs(self, table: str) -> list[TableRef]:
        """All months of a table, oldest first.

        Args:
            table: Table.
        """
        return [ref for ref in self.tables if ref.table == table]

    def ref(self, table: str, month: str | None = None) -> TableRef:
        """The version of one month of a table.

        Args:
            table: Table.
            month: Month; None means the month of the run.

        Raises:
            UsageError: The run has no such table or month.
        """
        wanted = month or self.run.month
        for ref in self.refs(table):
            if ref.partition == wanted:
                return ref
        raise UsageError(f"the run of {self.run.month} as of {self.run.as_of_key} has no {table} of {wanted}")


@dataclass(frozen=True, slots=True)
class Draft(Named):
    """What one job of a run made or carried."""


@dataclass(frozen=True, slots=True)
class PublishedRun(Named):
    """A run as published.

    Attributes:
        run_id: Digest of everything it says.
        code_version: Version of the code.
        parameters: Settings that matter for content.
    """

    run_id: str
    code_version: str
    parameters: Mapping[str, str]

    @property
    def key(self) -> str:
        """Where its manifest lies."""
        return pointers.run_key(self.run.month, (self.run.as_of_key, self.run_id))


class Runs:
    """The runs of a lake."""

    def __init__(self, storage: Storage, code_version: str) -> None:
        """Runs in a storage.

        Args:
            storage: Where the lake lies.
            code_version: Version of the code that new runs name as theirs.
        """
        self._storage = storage
        self._code_version = code_version

    def record_draft(
        self, run: Run, job: str, tables: Iterable[TableRef], deliveries: Iterable[RawRef] = ()
    ) -> None:
        """Note what a job made, for the jobs after it; a job that runs again replaces its note.

        Args:
            run: The run.
            job: The job.
            tables: Versions it made or carried.
            deliveries: Raw rows it read.
        """
        key = self._draft_key(run, job)
        content = sealed({"format": FORMAT, "job": job} | _body(run, tables, deliveries))
        update(self._storage, key, lambda _: content)

    def draft(self, run: Run, job: str) -> Draft:
        """What a job of this run made.

        Args:
            run: The run.
            job: The job.

        Raises:
            UsageError: The job has not run.
        """
        try:
            key = self._draft_key(run, job)
            body = unsealed(self._storage.read(key), key)
        except FileNotFoundError:
            raise UsageError(
                f"{job} has not run for {run.month} as of {run.as_of_key}: `kjede {job} --month {run.month}`"
            ) from None
        return Draft(run, *_named(body))

    def publish(
        self,
        run: Run,
        *,
        tables: Iterable[TableRef],
        deliveries: Iterable[RawRef] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> PublishedRun:
        """Make a whole run visible at once.

        Args:
            run: The run.
            tables: Every version that belongs to it, those of earlier months of its window included.
            deliveries: Raw rows that were read.
            parameters: Settings that matter for content.

        Raises:
            DataRefused: A version is named twice for one month, or is gone.
            Superseded: Another run of the month was published meanwhile; run again.
        """
        body: dict[str, Any] = {
            "format": FORMAT,
            "code_version": self._code_version,
            "parameters": dict(parameters or {}),
        }
        body |= _body(run, tables, deliveries)
        where = f"run of {run.month} as of {run.as_of_key}"
        if not body["tables"]:
            raise DataRefused("run_empty", f"{where} names no table")
        places = [(ref["table"], ref["partition"]) for ref in body["tables"]]
        if len(set(places)) != len(places):
            raise DataRefused("run_ambiguous", f"{where} names a table and month twice")
        published = _published(body)
        self._storage.put_if_absent(published.key, sealed(body))
        # After the run is written, `gc` spares what it names; what it removed before that is found missing
        # here.
        for ref in published.tables:
            if not self._storage.exists(f"{ref.folder}/{MANIFEST}"):
                raise DataRefused("version_missing", f"{where}: {ref.id} is gone; run the jobs again")
        for raw in published.deliveries:
            # A purge stores a delivery anew at the same place; a run that read it before must not be seen.
            if not self._is_there(raw.ref):
                raise DataRefused("version_missing", f"{where}: {raw.id} is gone; run the jobs again")
        entry = (run.as_of_key, published.run_id)
        update(
            self._storage,
            pointers.pointer_key(run.month),
            lambda content: pointers.forward(content, run.month, entry),
        )
        return published

    def latest(self, month: str) -> PublishedRun | None:
        """The run of a month that readers see; None when none is published.

        Args:
            month: `YYYY-MM`.
        """
        pointer = self._current(month)
        seen = pointers.current(pointer) if pointer else None
        return self._read(month, seen) if seen else None

    def awaited(self, month: str) -> str | None:
        """As_of key of the run that readers of a month saw until it was purged; None when they see one.

        Args:
            month: `YYYY-MM`.
        """
        pointer = self._current(month)
        return pointers.awaited(pointer) if pointer else None

    def withdrawn(self, month: str) -> set[str]:
        """Ids of the runs of a month that were rolled back from.

        Args:
            month: `YYYY-MM`.
        """
        pointer = self._current(month)
        return set(pointer["withdrawn"]) if pointer else set()

    def ended(self, why: str) -> set[str]:
        """Ids of all runs that are gone for a reason.

        Args:
            why: `purge` or `retain`.
        """
        found: set[str] = set()
        for month in self._storage.folders(pointers.FOLDER):
            pointer = self._current(month)
            gone = pointers.gone(pointer) if pointer else {}
            found |= {run_id for (_, run_id), reason in gone.items() if reason == why}
        return found

    def end(self, month: str, entries: Iterable[pointers.Entry], why: str) -> None:
        """Let runs of a month be gone: whoever asks for one is told why.

        Args:
            month: `YYYY-MM`.
            entries: As_of key and id of each.
            why: `purge` or `retain`.
        """
        listed = list(entries)
        key = pointers.pointer_key(months.checked(month))
        update(self._storage, key, lambda content: pointers.without(content, month, listed, why))

    def settle(self, month: str) -> None:
        """Let readers of a month see the newest run that is left, once none is to be made again.

        Args:
            month: `YYYY-MM`.
        """
        key = pointers.pointer_key(months.checked(month))
        update(self._storage, key, lambda content: pointers.settle(content, month))

    def resolve(self, month: str, as_of: datetime | None = None, run_id: str | None = None) -> PublishedRun:
        """A published run of a month.

        Args:
            month: `YYYY-MM`.
            as_of: The newest of this instant; None means the one that readers see.
            run_id: Exactly this one.

        Raises:
            DataRefused: It was purged, or its time is over (`purged`, `retained`).
            UsageError: There is none.
        """
        pointer = self._current(months.checked(month))
        if pointer is None:
            raise UsageError(f"no run of {month} is published; `kjede run --month {month}` makes one")
        key = Run(month, as_of).as_of_key if as_of else ""
        if run_id is not None:
            found = [(k, i) for k, i in pointers.order(pointer) if i == run_id]
        elif as_of is not None:
            found = [(k, i) for k, i in pointers.order(pointer) if k == key and i not in pointer["withdrawn"]]
        else:
            seen = pointers.current(pointer)
            found = [seen] if seen else []
        if not found:
            _refuse_gone(pointer, month, key, run_id)
        if not found:
            known = ", ".join(sorted({k for k, _ in pointers.order(pointer)}))
            wanted = (
                f"with id {run_id}" if run_id else f"as of {Run(month, as_of).as_of_key}" if as_of else ""
            )
            raise UsageError(f"no run of {month} {wanted} is published; published are {known}")
        return self._read(month, found[-1])

    def all(self, month: str | None = None) -> list[PublishedRun]:
        """All published runs by month, and within a month in the order in which they were published.

        Args:
            month: Only of this month.
        """
        listed = []
        for name in [month] if month else self._storage.folders(pointers.FOLDER):
            pointer = self._current(name)
            listed += [self._read(name, entry) for entry in pointers.order(pointer)] if pointer else []
        return listed

    def rollback(self, month: str, to: str | None = None) -> PublishedRun:
        """Let readers of a month see an earlier run again.

        Args:
            month: `YYYY-MM`.
            to: Run id or as_of key; None means the one published before the current one.

        Raises:
            UsageError: There is no such run, or it is the current one.
        """
        target = ("", "")

        def back(content: bytes | None) -> bytes:
            nonlocal target
            after, target = pointers.back(content, month, to)
            return after

        update(self._storage, pointers.pointer_key(months.checked(month)), back)
        log.info("%s: readers see run %s as of %s again", month, target[1], target[0])
        return self._read(month, target)

    def _current(self, month: str) -> dict[str, Any] | None:
        tagged = self._storage.tagged(pointers.pointer_key(month))
        return pointers.parse(tagged[0] if tagged else None, month)

    def _read(self, month: str, entry: pointers.Entry) -> PublishedRun:
        key = pointers.run_key(month, entry)
        return _published(unsealed(self._storage.read(key), key))

    def _is_there(self, ref: TableRef) -> bool:
        """Whether exactly this version is stored."""
        key = f"{ref.folder}/{MANIFEST}"
        try:
            return ref_of(self._storage.read(key), key).id == ref.id
        except FileNotFoundError:
            return False

    def _draft_key(self, run: Run, job: str) -> str:
        if not job.isidentifier():
            raise UsageError(f"{job!r} cannot name a job")
        return f"{run.folder}/{job}.json"


def _refuse_gone(pointer: Mapping[str, Any], month: str, as_of: str, run_id: str | None) -> None:
    """Say of a run that was there that it is gone for good, rather than that it never was.

    Raises:
        DataRefused: It was purged, or its time is over.
    """
    gone = pointers.gone(pointer)
    if run_id is not None or as_of:
        reasons = {why for (key, own), why in gone.items() if own == run_id or key == as_of}
        what = f"run {run_id} of {month}" if run_id else f"the run of {month} as of {as_of}"
    else:
        reasons, what = set(gone.values()), f"the run of {month}"
    awaited = pointers.awaited(pointer)
    if awaited and run_id is None and as_of in ("", awaited):
        told = f"{what} was purged and is not made again yet; `kjede purge finish` makes it"
        raise DataRefused("purged", told)
    if pointers.PURGE in reasons:
        raise DataRefused("purged", f"{what} held what had to be removed; its rows and files are destroyed")
    if pointers.RETAIN in reasons:
        raise DataRefused("retained", f"{what} was kept as long as it may be; its files are destroyed")


def _body(run: Run, tables: Iterable[TableRef], deliveries: Iterable[RawRef]) -> dict[str, Any]:
    distinct = {raw.id: raw for raw in deliveries}
    return {
        "month": run.month,
        "as_of": run.as_of.isoformat().replace("+00:00", "Z"),
        "tables": [ref.to_dict() for ref in sorted(set(tables))],
        "deliveries": [distinct[i].to_dict() for i in sorted(distinct)],
    }


def _named(body: Mapping[str, Any]) -> tuple[tuple[TableRef, ...], tuple[RawRef, ...]]:
    return tuple(map(TableRef.from_dict, body["tables"])), tuple(map(RawRef.from_dict, body["deliveries"]))


def _published(body: Mapping[str, Any]) -> PublishedRun:
    tables, deliveries = _named(body)
    run_id = digest(dict(body))[:VERSION_DIGITS]
    run = Run(body["month"], instant(body["as_of"]))
    return PublishedRun(run, tables, deliveries, run_id, body["code_version"], body["parameters"])
