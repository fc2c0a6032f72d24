"""How many companies the same persons lead, and what is usual."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_org import ORGANISATIONS, OWNER_ROOTS, ROLE_LOADS, ROLES

M = "2026-01"


def orgnr(n: int) -> str:
    return f"3100{n:05d}"


def role(n: int, holder: str = "anna", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": orgnr(n), "role": "DAGL", "holder_id": f"person:{holder}", "match": "fnr"}
    row |= {
        "holder_kind": "person",
        "is_control": True,
        "is_start_exact": True,
        "valid_from": date(2024, 1, 1),
    }
    return row | values


def root(n: int, owner: str) -> dict[str, Any]:
    return {"orgnr": orgnr(n), "owner_root": owner, "steps_n": 1, "path": [owner]}


@pytest.fixture
def made(table: Any, rows: Any) -> Any:
    from jobs.core.role_loads import transform

    def make(roles: list[dict[str, Any]], ended: dict[int, str] | None = None, roots: Any = ()) -> Any:
        ends = {orgnr(n): {column: date(2025, 6, 1)} for n, column in (ended or {}).items()}
        organisations = [{"orgnr": o, **ends.get(o, {})} for o in sorted({r["orgnr"] for r in roles})]
        frames = {
            "roles": table(ROLES, *roles),
            "organisations": table(ORGANISATIONS, *organisations),
            "owner_roots": table(OWNER_ROOTS, *roots),
        }
        return rows(transform(**frames, month=M), ROLE_LOADS)

    return make


def test_companies_and_owners_are_counted_by_type_of_role(made: Any) -> None:
    roles = [*(role(n) for n in range(6)), role(6, role="LEDE"), role(0, role="LEDE")]
    found = made(roles, roots=[root(0, "org:topp"), root(1, "org:topp")])
    assert [(r["role"], r["orgs_n"], r["groups_n"]) for r in found] == [("DAGL", 6, 5), ("LEDE", 2, 2)]
    assert {r["holder_id"] for r in found} == {"person:anna"}


def test_fewer_than_seven_companies_have_no_row(made: Any) -> None:
    assert made([role(n) for n in range(6)]) == []
    assert len(made([role(n) for n in range(7)])) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"valid_to": date(2026, 1, 30)},
        {"valid_from": date(2026, 2, 1)},
        {"is_control": False},
        {"holder_kind": "org"},
    ],
)
def test_only_persons_who_lead_now_count(made: Any, values: dict[str, Any]) -> None:
    assert made([*(role(n) for n in range(6)), role(6, **values)]) == []


@pytest.mark.parametrize("column", ["bankrupt_on", "dissolved_on", "deleted_on"])
def test_companies_that_ended_do_not_count(made: Any, column: str) -> None:
    assert made([role(n) for n in range(7)], {6: column}) == []


@pytest.mark.parametrize(("others", "usual"), [(198, 7), (199, 1)])
def test_usual_is_what_995_of_1000_do_not_exceed(made: Any, others: int, usual: int) -> None:
    roles = [*(role(n) for n in range(7)), *(role(100 + n, f"p{n}") for n in range(others))]
    (row,) = made(roles)
    assert (row["groups_p995"], row["holders_n"]) == (usual, others + 1)
