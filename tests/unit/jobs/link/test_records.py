"""What is compared: names without accents, one record per spelling, homes, and ties that few have."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_link import KNOWN_LINKS
from expectations.tables_raw_amelding import RECIPIENTS
from expectations.tables_raw_brreg import ROLES
from expectations.tables_raw_owners import OWNERS
from expectations.tables_raw_residence import RESIDENCES
from expectations.tables_raw_tax import SHAREHOLDINGS
from jobs.link import records

M = "2026-01"
BORN = date(1980, 5, 12)


def token(letter: str) -> str:
    return "p1_" + letter * 26


@pytest.fixture
def index(raw: Any, sent: Any, table: Any) -> Any:
    def make(**given: Any) -> list[dict[str, Any]]:
        frame = records.index(
            roles=raw(ROLES, M, sent("R", "2026-01-31", given.get("roles", []))),
            owners=raw(OWNERS, M, sent("O", "2026-01-31", given.get("owners", []))),
            recipients=raw(RECIPIENTS, M, sent("A", "2026-01", given.get("recipients", []))),
            residences=raw(RESIDENCES, M, sent("F", "2026-01-31", given.get("residences", []))),
            known_links=table(KNOWN_LINKS, *given.get("links", [])),
        )
        return sorted(frame.toArrow().to_pylist(), key=lambda row: row["unique_id"])

    return make


def role(**values: object) -> dict[str, object]:
    usual = {"orgnr": "310000205", "group_code": "DAGL", "role_code": "DAGL", "person_born_on": BORN}
    return usual | {"person_first_name": "Kari", "person_last_name": "Nordmann"} | values


def test_one_person_seen_in_three_registers_is_one_record_with_all_ties(index: Any) -> None:
    number = token("n")
    (found,) = index(
        roles=[role(person_token=number)],
        owners=[{"orgnr": "310000604", "owner_token": number, "first_name": "KARI", "last_name": "NORDMANN",
                 "born_on": BORN}],
        recipients=[{"employer_orgnr": "310000906", "worker_token": number, "name": "Kari Nordmann",
                     "born_on": BORN}],
        residences=[{"person_token": number, "residence_kind": "bostedsadresse", "is_current": True,
                     "postcode": "0150", "address_grading": "ugradert"},
                    {"person_token": number, "residence_kind": "bostedsadresse", "is_current": False,
                     "postcode": "5003", "address_grading": "ugradert"}],
    )  # fmt: skip
    assert (found["given"], found["family"], found["born"], found["birth_year"], found["place"]) == (
        "KARI",
        "NORDMANN",
        "1980-05-12",
        "1980",
        "0150",
    )
    assert found["ties"] == found["close_ties"] == ["310000205", "310000604", "310000906"]
    assert (found["person_id"], found["is_numbered"], len(found["raw_refs"])) == (number, True, 3)


def test_a_second_spelling_is_a_second_record_of_the_same_person(index: Any) -> None:
    links = [{"token": token("o"), "person_id": token("n"), "rule": "earlier_number"}]
    found = index(
        roles=[role(person_token=token("n")), role(person_token=token("o"), person_last_name="Hansen")],
        links=links,
    )
    assert [(row["person_id"], row["family"]) for row in found] == [
        (token("n"), "HANSEN"),
        (token("n"), "NORDMANN"),
    ]


def test_a_role_without_a_number_stands_for_itself(index: Any) -> None:
    (found,) = index(roles=[role(name_token=token("m"))])
    assert (found["person_id"], found["is_numbered"]) == (token("m"), False)


def test_a_company_of_many_does_not_bring_records_together(
    index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CLOSE_AT_MOST", 3)
    few = [role(name_token=token(letter)) for letter in "abc"]
    many = [role(name_token=token(letter), orgnr="310000604") for letter in "defg"]
    found = {row["person_id"][-1]: (row["ties"], row["close_ties"]) for row in index(roles=few + many)}
    assert found == {letter: (["310000205"], ["310000205"]) for letter in "abc"} | {
        letter: (["310000604"], []) for letter in "defg"
    }


@pytest.mark.parametrize(
    ("written", "given", "names", "family"),
    [
        ("Kari Nordmann", "KARI", ["KARI"], "NORDMANN"),
        ("  kari-anne  d'Angelo ", "KARI", ["KARI", "ANNE"], "DANGELO"),
        ("Åse Ødegård", "ÅSE", ["ÅSE"], "ØDEGÅRD"),
        ("José Müller", "JOSE", ["JOSE"], "MULLER"),
        ("Nordmann", None, [], "NORDMANN"),
    ],
)
def test_names_are_compared_without_accents(
    raw: Any, sent: Any, written: str, given: str | None, names: list[str], family: str
) -> None:
    held = {
        "company_orgnr": "310000205",
        "company_name": "X AS",
        "share_class": "A",
        "holder_name": written,
        "holder_birth_year": "1980",
        "holder_place": "0150 OSLO",
        "holder_token": token("h"),
        "shares": 1,
        "company_shares": 2,
    }
    frame = records.shareholders(raw(SHAREHOLDINGS, M, sent("S", "2024", [held]), holds_at_end=True))
    (found,) = frame.toArrow().to_pylist()
    assert (found["given"], found["given_names"], found["family"]) == (given, names, family)
    assert (found["birth_year"], found["place"], found["born"], found["source"]) == (
        "1980",
        "0150",
        None,
        "shareholder",
    )


def test_holders_without_a_birth_year_are_not_compared(raw: Any, sent: Any) -> None:
    held = {
        "company_orgnr": "310000205",
        "company_name": "X AS",
        "share_class": "A",
        "holder_name": "Somebody Abroad",
        "holder_token": token("h"),
        "shares": 1,
        "company_shares": 2,
    }
    frame = records.shareholders(raw(SHAREHOLDINGS, M, sent("S", "2024", [held]), holds_at_end=True))
    assert frame.toArrow().to_pylist() == []
