"""One table of one or more months as a single file that is the same bytes for the same rows."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.errors import NotPermitted, UsageError
from jobs import months
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.rows import GROUP_ROWS

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(
    lake: Lake,
    table: str,
    month: str,
    to: Path,
    *,
    through: str | None = None,
    as_of: datetime | None = None,
    spreadsheet_safe: bool = False,
) -> int:
    """Write the published rows of a table to a file.

    Args:
        lake: The lake.
        table: A table after raw.
        month: First month.
        to: File ending in `.parquet` or `.csv`.
        through: Last month; None means only the first.
        as_of: Only for one month: the run of this instant instead of the one that readers see.
        spreadsheet_safe: Put an apostrophe before text of a CSV that a spreadsheet would take for a formula.

    Returns:
        Rows written.

    Raises:
        NotPermitted: The table holds clear identities.
        UsageError: Another ending, or no run holds the table and month.
    """
    if table.startswith("raw_"):
        raise NotPermitted(f"{table} is raw: it holds what persons are called and is not exported")
    if to.suffix not in (".parquet", ".csv"):
        raise UsageError(f"{to.name}: the ending must be .parquet or .csv")
    if as_of is not None and through not in (None, month):
        raise UsageError("--as-of belongs to one month; export the months one by one")
    wanted = months.between(months.checked(month), months.checked(through or month))
    parts = []
    for one in wanted:
        rows = lake.read(version_of(lake, table, one, as_of))
        if "month" not in rows.column_names:
            rows = rows.add_column(
                0, pa.field("month", pa.string(), nullable=False), pa.repeat(one, rows.num_rows)
            )
        parts.append(rows)
    rows = pa.concat_tables(parts)
    to.parent.mkdir(parents=True, exist_ok=True)
    if to.suffix == ".csv":
        _write_csv(rows, to, spreadsheet_safe)
    else:
        pq.write_table(
            rows.combine_chunks(),
            to,
            compression="zstd",
            compression_level=3,
            row_group_size=GROUP_ROWS,
            write_page_index=True,
            write_page_checksum=True,
        )
    written: int = rows.num_rows
    return written


def version_of(lake: Lake, table: str, month: str, as_of: datetime | None = None) -> TableRef:
    """The version of a month of a table that readers see.

    Args:
        lake: The lake.
        table: Table.
        month: Month.
        as_of: The run of this instant; None means the one that readers see.

    Raises:
        UsageError: No run holds it.
    """
    if as_of is not None:
        return lake.runs.resolve(month, as_of).ref(table)
    # The month's own run says how the month stands; only months that were never run themselves are taken
    # from the newest run that looked back on them.
    if lake.runs.awaited(month):
        return lake.runs.resolve(month).ref(table)
    own = lake.runs.latest(month)
    later = [lake.runs.latest(m) for m in sorted(lake.storage.folders("runs"), reverse=True) if m > month]
    for published in (own, *later):
        for ref in published.refs(table) if published else []:
            if ref.partition == month:
                return ref
    raise UsageError(f"no published run holds {table} of {month}; `kjede tables` lists what there is")


def _write_csv(rows: pa.Table, to: Path, spreadsheet_safe: bool) -> None:
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows.column_names)
        writer.writerows(_texts(rows, spreadsheet_safe))


def _texts(rows: pa.Table, spreadsheet_safe: bool) -> Iterator[list[str]]:
    is_text = [pa.types.is_string(field.type) or pa.types.is_nested(field.type) for field in rows.schema]
    for batch in rows.to_batches(max_chunksize=50_000):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            texts = [_text(value) for value in values]
            if spreadsheet_safe:
                texts = [
                    f"'{text}" if risky and text.startswith(FORMULA_STARTS) else text
                    for text, risky in zip(texts, is_text, strict=True)
                ]
            yield texts


def _text(value: Any) -> str:
    """A value as the input contract writes it: missing is empty, a point in numbers, RFC 3339 in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
