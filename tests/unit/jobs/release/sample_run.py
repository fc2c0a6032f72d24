"""A small run for release tests: five cases, of which two may go to Skatteetaten, with traps everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count, islice
from typing import Any

import pyarrow as pa

from expectations.catalogue import dataset
from expectations.identifiers import is_orgnr
from jobs.keys import KeyRing
from jobs.lake.storage import Storage
from jobs.release.plan import ReleasePlan, plan_release
from jobs.release.publish import PublishedRelease, publish_release
from jobs.release.record import NecessityRecord, example_record

MONTH = "2026-01"
AS_OF = datetime(2026, 2, 14, 23, tzinfo=UTC)
AT = datetime(2026, 2, 20, 9, 30, tzinfo=UTC)
RING = KeyRing.demonstration()

_numbers = (str(n) for n in count(310_000_000) if is_orgnr(str(n)))
ALFA, BRAVO, CHARLIE, DELTA, SOLE = islice(_numbers, 5)
SOLE_NAME = "Rørlegger Testesen"
DWELLING = "4455667:H0201"
PERSONS = [f"p1_{letter * 26}" for letter in "abcdef"]
COMPANIES = {
    ALFA: "Alfa Bygg AS",
    BRAVO: "Bravo Montasje AS",
    CHARLIE: "Charlie Maling AS",
    DELTA: "Delta Rør AS",
}


def finding(finding_id: str, indicator: str, subject: str, **more: Any) -> dict[str, Any]:
    """One row of `out_flag__findings`, triggered unless said otherwise."""
    row: dict[str, Any] = dict.fromkeys(dataset("out_flag__findings").names)
    return (
        row
        | {
            "finding_id": finding_id,
            "indicator_id": indicator,
            "indicator_version": "1.0",
            "role": "trigger",
            "subject_type": subject.split(":")[0],
            "subject_id": subject,
            "scope_id": f"scope:{subject}",
            "companies": [],
            "dwellings": [],
            "persons": [],
            "month": MONTH,
            "as_of": AS_OF,
            "status": "triggered",
            "value": Decimal("0.8"),
            "threshold": Decimal("0.6"),
            "margin": Decimal("0.2"),
            "guards_applied": [],
            "data_quality": [],
            "threshold_basis": "own",
            "facts": [("secret", "1")],
        }
        | more
    )


def case(case_id: str, rank: int, findings: list[str], **more: Any) -> dict[str, Any]:
    """One row of `out_flag__cases`."""
    row: dict[str, Any] = dict.fromkeys(dataset("out_flag__cases").names)
    return (
        row
        | {
            "case_id": case_id,
            "month": MONTH,
            "as_of": AS_OF,
            "rank": rank,
            "score": Decimal("0.7"),
            "band": "A",
            "indicators": ["A02"],
            "context_indicators": [],
            "groups": ["A"],
            "findings": findings,
            "companies": [ALFA, DELTA],
            "dwellings": [DWELLING],
            "persons_n": 6,
            "first_seen_month": MONTH,
            "state": "new",
            "change": "new",
            "disputed": False,
            "evidence_fingerprint": "0" * 32,
            "headline_nb": f"Bolig {DWELLING} og {SOLE_NAME}",
            "headline_en": f"Dwelling {DWELLING} and {SOLE_NAME}",
        }
        | more
    )


def evidence(finding_id: str, n: int, table: str, shows: str, **more: Any) -> dict[str, Any]:
    """One row of `out_flag__evidence`."""
    return {
        "month": MONTH,
        "finding_id": finding_id,
        "n": n,
        "element": "edge:contract|contract_id=1",
        "table": table,
        "row_month": MONTH,
        "version": "f" * 16,
        "key": "contract_id=1",
        "row_hash": "e" * 32,
        "shows_nb": shows,
        "shows_en": shows,
    } | more


FINDINGS = [
    finding(
        "f-1",
        "A02",
        "cluster:0011",
        companies=[ALFA, BRAVO, SOLE],
        persons=[],
        guards_applied=[f"same_owner=checked {SOLE}", "joint_venture=ruled out"],
    ),
    finding("f-2", "B01", f"pair:{ALFA}:{CHARLIE}", companies=[ALFA, CHARLIE], persons=PERSONS[:3]),
    finding(
        "f-3",
        "I02",
        f"dwelling:{DWELLING}",
        companies=[ALFA, BRAVO],
        dwellings=[DWELLING],
        persons=PERSONS[:5],
        guards_applied=["family=ruled out"],
        data_quality=["register_lag"],
    ),
    finding("f-4", "I01", f"dwelling:{DWELLING}", companies=[DELTA], dwellings=[DWELLING], persons=PERSONS),
    finding("f-5", "A01", "project:P1", companies=[DELTA]),
    finding("f-6", "A02", "cluster:0022", companies=[DELTA], status="not_triggered"),
    finding("f-7", "A02", "cluster:0033", companies=[BRAVO]),
    finding("f-8", "A02", "cluster:0044", companies=[BRAVO]),
    finding("f-9", "B01", f"pair:{SOLE}:{DELTA}", companies=[DELTA, SOLE]),
]
CASES = [
    case("K2601-AAAAAA", 1, ["f-1", "f-3", "f-4"]),
    case("K2511-BBBBBB", 2, ["f-2", "f-5"], first_seen_month="2025-11", change="changed"),
    case("K2601-CCCCCC", 3, ["f-7"], disputed=True),
    case("K2601-DDDDDD", 4, ["f-8"], state="dismissed"),
    case("K2601-EEEEEE", 5, ["f-4", "f-5"]),
]
EVIDENCE = [
    evidence(
        "f-1", 1, "core_chain__contracts", f"Alfa Bygg AS ({ALFA}) har kontrakt med {SOLE_NAME} ({SOLE})"
    ),
    evidence("f-1", 2, "core_chain__payments", f"Betaling på 123 456 789 kr fra {BRAVO}"),
    evidence("f-2", 1, "core_work__spells", f"{PERSONS[0]} arbeidet i begge", key=f"person_id={PERSONS[0]}"),
    evidence("f-2", 2, "core_work__worker_flows", "3 av 5 arbeidstakere gikk over"),
    evidence("f-3", 1, "core_home__residences", "Fem bor her", key=f"person_id={PERSONS[0]}"),
    evidence("f-3", 2, "core_home__holders", f"Boligen {DWELLING} eies av {ALFA}"),
    evidence("f-3", 3, "net_graph__nodes", "Ikke et register"),
    evidence("f-4", 1, "core_chain__contracts", "Ikke for denne mottakeren"),
]
ORGANISATIONS = [{"orgnr": o, "is_person": False, "name": name} for o, name in COMPANIES.items()] + [
    {"orgnr": SOLE, "is_person": True, "name": SOLE_NAME.upper()}
]


@dataclass
class SampleRun:
    """A reader of the sample run; rows may be replaced to vary it."""

    month: str = MONTH
    as_of: datetime = AS_OF
    run_id: str = "0123456789abcdef"
    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            "out_flag__cases": CASES,
            "out_flag__findings": FINDINGS,
            "out_flag__evidence": EVIDENCE,
            "core_org__organisations": ORGANISATIONS,
        }
    )

    @property
    def run(self) -> Mapping[str, Any]:
        """What identifies the run."""
        return {
            "month": self.month,
            "as_of": self.as_of.isoformat(),
            "run_id": self.run_id,
            "code_version": "c",
        }

    def table(self, name: str, columns: Any = None) -> pa.Table:
        """Rows of a table."""
        schema = dataset(name).arrow_schema
        if columns is not None:
            schema = pa.schema([schema.field(column) for column in columns])
        return pa.Table.from_pylist(self.rows[name], schema=schema)


def planned(
    storage: Storage, reader: SampleRun | None = None, *, synthetic: bool = True, **more: Any
) -> ReleasePlan:
    """A plan of the sample run for Skatteetaten."""
    return plan_release(
        reader or SampleRun(),
        more.pop("to", "skatteetaten"),
        storage=storage,
        ring=RING,
        synthetic=synthetic,
        **more,
    )


def published(storage: Storage, plan: ReleasePlan | None = None, **more: Any) -> PublishedRelease:
    """The plan published on the example record."""
    plan = plan or planned(storage)
    given: dict[str, Any] = {
        "ring": RING,
        "record": example_record("skatteetaten", plan.month),
        "approved_by": "approver",
        "prepared_by": "operator",
        "at": AT,
    }
    return publish_release(storage, plan, **(given | more))


def real_record(**more: Any) -> NecessityRecord:
    """A record that is no example."""
    given: dict[str, Any] = {
        "record_id": "2026-1234",
        "recipient": "skatteetaten",
        "month": MONTH,
        "purpose": "The two named chains shall be compared with the tax returns of the companies in them "
        "before spring.",
        "seriousness": "Invoices of considerable size seem to go in a circle while workers live crowded in "
        "one dwelling.",
        "alternatives": ("Naming no companies would leave nothing to compare with returns.",),
        "necessity": "Only contracts and employment seen together show it, and the recipient has no "
        "contracts of its own.",
        "proportionality": "Only companies are named; everyone else is counted or replaced, which keeps "
        "the intrusion small.",
        "prepared_by": "kari",
        "valid_from": date(2026, 2, 1),
        "valid_to": date(2026, 12, 31),
    }
    return NecessityRecord(**(given | more))
