"""Contracts that must be reported, beside reports, lists of workers and people on site."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_chain import CONTRACTS
from expectations.tables_core_org import ORGANISATIONS
from expectations.tables_core_reporting import REPORTING_DUTIES
from expectations.tables_raw_assignments import ASSIGNMENTS, WORKERS
from expectations.tables_raw_sites import PRESENCES

M = "2026-01"
A, BRANCH, LOCAL = "310000205", "310000302", "310000418"
ABROAD = "UTL1"


def contract(key: str = "K1", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": key, "project_id": "p1", "client_orgnr": A, "kind": "x"}
    row |= {"supplier_foreign_id": ABROAD, "is_labour_bearing": True, "state": "aktiv", "value_ore": 9}
    row |= {"started_on": date(2025, 11, 1), "ended_on": date(2026, 3, 1), "declaration": "erklaert"}
    return row | values


def report(key: str = "O1", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"assignment_id": key, "reported_by": "oppdragsgiver", "client_orgnr": A}
    row |= {"contractor_foreign_id": ABROAD, "reported_on": date(2025, 11, 9), "project_id": "p1"}
    row |= {"started_on": date(2025, 11, 1), "assignment_status": "meldt"}
    return row | values


def line(key: str, of: str = "O1") -> dict[str, Any]:
    return {"line_id": key, "assignment_id": of, "started_on": date(2025, 11, 1)}


def there(key: str, name: str, on: date = date(2026, 1, 5), **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"line_id": key, "present_on": on, "project_id": "p1", "client_orgnr": A}
    return row | {"employer_foreign_id": ABROAD, "person_name": name, "site_role": "arbeider"} | values


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.reporting_duties import transform

    def make(contracts: Any, reports: Any = (), lines: Any = (), presences: Any = ()) -> Any:
        units = [{"orgnr": BRANCH, "org_form": "NUF"}, {"orgnr": LOCAL, "org_form": "AS"}]
        frame = transform(
            contracts=table(CONTRACTS, *contracts),
            organisations=table(ORGANISATIONS, *units),
            assignments=raw(ASSIGNMENTS, M, sent("A1", M, list(reports))),
            assignment_workers=raw(WORKERS, M, sent("W1", M, list(lines))),
            presences=raw(PRESENCES, M, sent("P1", M, list(presences))),
            month=M,
        )
        return {row["contract_id"]: row for row in rows(frame, REPORTING_DUTIES)}

    return make


@pytest.mark.parametrize(
    ("values", "is_there"),
    [
        ({}, True),
        ({"supplier_foreign_id": None, "supplier_orgnr": BRANCH}, True),
        ({"supplier_foreign_id": None, "supplier_orgnr": LOCAL}, False),
        ({"supplier_foreign_id": None}, False),
        ({"is_labour_bearing": False}, False),
        ({"state": "planlagt"}, False),
        ({"started_on": date(2025, 2, 1)}, True),
        ({"started_on": date(2025, 1, 31)}, False),
        ({"started_on": date(2026, 2, 1)}, False),
    ],
)
def test_contracts_with_a_contractor_abroad_have_the_duty(
    made: Any, values: dict[str, Any], is_there: bool
) -> None:
    assert bool(made([contract(**values)])) is is_there


def test_the_first_report_by_either_party_counts(made: Any) -> None:
    second = report("O2", reported_by="oppdragstaker", reported_on=date(2025, 11, 5), exemption="kabotasje")
    row = made([contract()], [report(), second], [line("L1"), line("L2"), line("L3", "O9")])["K1"]
    assert (row["reported_on"], row["exemption"], row["listed_n"]) == (date(2025, 11, 5), "kabotasje", 2)
    assert (row["contractor_id"], row["is_registered_here"], row["value_ore"]) == (ABROAD, False, 9)
    assert len(row["raw_refs"]) == 5


@pytest.mark.parametrize(
    "values",
    [
        {"assignment_status": "annullert"},
        {"project_id": "p2"},
        {"client_orgnr": LOCAL},
        {"reported_on": date(2026, 2, 1)},
        {"started_on": date(2026, 4, 2)},
        {"started_on": date(2025, 1, 1), "ended_on": date(2025, 9, 30)},
    ],
)
def test_reports_about_something_else_do_not_count(made: Any, values: dict[str, Any]) -> None:
    row = made([contract()], [report(**values)])["K1"]
    assert (row["reported_on"], row["open_reports_n"], row["listed_n"]) == (None, 0, None)


def test_a_report_without_a_project_is_taken_by_parties_and_time(made: Any) -> None:
    assert made([contract()], [report(project_id=None)])["K1"]["reported_on"] == date(2025, 11, 9)


def test_a_report_about_a_contractor_of_no_known_contract_stays_open(made: Any) -> None:
    other = report(contractor_foreign_id=None, contractor_orgnr=BRANCH)
    assert made([contract()], [other])["K1"]["open_reports_n"] == 1
    theirs = contract("K2", supplier_foreign_id=None, supplier_orgnr=BRANCH)
    found = made([contract(), theirs], [other])
    assert (found["K1"]["open_reports_n"], found["K2"]["reported_on"]) == (0, date(2025, 11, 9))


def test_most_people_of_one_day_are_counted_without_being_told_apart(made: Any) -> None:
    presences = [
        there("1", "Anna"),
        there("2", "Anna"),
        there("3", "Bo"),
        there("4", "Cid", date(2026, 1, 6)),
        there("5", "Dora", site_role="besoekende"),
        there("6", "Even", employer_foreign_id="UTL2"),
        there("7", "Frid", project_id="p2"),
        *(there(f"8{n}", f"Late {n}", date(2026, 1, 18)) for n in range(4)),
    ]
    assert made([contract()], presences=presences)["K1"]["present_n"] == 2
    assert made([contract()], presences=[there("1", "Anna", date(2026, 1, 17))])["K1"]["present_n"] == 1


def test_people_on_site_are_unknown_without_a_list_and_none_before_the_work(made: Any) -> None:
    assert made([contract(project_id=None)], presences=[there("1", "Anna")])["K1"]["present_n"] is None
    assert made([contract()])["K1"]["present_n"] is None
    assert made([contract()], presences=[there("1", "Anna", project_id="p2")])["K1"]["present_n"] is None
    assert made([contract()], presences=[there("1", "Anna", site_role="kontroll")])["K1"]["present_n"] == 0
    early = contract(started_on=date(2026, 1, 6), value_ore=None)
    assert made([early], presences=[there("1", "Anna")])["K1"]["present_n"] == 0
