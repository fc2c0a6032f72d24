"""A lake: immutable versions of tables, published only after an audit of the bytes that readers will get."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from expectations.dataset import Dataset, Partition
from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.lake import rows
from jobs.lake.deliveries import Deliveries, RawRef
from jobs.lake.manifest import (
    FORMAT,
    MANIFEST,
    VERSION_DIGITS,
    TableRef,
    build_manifest,
    canonical,
    check_partition,
    code_version,
    raw_folder,
    ref_of,
    sealed,
    unsealed,
    version_folder,
    version_id,
)
from jobs.lake.runs import Run, Runs
from jobs.lake.staging import Staged, Staging
from jobs.lake.storage import Storage, open_storage, update

log = logging.getLogger(__name__)

MARKER = "_lake.json"
Refs = TableRef | RawRef | Iterable[TableRef | RawRef]


class Lake:
    """Tables, deliveries and runs in one storage.

    Attributes:
        storage: Where the bytes lie.
        deliveries: What was taken in.
        runs: What was published together.
        code_version: Version of the code that new versions name as theirs.
    """

    def __init__(self, storage: Storage, code: str | None = None) -> None:
        """A lake that exists already; use `open`.

        Args:
            storage: Where the bytes lie.
            code: Another version of the code than the present one, for tests.
        """
        self.storage = storage
        self.code_version = code or code_version()
        self.deliveries = Deliveries(storage)
        self.runs = Runs(storage, self.code_version)

    @classmethod
    def open(cls, uri: str | Path, create: bool = True) -> "Lake":
        """The lake at an address.

        Args:
            uri: A folder, or `s3://bucket/prefix`.
            create: Make an empty one where there is none.

        Raises:
            UsageError: There is none, it is of another format, or none can lie there.
        """
        storage = open_storage(str(uri))
        if not storage.exists(MARKER):
            if not create:
                raise UsageError(f"no lake at {storage.uri}; `kjede ingest` makes one")
            is_new = storage.put_if_absent(MARKER, sealed({"format": FORMAT, "key_id": None}))
            if is_new and storage.put_if_absent(MARKER, b""):
                storage.delete(MARKER)
                raise UsageError(
                    f"the store at {storage.uri} does not honour conditional writes (If-None-Match); two "
                    "writers would overwrite each other, so that no lake can lie there"
                )
        marker = unsealed(storage.read(MARKER), MARKER)
        if marker.get("format") != FORMAT:
            raise UsageError(
                f"the lake at {storage.uri} has format {marker.get('format')}; this program reads {FORMAT}"
            )
        return cls(storage)

    @property
    def key_id(self) -> str | None:
        """Id of the key that the lake's pseudonyms are made with; None before the first."""
        found: str | None = unsealed(self.storage.read(MARKER), MARKER)["key_id"]
        return found

    def bind_key(self, key_id: str) -> None:
        """Remember the key of the lake's pseudonyms for good.

        Args:
            key_id: Id of the key.

        Raises:
            NotPermitted: It has another key.
        """

        def bound(content: bytes | None) -> bytes | None:
            marker = unsealed(content or b"", MARKER)
            if marker["key_id"] not in (None, key_id):
                raise NotPermitted(f"this lake is of key {marker['key_id']}, not {key_id}")
            return sealed(marker | {"key_id": key_id})

        update(self.storage, MARKER, bound)

    def find(
        self,
        dataset: Dataset,
        *,
        partition: str,
        inputs: Iterable[str] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> TableRef | None:
        """The version that these inputs and the present code make, or None: then it must be computed.

        Args:
            dataset: Declaration of the table.
            partition: Month.
            inputs: Ids of the versions read.
            parameters: Everything else that the content depends on.
        """
        version = version_id(dataset, partition, inputs, parameters or {}, self.code_version)
        return self._existing(version_folder(dataset.name, partition, version))

    def publish(
        self,
        dataset: Dataset,
        data: pa.Table | Iterable[pa.RecordBatch],
        *,
        partition: str,
        inputs: Iterable[str] = (),
        parameters: Mapping[str, str] | None = None,
        audit: bool = True,
    ) -> TableRef:
        """Make a version exist, or carry the one that does; no reader ever sees part of it.

        Args:
            dataset: Declaration of the table.
            data: Its rows, in any order.
            partition: Month.
            inputs: Ids of the versions read.
            parameters: Everything else that the content depends on.
            audit: Whether broken rules stop it; only tests of later steps turn it off.

        Raises:
            DataRefused: The rows do not fit the declaration or break a critical rule; nothing became visible.
            UsageError: The table is not stored by month.
        """
        if dataset.partition is not Partition.MONTH:
            raise UsageError(f"{dataset.name} is stored by delivery: publish_raw")
        check_partition(dataset, partition)
        inputs, parameters = sorted(set(inputs)), dict(parameters or {})
        version = version_id(dataset, partition, inputs, parameters, self.code_version)
        folder = version_folder(dataset.name, partition, version)
        existing = self._existing(folder)
        if existing:
            log.info("%s %s: carried version %s, %d rows", dataset.name, partition, version, existing.rows)
            return existing
        where = f"{dataset.name} {partition}"
        with self.storage.scratch() as scratch:
            staging = Staging(dataset, scratch, where)
            staging.add(rows.sort_by_key(dataset, rows.conform(dataset, data, where), where))
            return self._store(staging.close(), folder, partition, version, inputs, parameters, audit)

    def publish_raw(
        self,
        dataset: Dataset,
        data: pa.Table | Iterable[pa.RecordBatch],
        *,
        source: str,
        delivery_id: str,
        parameters: Mapping[str, str] | None = None,
        audit: bool = True,
    ) -> TableRef:
        """Store the rows that a delivery gives one raw table; its receipt makes them visible.

        Args:
            dataset: Declaration of the raw table.
            data: Its rows: a table in any order, or batches in the order of the key, which take no more
                memory the more of them there are.
            source: Source of the delivery.
            delivery_id: The delivery.
            parameters: Worth noting in the manifest.
            audit: Whether broken rules stop it.

        Raises:
            DataRefused: The rows do not fit, or the delivery was taken in before with other rows.
            UsageError: The table is not stored by delivery.
        """
        with self.storage.scratch() as scratch:
            staging = self.stage_raw(dataset, scratch, source=source, delivery_id=delivery_id)
            if isinstance(data, pa.Table):
                where = f"{dataset.name} {_raw_partition(dataset, source, delivery_id)}"
                staging.add(rows.sort_by_key(dataset, rows.conform(dataset, data, where), where))
            else:
                for batch in data:
                    staging.add(batch)
            return self.publish_staged(
                staging.close(), source=source, delivery_id=delivery_id, parameters=parameters, audit=audit
            )

    def stage_raw(self, dataset: Dataset, folder: Path, *, source: str, delivery_id: str) -> Staging:
        """Begin to write the rows that a delivery gives one raw table; `publish_staged` stores them.

        Args:
            dataset: Declaration of the raw table.
            folder: Folder inside `storage.scratch()` for this table alone.
            source: Source of the delivery.
            delivery_id: The delivery.

        Raises:
            UsageError: The table is not stored by delivery.
        """
        partition = _raw_partition(dataset, source, delivery_id)
        return Staging(dataset, folder, f"{dataset.name} {partition}")

    def publish_staged(
        self,
        staged: Staged,
        *,
        source: str,
        delivery_id: str,
        parameters: Mapping[str, str] | None = None,
        audit: bool = True,
    ) -> TableRef:
        """Store rows that were written with `stage_raw`, as `publish_raw` does.

        Args:
            staged: The rows.
            source: Source of the delivery.
            delivery_id: The delivery.
            parameters: Worth noting in the manifest.
            audit: Whether broken rules stop it.

        Raises:
            DataRefused: The delivery was taken in before with other rows, or the audit failed.
        """
        dataset, where = staged.dataset, staged.where
        partition = _raw_partition(dataset, source, delivery_id)
        folder = raw_folder(dataset.name, partition)
        existing = self._existing(folder)
        if existing and existing.content_hash == staged.content_hash:
            return existing
        if existing:
            if self.deliveries.receipt(source, delivery_id):
                raise DataRefused(
                    "delivery_conflict", f"{where} was taken in before with other rows; the first stays"
                )
            # Left by an intake that died or whose code has changed since: nobody has seen it.
            self.storage.delete(f"{folder}/{MANIFEST}")
        version = staged.content_hash[:VERSION_DIGITS]
        return self._store(staged, folder, partition, version, [], dict(parameters or {}), audit)

    def manifest(self, ref: TableRef | RawRef) -> dict[str, Any]:
        """What the lake knows of a version.

        Args:
            ref: The version.

        Raises:
            DataRefused: It is gone, or is not what the reference says.
        """
        ref = _table_ref(ref)
        key = f"{ref.folder}/{MANIFEST}"
        try:
            content = self.storage.read(key)
        except FileNotFoundError:
            raise DataRefused(
                "version_missing", f"{ref.id} is not in the lake at {self.storage.uri}"
            ) from None
        if ref_of(content, key) != ref:
            raise DataRefused("manifest_altered", f"{key} is not what refers to it says")
        return unsealed(content, key)

    def files(self, refs: Refs) -> list[str]:
        """Addresses of the files of versions, for an engine.

        Args:
            refs: One version or several.
        """
        return [self.storage.locate(key) for key in self._keys(refs)]

    def dataset(self, refs: Refs) -> ds.Dataset:
        """The rows of versions, read when asked for.

        Args:
            refs: One version or several of the same table.

        Raises:
            DataRefused: A file is no whole Parquet file.
            UsageError: No version is named.
        """
        keys = self._keys(refs)
        if not keys:
            raise UsageError("nothing to read: no version of the table is named")
        try:
            return ds.dataset(keys, format="parquet", filesystem=self.storage.filesystem())
        except pa.ArrowInvalid as problem:
            # Of no bytes or too few: some readers would take it for a table without rows.
            raise DataRefused("table_unreadable", str(problem)) from None

    def read(
        self, refs: Refs, columns: Sequence[str] | None = None, where: ds.Expression | None = None
    ) -> pa.Table:
        """The rows of versions, in the order of the versions and of their keys.

        Args:
            refs: One version or several of the same table.
            columns: Only these.
            where: Only rows for which this holds.
        """
        dataset = self.dataset(refs)
        try:
            found = dataset.to_table(columns=list(columns) if columns else None, filter=where)
        except pa.ArrowInvalid as problem:
            raise DataRefused("table_unreadable", str(problem)) from None
        return found.replace_schema_metadata(None)

    def log(self, run: Run, job: str, values: Mapping[str, Any]) -> None:
        """Keep timings and counts of a job beside the data, never in it.

        Args:
            run: The run.
            job: The job.
            values: JSON-able; no personal data.
        """
        at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        entry = {"at": at, "month": run.month, "as_of": run.as_of_key, "job": job} | dict(values)
        self.storage.put_if_absent(f"log/{run.month}/{run.as_of_key}/{at}-{job}.json", canonical(entry))

    def _keys(self, refs: Refs) -> list[str]:
        listed = [refs] if isinstance(refs, TableRef | RawRef) else list(refs)
        keys = []
        for ref in map(_table_ref, listed):
            keys += [f"{ref.folder}/{file['name']}" for file in self.manifest(ref)["files"]]
        return keys

    def _existing(self, folder: str) -> TableRef | None:
        try:
            return ref_of(self.storage.read(f"{folder}/{MANIFEST}"), f"{folder}/{MANIFEST}")
        except FileNotFoundError:
            return None

    def _store(
        self,
        staged: Staged,
        folder: str,
        partition: str,
        version: str,
        inputs: Sequence[str],
        parameters: Mapping[str, str],
        audit: bool,
    ) -> TableRef:
        """Audit what was written, publish: the manifest comes last and only once."""
        counts = staged.audited(audit)
        manifest = build_manifest(
            staged.dataset,
            partition,
            version,
            rows=staged.rows,
            content_hash=staged.content_hash,
            files=[file.to_dict() for file in staged.files],
            inputs=inputs,
            parameters=parameters,
            code=self.code_version,
            verdict={"audited": audit, "rules": [c.to_dict() for c in counts]},
        )
        for file in staged.files:
            self.storage.put_file(file.path, f"{folder}/{file.path.name}")
        content, key = sealed(manifest), f"{folder}/{MANIFEST}"
        if not self.storage.put_if_absent(key, content):
            content = self.storage.read(key)
            if ref_of(content, key).content_hash != staged.content_hash:
                raise DataRefused(
                    "not_deterministic",
                    f"{staged.where}: version {version} exists with other rows, made of the same inputs and "
                    "code",
                )
        log.info("%s: published version %s, %d rows", staged.where, version, staged.rows)
        return ref_of(content, key)


def _raw_partition(dataset: Dataset, source: str, delivery_id: str) -> str:
    """Delivery ids are unique within a source; a table that several sources share needs both."""
    if dataset.partition is not Partition.DELIVERY:
        raise UsageError(f"{dataset.name} is stored by month: publish")
    partition = delivery_id if dataset.source else f"{source}.{delivery_id}"
    check_partition(dataset, partition)
    return partition


def _table_ref(ref: TableRef | RawRef) -> TableRef:
    return ref.ref if isinstance(ref, RawRef) else ref
