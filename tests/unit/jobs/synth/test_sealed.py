"""Sealed attributes: for comparing shares only, told by nothing that is delivered."""

import json
from collections import Counter

import pytest

from jobs.synth.generate import make_world
from jobs.synth.sealed import SHARE_OF_B, sealed_rows
from jobs.synth.world import World
from tests.unit.jobs.synth.conftest import County


@pytest.fixture(scope="module")
def rows(world: World) -> dict[str, dict[str, str]]:
    return {row["orgnr"]: row for row in sealed_rows(world)}


def test_every_firm_has_one_row(world: World, rows: dict[str, dict[str, str]]) -> None:
    assert set(rows) == {f.orgnr for f in world.firms if not f.public_kind and f.form != "KBO"}
    assert {row["size_band"] for row in rows.values()} <= {"0", "1-4", "5-19", "20+"}
    assert all(set(row) == {"orgnr", "region", "size_band", "group"} for row in rows.values())


def test_group_has_nothing_to_do_with_guilt(world: World, rows: dict[str, dict[str, str]]) -> None:
    guilty = {firm.orgnr for ring in world.rings for firm in ring.companies}
    for part in (guilty & rows.keys(), rows.keys() - guilty):
        in_b = sum(rows[orgnr]["group"] == "B" for orgnr in part)
        assert abs(in_b - SHARE_OF_B * len(part)) <= 1


def test_group_goes_together_with_lawful_traits(world: World, rows: dict[str, dict[str, str]]) -> None:
    shares: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for firm in world.firms:
        if firm.orgnr in rows and firm.jobs:
            abroad = sum(job.person.is_d_number for job in firm.jobs) / len(firm.jobs)
            shares[abroad >= 0.3][rows[firm.orgnr]["group"]] += 1
    many, few = (shares[own]["B"] / shares[own].total() for own in (True, False))
    assert many > 1.3 * few


def test_lies_in_the_truth_and_in_nothing_that_is_delivered(county: County) -> None:
    sealed = county.truth("sealed.jsonl")
    assert len({row["orgnr"] for row in sealed}) == len(sealed) > 100
    for folder, envelope in county.deliveries():
        told = json.dumps(envelope)
        names = {file["name"] for file in envelope["files"]}
        assert not any(word in told for word in ("sealed", "size_band"))
        assert "sealed.jsonl" not in names
        assert not (folder / "sealed.jsonl").exists()


def test_is_drawn_from_a_stream_of_its_own(world: World) -> None:
    again = make_world(world.parameters)
    before = [f.orgnr for f in again.firms]
    first = list(sealed_rows(again))
    assert [f.orgnr for f in again.firms] == before
    assert {row["orgnr"] for row in first} <= set(before)
