"""Answers about the cases of one published run, as plain rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc

from expectations.errors import DataRefused, UsageError
from expectations.registers import REGISTER_OF
from graph.explain import Language, reasons
from graph.indicator import Indicator
from graph.model import Status
from graph.registry import INDICATORS, indicator
from graph.replay import replay as evaluate_again
from jobs.flag.detect import finding_of
from jobs.flag.evidence import row_hash
from jobs.flag.run_reader import RunReader
from jobs.purge.records import case_events

Row = dict[str, Any]


def list_cases(reader: RunReader) -> list[Row]:
    """All cases of the run by rank."""
    return sorted(reader.table("out_flag__cases").to_pylist(), key=lambda row: row["rank"])


def case_ids(reader: RunReader, case_id: str | None) -> list[str]:
    """The given case, or all of them.

    Raises:
        UsageError: No such case.
    """
    known = [row["case_id"] for row in list_cases(reader)]
    if case_id is None:
        return known
    if case_id not in known:
        if case_events(reader.lake, case_id, reader.month):
            told = f"case {case_id} of {reader.month} rested on what had to be removed, and is gone"
            raise DataRefused("purged", told)
        raise UsageError(
            f"no case {case_id} in the run of {reader.month}; `kjede cases list --month {reader.month}`"
        )
    return [case_id]


def findings_of(reader: RunReader, case_id: str) -> list[Row]:
    """The findings of a case, in the order the case tells them.

    Raises:
        UsageError: No such case.
    """
    case_ids(reader, case_id)
    case = next(row for row in list_cases(reader) if row["case_id"] == case_id)
    return [reader.finding(finding_id)[0] for finding_id in case["findings"]]


def explain(reader: RunReader, case_id: str) -> list[Row]:
    """Why a case was made: one row per piece of evidence and delivered record behind it."""
    rows: list[Row] = []
    for found in findings_of(reader, case_id):
        _, evidence = reader.finding(found["finding_id"])
        for item in evidence:
            for origin in reader.provenance(item["table"], item["row_month"], item["key"]):
                rows.append(
                    {
                        "case_id": case_id,
                        "finding_id": found["finding_id"],
                        "indicator_id": found["indicator_id"],
                        "status": found["status"],
                        "n": item["n"],
                        "shows_nb": item["shows_nb"],
                        "shows_en": item["shows_en"],
                        "register": REGISTER_OF[item["table"]].name_nb,
                        "table": item["table"],
                        "month": item["row_month"],
                        "version": item["version"],
                        "key": item["key"],
                        "source": origin.source,
                        "delivery_id": origin.delivery_id,
                        "file_name": origin.file_name,
                        "record_no": origin.record_no,
                        "known_at": origin.known_at.isoformat(),
                    }
                )
    return rows


def why(reader: RunReader, finding_id: str, lang: Language) -> list[str]:
    """The reasons of one finding in plain words."""
    row, evidence = reader.finding(finding_id)
    return list(reasons(finding_of(row, evidence), indicator(row["indicator_id"]), lang))


def replay(reader: RunReader, finding_ids: Sequence[str]) -> list[Row]:
    """Evaluates findings again from their cited evidence alone.

    Args:
        reader: Run.
        finding_ids: Findings to replay.

    Returns:
        One row per finding: published and replayed status and value, whether the cited rows are unchanged,
        and `same`.
    """
    rows: list[Row] = []
    for finding_id in finding_ids:
        row, evidence = reader.finding(finding_id)
        found = finding_of(row, evidence)
        again = evaluate_again(reader.scope(found.scope_id), found, indicator(found.indicator_id))
        unchanged = all(
            row_hash(reader.row(item["table"], item["row_month"], item["key"])) == item["row_hash"]
            for item in evidence
        )
        rows.append(
            {
                "finding_id": finding_id,
                "indicator_id": found.indicator_id,
                "subject_id": found.subject_id,
                "status": found.status.value,
                "replayed_status": again.status.value,
                "value": found.value,
                "replayed_value": again.value,
                "evidence_n": len(evidence),
                "evidence_unchanged": unchanged,
                "same": (again.status, again.role) == (found.status, found.role)
                and _same(again.value, found.value)
                and unchanged,
            }
        )
    return rows


def _same(replayed: Any, published: Any) -> bool:
    if replayed is None or published is None:
        return replayed is None and published is None
    return bool(replayed.quantize(published) == published)


def triggered(reader: RunReader) -> list[str]:
    """Ids of all triggered findings of the run."""
    found = reader.table("out_flag__findings", columns=["finding_id", "status"])
    return sorted(found.filter(pc.equal(found["status"], Status.TRIGGERED.value))["finding_id"].to_pylist())


Counter = Callable[[RunReader, str], int]


def _count(table: str, *columns: str) -> Counter:
    def count(reader: RunReader, orgnr: str) -> int:
        rows = reader.table(table, columns=list(columns))
        hit = None
        for column in columns:
            value = f"org:{orgnr}" if column.endswith("_id") else orgnr
            own = pc.fill_null(pc.equal(rows[column], value), False)
            hit = own if hit is None else pc.or_(hit, own)
        return int(pc.sum(hit).as_py() or 0)

    return count


KNOWN: Mapping[str, Counter] = {
    "establishments": _count("core_org__establishments", "orgnr"),
    "roles": _count("core_org__roles", "orgnr"),
    "shareholders": _count("core_org__ownerships", "orgnr"),
    "companies owned": _count("core_org__ownerships", "holder_id"),
    "workers in the month": _count("core_work__employments", "orgnr"),
    "contracts": _count("core_chain__contracts", "client_orgnr", "supplier_orgnr"),
    "invoices": _count("core_chain__payments", "issuer_orgnr", "payer_orgnr"),
    "dwellings held": _count("core_home__holders", "holder_id"),
    "events": _count("core_org__events", "orgnr", "counterparty_orgnr"),
}
"""What is counted of everything known about a company."""


def company(reader: RunReader, orgnr: str) -> tuple[Row, list[Row], list[Row]]:
    """Everything known and found about one company.

    Args:
        reader: Run.
        orgnr: Organisation number.

    Returns:
        The register row with what is known; the cases it is in; and per indicator what was found, or why not.

    Raises:
        UsageError: The register of the run does not know the number.
    """
    own = reader.table("core_org__organisations", filter=pc.field("orgnr") == orgnr).to_pylist()
    if not own:
        raise UsageError(f"organisation {orgnr} is not in the register as known in the run of {reader.month}")
    known = {k: v for k, v in own[0].items() if k not in ("raw_refs", "address_key") and v is not None}
    standing = reader.table("core_tax__standing", filter=pc.field("orgnr") == orgnr).to_pylist()
    known["arrears asked"] = (
        f"{standing[0]['answer']} ({standing[0]['answer_month']})" if standing else "not asked"
    )
    known |= {name: count(reader, orgnr) for name, count in KNOWN.items()}
    cases = [row for row in list_cases(reader) if orgnr in row["companies"]]
    findings = [row for row in reader.table("out_flag__findings").to_pylist() if _concerns(row, orgnr)]
    found: list[Row] = []
    for declared in INDICATORS:
        own_findings = [row for row in findings if row["indicator_id"] == declared.id]
        found += [_finding_row(row, declared) for row in own_findings] or [_not_evaluated(declared)]
    return known, cases, found


def _concerns(row: Row, orgnr: str) -> bool:
    return orgnr in row["companies"] or orgnr in row["subject_id"].split(":")[1:]


def _finding_row(row: Row, declared: Indicator) -> Row:
    return {
        "indicator_id": declared.id,
        "name_nb": declared.name.nb,
        "status": row["status"],
        "role": row["role"],
        "subject_id": row["subject_id"],
        "value": row["value"],
        "threshold": row["threshold"],
        "why": row["suppressed_reason"] or ", ".join(row["data_quality"]) or ", ".join(row["guards_applied"]),
        "finding_id": row["finding_id"],
    }


def _not_evaluated(declared: Indicator) -> Row:
    return {
        "indicator_id": declared.id,
        "name_nb": declared.name.nb,
        "status": "not a candidate",
        "role": None,
        "subject_id": None,
        "value": None,
        "threshold": None,
        "why": declared.not_candidate.en,
        "finding_id": None,
    }
