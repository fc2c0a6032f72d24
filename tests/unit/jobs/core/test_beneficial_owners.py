"""Beneficial owners by the last registration of a company."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from expectations.tables_core_org import BENEFICIAL_OWNERS
from expectations.tables_core_work import PERSON_LINKS
from expectations.tables_raw_owners import OWNERS

M = "2026-01"
A = "310000205"


def token(letter: str) -> str:
    return "p1_" + letter * 26


def owner(letter: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": A, "owner_token": token(letter), "owner_no": 0}
    return row | {"first_registered_at": datetime(2025, 8, 26, 9, tzinfo=UTC)} | values


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.beneficial_owners import transform

    def make(*listed: Any, links: Any = (), later: Any = ()) -> Any:
        deliveries = [sent("D1", "2025-08", list(listed)), *([sent("D2", M, list(later))] if later else [])]
        frames = {
            "owners": raw(OWNERS, M, *deliveries),
            "person_links": table(PERSON_LINKS, *links),
        }
        return rows(transform(**frames, month=M), BENEFICIAL_OWNERS)

    return make


def test_owner_has_the_day_of_its_first_registration(made: Any) -> None:
    (row,) = made(owner("a"))
    assert (row["orgnr"], row["person_id"], row["registered_on"]) == (A, token("a"), date(2025, 8, 26))
    assert len(row["raw_refs"]) == 1


def test_later_registration_replaces_all_owners(made: Any) -> None:
    found = made(owner("a"), owner("b", owner_no=1), later=[owner("c")])
    assert [row["person_id"] for row in found] == [token("c")]


def test_unknown_day_stays_unknown(made: Any) -> None:
    (row,) = made(owner("a", first_registered_at=None))
    assert row["registered_on"] is None


def test_owner_without_any_token_is_left_out(made: Any) -> None:
    assert made(owner("a", owner_token=None)) == []


def test_two_numbers_of_one_person_are_one_row(made: Any) -> None:
    link = {"token": token("b"), "person_id": token("a"), "rule": "d_number_to_fnr", "match_probability": 1}
    (row,) = made(owner("a"), owner("b", owner_no=1), links=[link])
    assert (row["person_id"], len(row["raw_refs"])) == (token("a"), 2)
