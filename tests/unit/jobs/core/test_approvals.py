"""Duties to be approved, and looks at the registers of approvals as runs of the same state."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_org import ORGANISATIONS
from expectations.tables_core_register import APPROVALS, REGISTRATION_DUTIES
from expectations.tables_raw_approvals import DATASETS
from expectations.tables_raw_codes import REGISTRATION_DUTIES as RULES
from jobs.core.approvals import MONTHS

M = "2026-01"
A, B, BRANCH, BRANCH_2 = "310000205", "310000302", "310000418", "310000515"
LOOKS = ("2025-11-30", "2025-12-31", "2026-01-31")
RAW = {dataset.name.partition("__")[2]: dataset for dataset in DATASETS}


def cleaner(text: str, orgnr: str = A) -> dict[str, Any]:
    return {"orgnr": orgnr, "name": "X", "approval_text": text}


def listed(code: int, text: str = "", orgnr: str = A, **values: Any) -> dict[str, Any]:
    return {"orgnr": orgnr, "name": "X", "approval_code": code, "approval_text": text} | values


def branch(code: int | None, number: str = BRANCH) -> dict[str, Any]:
    return {"orgnr": A, "establishment_orgnr": number, "approval_code": code}


def bound(orgnr: str = A, register: str = "renhold") -> dict[str, Any]:
    row = {"orgnr": orgnr, "register": register, "rule_id": "R", "nace": "81.210"}
    return row | {"grace_days": 14, "certainty": "sekundaer"}


@pytest.fixture
def approvals(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.approvals import transform

    def make(*duties: Any, days: tuple[str, ...] = LOOKS, **registers: Any) -> Any:
        frames = {}
        for name, dataset in RAW.items():
            if name == "cleaning_establishments":
                continue
            by_day = registers.get(name, [[] for _ in days])
            deliveries = [
                sent(f"D{n}", day, list(listing))
                for n, (day, listing) in enumerate(zip(days, by_day, strict=True))
                if listing
            ]
            frames[name] = raw(dataset, M, *deliveries, last_months=MONTHS)
        found = transform(**frames, registration_duties=table(REGISTRATION_DUTIES, *duties), month=M)
        return rows(found, APPROVALS)

    return make


def told(found: list[dict[str, Any]], orgnr: str = A) -> list[tuple[Any, ...]]:
    return [
        (r["state"], r["first_look_on"].isoformat(), r["last_look_on"].isoformat(), r["looks_n"])
        for r in found
        if r["orgnr"] == orgnr
    ]


def test_looks_that_show_the_same_are_one_run(approvals: Any) -> None:
    found = approvals(
        cleaning=[[cleaner("Søknad under behandling")], *[[cleaner("Godkjent med ansatte")]] * 2]
    )
    assert told(found) == [
        ("pending", "2025-11-30", "2025-11-30", 1),
        ("approved", "2025-12-31", "2026-01-31", 2),
    ]
    assert [r["next_look_on"] for r in found] == [date(2025, 12, 31), None]
    assert [len(r["raw_refs"]) for r in found] == [1, 2]


def test_one_who_has_the_duty_and_is_not_listed_has_rows_that_say_so(approvals: Any) -> None:
    listing = [cleaner("Godkjent uten ansatte", B)]
    found = approvals(bound(A), cleaning=[listing, listing, [*listing, cleaner("Ikke godkjent")]])
    assert told(found) == [
        ("not_listed", "2025-11-30", "2025-12-31", 2),
        ("refused", "2026-01-31", "2026-01-31", 1),
    ]
    assert all(r["raw_refs"] for r in found)


def test_register_that_was_not_delivered_was_not_looked_at(approvals: Any) -> None:
    found = approvals(bound(A), cleaning=[[cleaner("Godkjent med ansatte", B)], [], []])
    assert told(found) == [("not_listed", "2025-11-30", "2025-11-30", 1)]
    assert approvals(bound(A, "bemanning"), cleaning=[[cleaner("Ikke godkjent", B)], [], []])[0]["orgnr"] == B


def test_same_state_again_is_another_run(approvals: Any) -> None:
    found = approvals(
        cleaning=[
            [cleaner("Godkjent med ansatte")],
            [cleaner("Ikke godkjent")],
            [cleaner("Godkjent med ansatte")],
        ]
    )
    assert [r["state"] for r in found] == ["approved", "refused", "approved"]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Godkjent med ansatte", "approved"),
        ("Godkjent uten ansatte", "approved"),
        ("Ikke godkjent", "refused"),
        ("Under behandling", "pending"),
        ("Søknad under behandling", "pending"),
        ("Under HMS-kortbestilling", "pending"),
        ("HMS-kortbestilling under behandling", "pending"),
        ("Noe nytt", "unknown"),
    ],
)
def test_texts_of_the_register_of_cleaning(approvals: Any, text: str, state: str) -> None:
    (row,) = approvals(cleaning=[[cleaner(text)]], days=LOOKS[2:])
    assert row["state"] == state


@pytest.mark.parametrize(
    ("register", "code", "text", "state"),
    [
        ("staffing", 1, "Godkjent", "approved"),
        ("staffing", 2, "Ikke Godkjent", "refused"),
        ("staffing", 2, "Søknad under behandling", "pending"),
        ("staffing", 7, "Ny", "unknown"),
        ("car_care", 0, "Ukjent", "unknown"),
        ("car_care", 1, "Søknad under behandling", "pending"),
        ("car_care", 2, "Under HMS-kortbestilling", "pending"),
        ("car_care", 3, "Godkjent uten ansatte", "approved"),
        ("car_care", 5, "Ikke godkjent", "refused"),
        ("car_care", 6, "Godkjent av Statens vegvesen", "approved"),
    ],
)
def test_codes_are_read_per_register(approvals: Any, register: str, code: int, text: str, state: str) -> None:
    (row,) = approvals(**{register: [[listed(code, text)]]}, days=LOOKS[2:])
    assert row["state"] == state


@pytest.mark.parametrize(
    ("branches", "state"),
    [
        ([branch(2)], "establishment_refused"),
        ([branch(2), branch(1, BRANCH_2)], "approved"),
        ([branch(None)], "approved"),
        ([], "approved"),
    ],
)
def test_the_establishment_that_does_the_work_counts(approvals: Any, branches: Any, state: str) -> None:
    (row,) = approvals(staffing=[[listed(1, "Godkjent")]], staffing_establishments=[branches], days=LOOKS[2:])
    assert row["state"] == state


@pytest.fixture
def duties(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.registration_duties import transform

    def make(*organisations: Any) -> Any:
        rule = {"condition": "x", "work": "x", "grace_days": 14, "certainty": "dato_uavklart", "origin": "x"}
        rules = [
            {"rule_id": "RENHOLD", "register": "renhold", "valid_from_on": date(2012, 9, 1)} | rule,
            {"rule_id": "BEMANNING", "register": "bemanning"} | rule,
            {"rule_id": "MVA", "register": "mva"} | rule,
        ]
        frame = raw(RULES, M, sent("C1", M, rules))
        return rows(
            transform(duty_rules=frame, organisations=table(ORGANISATIONS, *organisations), month=M),
            REGISTRATION_DUTIES,
        )

    return make


@pytest.mark.parametrize(
    ("nace", "expected"),
    [("81.210", ["RENHOLD"]), ("78.200", ["BEMANNING"]), ("41.200", []), ("81.100", []), (None, [])],
)
def test_duty_follows_from_the_trade(duties: Any, nace: str | None, expected: list[str]) -> None:
    assert [r["rule_id"] for r in duties({"orgnr": A, "nace": nace})] == expected


def test_deleted_organisation_has_no_duty(duties: Any) -> None:
    assert duties({"orgnr": A, "nace": "81.210", "deleted_on": date(2026, 1, 3)}) == []


def test_duty_carries_the_rule_of_the_code_list(duties: Any) -> None:
    (row,) = duties({"orgnr": A, "nace": "81.210", "raw_refs": ["u|1"]})
    assert (row["grace_days"], row["rule_from"], row["rule_to"]) == (14, date(2012, 9, 1), None)
    assert len(row["raw_refs"]) == 2
