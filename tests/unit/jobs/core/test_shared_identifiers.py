"""Accounts and contacts that several persons gave."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_tax import SHARED_IDENTIFIERS
from expectations.tables_core_work import PERSON_LINKS
from expectations.tables_raw_tax_answers import IDENTIFIERS

M = "2026-01"
ONE, TWO = "ab" * 32, "cd" * 32


def token(letter: str) -> str:
    return "p1_" + letter * 26


def given(letter: str, value: str = ONE, **values: Any) -> dict[str, Any]:
    row = {"person_token": token(letter), "identifier_kind": "konto", "value_hash": value}
    return row | {"from_on": date(2025, 8, 9)} | values


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.shared_identifiers import transform

    def make(*listed: Any, links: Any = (), later: Any = ()) -> Any:
        deliveries = [sent("D1", "2025-08", list(listed)), *([sent("D2", M, list(later))] if later else [])]
        frames = {
            "identifiers": raw(IDENTIFIERS, M, *deliveries),
            "person_links": table(PERSON_LINKS, *links),
        }
        return rows(transform(**frames, month=M), SHARED_IDENTIFIERS)

    return make


def test_what_one_person_alone_gave_is_left_out(made: Any) -> None:
    found = made(given("a"), given("b"), given("c", TWO))
    assert [(r["identifier_id"], r["person_id"]) for r in found] == [
        ("konto-" + ONE[:20], token("a")),
        ("konto-" + ONE[:20], token("b")),
    ]


def test_same_value_as_another_kind_is_another_identifier(made: Any) -> None:
    assert made(given("a"), given("b", identifier_kind="telefon")) == []


def test_later_delivery_ends_it_and_tells_of_the_test(made: Any) -> None:
    found = made(
        given("a"), given("b"), later=[given("a", to_on=date(2026, 1, 9), is_household_checked=True)]
    )
    assert [(r["valid_to"], r["is_household"]) for r in found] == [(date(2026, 1, 9), True), (None, None)]


def test_two_numbers_of_one_person_are_one_row(made: Any) -> None:
    link = {"token": token("b"), "person_id": token("a"), "rule": "d_number_to_fnr", "match_probability": 1}
    (row,) = made(given("a"), given("b"), links=[link])
    assert (row["person_id"], len(row["raw_refs"])) == (token("a"), 2)
