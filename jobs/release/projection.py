"""What one recipient gets of one run: tables in, tables out, nothing else read or written."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from expectations.registers import REGISTER_OF
from expectations.share_origins import ORIGINS, Holds
from expectations.sharing import Recipient, SharedColumn, SharedDataset, Treatment, contract
from expectations.tables_share import CASES, EVIDENCE, FINDINGS
from graph.registry import INDICATORS
from jobs.release.scrub import PERSON, Parties, Scrubber
from jobs.release.tokens import Tokens, epoch_of

BANDS = ((0, "0"), (4, "1-4"), (9, "5-9"), (19, "10-19"))
"""Highest number of each band; one to four is never told apart, as small numbers point at individuals."""
LAST_BAND = "20+"

Row = dict[str, Any]
LeftOut = Counter[tuple[str, str, str, str]]
"""Table, column or `rows`, and the reason in both languages -> how many rows."""


@dataclass(frozen=True, slots=True)
class RunTables:
    """What a release reads of a run.

    Attributes:
        month: Month of the run.
        cases: `out_flag__cases`.
        findings: `out_flag__findings`.
        evidence: `out_flag__evidence`.
        organisations: `core_org__organisations`: orgnr, is_person, name.
    """

    month: str
    cases: pa.Table
    findings: pa.Table
    evidence: pa.Table
    organisations: pa.Table


@dataclass(frozen=True, slots=True, order=True)
class Omission:
    """Something that was left out.

    Attributes:
        dataset: The `out_share` table.
        what: Column, or `rows`.
        rows: In how many rows; 0 for a column that is left out altogether.
        reason_nb: Why, in Norwegian.
        reason_en: The same in English.
    """

    dataset: str
    what: str
    rows: int
    reason_nb: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Projection:
    """What one recipient gets.

    Attributes:
        tables: Released tables by name, sorted by key.
        omissions: What was left out and why.
        internal_ids: Ids of cases and findings of the run; none may stand in a release.
        parties: Companies and sole proprietors that the run knows.
    """

    tables: dict[str, pa.Table]
    omissions: tuple[Omission, ...]
    internal_ids: frozenset[str]
    parties: Parties


def band(count: int) -> str:
    """The band of a count.

    Args:
        count: Not negative.
    """
    return next((name for highest, name in BANDS if count <= highest), LAST_BAND)


def project(recipient: Recipient, run: RunTables, tokens: Tokens) -> Projection:
    """The rows and columns of a run that a recipient may get, with everything else named as left out.

    Args:
        recipient: Who receives.
        run: Tables of the run.
        tokens: Makes the recipient's tokens.
    """
    epoch = epoch_of(run.month)
    parties = Parties.of(run.organisations)
    scrub = Scrubber(recipient, parties, lambda domain, value: tokens.token(domain, value, epoch))
    left_out: LeftOut = Counter()
    findings = _allowed_findings(recipient, run, left_out)
    cases, case_of = _released_cases(recipient, run, findings, left_out)
    # A case keeps its token while it lives, so its epoch is the year in which it was first seen.
    refs = {
        row["case_id"]: tokens.token("case", row["case_id"], epoch_of(row["first_seen_month"]))
        for row in cases
    }
    finding_refs = {key: tokens.token("finding", key, epoch) for key in case_of}
    share = {
        CASES.name: [_case(row, rank, refs, findings) for rank, row in enumerate(cases, 1)],
        FINDINGS.name: [
            {
                **findings[key],
                "finding_ref": finding_refs[key],
                "case_ref": refs[case_of[key]],
                "subject": findings[key]["subject_id"],
            }
            for key in sorted(case_of)
        ],
        EVIDENCE.name: [
            {**row, "finding_ref": finding_refs[row["finding_id"]]}
            for row in _allowed_evidence(recipient, run, set(case_of), left_out)
        ],
    }
    tables = {
        shared.name: _table(shared, share[shared.name], scrub, left_out) for shared in recipient.datasets
    }
    columns = [
        Omission(shared.name, column.name, 0, column.reason_nb, column.reason_en)
        for shared in recipient.datasets
        for column in shared.columns
        if column.treatment is Treatment.DROP
    ]
    rows = [Omission(name, what, n, nb, en) for (name, what, nb, en), n in left_out.items()]
    ids = frozenset([*run.cases["case_id"].to_pylist(), *run.findings["finding_id"].to_pylist()])
    return Projection(tables, tuple(sorted([*columns, *rows])), ids, parties)


def _allowed_findings(recipient: Recipient, run: RunTables, left_out: LeftOut) -> dict[str, Row]:
    triggered = run.findings.filter(pc.equal(run.findings["status"], "triggered"))
    theirs = pc.is_in(triggered["indicator_id"], value_set=pa.array(recipient.rows.indicators, pa.string()))
    others = triggered.num_rows - (pc.sum(theirs).as_py() or 0)
    if others:
        left_out[
            FINDINGS.name,
            "rows",
            "Indikatoren følges opp av andre.",
            "Another body follows the indicator up.",
        ] += others
    return {row["finding_id"]: row for row in triggered.filter(theirs).to_pylist()}


def _released_cases(
    recipient: Recipient, run: RunTables, findings: Mapping[str, Row], left_out: LeftOut
) -> tuple[list[Row], dict[str, str]]:
    """Cases in order of rank, each with its released findings, and the case of every released finding."""
    released: list[Row] = []
    case_of: dict[str, str] = {}
    for row in sorted(run.cases.to_pylist(), key=lambda case: (case["rank"], case["case_id"])):
        own = sorted(key for key in row["findings"] if key in findings and key not in case_of)
        reason = None
        if not any(findings[key]["role"] == "trigger" for key in own):
            reason = (
                "Ingen indikator som mottakeren følger opp.",
                "No indicator that the recipient follows up.",
            )
        elif row["disputed"]:
            reason = ("Saken er omstridt.", "The case is disputed.")
        elif row["state"] not in recipient.rows.case_states:
            reason = ("Saken er avvist eller avsluttet.", "The case is dismissed or closed.")
        if reason:
            left_out[CASES.name, "rows", *reason] += 1
            continue
        case_of |= dict.fromkeys(own, row["case_id"])
        released.append({**row, "own": own})
    alone = len(findings) - len(case_of)
    if alone:
        left_out[
            FINDINGS.name,
            "rows",
            "Funnet hører ikke til en utlevert sak.",
            "The finding is in no released case.",
        ] += alone
    return released, case_of


def _case(row: Row, rank: int, refs: Mapping[str, str], findings: Mapping[str, Row]) -> Row:
    own = [findings[key] for key in row["own"]]
    indicators = sorted({finding["indicator_id"] for finding in own})
    companies = _union(own, "companies")
    persons = len(_union(own, "persons"))
    n = len(companies)
    counted = (
        f"{n} {'virksomhet' if n == 1 else 'virksomheter'}",
        f"{n} {'company' if n == 1 else 'companies'}",
    )
    return {
        **{name: row[name] for name in ("month", "as_of", "band", "first_seen_month", "state", "change")},
        "case_ref": refs[row["case_id"]],
        "rank": rank,
        "indicators": indicators,
        "groups": sorted({indicator[0] for indicator in indicators}),
        "findings_n": len(own),
        "companies": companies,
        "dwellings": _union(own, "dwellings"),
        "persons_n": persons,
        "persons_band": band(persons),
        "headline_nb": f"Forhold som bør avklares: {_named(indicators, 'nb')}; {counted[0]}",
        "headline_en": f"Matters to be clarified: {_named(indicators, 'en')}; {counted[1]}",
    }


def _named(indicators: Iterable[str], language: Literal["nb", "en"]) -> str:
    """Short names of indicators with their ids; the id alone where none is declared any more."""
    names = {declared.id: getattr(declared.name, language) for declared in INDICATORS}
    return ", ".join(f"{names[one]} ({one})" if one in names else one for one in indicators)


def _union(findings: Iterable[Row], column: str) -> list[str]:
    return sorted({value for finding in findings for value in finding[column]})


def _allowed_evidence(
    recipient: Recipient, run: RunTables, finding_ids: set[str], left_out: LeftOut
) -> list[Row]:
    wanted = pc.is_in(run.evidence["finding_id"], value_set=pa.array(sorted(finding_ids), pa.string()))
    released: list[Row] = []
    for row in run.evidence.filter(wanted).to_pylist():
        register = REGISTER_OF.get(row["table"])
        if register is None or row["table"] not in recipient.rows.evidence_tables:
            named = (register.name_nb, register.name_en) if register else ("ikke oppgitt", "not declared")
            nb, en = (
                f"Mottakeren får ikke bevis fra registeret: {named[0]}.",
                f"No evidence from the register: {named[1]}.",
            )
            left_out[EVIDENCE.name, "rows", nb, en] += 1
        elif recipient.persons is Treatment.DROP and any(
            PERSON.search(row[name]) for name in ("element", "key", "shows_nb", "shows_en")
        ):
            left_out[
                EVIDENCE.name,
                "rows",
                "Beviset gjelder en enkeltperson.",
                "The evidence is about a single person.",
            ] += 1
        else:
            names = {"register_nb": register.name_nb, "register_en": register.name_en}
            released.append({**row, **names, "register_month": row["row_month"]})
    return released


def _table(shared: SharedDataset, rows: list[Row], scrub: Scrubber, left_out: LeftOut) -> pa.Table:
    """The declared columns of the rows, each value treated as declared."""
    dataset = contract(shared)
    out: dict[str, list[Any]] = {}
    for column in shared.columns:
        if column.treatment is Treatment.DROP:
            continue
        treat = _treatment(column, ORIGINS[shared.name][column.name].holds, scrub)
        values = []
        for row in rows:
            withheld = row.get("indicator_id") in column.withheld_for and row[column.name] is not None
            if withheld:
                left_out[shared.name, column.name, column.reason_nb, column.reason_en] += 1
            values.append(None if withheld else treat(row[column.name]))
        out[column.name] = values
    table = pa.table(out, schema=dataset.arrow_schema)
    return table.sort_by([(name, "ascending") for name in dataset.key]).combine_chunks()


def _treatment(column: SharedColumn, holds: Holds, scrub: Scrubber) -> Callable[[Any], Any]:
    whole_token = column.treatment is Treatment.TOKEN
    one: dict[Holds, Callable[[str], str]] = {
        Holds.COMPANY: (lambda value: scrub.token("org", value)) if whole_token else scrub.company,
        Holds.SUBJECT: (lambda value: scrub.token("subject", value)) if whole_token else scrub.subject,
        Holds.DWELLING: scrub.dwelling,
        Holds.PERSON: scrub.person,
        Holds.TEXT: scrub.text,
    }
    if holds not in one:
        return lambda value: value
    treat = one[holds]

    def each(value: Any) -> Any:
        if value is None:
            return None
        return sorted(treat(item) for item in value) if isinstance(value, list) else treat(value)

    # Codes like guards keep their order; they are told in the order they were checked.
    if holds is Holds.TEXT:
        return lambda value: [treat(item) for item in value] if isinstance(value, list) else each(value)
    return each
