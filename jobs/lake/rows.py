"""Rows on their way into the lake: conformed to the declaration, sorted by key, written as Parquet."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dataset import Dataset
from expectations.errors import DataRefused

GROUP_ROWS = 131_072
FILE_ROWS = 32 * GROUP_ROWS
"""Large tables become several files, so that an engine reads them in parallel."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One Parquet file before it is published.

    Attributes:
        path: Where it was written.
        sha256: Digest of its bytes.
        bytes: Its size.
        rows: Its rows.
    """

    path: Path
    sha256: str
    bytes: int
    rows: int

    def to_dict(self) -> dict[str, str | int]:
        """What the manifest says of the file."""
        return {"name": self.path.name, "sha256": self.sha256, "bytes": self.bytes, "rows": self.rows}


def conform(dataset: Dataset, data: pa.Table | Iterable[pa.RecordBatch], where: str) -> pa.Table:
    """The rows with exactly the declared columns, order and types.

    Args:
        dataset: Declaration of the table.
        data: Rows as a job made them.
        where: Table and partition, for messages.

    Raises:
        DataRefused: A column is missing, undeclared, or holds a value that its type cannot hold exactly.
    """
    if not isinstance(data, pa.Table):
        batches = list(data)
        data = pa.Table.from_batches(batches) if batches else dataset.arrow_schema.empty_table()
    missing = [name for name in dataset.names if name not in data.column_names]
    undeclared = [name for name in data.column_names if name not in dataset.names]
    if missing or undeclared or len(data.column_names) != len(dataset.names):
        raise DataRefused(
            "contract_breach", f"{where}: missing columns {missing}, undeclared columns {undeclared}"
        )
    columns = []
    for field in dataset.arrow_schema:
        column = data.column(field.name)
        try:
            columns.append(column if column.type.equals(field.type) else column.cast(field.type, safe=True))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            # Arrow's own text may quote the value, which may be a person's: name the types instead.
            raise DataRefused(
                "contract_breach",
                f"{where}: column {field.name} of type {column.type} does not fit {field.type} exactly",
            ) from None
        if not field.nullable and columns[-1].null_count:
            raise DataRefused(
                "contract_breach",
                f"{where}: column {field.name} is required and missing in {columns[-1].null_count} of "
                f"{data.num_rows} rows",
            )
    return pa.table(columns, schema=dataset.arrow_schema)


def sort_by_key(dataset: Dataset, table: pa.Table, where: str) -> pa.Table:
    """The rows in the order of their key.

    Args:
        dataset: Declaration of the table.
        table: Conformed rows.
        where: Table and partition, for messages.

    Raises:
        DataRefused: Several rows have the same key.
    """
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in dataset.key])
    table = table.take(order).combine_chunks()
    if table.num_rows > 1:
        same: pa.ChunkedArray | None = None
        for name in dataset.key:
            column = table.column(name)
            equal = pc.equal(column.slice(1), column.slice(0, len(column) - 1))
            same = equal if same is None else pc.and_(same, equal)
        repeated = pc.sum(same).as_py() if same is not None else table.num_rows - 1
        if repeated:
            raise DataRefused(
                "contract_breach",
                f"{where}: {repeated} of {table.num_rows} rows repeat another's key {', '.join(dataset.key)}",
            )
    return table


class RisingKeys:
    """Sees to it that rows come in the order of a key that no two of them share."""

    def __init__(self, dataset: Dataset, where: str) -> None:
        """Begin before the first row.

        Args:
            dataset: Declaration of the table.
            where: Table and partition, for messages.
        """
        self._names, self._where = list(dataset.key), where
        self._last: pa.Table | None = None
        self._rows = 0

    def check(self, rows: pa.Table) -> None:
        """Look at more rows.

        Args:
            rows: Conformed rows, which follow those before.

        Raises:
            DataRefused: The key of a row is not greater than that of the row before it.
        """
        if not rows.num_rows:
            return
        keys = rows.select(self._names)
        both = keys if self._last is None else pa.concat_tables([self._last, keys])
        rises, same = pa.scalar(False), pa.scalar(True)
        for name in self._names:
            column = both.column(name).combine_chunks()
            before, after = column.slice(0, len(column) - 1), column.slice(1)
            rises = pc.or_(rises, pc.and_(same, pc.greater(after, before)))
            same = pc.and_(same, pc.equal(after, before))
        if len(column) > 1 and not pc.all(rises).as_py():
            at = self._rows + rises.index(False).as_py() + (self._last is None)
            raise DataRefused(
                "contract_breach",
                f"{self._where}: row {at} does not come after the one before it by {', '.join(self._names)}",
            )
        self._rows += rows.num_rows
        # A slice would keep all the rows in memory.
        self._last = keys.slice(rows.num_rows - 1).take([0])


class RowWriter:
    """Writes rows that come a few at a time as Parquet, the same bytes as all of them at once."""

    def __init__(self, dataset: Dataset, folder: Path) -> None:
        """Begin with no rows.

        Args:
            dataset: Declaration of the table.
            folder: Where to write.
        """
        self._folder = folder
        self._schema = described_schema(dataset)
        self._sorting = [pq.SortingColumn(_leaf_index(self._schema, name)) for name in dataset.key]
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._file_rows = 0
        self._written: list[WrittenFile] = []

    def add(self, rows: pa.Table) -> None:
        """Write more rows.

        Args:
            rows: Conformed rows, which follow those before in the order of the key.
        """
        while rows.num_rows:
            room = min(GROUP_ROWS, FILE_ROWS - self._file_rows) - self._waiting_rows
            self._waiting.append(rows.slice(0, room))
            self._waiting_rows += self._waiting[-1].num_rows
            if self._waiting_rows == min(GROUP_ROWS, FILE_ROWS - self._file_rows):
                self._write_group()
            rows = rows.slice(room)

    def close(self) -> list[WrittenFile]:
        """Write the rest.

        Returns:
            The files in order; one without rows when there are none.
        """
        if self._waiting:
            self._write_group()
        if not self._written and self._writer is None:
            self._open()
        self._close_file()
        return self._written

    def abandon(self) -> None:
        """Let go of a file that is not to be finished."""
        self._waiting = []
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write_group(self) -> None:
        """Pages begin anew where a chunk does, so that a group is one chunk however its rows came."""
        writer = self._writer or self._open()
        group = pa.concat_tables(self._waiting).combine_chunks().cast(self._schema)
        writer.write_table(group, row_group_size=GROUP_ROWS)
        self._file_rows += group.num_rows
        self._waiting, self._waiting_rows = [], 0
        if self._file_rows == FILE_ROWS:
            self._close_file()

    def _open(self) -> pq.ParquetWriter:
        self._writer = pq.ParquetWriter(
            self._folder / "writing",
            self._schema,
            compression="zstd",
            compression_level=3,
            write_page_index=True,
            write_page_checksum=True,
            sorting_columns=self._sorting,
        )
        return self._writer

    def _close_file(self) -> None:
        if self._writer is None:
            return
        self._writer.close()
        path = self._folder / "writing"
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        # The name carries the digest: of two writers with different bytes, neither can replace the other's
        # file.
        path = path.rename(self._folder / f"part-{len(self._written):05d}-{sha256[:12]}.parquet")
        self._written.append(WrittenFile(path, sha256, path.stat().st_size, self._file_rows))
        self._writer, self._file_rows = None, 0


def write_parquet(dataset: Dataset, table: pa.Table, folder: Path) -> list[WrittenFile]:
    """Write rows as Parquet that finds a key fast and is the same bytes every time.

    Args:
        dataset: Declaration of the table.
        table: Conformed and sorted rows.
        folder: Where to write.

    Returns:
        The files in order; one without rows when there are none.
    """
    writer = RowWriter(dataset, folder)
    writer.add(table)
    return writer.close()


def read_groups(dataset: Dataset, files: Iterable[Path], where: str) -> Iterator[pa.Table]:
    """The rows as a reader will get them, a row group at a time, every page checked against its checksum.

    Args:
        dataset: Declaration of the table.
        files: Written files in order.
        where: Table and partition, for messages.

    Raises:
        DataRefused: A file cannot be read, or has another schema.
    """
    for path in files:
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                if not file.schema_arrow.equals(dataset.arrow_schema, check_metadata=False):
                    raise DataRefused(
                        "staged_corrupt", f"{where}: {path.name} was read back with another schema"
                    )
                for number in range(file.num_row_groups):
                    yield file.read_row_group(number)
        except (pa.ArrowException, OSError) as problem:
            raise DataRefused(
                "staged_corrupt", f"{where}: {path.name} cannot be read back: {problem}"
            ) from problem


def read_back(dataset: Dataset, files: Iterable[Path], where: str) -> pa.Table:
    """All rows as a reader will get them.

    Args:
        dataset: Declaration of the table.
        files: Written files in order.
        where: Table and partition, for messages.

    Raises:
        DataRefused: A file cannot be read, or has another schema.
    """
    groups = list(read_groups(dataset, files, where))
    return pa.concat_tables(groups) if groups else dataset.arrow_schema.empty_table()


def described_schema(dataset: Dataset) -> pa.Schema:
    """The schema with each column's description, and the contract's name and version.

    Args:
        dataset: Declaration of the table.
    """
    fields = []
    for field, column in zip(dataset.arrow_schema, dataset.columns, strict=True):
        words = {"description": column.description, "personal_data": column.personal_data.value}
        if column.description_nb:
            words["description_nb"] = column.description_nb
        fields.append(field.with_metadata(words))
    return pa.schema(
        fields,
        metadata={"contract": dataset.name, "contract_version": dataset.version, "owner": dataset.owner},
    )


def _leaf_index(schema: pa.Schema, name: str) -> int:
    """Parquet counts the leaves of nested columns; a key column has one."""
    before = schema.names.index(name)
    return sum(_leaves(field.type) for field in list(schema)[:before])


def _leaves(kind: pa.DataType) -> int:
    if kind.num_fields == 0:
        return 1
    return sum(_leaves(kind.field(index).type) for index in range(kind.num_fields))
