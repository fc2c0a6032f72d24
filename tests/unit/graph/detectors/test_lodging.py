"""Who lives in a dwelling, works and holds it."""

from typing import Any

import pytest

from graph.detectors.lodging import Lodging, lodgings
from tests.golden.loader import built, node_id

HOME = "a1:H0101"


def lodging(nodes: dict[str, Any] | None = None, **edges: Any) -> Lodging:
    (found,) = lodgings(built({"scope": f"dwelling:{HOME}", "nodes": nodes or {}, "edges": edges}))
    return found


def test_empty_dwelling() -> None:
    found = lodging()
    assert (found.residents, found.workers, found.holders, found.unrelated) == ((), (), (), 0)
    assert found.codes == {"holder_unknown"}


@pytest.mark.parametrize(
    ("stay", "lives_there"),
    [
        pytest.param({"days": "2026-01-31.."}, True, id="moved in on the last day"),
        pytest.param({"days": "2026-02-01.."}, False, id="moves in the day after"),
        pytest.param({"days": "2025-01-01..2026-01-31"}, True, id="moved out on the last day"),
        pytest.param({"days": "2025-01-01..2026-01-30"}, False, id="moved out before"),
        pytest.param({"days": ".."}, True, id="days unknown"),
        pytest.param({"certainty": "tip_only"}, False, id="tip"),
        pytest.param({"certainty": "reported"}, True, id="notice"),
    ],
)
def test_resident(stay: dict[str, Any], lives_there: bool) -> None:
    found = lodging(H={"resides_in": f"p > {HOME}", **stay})
    assert found.residents == (("person:p",) if lives_there else ())


@pytest.mark.parametrize(
    ("person", "spell", "works"),
    [
        pytest.param({"is_adult": True}, {}, True, id="adult"),
        pytest.param({"is_adult": None}, {}, True, id="age unknown"),
        pytest.param({"is_adult": False}, {}, False, id="minor"),
        pytest.param({"is_adult": True}, {"is_paid": False}, False, id="without pay"),
        pytest.param({"is_adult": True}, {"is_paid": None}, True, id="pay unknown"),
        pytest.param(
            {"is_adult": True}, {"days": "2025-01-01..2025-12-31"}, False, id="ended before the month"
        ),
        pytest.param({"is_adult": True}, {"days": "2025-01-01..2026-01-01"}, True, id="ended in the month"),
        pytest.param({"is_adult": True}, {"days": "2026-02-01.."}, False, id="begins after the month"),
    ],
)
def test_worker(person: dict[str, Any], spell: dict[str, Any], works: bool) -> None:
    found = lodging(
        {"person:p": person}, H={"resides_in": f"p > {HOME}"}, W={"employed_by": "p > alfa", **spell}
    )
    assert found.workers == (("person:p",) if works else ())


def test_employer_of_a_notice_stands_in_only_where_no_employment_is_known() -> None:
    found = lodging(
        H1={"resides_in": f"p > {HOME}", "employer_orgnr": "beta"},
        W1={"employed_by": "p > alfa"},
        H2={"resides_in": f"q > {HOME}", "employer_orgnr": "beta"},
    )
    assert found.employers == {"person:p": (node_id("alfa"),), "person:q": (node_id("beta"),)}
    assert "employer_from_notice" in found.codes


def test_relatives_count_once_for_all_and_for_each_employer() -> None:
    found = lodging(
        None,
        **{f"H{p}": {"resides_in": f"{p} > {HOME}"} for p in "abc"},
        **{f"W{p}": {"employed_by": f"{p} > alfa"} for p in "abc"},
        F={"family": "a > b"},
        G={"family": "b > elsewhere"},
    )
    assert len(found.workers) == 3
    assert found.unrelated == 2
    assert found.families_of(node_id("alfa")) == 2
    assert found.families_of(node_id("beta")) == 0


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        ({}, None),
        ({"housing_kind": "bolig"}, False),
        ({"housing_kind": "bolig", "permit": "ja"}, False),
        ({"housing_kind": "brakkerigg", "permit": "ja"}, True),
        ({"housing_kind": "brakkerigg", "permit": "nei"}, False),
        ({"housing_kind": "brakkerigg", "permit": "ukjent"}, None),
        ({"housing_kind": "brakkerigg"}, None),
    ],
)
def test_permitted_barracks(attributes: dict[str, Any], wanted: bool | None) -> None:
    assert lodging({f"dwelling:{HOME}": attributes}).is_permitted_barracks is wanted


def test_a_cut_of_ones_own_gives_every_dwelling_in_it() -> None:
    network = built(
        {
            "scope": "dwelling:mine",
            "nodes": {"dwelling:a1:H0101": {"rooms_n": 1}, "dwelling:a2:H0101": {"rooms_n": 2}},
        }
    )
    assert [found.dwelling.node_id for found in lodgings(network)] == [
        "dwelling:a1:H0101",
        "dwelling:a2:H0101",
    ]
