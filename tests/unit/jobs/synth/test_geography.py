from collections import Counter

import pytest

from expectations.errors import UsageError
from jobs.synth.geography import BY_NUMBER, COUNTIES, LARGEST, canonical, largest, municipalities


def test_the_demonstration_lies_in_three_municipalities_with_real_postal_places() -> None:
    found = municipalities("", "2026-01")
    assert [(m.number, m.name, m.weight) for m in found] == [
        ("3403", "HAMAR", 0.45),
        ("3411", "RINGSAKER", 0.32),
        ("3420", "ELVERUM", 0.23),
    ]
    assert found[0].places == (("2315", "HAMAR"), ("2317", "HAMAR"), ("2321", "HAMAR"))


def test_norway_has_all_its_municipalities_weighted_by_people() -> None:
    found = municipalities("norge", "2026-01")
    assert len(found) == 357
    assert [m.number for m in found] == sorted({m.number for m in found})
    assert sum(m.weight for m in found) == pytest.approx(1)
    people = sum(county.people for county in COUNTIES)
    assert 5_500_000 < people < 5_700_000
    by_number = {m.number: m for m in found}
    assert by_number["0301"].weight * people == pytest.approx(724_000, rel=0.01)
    assert by_number["4601"].weight * people == pytest.approx(295_000, rel=0.01)
    assert {m.number[:2] for m in found} == set(BY_NUMBER)
    for county in COUNTIES:
        inside = sum(m.weight for m in found if m.number[:2] == county.number)
        assert inside * people == pytest.approx(county.people, rel=0.02)
    assert set(LARGEST) <= set(by_number)


def test_names_are_printed_as_registers_print_them() -> None:
    names = {m.number: m.name for m in municipalities("norge", "2026-01")}
    assert names["0301"] == "OSLO"
    assert names["3419"] == names["3114"] == "VÅLER"
    assert not [name for name in names.values() if name != name.upper() or "(" in name or " - " in name]


def test_every_postal_code_is_of_one_municipality_and_begins_as_its_county_does() -> None:
    found = municipalities("norge", "2026-01")
    codes = Counter(code for m in found for code, _ in m.places)
    assert set(codes.values()) == {1}
    for m in found:
        assert m.places
        assert all(code[:2] in BY_NUMBER[m.number[:2]].postal for code, _ in m.places)
    assert len(next(m for m in found if m.number == "0301").places) > 5


def test_a_municipality_is_the_same_whatever_else_is_chosen() -> None:
    alone = municipalities("5001", "2026-01")[0]
    among = next(m for m in municipalities("46,50", "2026-01") if m.number == "5001")
    assert (alone.places, alone.north, alone.east) == (among.places, among.north, among.east)
    assert alone.weight == 1


def test_positions_lie_within_their_county() -> None:
    for m in municipalities("norge", "2026-01"):
        county = BY_NUMBER[m.number[:2]]
        if m.number not in ("3403", "3411", "3420"):
            assert abs(m.north - county.north) <= county.reach
            assert abs(m.east - county.east) <= county.reach


@pytest.mark.parametrize(
    ("region", "text"),
    [
        pytest.param("", "", id="the demonstration"),
        pytest.param(" Norge ", "norge", id="all of it"),
        pytest.param("46, 03", "03,46", id="counties in order"),
        pytest.param("3403,3403", "3403", id="once each"),
    ],
)
def test_one_region_has_one_spelling(region: str, text: str) -> None:
    assert canonical(region) == text


@pytest.mark.parametrize("region", ["oslo", "3", "340", "34;46", "norge,34", "34,"])
def test_other_words_are_no_region(region: str) -> None:
    with pytest.raises(UsageError, match="county numbers"):
        canonical(region)


@pytest.mark.parametrize(("region", "month"), [("77", "2026-01"), ("3999", "2026-01"), ("34", "2023-06")])
def test_places_that_did_not_exist_are_refused(region: str, month: str) -> None:
    with pytest.raises(UsageError, match="region"):
        municipalities(region, month)


def test_a_county_and_one_of_its_municipalities_are_that_county() -> None:
    both, county = municipalities("34,3403", "2026-01"), municipalities("34", "2026-01")
    assert [(m.number, m.weight) for m in both] == [(m.number, m.weight) for m in county]
    assert len(county) == 46


def test_the_largest_are_kept_in_order() -> None:
    kept = largest(municipalities("46", "2026-01"), 3)
    assert [m.number for m in kept] == ["4601", "4626", "4627"]
    assert sum(m.weight for m in kept) == pytest.approx(1)
