from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_org import OWNER_ROOTS, OWNERSHIPS
from expectations.tables_core_work import PERSON_LINKS
from expectations.tables_raw_tax import SHAREHOLDINGS

M = "2026-01"
COMPANY = "310000205"
PERSON = "p1_" + "a" * 26


def held(
    shares: int, of: int, holder: str | None = None, share_class: str = "A", **values: object
) -> dict[str, object]:
    who = {"holder_orgnr": holder} if holder else {"holder_token": PERSON, "holder_birth_year": "1980"}
    row = {"company_orgnr": COMPANY, "company_name": "X AS", "share_class": share_class, "holder_name": "N"}
    return row | who | {"shares": shares, "company_shares": of} | values


@pytest.fixture
def made(raw: Any, rows: Any, table: Any) -> Any:
    from jobs.core.ownerships import transform

    def make(*deliveries: Any, month: Any = M, links: Any = ()) -> Any:
        frame = transform(
            shareholdings=raw(SHAREHOLDINGS, month, *deliveries, holds_at_end=True),
            person_links=table(PERSON_LINKS, *links),
            month=month,
        )
        return {
            (r["orgnr"], r["holder_id"].split(":")[0]): (str(r["share"]), r["year"])
            for r in rows(frame, OWNERSHIPS)
        }

    return make


def test_classes_are_summed_when_the_total_is_the_companys(made: Any, sent: Any) -> None:
    found = made(sent("D1", "2024", [held(30, 100), held(30, 100, share_class="B")], kind="snapshot"))
    assert found == {(COMPANY, "person"): ("0.600000", "2024")}


def test_classes_are_summed_when_the_total_is_the_class_own(made: Any, sent: Any) -> None:
    rows = [
        held(60, 100),
        held(40, 100, "310000604"),
        held(0, 50, share_class="B"),
        held(50, 50, "310000604", "B"),
    ]
    assert made(sent("D1", "2024", rows, kind="snapshot")) == {
        (COMPANY, "person"): ("0.400000", "2024"),
        (COMPANY, "org"): ("0.600000", "2024"),
    }


def test_two_spellings_of_one_person_are_one_holder(made: Any, sent: Any) -> None:
    other = "p1_" + "b" * 26
    rows = [held(30, 100), held(20, 100, holder_token=other)]
    link = {"token": other, "person_id": PERSON, "rule": "name_probability"}
    links = [link | {"match_probability": Decimal("0.99")}]
    delivered = sent("D1", "2024", rows, kind="snapshot")
    assert made(delivered, links=links) == {(COMPANY, "person"): ("0.500000", "2024")}


def test_share_is_rounded_half_up_to_millionths(made: Any, sent: Any) -> None:
    assert made(sent("D1", "2024", [held(2, 3)], kind="snapshot")) == {
        (COMPANY, "person"): ("0.666667", "2024")
    }


def test_replacement_replaces_the_whole_list_of_its_companies(made: Any, sent: Any) -> None:
    other = held(1, 1, "310000604", company_orgnr="310000701")
    found = made(
        sent(
            "D1",
            "2024",
            [held(50, 100), held(50, 100, "310000604"), other],
            kind="snapshot",
            at="2025-05-20T00:00:00",
        ),
        sent("D2", "2024", [held(100, 100, "310000604")], kind="replacement", at="2025-06-20T00:00:00"),
    )
    assert found == {(COMPANY, "org"): ("1.000000", "2024"), ("310000701", "org"): ("1.000000", "2024")}


def test_a_later_year_closes_companies_it_lacks_but_not_before_its_end(made: Any, sent: Any) -> None:
    deliveries = [
        sent("D1", "2023", [held(1, 1)], kind="snapshot", at="2024-05-20T00:00:00"),
        sent(
            "D2", "2024", [held(1, 1, company_orgnr="310000701")], kind="snapshot", at="2025-05-20T00:00:00"
        ),
    ]
    assert made(*deliveries) == {("310000701", "person"): ("1.000000", "2024")}
    assert made(*deliveries, month="2024-11") == {(COMPANY, "person"): ("1.000000", "2023")}


def test_holder_without_number_or_birth_year_is_neither_person_nor_company(made: Any, sent: Any) -> None:
    row = held(1, 1) | {"holder_birth_year": None}
    assert made(sent("D1", "2024", [row], kind="snapshot")) == {(COMPANY, "other"): ("1.000000", "2024")}


@pytest.fixture
def roots(table: Any, rows: Any) -> Any:
    from jobs.core.owner_roots import transform

    def make(*owned: Any) -> Any:
        ownerships = [
            {
                "orgnr": org,
                "holder_id": holder,
                "holder_kind": holder.split(":")[0],
                "share": Decimal(share),
                "year": "2024",
            }
            for org, holder, share in owned
        ]
        found = rows(transform(ownerships=table(OWNERSHIPS, *ownerships), month=M), OWNER_ROOTS)
        return {r["orgnr"]: (r["owner_root"], r["steps_n"]) for r in found}

    return make


@pytest.mark.parametrize(
    ("share", "found"),
    [
        pytest.param("0.500000", {}, id="half is no majority"),
        pytest.param("0.500001", {"1": ("person:p", 1)}, id="more than half"),
    ],
)
def test_majority(roots: Any, share: Any, found: Any) -> None:
    assert roots(("1", "person:p", share)) == found


def test_companies_of_one_person_have_one_root_whatever_the_steps(roots: Any) -> None:
    found = roots(("1", "org:2", "0.6"), ("2", "person:p", "0.6"), ("3", "person:p", "1"))
    assert found == {"1": ("person:p", 2), "2": ("person:p", 1), "3": ("person:p", 1)}


def test_company_that_is_a_root_belongs_to_its_own_group(roots: Any) -> None:
    assert roots(("1", "org:9", "1")) == {"1": ("org:9", 1), "9": ("org:9", 0)}


def test_ring_has_its_smallest_company_as_root(roots: Any) -> None:
    found = roots(("1", "org:2", "0.6"), ("2", "org:3", "0.6"), ("3", "org:1", "0.6"), ("7", "org:3", "0.9"))
    assert {org: root for org, (root, _) in found.items()} == dict.fromkeys("1237", "org:1")


def test_company_that_owns_itself(roots: Any) -> None:
    assert roots(("1", "org:1", "0.6")) == {"1": ("org:1", 1)}


def test_chain_ends_at_the_sixth_holder(roots: Any) -> None:
    chain = [(str(n), f"org:{n + 1}", "1") for n in range(1, 9)]
    found = roots(*chain)
    assert found["1"] == ("org:7", 6)
    assert found["3"] == ("org:9", 6)
    assert found["4"] == ("org:9", 5)
