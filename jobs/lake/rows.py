"""Rows on their way into the lake: conformed to the declaration, sorted by key, written as Parquet."""

import hashlib
from collections.abc import Iterable
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


def write_parquet(dataset: Dataset, table: pa.Table, folder: Path) -> list[WrittenFile]:
    """Write rows as Parquet that finds a key fast and is the same bytes every time.

    Args:
        dataset: Declaration of the table.
        table: Conformed and sorted rows.
        folder: Where to write.

    Returns:
        The files in order; one without rows when there are none.
    """
    schema = described_schema(dataset)
    sorting = [pq.SortingColumn(_leaf_index(schema, name)) for name in dataset.key]
    written = []
    for number, start in enumerate(range(0, max(table.num_rows, 1), FILE_ROWS)):
        part = table.slice(start, FILE_ROWS)
        path = folder / "writing"
        with pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=3,
            write_page_index=True,
            write_page_checksum=True,
            sorting_columns=sorting,
        ) as writer:
            writer.write_table(part.cast(schema), row_group_size=GROUP_ROWS)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        # The name carries the digest: of two writers with different bytes, neither can replace the other's
        # file.
        path = path.rename(folder / f"part-{number:05d}-{sha256[:12]}.parquet")
        written.append(WrittenFile(path, sha256, path.stat().st_size, part.num_rows))
    return written


def read_back(dataset: Dataset, files: Iterable[Path], where: str) -> pa.Table:
    """The rows as a reader will get them, every page checked against its checksum.

    Args:
        dataset: Declaration of the table.
        files: Written files in order.
        where: Table and partition, for messages.

    Raises:
        DataRefused: A file cannot be read, or has another schema.
    """
    parts = []
    for path in files:
        try:
            part = pq.read_table(path, page_checksum_verification=True, memory_map=True)
        except (pa.ArrowException, OSError) as problem:
            raise DataRefused(
                "staged_corrupt", f"{where}: {path.name} cannot be read back: {problem}"
            ) from problem
        if not part.schema.equals(dataset.arrow_schema, check_metadata=False):
            raise DataRefused("staged_corrupt", f"{where}: {path.name} was read back with another schema")
        parts.append(part)
    return pa.concat_tables(parts)


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
