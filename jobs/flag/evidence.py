"""Gives findings their ids and ties every piece of evidence to the exact published row."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from expectations.catalogue import dataset
from expectations.dataset import Dataset
from expectations.errors import DataRefused
from expectations.tables_out import EVIDENCE, FINDINGS
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef

Resolve = Callable[[str, str], TableRef]
"""Table and month -> the version this run uses."""


def finding_id(indicator_id: str, scope_id: str, subject_id: str, month: str) -> str:
    """Id of a finding: the same indicator, subject, scope and month give the same id at every as_of."""
    text = "\x1f".join([indicator_id, scope_id, subject_id, month])
    return "f-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def row_keys(table: pa.Table, declared: Dataset) -> pa.Array:
    """The key of every row, `column=value` joined by `|` in the order of the table's key."""
    parts = [
        pc.binary_join_element_wise(name, pc.cast(table[name], pa.string()), "=") for name in declared.key
    ]
    keys = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys


def row_hash(row: Mapping[str, Any]) -> str:
    """Hash of a row's content, independent of column order."""
    return hashlib.sha256(orjson.dumps(row, default=_plain, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _plain(value: object) -> str:
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    raise TypeError(f"no stable text for {type(value)}")


def cited_rows(lake: Lake, ref: TableRef, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The rows of one table version with these keys.

    Args:
        lake: Where the table is.
        ref: Version.
        keys: Keys as cited.

    Raises:
        DataRefused: A cited row does not exist (`evidence_missing`).
    """
    wanted = sorted(set(keys))
    declared = dataset(ref.table)
    found_keys = row_keys(lake.read(ref, columns=list(declared.key)), declared)
    position = pc.index_in(pa.array(wanted, pa.string()), value_set=found_keys)
    missing = [key for key, at in zip(wanted, position.to_pylist(), strict=True) if at is None]
    if missing:
        raise DataRefused(
            "evidence_missing", f"{ref.table} {ref.partition}: {len(missing)} cited rows do not exist"
        )
    rows = lake.read(ref).take(position).to_pylist()
    return dict(zip(wanted, rows, strict=True))


def publishable(
    found: pa.Table, *, lake: Lake, resolve: Resolve, month: str, as_of: datetime
) -> tuple[pa.Table, pa.Table]:
    """Findings and evidence as they are published.

    Args:
        found: Rows of `jobs.flag.detect.FOUND`.
        lake: Where the cited tables are.
        resolve: Version of a table and month in this run.
        month: Month evaluated.
        as_of: Instant of the run.

    Returns:
        `out_flag__findings` and `out_flag__evidence`.

    Raises:
        DataRefused: A finding cites a row that does not exist.
    """
    findings: list[dict[str, Any]] = []
    evidence: list[dict[str, Any]] = []
    cited: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in found.to_pylist():
        own_id = finding_id(row["indicator_id"], row["scope_id"], row["subject_id"], month)
        for n, item in enumerate(row.pop("evidence"), 1):
            cited[item["row_table"], item["row_month"]].add(item["row_key"])
            evidence.append(
                {
                    "month": month,
                    "finding_id": own_id,
                    "n": n,
                    "element": item["element"],
                    "table": item["row_table"],
                    "row_month": item["row_month"],
                    "key": item["row_key"],
                    "shows_nb": item["shows_nb"],
                    "shows_en": item["shows_en"],
                }
            )
        findings.append({**row, "finding_id": own_id, "month": month, "as_of": as_of})
    hashes: dict[tuple[str, str, str], str] = {}
    versions: dict[tuple[str, str], str] = {}
    for (table, row_month), keys in sorted(cited.items()):
        ref = resolve(table, row_month)
        versions[table, row_month] = ref.version
        for key, content in cited_rows(lake, ref, keys).items():
            hashes[table, row_month, key] = row_hash(content)
    for item in evidence:
        item["version"] = versions[item["table"], item["row_month"]]
        item["row_hash"] = hashes[item["table"], item["row_month"], item["key"]]
    return (
        pa.Table.from_pylist(findings, schema=FINDINGS.arrow_schema),
        pa.Table.from_pylist(evidence, schema=EVIDENCE.arrow_schema),
    )
