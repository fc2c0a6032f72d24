import pytest

from jobs.evaluate.splits import Fold, by_region, by_ring, months_before, problems
from tests.unit.jobs.evaluate.planted import groups, look_alike, ring

RINGS = [ring(f"R{n}", [f"r{n}a", f"r{n}b"], guise="held_out" if n == 4 else "easy") for n in range(10)]
ALIKE = [look_alike(f"L{n}", [f"l{n}a", f"l{n}b", f"l{n}c"]) for n in range(20)]
PLANTED = groups(RINGS, ALIKE)
EVERYBODY = [*PLANTED.group_of, *(f"b{n}" for n in range(200))]


def test_every_company_is_tested_once_with_its_whole_group() -> None:
    folds = by_ring(EVERYBODY, PLANTED, seed=1)
    assert sorted(o for fold in folds for o in fold.test) == sorted(EVERYBODY)
    assert problems(folds, PLANTED) == []
    for fold in folds:
        assert sum(o in fold.test for o in PLANTED.ring_of) == 4


def test_companies_that_share_a_company_are_one_group() -> None:
    linked = groups([ring("R1", ["a", "b"]), ring("R2", ["c", "d"])], [look_alike("L1", ["b", "c"])])
    assert len(set(linked.group_of.values())) == 1
    assert [len(fold.test) for fold in by_ring(["a", "b", "c", "d"], linked, seed=1, folds=2)] == [4, 0]


def test_a_held_out_guise_is_tested_and_never_learnt_from() -> None:
    folds = by_ring(EVERYBODY, PLANTED, seed=3)
    assert not any({"r4a", "r4b"} & fold.train for fold in folds)
    assert sum("r4a" in fold.test for fold in folds) == 1
    one_act = ring("R1", ["a", "b"])
    one_act["acts"]["A01"]["variant"] = "held_out"
    assert groups([one_act]).held_out == {groups([one_act]).group("a")}


def test_the_seed_and_nothing_else_decides_who_goes_where() -> None:
    once = by_ring(EVERYBODY, PLANTED, seed=1)
    assert by_ring(reversed(EVERYBODY), PLANTED, seed=1) == once
    assert by_ring(EVERYBODY, PLANTED, seed=2) != once


@pytest.mark.parametrize(
    ("train", "told"),
    [
        pytest.param({"r1a", "b1"}, "r1", id="ring on both sides"),
        pytest.param({"l2b"}, "l2", id="look-alike on both sides"),
        pytest.param({"r4a"}, "r4", id="held out and learnt from"),
    ],
)
def test_a_broken_split_is_told(train: set[str], told: str) -> None:
    found = problems([Fold("x", frozenset(train), frozenset({"r1b", "l2a", "b2"}))], PLANTED)
    assert len(found) == 1
    assert told in found[0]


def test_a_region_is_set_aside_with_everybody_linked_to_it() -> None:
    place = {o: f"{(int(o[1]) % 4 + 30)}01" if o[0] == "r" else "3101" for o in EVERYBODY}
    place["r1b"] = "3901"
    (fold,) = by_region(place, PLANTED, seed=1)
    code = fold.name.removeprefix("region:")
    assert all(o in fold.test for o in EVERYBODY if place[o].startswith(code))
    assert problems([fold], PLANTED) == []
    assert fold.train
    assert {"r4a"}.isdisjoint(fold.train)


def test_one_county_is_parted_by_municipality_and_one_municipality_not_at_all() -> None:
    place = {o: "3403" if o.startswith(("r1", "r2")) else "3411" for o in EVERYBODY}
    (fold,) = by_region(place, PLANTED, seed=1)
    assert fold.name == "region:3403"
    assert by_region(dict.fromkeys(EVERYBODY, "3403"), PLANTED, seed=1) == []


def test_a_ring_that_cannot_be_seen_yet_is_not_asked_for() -> None:
    later = groups([ring("R1", ["a", "b"], month="2025-06"), ring("R2", ["c", "d"], month="2026-02")])
    assert later.visible("2026-01") == {"a": "R1", "b": "R1"}
    assert set(later.visible("2026-02")) == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("months", "learnt"),
    [
        (["2025-11", "2025-12", "2026-01", "2026-02"], ["2025-11", "2025-12"]),
        (["2025-12", "2026-01"], ["2025-12"]),
        (["2026-01"], ["2026-01"]),
    ],
)
def test_the_months_before_are_learnt_from(months: list[str], learnt: list[str]) -> None:
    assert months_before(months, "2026-01", 2) == learnt
