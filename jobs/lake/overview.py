"""What a lake holds, for those who run it: tables, versions, freshness, deliveries that did not come in."""

from collections import Counter
from typing import Any

import pyarrow as pa

from expectations.catalogue import dataset, datasets
from expectations.tables_quarantine import QUARANTINE
from jobs.lake.deliveries import STATUSES, Receipt
from jobs.lake.history import stale
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef


def tables(lake: Lake) -> list[dict[str, Any]]:
    """One row per table that the lake holds, in the order of the way of the data.

    Args:
        lake: The lake.

    Returns:
        Rows and as_of of the newest published month, how many months or deliveries and versions there are.
    """
    order = {name: number for number, name in enumerate(datasets())}
    published = {month: run for month in lake.storage.folders("runs") if (run := lake.runs.latest(month))}
    reasons = {month: stale(lake, month) for month in published}
    found: list[dict[str, Any]] = []
    for name in sorted(lake.storage.folders("raw"), key=lambda n: (order.get(n, len(order)), n)):
        deliveries = lake.deliveries.raw(name)
        found.append(
            {
                "table": name,
                "newest": deliveries[-1].delivery_id if deliveries else "",
                "rows": sum(raw.ref.rows for raw in deliveries),
                "partitions": len(deliveries),
                "versions": len(lake.storage.folders(f"raw/{name}")),
                "as_of": deliveries[-1].delivered_at if deliveries else None,
                "stale": False,
            }
        )
    for name in sorted(lake.storage.folders("tables"), key=lambda n: (order.get(n, len(order)), n)):
        held = {ref.partition: (ref, run) for _, run in sorted(published.items()) for ref in run.refs(name)}
        newest = max(held, default="")
        versions = [
            lake.storage.folders(f"tables/{name}/{m}") for m in lake.storage.folders(f"tables/{name}")
        ]
        ref, run = held.get(newest, (None, None))
        found.append(
            {
                "table": name,
                "newest": newest,
                "rows": ref.rows if ref else 0,
                "partitions": len(held),
                "versions": sum(map(len, versions)),
                "as_of": run.run.as_of if run else None,
                "stale": bool(run and reasons[run.run.month]),
            }
        )
    return found


def stale_months(lake: Lake) -> list[dict[str, Any]]:
    """Published months that a new run would change, with the reasons.

    Args:
        lake: The lake.
    """
    found = [(month, stale(lake, month)) for month in lake.storage.folders("runs")]
    return [{"month": month, "reasons": reasons} for month, reasons in found if reasons]


def dictionary(name: str) -> list[dict[str, Any]]:
    """One row per column of a table, as declared.

    Args:
        name: Table.
    """
    declared = dataset(name)
    return [
        {
            "column": c.name,
            "type": str(declared.arrow_schema.field(c.name).type),
            "required": c.required or c.name in declared.key,
            "key": c.name in declared.key,
            "personal_data": c.personal_data.value,
            "codes": list(c.codes),
            "description": c.description,
            "description_nb": c.description_nb,
            "source_field": c.source_field,
        }
        for c in declared.columns
    ]


def versions(lake: Lake, name: str) -> list[dict[str, Any]]:
    """One row per published version of a table, by month and run.

    Args:
        lake: The lake.
        name: Table.
    """
    found = []
    for published in lake.runs.all():
        current = lake.runs.latest(published.run.month)
        for ref in published.refs(name):
            found.append(
                {
                    "month": ref.partition,
                    "version": ref.version,
                    "rows": ref.rows,
                    "run_month": published.run.month,
                    "as_of": published.run.as_of,
                    "run_id": published.run_id,
                    "is_current": current is not None and current.run_id == published.run_id,
                    "content_hash": ref.content_hash,
                }
            )
    return found


def quarantine(lake: Lake, source: str | None = None) -> list[dict[str, Any]]:
    """One row per delivery that did not come in whole: held, rejected, in conflict, or with records left out.

    Args:
        lake: The lake.
        source: Only of this source.
    """
    found = []
    for receipt in lake.deliveries.receipts(source, status=None):
        counts = receipt["dispositions"]
        status, source_name, delivery_id = receipt["status"], receipt["source"], receipt["delivery_id"]
        if status == "accepted" and not counts["quarantined"]:
            continue
        if status in ("held", "rejected") and lake.deliveries.receipt(source_name, delivery_id):
            continue  # it came in since
        found.append(
            {
                "source": source_name,
                "delivery_id": delivery_id,
                "status": status,
                "records": counts["in"],
                "quarantined": counts["quarantined"],
                "reasons": _reasons(lake, receipt),
                "message": (receipt.get("refusal") or {}).get("message", ""),
                "is_released": lake.deliveries.acceptance(source_name, delivery_id) is not None,
            }
        )
    return found


def faults(lake: Lake, source: str, delivery_id: str) -> list[dict[str, Any]]:
    """One row per fault of the records of a delivery that were left out.

    Args:
        lake: The lake.
        source: Source.
        delivery_id: Delivery.
    """
    for status in STATUSES:
        receipt = lake.deliveries.receipt(source, delivery_id, status)
        if receipt:
            rows = _faults(lake, receipt)
            hidden = {"source", "delivery_id", "known_at", "period", "record_key"}
            kept = rows.select([name for name in rows.column_names if name not in hidden])
            listed: list[dict[str, Any]] = kept.to_pylist()
            return listed
    return []


def _faults(lake: Lake, receipt: Receipt) -> pa.Table:
    refs = [ref for ref in receipt.get("tables", []) if ref["table"] == QUARANTINE.name]
    if not refs:
        return QUARANTINE.arrow_schema.empty_table()
    return lake.read([TableRef.from_dict(ref) for ref in refs])


def _reasons(lake: Lake, receipt: Receipt) -> list[str]:
    counted = Counter(_faults(lake, receipt).column("reason_code").to_pylist())
    named = [f"{code} {count}" for code, count in sorted(counted.items())]
    refusal = (receipt.get("refusal") or {}).get("code")
    return named or sorted(
        {w["code"] for w in receipt.get("warnings", [])} | ({refusal} if refusal else set())
    )
