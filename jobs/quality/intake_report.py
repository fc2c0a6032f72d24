"""What became of deliveries: of one, of those that became known in a month, or of all.

Made from receipts and manifests only. It names reasons, fields and counts, never what a record says.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from expectations.cadence import BY_SOURCE, FIRST_KINDS
from expectations.tables_quarantine import QUARANTINE
from jobs.core.visible import period_end
from jobs.lake.deliveries import FATES, Receipt, instant
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.months import OSLO, default_as_of, shift
from jobs.quality.drift import drift, previous

UNKNOWN_CODE = "unknown_code"
NEVER = "1970-01-01T00:00:00Z"
"""Stands in a receipt whose delivery did not say when it was delivered; it belongs to every month."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What became of deliveries.

    Attributes:
        month: Month in which they became known; empty means all.
        since: Delivered after this instant; empty means from the start.
        until: Delivered up to this instant.
        deliveries: One row each, in the order in which they became known.
        warnings: What lies in the landing zone and is no delivery.
    """

    month: str
    since: str
    until: str
    deliveries: tuple[Row, ...]
    warnings: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> str:
        """`nothing_came`, `some_refused`, `some_out` or `all_in`."""
        if not self.deliveries:
            return "nothing_came"
        if any(d["status"] != "accepted" for d in self.deliveries):
            return "some_refused"
        return "some_out" if any(d["quarantined"] for d in self.deliveries) else "all_in"

    def by_source(self) -> list[Row]:
        """Counts added up, one row per source."""
        rows: dict[str, Row] = {}
        for delivery in self.deliveries:
            row = rows.setdefault(
                delivery["source"],
                {"source": delivery["source"], "deliveries": 0, "refused": 0, "late": 0}
                | dict.fromkeys(("records", *FATES), 0),
            )
            row["deliveries"] += 1
            row["refused"] += delivery["status"] != "accepted"
            row["late"] += bool(delivery["late_days"])
            for name in ("records", *FATES):
                row[name] += delivery[name]
        return [rows[name] for name in sorted(rows)]

    def reasons(self) -> list[Row]:
        """Why records were set aside, over all deliveries of a source, the most frequent first."""
        counted: Counter[tuple[str, str, str]] = Counter()
        of: dict[tuple[str, str, str], set[str]] = {}
        for delivery in self.deliveries:
            for reason in delivery["reasons"]:
                key = delivery["source"], reason["reason_code"], reason["path"]
                counted[key] += reason["records"]
                of.setdefault(key, set()).add(delivery["delivery_id"])
        ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        return [
            {
                "source": key[0],
                "reason_code": key[1],
                "path": key[2],
                "records": n,
                "deliveries": sorted(of[key]),
            }
            for key, n in ranked
        ]


def intake_report(
    lake: Lake,
    month: str | None = None,
    delivery: tuple[str, str] | None = None,
    warnings: Sequence[str] = (),
) -> IntakeReport:
    """What became of deliveries.

    Args:
        lake: Lake.
        month: Those that became known between the default as_of of the month before and of this one.
        delivery: Only this one: source and id.
        warnings: What `find` said of the landing zone.
    """
    receipts = _settled(lake)
    since, until = (default_as_of(shift(month, -1)), default_as_of(month)) if month else (None, None)
    accepted = [r for r in receipts if r["status"] == "accepted"]
    before = previous(accepted)
    quarantined: dict[tuple[str, str], list[Row]] = {}

    def reasons_of(receipt: Receipt) -> list[Row]:
        key = receipt["source"], receipt["delivery_id"]
        if key not in quarantined:
            quarantined[key] = _reasons(lake, receipt)
        return quarantined[key]

    rows = []
    for receipt in receipts:
        name = receipt["source"], receipt["delivery_id"]
        if delivery not in (None, name) or not _is_within(receipt, since, until):
            continue
        reasons = reasons_of(receipt)
        changes: list[Row] = []
        if receipt["status"] == "accepted" and name in before:
            places = [_codes(reasons_of(r)) for r in (receipt, before[name])]
            changes = drift(lake, receipt, before[name], *places)
        rows.append(_row(receipt, reasons, changes))
    return IntakeReport(month or "", _text(since), _text(until), tuple(rows), tuple(warnings))


def not_taken_in(lake: Lake, month: str) -> list[Row]:
    """Deliveries that became known for a month and did not come in.

    Args:
        lake: Lake.
        month: Month.

    Returns:
        `source`, `delivery_id`, `period`, `status` and `refusal`: the code of the reason.
    """
    since, until = default_as_of(shift(month, -1)), default_as_of(month)
    return [
        {
            "source": receipt["source"],
            "delivery_id": receipt["delivery_id"],
            "period": receipt["envelope"]["period"],
            "status": receipt["status"],
            "refusal": (receipt.get("refusal") or {}).get("code", ""),
        }
        for receipt in _settled(lake)
        if receipt["status"] != "accepted" and _is_within(receipt, since, until)
    ]


def _settled(lake: Lake) -> list[Receipt]:
    """Receipts in order, without refusals of what has come in since."""
    receipts = lake.deliveries.receipts(status=None)
    came_in = {(r["source"], r["delivery_id"]) for r in receipts if r["status"] == "accepted"}
    return [
        r
        for r in receipts
        if r["status"] not in ("held", "rejected") or (r["source"], r["delivery_id"]) not in came_in
    ]


def _is_within(receipt: Receipt, since: datetime | None, until: datetime | None) -> bool:
    told = receipt["envelope"]["delivered_at"]
    if since is None or until is None or told == NEVER:
        return True
    return since < instant(told) <= until


def _row(receipt: Receipt, reasons: list[Row], changes: list[Row]) -> Row:
    envelope, counts = receipt["envelope"], receipt["dispositions"]
    due = _due(envelope, receipt["source"])
    return {
        "source": receipt["source"],
        "delivery_id": receipt["delivery_id"],
        "period": envelope["period"],
        "kind": envelope["kind"],
        "delivered_at": "" if envelope["delivered_at"] == NEVER else envelope["delivered_at"],
        "status": receipt["status"],
        "records": counts["in"],
        **{fate: counts[fate] for fate in FATES},
        "protected_rows": receipt.get("protected_rows", 0),
        "due_on": due[0] if due else None,
        "late_days": due[1] if due else None,
        "unknown_fields": dict(receipt.get("unknown_fields", {})),
        "warnings": sorted({w["code"] for w in receipt.get("warnings", [])}),
        "refusal": (receipt.get("refusal") or {}).get("code", ""),
        "message": (receipt.get("refusal") or {}).get("message", ""),
        "reasons": reasons,
        "drift": changes,
    }


def _due(envelope: Row, source: str) -> tuple[str, int] | None:
    """When a delivery was due and how many days late it came; None where nothing is expected."""
    cadence = BY_SOURCE.get(source)
    if cadence is None or cadence.due_days is None or envelope["kind"] not in FIRST_KINDS:
        return None
    due = period_end(envelope["period"]) + timedelta(days=cadence.due_days)
    came = instant(envelope["delivered_at"]).astimezone(OSLO).date()
    return due.isoformat(), max((came - due).days, 0)


def _reasons(lake: Lake, receipt: Receipt) -> list[Row]:
    """Records set aside by reason and place, numbers of list items left out."""
    refs = [TableRef.from_dict(ref) for ref in receipt.get("tables", []) if ref["table"] == QUARANTINE.name]
    refs = [ref for ref in refs if ref.rows]
    if not refs:
        return []
    columns = ["file_name", "record_no", "reason_code", "json_path"]
    rows = lake.read(refs, columns=columns).select(columns).to_pydict()
    records: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for file_name, record_no, code, path in zip(*(rows[name] for name in columns), strict=True):
        records.setdefault((code, place_of(path)), set()).add((file_name, record_no))
    ranked = sorted(records.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"reason_code": code, "path": path, "records": len(found)} for (code, path), found in ranked]


def place_of(json_path: str) -> str:
    """A JSON path without the numbers of list items: `$.a[3].b` is `$.a[].b`.

    Args:
        json_path: Path to one value.
    """
    return re.sub(r"\[\d+\]", "[]", json_path)


def _codes(reasons: Sequence[Row]) -> list[str]:
    return [reason["path"] for reason in reasons if reason["reason_code"] == UNKNOWN_CODE]


def _text(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
