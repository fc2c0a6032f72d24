from datetime import date
from typing import Any

import pytest

from expectations.tables_core_org import ROLES
from expectations.tables_core_work import PERSON_LINKS
from expectations.tables_raw_brreg import ROLE_UNITS
from expectations.tables_raw_brreg import ROLES as RAW_ROLES

M = "2026-01"
ORG = "310000205"
A, B = "p1_" + "a" * 26, "p1_" + "b" * 26
NAME = "p1_" + "n" * 26


def role(code: str = "DAGL", **values: object) -> dict[str, object]:
    return {"orgnr": ORG, "group_code": "X", "role_code": code, "person_token": A} | values


@pytest.fixture
def made(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    """Roles out of versions (delivery id, period, kind, roles of the unit; None: not delivered)."""
    from jobs.core.roles import transform

    def make(*versions: Any, links: Any = ()) -> Any:
        units, roles = [], []
        for delivery_id, period, kind, held in versions:
            # Another unit keeps full registers from being empty.
            delivered = [{"orgnr": "310000302"}] + ([] if held is None else [{"orgnr": ORG}])
            at = f"{period}T12:00:00"
            units.append(sent(delivery_id, period, delivered, kind=kind, at=at))
            at_record = [{"record_no": 2, "item_no": n, **row} for n, row in enumerate(held or [])]
            roles.append(sent(delivery_id, period, at_record, kind=kind, at=at))
        frame = transform(
            role_units=raw(ROLE_UNITS, M, *units, history_months=24),
            roles=raw(RAW_ROLES, M, *roles, history_months=24),
            person_links=table(PERSON_LINKS, *links),
            month=M,
        )
        return rows(frame, ROLES)

    return make


def told(found: Any) -> Any:
    return [
        (r["role"], r["holder_id"][-1], r["valid_from"], r["valid_to"], r["is_start_exact"]) for r in found
    ]


def test_interval_from_deltas(made: Any) -> None:
    found = made(
        ("D1", "2025-10-01", "snapshot", [role(group_changed_on=date(2020, 5, 1))]),
        ("D2", "2025-11-15", "delta", [role(person_token=B, group_changed_on=date(2025, 11, 10))]),
        ("D3", "2026-01-20", "delta", []),
    )
    assert told(found) == [
        ("DAGL", "a", date(2020, 5, 1), date(2025, 11, 14), False),
        ("DAGL", "b", date(2025, 11, 10), date(2026, 1, 19), True),
    ]


def test_group_change_before_the_previous_version_is_not_the_start(made: Any) -> None:
    found = made(
        ("D1", "2025-10-01", "snapshot", []),
        ("D2", "2025-11-15", "delta", [role(group_changed_on=date(2025, 9, 1))]),
    )
    assert told(found) == [("DAGL", "a", date(2025, 11, 15), None, False)]


def test_unit_that_a_full_register_lacks_loses_its_roles(made: Any) -> None:
    found = made(
        ("D1", "2025-10-01", "snapshot", [role()]),
        ("D2", "2026-01-01", "snapshot", None),
    )
    assert told(found) == [("DAGL", "a", date(2025, 10, 1), date(2025, 12, 31), False)]


def test_delta_of_other_units_changes_nothing(made: Any) -> None:
    found = made(("D1", "2025-10-01", "snapshot", [role()]), ("D2", "2026-01-01", "delta", None))
    assert told(found) == [("DAGL", "a", date(2025, 10, 1), None, False)]


def test_role_that_pauses_has_two_intervals(made: Any) -> None:
    found = made(
        ("D1", "2025-10-01", "snapshot", [role()]),
        ("D2", "2025-11-01", "delta", [role("LEDE", person_token=B)]),
        ("D3", "2025-12-01", "delta", [role()]),
    )
    assert [(r, f, t) for r, h, f, t, _ in told(found) if h == "a"] == [
        ("DAGL", date(2025, 10, 1), date(2025, 10, 31)),
        ("DAGL", date(2025, 12, 1), None),
    ]


def test_roles_that_ended_more_than_24_months_ago_are_left_out(made: Any) -> None:
    versions = [("D1", "2023-12-01", "snapshot", [role()])]
    assert made(*versions, ("D2", "2024-01-01", "delta", [])) == []
    assert len(made(*versions, ("D2", "2024-01-02", "delta", []))) == 1


@pytest.mark.parametrize(
    ("values", "is_control"),
    [
        pytest.param({}, True, id="manager"),
        pytest.param({"is_resigned": True}, False, id="resigned"),
        pytest.param({"elected_by_code": "AREP", "role_code": "MEDL"}, False, id="employee representative"),
        pytest.param({"role_code": "MEDL"}, True, id="board member"),
        pytest.param({"role_code": "VARA"}, False, id="deputy"),
        pytest.param(
            {"role_code": "REGN", "person_token": None, "holder_orgnr": "310000604"}, False, id="accountant"
        ),
        pytest.param(
            {"role_code": "KOMP", "person_token": None, "holder_orgnr": "310000604"}, True, id="partner"
        ),
    ],
)
def test_control(made: Any, values: Any, is_control: Any) -> None:
    assert [r["is_control"] for r in made(("D1", "2026-01-01", "snapshot", [role(**values)]))] == [is_control]


def test_deregistered_role_is_not_held(made: Any) -> None:
    assert made(("D1", "2026-01-01", "snapshot", [role(is_deregistered=True)])) == []


def test_holder_without_number_is_found_by_name_and_linked(made: Any) -> None:
    unlinked = [("D1", "2026-01-01", "snapshot", [role(person_token=None, name_token=NAME)])]
    assert [(r["holder_id"], r["match"]) for r in made(*unlinked)] == [(f"person:{NAME}", "name_birth_date")]
    link = {"token": NAME, "person_id": A, "rule": "name_birth_date_unique"}
    assert [(r["holder_id"], r["match"]) for r in made(*unlinked, links=[link])] == [
        (f"person:{A}", "name_birth_date")
    ]


def test_same_person_by_number_before_and_after_the_link_is_one_interval(made: Any) -> None:
    found = made(
        ("D1", "2025-10-01", "snapshot", [role(person_token=B)]),
        ("D2", "2025-11-01", "delta", [role(person_token=A)]),
        links=[{"token": B, "person_id": A, "rule": "d_number_to_fnr"}],
    )
    assert told(found) == [("DAGL", "a", date(2025, 10, 1), None, False)]
