from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_chain import CONTRACTS
from expectations.tables_core_org import ORGANISATIONS
from expectations.tables_core_work import SPELLS, WORKER_FLOWS

M = "2026-01"
FAILED_ON = date(2025, 10, 1)
F, S = "F", "S"


def token(text: str) -> str:
    return f"p1_{text:a>26}"


def org(orgnr: str, **values: object) -> dict[str, object]:
    return {
        "orgnr": orgnr,
        "nace": "43.310",
        "municipality_no": "0301",
        "registered_on": date(2015, 1, 1),
    } | values


def spell(orgnr: str, person: str, start: str = "2025-01", **values: object) -> dict[str, object]:
    first = date.fromisoformat(f"{start}-01")
    row = {"orgnr": orgnr, "person_id": token(person), "first_month": start, "last_month": start}
    return row | {"valid_from": first, "months_n": 1, "paid_months_n": 1} | values


@pytest.fixture
def made(table: Any, rows: Any) -> Any:
    from jobs.core.worker_flows import transform

    def make(organisations: Any, spells: Any, contracts: Any = ()) -> Any:
        frame = transform(
            organisations=table(ORGANISATIONS, *organisations),
            spells=table(SPELLS, *spells),
            contracts=table(CONTRACTS, *contracts),
            month=M,
        )
        return rows(frame, WORKER_FLOWS)

    return make


FAILED = org(F, bankrupt_on=FAILED_ON, deleted_on=date(2026, 1, 5))
YOUNG = org(S, registered_on=date(2025, 9, 1))


def moving(person: str, end_reason: str | None = None) -> list[dict[str, object]]:
    return [
        spell(F, person, valid_to=date(2025, 9, 30), end_reason=end_reason),
        spell(S, person, "2025-10"),
    ]


def test_people_in_both_around_the_failure(made: Any) -> None:
    spells = [*moving("a"), *moving("b"), spell(F, "c", valid_to=date(2025, 9, 30)), spell(S, "d", "2025-11")]
    found = made([FAILED, YOUNG], spells)
    assert [
        (r["from_orgnr"], r["to_orgnr"], r["failed_on"], r["moved_n"], r["from_n"], r["to_n"]) for r in found
    ] == [(F, S, FAILED_ON, 2, 3, 3)]


@pytest.mark.parametrize(
    ("registered_on", "count"),
    [
        pytest.param(FAILED_ON - timedelta(days=366), 0, id="a day too old"),
        pytest.param(FAILED_ON - timedelta(days=365), 1, id="365 days before"),
        pytest.param(FAILED_ON + timedelta(days=180), 1, id="180 days after"),
        pytest.param(FAILED_ON + timedelta(days=181), 0, id="a day too young"),
        pytest.param(None, 0, id="unknown"),
    ],
)
def test_age_of_the_other(made: Any, registered_on: Any, count: Any) -> None:
    assert len(made([FAILED, org(S, registered_on=registered_on)], moving("a"))) == count


@pytest.mark.parametrize(
    ("failed_on", "count"),
    [
        pytest.param(date(2025, 1, 31), 0, id="365 days before the month's end"),
        pytest.param(date(2025, 2, 1), 1, id="364 days"),
        pytest.param(date(2026, 1, 31), 1, id="on its last day"),
        pytest.param(date(2026, 2, 1), 0, id="after"),
    ],
)
def test_failure_within_a_year(made: Any, failed_on: Any, count: Any) -> None:
    spells = [spell(F, "a", "2025-06"), spell(S, "a", "2025-06")]
    assert len(made([org(F, bankrupt_on=failed_on), org(S, registered_on=failed_on)], spells)) == count


@pytest.mark.parametrize(
    ("started_on", "count"),
    [
        pytest.param(FAILED_ON + timedelta(days=180), 1, id="within 180 days"),
        pytest.param(FAILED_ON + timedelta(days=181), 0, id="a day late"),
    ],
)
def test_spell_must_be_around_the_failure(made: Any, started_on: Any, count: Any) -> None:
    failed = org(F, bankrupt_on=FAILED_ON)
    spells = [spell(F, "a", valid_to=date(2025, 9, 30)), spell(S, "a", "2026-03", valid_from=started_on)]
    assert len(made([failed, YOUNG], spells)) == count


def test_unpaid_relation_is_no_work(made: Any) -> None:
    assert made([FAILED, YOUNG], [moving("a")[0], spell(S, "a", "2025-10", paid_months_n=0)]) == []


@pytest.mark.parametrize(
    ("reason", "moved"),
    [
        pytest.param("arbeidstakerHarSagtOppSelv", 1, id="resigned"),
        pytest.param("endringIOrganisasjonsstrukturEllerByttetJobbInternt", 0, id="reorganised"),
        pytest.param("byttetLoenssystemEllerRegnskapsfoerer", 0, id="new payroll system"),
    ],
)
def test_organisation_change_is_no_flow(made: Any, reason: Any, moved: Any) -> None:
    assert sum(r["moved_n"] for r in made([FAILED, YOUNG], moving("a", reason))) == moved


def test_shared_clients(made: Any) -> None:
    def contract(n: int, client: str, supplier: str) -> dict[str, object]:
        return {
            "contract_id": str(n),
            "client_orgnr": client,
            "supplier_orgnr": supplier,
            "kind": "underentreprise",
            "is_labour_bearing": True,
            "declaration": "erklaert",
        }

    contracts = [contract(1, "C", F), contract(2, "C", S), contract(3, "C", S), contract(4, "D", S)]
    assert [r["shared_clients_n"] for r in made([FAILED, YOUNG], moving("a"), contracts)] == [1]


def leavers(firm: str, count: int, to: str, landed: int) -> list[dict[str, object]]:
    found = []
    for n in range(count):
        found.append(
            spell(
                firm,
                f"{firm}{n}".lower().translate(str.maketrans("0189", "wxyz")),
                valid_to=date(2025, 6, 30),
            )
        )
        if n < landed:
            found.append(
                dict(found[-1], orgnr=to, first_month="2025-07", valid_from=date(2025, 7, 1), valid_to=None)
            )
    return found


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        pytest.param(7, ("43:0301", Decimal("0.500000")), id="twenty leavers"),
        pytest.param(6, ("national", None), id="nineteen leavers"),
    ],
)
def test_null_model_needs_twenty_leavers(made: Any, last: Any, expected: Any) -> None:
    others = [org(o) for o in ("A", "B", "C", "T")]
    spells = [
        *moving("f"),
        # Largest share landing at one new employer: 1/6, 1/2, and all; the median is the middle one.
        *leavers("A", 7, "T", 1),
        *leavers("B", 6, "T", 3),
        *leavers("C", last, "T", last),
    ]
    # Deleted on the failure day they would be failures themselves, so the others live on.
    found = [r for r in made([FAILED, YOUNG, *others], spells) if r["to_orgnr"] == S]
    assert [(r["stratum"], r["chance_share"]) for r in found] == [expected]


def test_null_model_falls_back_to_the_country(made: Any) -> None:
    others = [org(o, municipality_no="4601") for o in ("A", "B", "T")]
    spells = [*moving("f"), *leavers("A", 10, "T", 1), *leavers("B", 10, "T", 4)]
    found = made([FAILED, YOUNG, *others], spells)
    # Of an even number the lower middle one.
    assert [(r["stratum"], r["chance_share"]) for r in found] == [("national", Decimal("0.100000"))]
