"""Stays with moves in the last twelve months: what is read, what is left out, which dwellings are kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from expectations.tables_core_home import STAYS
from expectations.tables_core_work import PERSON_LINKS
from expectations.tables_raw_housing import NOTICES, RESIDENTS
from expectations.tables_raw_residence import PERSONS, RESIDENCES

M = "2026-01"
LETTERS = "abcd"
FIRST, LAST = date(2025, 5, 1), date(2025, 9, 30)


def token(letter: str) -> str:
    return "p1_" + letter * 26


def lived(letter: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "residence_kind": "bostedsadresse",
        "address_grading": "ugradert",
        "address_id": "7",
    }
    row |= {"unit_no": "H0101", "is_current": True, "moved_on": FIRST, "record_no": LETTERS.index(letter) + 1}
    return row | {"person_token": token(letter)} | values


def ceased(day: date) -> dict[str, Any]:
    """Values of a stay whose first day without it is the next one; midnight in Oslo in summer."""
    after = datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
    return {"is_current": False, "valid_to_at": after}


@pytest.fixture
def found(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    from jobs.core.stays import transform

    def make(residences: Any, notices: Any = (), residents: Any = ()) -> Any:
        people = [{"person_token": token(letter), "person_status": "bosatt"} for letter in LETTERS]
        numbered = [{"item_no": n, **row} for n, row in enumerate(residences)]
        lodged = [{"notice_id": "N1", "record_no": 1, "item_no": n, **r} for n, r in enumerate(residents)]
        frame = transform(
            persons=raw(PERSONS, M, sent("D1", "2026-01-01", people, kind="snapshot")),
            residences=raw(RESIDENCES, M, sent("D1", "2026-01-01", numbered, kind="snapshot")),
            notices=raw(NOTICES, M, sent("N1", M, list(notices))),
            residents=raw(RESIDENTS, M, sent("N1", M, lodged)),
            person_links=table(PERSON_LINKS),
            month=M,
        )
        return rows(frame, STAYS)

    return make


def test_earlier_and_present_stays_have_their_days(found: Any) -> None:
    later = lived("a", address_id="8", moved_on=date(2025, 10, 1))
    rows = found([lived("a") | ceased(LAST), later, *(lived(letter) for letter in "bcd")])
    assert {(r["person_id"], r["dwelling_id"]) for r in rows} == {
        (token(letter), "7:H0101") for letter in LETTERS
    }
    (left,) = [r for r in rows if r["person_id"] == token("a")]
    assert (left["valid_from"], left["valid_to"], left["source"]) == (FIRST, LAST, "bostedsadresse")


@pytest.mark.parametrize(
    ("values", "n"),
    [
        pytest.param({}, 4, id="all"),
        pytest.param({"unit_no": None}, 0, id="unit unknown"),
        pytest.param({"address_grading": "klientadresse"}, 0, id="client address"),
        pytest.param({"is_current": False}, 0, id="end unknown"),
        pytest.param({"moved_on": None}, 0, id="start unknown"),
        pytest.param({"moved_on": date(2025, 2, 1)}, 4, id="first day of the window"),
        pytest.param({"moved_on": date(2025, 1, 31)}, 0, id="the day before"),
        pytest.param({"moved_on": date(2026, 2, 1)}, 0, id="after the month"),
    ],
)
def test_which_stays_count(found: Any, values: dict[str, Any], n: int) -> None:
    assert len(found([lived(letter) for letter in "abc"] + [lived("d") | values])) == n


def test_a_stay_that_began_before_and_ended_inside_counts_once(found: Any) -> None:
    old = [lived(letter, moved_on=date(2020, 1, 1)) | ceased(LAST) for letter in LETTERS]
    assert len(found(old)) == 4
    assert found(old[:3]) == []
    assert len(found([lived("a") | ceased(LAST), lived("b") | ceased(LAST)])) == 2


def test_notices_tell_of_stays_that_the_register_does_not(found: Any) -> None:
    notice: dict[str, Any] = {"notice_id": "N1", "address_id": "7", "unit_no": "H0101"}
    notice |= {"noticed_by": "arbeidsgiver", "record_no": 1, "is_confirmed": False, "from_on": FIRST}
    lodged = [{"resident_token": token(letter), "from_on": FIRST, "to_on": LAST} for letter in "ab"]
    rows = found([lived("a"), lived("b", moved_on=None, address_id=None), lived("c")], [notice], lodged)
    assert [(r["person_id"][3], r["source"]) for r in rows] == [
        ("a", "bostedsadresse"),
        ("b", "innkvartering"),
        ("c", "bostedsadresse"),
    ]
    assert found([], [notice | {"noticed_by": "tips"}], lodged) == []


def test_the_end_after_the_month_is_not_known_yet(found: Any) -> None:
    rows = found([lived(letter) | ceased(date(2026, 1, 31) + timedelta(days=9)) for letter in LETTERS])
    assert {r["valid_to"] for r in rows} == {None}


@pytest.mark.parametrize(("days", "n"), [(0, 4), (-1, 0)])
def test_a_stay_that_was_taken_back_on_its_first_day_never_was(found: Any, days: int, n: int) -> None:
    undone = lived("d") | ceased(FIRST + timedelta(days=days))
    rows = found([*(lived(letter) for letter in "abc"), undone, lived("d", moved_on=date(2020, 1, 1))])
    assert len(rows) == n
