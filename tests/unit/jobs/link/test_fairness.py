"""A group that linkage misses or mistakes more often than others is seen, told, and stops the month."""

from dataclasses import replace

import pytest

from expectations.errors import DataRefused
from jobs.link.fairness import ASKED, DIMENSIONS, Group, counted, refuse_unequal

OWN = dict.fromkeys(DIMENSIONS, "a")
BASE = Group(dimension="number", group="foedselsnummer", records_n=1000, missed_n=20, false_n=0)
OTHER = replace(BASE, group="dNummer")


def test_missed_and_mistaken_are_counted_by_group() -> None:
    asked = {f"{ASKED}p{n}": OWN | {"number": "b"} for n in range(30)}
    answers = {f"{ASKED}p{n}": f"p{n}" for n in range(20)} | {f"{ASKED}p20": "p1"}
    found = {group.dimension: group for group in counted(asked, answers)}
    assert set(found) == set(DIMENSIONS)
    group = found["number"]
    assert (group.group, group.records_n, group.missed_n, group.false_n) == ("b", 30, 9, 1)


@pytest.mark.parametrize(("n", "told"), [(19, 0), (20, 1)])
def test_small_groups_are_left_out(n: int, told: int) -> None:
    asked = {f"{ASKED}p{i}": OWN for i in range(n)}
    assert sum(group.dimension == "number" for group in counted(asked, {})) == told


@pytest.mark.parametrize(
    ("other", "is_refused"),
    [
        pytest.param(replace(OTHER, missed_n=120), False, id="gap of ten points"),
        pytest.param(replace(OTHER, missed_n=170), True, id="gap of fifteen points"),
        pytest.param(replace(OTHER, records_n=99, missed_n=60), False, id="too small to be sure"),
        pytest.param(replace(OTHER, dimension="org_form", missed_n=500), False, id="another dimension"),
        pytest.param(replace(OTHER, false_n=10), False, id="one in a hundred mistaken"),
        pytest.param(replace(OTHER, false_n=25), True, id="one in forty mistaken"),
    ],
)
def test_a_gap_beyond_chance_stops_the_month(other: Group, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(DataRefused, match="number dNummer"):
            refuse_unequal([BASE, other])
    else:
        refuse_unequal([BASE, other])
