"""All of Norway in small: everything in proportion to the firms."""

from collections import Counter
from typing import Any

import orjson
import pytest

from expectations import contract
from expectations.identifiers import is_fnr, is_orgnr
from jobs.synth.emit_brreg import EntityRegister
from jobs.synth.emit_dormant import with_dormant
from jobs.synth.generate import make_world
from jobs.synth.national import DWELLINGS, ENTITIES, PERSONS
from jobs.synth.parameters import NATIONAL_FIRMS, Parameters
from jobs.synth.work import staff_on
from jobs.synth.world import World

FIRMS = 1000
EMPLOYMENTS = 3_000_000

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def norway() -> World:
    return make_world(Parameters(FIRMS, 1, 2, 0.02, "2026-01", False, region="norge", national=True))


def share(count: int) -> float:
    """What a count would be in the whole country."""
    return count * NATIONAL_FIRMS / FIRMS


def test_people_homes_and_entities_are_in_proportion(norway: World) -> None:
    assert share(len(norway.persons)) == pytest.approx(PERSONS, rel=0.03)
    homes = {stay.dwelling for person in norway.persons for stay in person.stays if stay.until is None}
    assert share(len(homes)) == pytest.approx(DWELLINGS, rel=0.15)
    assert share(len(norway.firms) + len(norway.dormant)) == pytest.approx(ENTITIES, rel=0.01)


def test_employments_are_in_proportion_and_a_third_is_public(norway: World) -> None:
    staff = {f: staff_on(f, norway.closing) for f in norway.firms}
    assert share(sum(staff.values())) == pytest.approx(EMPLOYMENTS, rel=0.3)
    public = sum(count for f, count in staff.items() if f.public_kind)
    assert 0.15 < public / sum(staff.values()) < 0.45
    assert max(staff.values()) > 150


def test_all_ages_live_there(norway: World) -> None:
    ages = Counter(min((norway.opening.year - p.born.year) // 20, 4) for p in norway.persons if p.stays)
    total = sum(ages.values())
    assert set(ages) == {0, 1, 2, 3, 4}
    assert 0.15 < ages[0] / total < 0.35
    assert 0.1 < (ages[3] + ages[4]) / total < 0.4
    assert all(is_fnr(p.number) for p in norway.persons)


def rows(norway: World, source: str, kind: str) -> list[list[bytes]]:
    made = with_dormant(norway, EntityRegister(norway).deliveries())
    return [d.files[0].rows for d in made if (d.source, d.kind) == (source, kind)]


@pytest.mark.parametrize(
    ("source", "record"),
    [
        pytest.param("brreg_enheter", "enhet", id="entities"),
        pytest.param("brreg_roller", "enhetsroller", id="roles"),
    ],
)
def test_dormant_entities_stand_among_the_others_in_full_lists(
    norway: World, source: str, record: str
) -> None:
    dormant = {d.orgnr for d in norway.dormant}
    assert all(is_orgnr(number) for number in dormant)
    snapshots = rows(norway, source, "snapshot")
    assert snapshots
    validator = jsonschema.Draft202012Validator(contract.record_schema(source, record))
    for snapshot in snapshots:
        decoded: list[dict[str, Any]] = [orjson.loads(row) for row in snapshot]
        numbers = [row["organisasjonsnummer"] for row in decoded]
        assert numbers == sorted(set(numbers))
        assert dormant <= set(numbers)
        first_half = sum(number in dormant for number in numbers[: len(numbers) // 2])
        assert 0.4 < first_half / len(dormant) < 0.6
        mine = [row for row in decoded if row["organisasjonsnummer"] in dormant]
        assert not [row for row in mine[::20] if not validator.is_valid(row)]
    for delta in rows(norway, source, "delta"):
        assert not dormant & {orjson.loads(row)["organisasjonsnummer"] for row in delta}


def test_dormant_entities_do_nothing(norway: World) -> None:
    numbers = {d.orgnr for d in norway.dormant}
    assert not numbers & {f.orgnr for f in norway.firms}
    assert {d.form for d in norway.dormant} == {"ENK", "AS", "FLI"}
    living = {p.number for p in norway.persons if p.stays}
    assert all(d.leader.number in living for d in norway.dormant)
    roles = Counter(d.leader.number for d in norway.dormant)
    assert max(roles.values()) < 12
