"""Which pairs become links, on records small enough to be judged by hand."""

import random
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from expectations.errors import UsageError
from jobs.link.pairs import RECORD, compared, decided

PERSON = {
    "given": "KARI",
    "given_names": ["KARI"],
    "family": "NORDMANN",
    "born": "1980-05-12",
    "birth_year": "1980",
    "place": "0150",
    "ties": ["310000205"],
    "close_ties": ["310000205"],
    "raw_refs": ["r"],
}
HOLDER = {**PERSON, "source": "shareholder", "is_numbered": False, "born": None}


def records(**rows: dict[str, Any]) -> pa.Table:
    """Records by person; a person's second spelling is written with a dash and a number."""
    return pa.Table.from_pylist(
        [
            {"source": "register", "is_numbered": True, **PERSON, **row, "unique_id": name,
             "person_id": name.split("_")[0]}
            for name, row in rows.items()
        ],
        schema=RECORD,
    )  # fmt: skip


STRANGERS: dict[str, dict[str, Any]] = {
    f"x{n}": {
        "given": f"ANNEN{n}",
        "given_names": [f"ANNEN{n}"],
        "family": f"SLEKT{n % 17}",
        "born": f"19{40 + n % 50}-01-{n % 28 + 1:02d}",
        "birth_year": f"19{40 + n % 50}",
        "place": f"{n:04d}",
        "ties": [f"31{n:07d}"],
        "close_ties": [f"31{n:07d}"],
    }
    for n in range(400)
}
"""Enough others for frequencies and the prior to mean something."""


def decisions(queries: pa.Table, index: pa.Table) -> dict[str, tuple[str, str]]:
    return {
        row["token"]: (row["person_id"], row["decision"])
        for row in decided(queries, index).to_pylist()
        if row["place_in_order"] == 1
    }


def test_a_shareholder_with_the_persons_name_year_place_and_company_is_linked() -> None:
    found = decided(records(h=HOLDER), records(p={}, **STRANGERS)).to_pylist()
    assert [(row["token"], row["person_id"], row["decision"]) for row in found] == [("h", "p", "linked")]
    (row,) = found
    assert dict(row["levels"]) == {
        "given": "same",
        "family": "same",
        "birth": "same_year",
        "place": "same",
        "ties": "shared",
    }
    bits = sum(Decimal(weight) for _, weight in row["weights"])
    assert row["match_weight"] < bits
    assert row["match_probability"] >= Decimal("0.95")
    assert row["raw_refs"] == ["r", "r"]


def test_two_equally_likely_persons_are_told_and_neither_is_linked() -> None:
    found = decided(records(h=HOLDER), records(p={}, q={}, **STRANGERS)).to_pylist()
    assert [(row["person_id"], row["decision"]) for row in found] == [("p", "ambiguous"), ("q", "outweighed")]


def test_the_company_decides_between_namesakes() -> None:
    namesake = {"ties": ["310000604"], "close_ties": ["310000604"], "place": "5003"}
    found = decisions(records(h=HOLDER), records(p={}, q=namesake, **STRANGERS))
    assert found == {"h": ("p", "linked")}


@pytest.mark.parametrize(
    ("born", "decision"),
    [
        pytest.param("1980-11-02", "unlikely", id="spouse of the same year"),
        pytest.param(None, "unlikely", id="date unknown"),
    ],
)
def test_a_relative_with_another_given_name_is_never_the_person(born: str | None, decision: str) -> None:
    spouse = {**HOLDER, "given": "OLA", "given_names": ["OLA"], "born": born}
    assert decisions(records(h=spouse), records(p={}, **STRANGERS))["h"] == ("p", decision)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"given": "KARRI", "given_names": ["KARRI"]}, id="misspelled"),
        pytest.param({"given": "ANNE", "given_names": ["ANNE", "KARI"]}, id="called by her second name"),
        pytest.param(
            {"given": "NORDMANN", "given_names": ["NORDMANN"], "family": "KARI"}, id="names exchanged"
        ),
    ],
)
def test_variants_of_a_name_are_the_person(change: dict[str, Any]) -> None:
    assert decisions(records(h={**HOLDER, **change}), records(p={}, **STRANGERS))["h"] == ("p", "linked")


def test_a_role_without_a_number_is_linked_to_a_number_only() -> None:
    role = {"is_numbered": False, "given": "KARIN", "given_names": ["KARIN"]}
    alone = records(r=role, q={"is_numbered": False, "given": "KARI"}, **STRANGERS)
    assert "r" not in decisions(records(r=role), alone)
    numbered = records(r=role, p={}, **STRANGERS)
    assert decisions(records(r=role), numbered)["r"] == ("p", "linked")


def test_a_shareholder_follows_a_role_holder_to_the_number() -> None:
    role = {"is_numbered": False, "given": "KARIN", "given_names": ["KARIN"]}
    index = records(p={}, r=role, **STRANGERS)
    holder = {**HOLDER, "given": "KARIN", "given_names": ["KARIN"]}
    assert decisions(records(h=holder, r=role), index) == {"h": ("p", "linked"), "r": ("p", "linked")}


def test_order_of_the_records_changes_nothing() -> None:
    queries = records(**{f"h{n}": {**HOLDER, "place": f"{n:04d}"} for n in range(20)})
    index = records(p={}, q={"born": "1980-05-13"}, **STRANGERS)
    shuffled = []
    for seed, table in enumerate((queries, index)):
        order = list(range(len(table)))
        random.Random(seed).shuffle(order)
        shuffled.append(table.take(order))
    assert decided(*shuffled).equals(decided(queries, index))


def test_nothing_to_compare_gives_no_candidates() -> None:
    assert len(decided(records(), records(p={}))) == 0
    assert len(decided(records(h=HOLDER), records())) == 0


def test_any_pair_can_be_compared_and_weights_add_up() -> None:
    queries, index = records(h=HOLDER), records(p={}, **STRANGERS)
    row = compared("h", "p", queries, index)
    assert row["is_candidate"]
    assert sum(map(Decimal, row["weights"].values())) + Decimal(row["prior_weight"]) == pytest.approx(
        Decimal(row["match_weight"]), abs=Decimal("0.001")
    )
    far = compared("h", "x7", queries, index)
    assert not far["is_candidate"]
    assert far["match_weight"] < -10
    with pytest.raises(UsageError, match="nobody has no record"):
        compared("h", "nobody", queries, index)
