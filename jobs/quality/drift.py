"""What changed in the shape of a delivery since the one before of its source and kind.

Fill rates come from the statistics in the Parquet files, so that no row is read.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from expectations.tables_quarantine import QUARANTINE
from jobs.lake.deliveries import Receipt
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef

PROVENANCE = frozenset({"delivery_id", "file_name", "record_no", "item_no", "known_at", "period"})
JUDGED_FROM = 100
"""Rows on both sides from which a share says something."""
SHIFT = Decimal("0.10")
"""Ten percentage points; less is noise in a month's delta."""
RARE = Decimal("0.02")
"""A field that fewer rows have comes and goes by chance."""
THREADS = 8

Fill = dict[str, tuple[int, int]]
"""Rows, and rows with a value, by column."""


def filled(lake: Lake, ref: TableRef) -> Fill:
    """How many rows of a raw table have a value, by column; lists are left out.

    Args:
        lake: Lake.
        ref: Rows of one delivery.
    """
    found: Fill = {}
    filesystem = lake.storage.filesystem()
    for file in lake.manifest(ref)["files"]:
        with filesystem.open_input_file(f"{ref.folder}/{file['name']}") as source:
            metadata = pq.ParquetFile(source).metadata
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group)
            for index in range(rows.num_columns):
                column = rows.column(index)
                statistics = column.statistics
                if "." in column.path_in_schema or column.path_in_schema in PROVENANCE:
                    continue
                if statistics is None or not statistics.has_null_count:
                    continue
                total, given = found.get(column.path_in_schema, (0, 0))
                given += rows.num_rows - statistics.null_count
                found[column.path_in_schema] = (total + rows.num_rows, given)
    return found


def drift(
    lake: Lake, receipt: Receipt, before: Receipt, codes: Sequence[str], known: Sequence[str]
) -> list[dict[str, Any]]:
    """What changed, one row per change.

    Args:
        lake: Lake.
        receipt: An accepted delivery.
        before: The accepted one before of its source and kind.
        codes: Places at which this one had a code that its list lacks.
        known: The same places of the one before.

    Returns:
        `what` (`unknown_new`, `code_new`, `table_vanished`, `column_vanished`, `column_appeared`,
        `fill_shift`), `table`, `field`, and `was` and `is` in percent of rows where that applies.
    """
    seen = before.get("unknown_fields", {})
    found = [
        _row("unknown_new", field=path, now=count)
        for path, count in sorted(receipt.get("unknown_fields", {}).items())
        if path not in seen
    ]
    found += [_row("code_new", field=path) for path in sorted(set(codes) - set(known))]
    now_refs, then_refs = _refs(receipt), _refs(before)
    for table in sorted(then_refs):
        if table not in now_refs and then_refs[table].rows >= JUDGED_FROM:
            found.append(_row("table_vanished", table=table, was=then_refs[table].rows, now=0))
    shared = [
        t
        for t in sorted(now_refs)
        if t in then_refs and min(now_refs[t].rows, then_refs[t].rows) >= JUDGED_FROM
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        fills = list(
            pool.map(lambda ref: filled(lake, ref), [r[t] for t in shared for r in (now_refs, then_refs)])
        )
    for number, table in enumerate(shared):
        found += _columns(table, fills[2 * number], fills[2 * number + 1])
    return found


def _refs(receipt: Receipt) -> dict[str, TableRef]:
    refs = map(TableRef.from_dict, receipt.get("tables", []))
    return {ref.table: ref for ref in refs if ref.table != QUARANTINE.name}


def _columns(table: str, now: Fill, then: Fill) -> list[dict[str, Any]]:
    found = []
    for column in sorted(now.keys() & then.keys()):
        was, share = _share(then[column]), _share(now[column])
        if was > RARE and not share:
            what = "column_vanished"
        elif share > RARE and not was:
            what = "column_appeared"
        elif abs(share - was) >= SHIFT:
            what = "fill_shift"
        else:
            continue
        found.append(_row(what, table=table, field=column, was=_percent(was), now=_percent(share)))
    return found


def _share(fill: tuple[int, int]) -> Decimal:
    return Decimal(fill[1]) / fill[0] if fill[0] else Decimal(0)


def _percent(share: Decimal) -> int:
    return round(100 * share)


def _row(
    what: str, *, table: str = "", field: str = "", was: int | None = None, now: int | None = None
) -> dict[str, Any]:
    return {"what": what, "table": table, "field": field, "was": was, "is": now}


def previous(receipts: Sequence[Receipt]) -> Mapping[tuple[str, str], Receipt]:
    """The accepted delivery before each, of the same source and kind, by source and id.

    Args:
        receipts: Accepted receipts in the order in which they became known.
    """
    newest: dict[tuple[str, str], Receipt] = {}
    found = {}
    for receipt in receipts:
        sort = receipt["source"], receipt["envelope"]["kind"]
        if sort in newest:
            found[receipt["source"], receipt["delivery_id"]] = newest[sort]
        newest[sort] = receipt
    return found
