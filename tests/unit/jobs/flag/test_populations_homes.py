"""Homes that no scope was cut for, and those of which no unit is known."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pytest

from graph.registry import indicator
from jobs.flag.populations import population_of


def read(table: str, columns: Sequence[str]) -> pa.Table:
    rows = {
        "core_home__buildings": [{"building_no": "1"}, {"building_no": "2"}, {"building_no": "3"}],
        "core_home__stays": [
            {"dwelling_id": "7:H0101"},
            {"dwelling_id": "7:H0101"},
            {"dwelling_id": "8:H0101"},
        ],
        "core_home__dwellings": [{"dwelling_id": f"{number}:H0101"} for number in (6, 7, 8, 9)],
        "core_home__seats": [
            {"orgnr": "1", "address_id": "7", "unit_no": "H0101"},
            {"orgnr": "2", "address_id": "8", "unit_no": "H0101"},
            {"orgnr": "3", "address_id": "8", "unit_no": None},
        ],
        "core_org__organisations": [
            {"orgnr": str(number), "deleted_on": None if number < 5 else date(2025, 5, 1)}
            for number in range(1, 6)
        ],
        "core_home__occupancy": [
            {"place_id": "dwelling:7:H0101", "is_unit_known": True},
            {"place_id": "dwelling:8:H0101", "is_unit_known": True},
            {"place_id": "address:9", "is_unit_known": False},
        ],
    }[table]
    return pa.Table.from_pylist(rows).select(list(columns))


def test_buildings_without_two_workers_outside_homes_and_addresses_without_a_unit() -> None:
    assert population_of(indicator("I04"))(read, {"building:2"}) == {
        ("building", "not_triggered", "fewer_than_two_workers_outside_homes"): 2,
        ("address", "not_evaluable", "unit_unknown"): 1,
    }


def test_addresses_of_seats_without_four_workers_and_companies_without_a_unit() -> None:
    assert population_of(indicator("I06"))(read, {"address:8"}) == {
        ("address", "not_triggered", "fewer_than_four_working_residents"): 1,
        ("org", "not_evaluable", "no_unit_in_business_address"): 2,
    }


def test_dwellings_with_moves_that_are_not_near_and_those_with_few() -> None:
    assert population_of(indicator("I05"))(read, {"churn:8:H0101"}) == {
        ("dwelling", "not_triggered", "moves_not_near_hires_or_exits"): 1,
        ("dwelling", "not_evaluable", "fewer_than_four_moves_known"): 2,
    }


@pytest.mark.parametrize("indicator_id", ["I04", "I05", "I06"])
def test_no_home_at_all_is_no_error(indicator_id: str) -> None:
    def nothing(table: str, columns: Sequence[str]) -> pa.Table:
        types = {"is_unit_known": pa.bool_()}
        return pa.table({c: pa.array([], types.get(c, pa.string())) for c in columns})

    assert set(population_of(indicator(indicator_id))(nothing, set()).values()) == {0}
