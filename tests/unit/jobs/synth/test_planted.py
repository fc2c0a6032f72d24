"""What is planted is there, and the truth says so."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from jobs.synth.catalogue import FURTHER
from jobs.synth.model import Contract, Firm, Person
from jobs.synth.parameters import ring_count
from jobs.synth.truth import look_alike_row, ring_row
from jobs.synth.world import World

TYPOLOGIES = {"A01", "A02", "B01", "I01", "I02"}
"""What the templates of rings plant; the catalogue adds further ones in turn."""
FURTHER_ONES = {typology.indicator for typology in FURTHER}


def firm(world: World, orgnr: str) -> Firm:
    return next(f for f in world.firms if f.orgnr == orgnr)


def living_in(world: World, dwelling: str) -> set[Person]:
    registered = {
        p for p in world.persons for s in p.stays if s.dwelling.truth_id == dwelling and s.until is None
    }
    return registered | {
        x.person for n in world.notices if n.dwelling.truth_id == dwelling for x in n.residents
    }


@pytest.mark.parametrize(
    ("firms", "rate", "count"), [(2000, 0.02, 9), (2000, 0.0, 0), (50, 0.001, 1), (20000, 0.02, 89)]
)
def test_the_base_rate_sets_how_many_rings(firms: int, rate: float, count: int) -> None:
    assert ring_count(firms, rate) == count


def test_every_typology_is_planted_three_times_and_every_ring_spans_two_groups(world: World) -> None:
    rows = [ring_row(r) for r in world.rings]
    assert len(rows) == 9
    found: Counter[str] = Counter(i for row in rows for i in row["indicators"])  # type: ignore[attr-defined]
    assert set(found) - FURTHER_ONES == TYPOLOGIES
    assert min(found[i] for i in TYPOLOGIES - FURTHER_ONES) >= 2
    for row in rows:
        indicators: Any = row["indicators"]
        assert len({i[0] for i in indicators}) >= 2
        assert set(indicators) == set(row["subjects"]) == set(row["members"])  # type: ignore[call-overload]


def test_every_typology_has_three_look_alikes(world: World) -> None:
    rows = [look_alike_row(p) for p in world.look_alikes]
    assert min(Counter(row["resembles"] for row in rows).values()) >= 3
    planted = {i for ring in world.rings for i in ring.subjects}
    assert {row["resembles"] for row in rows} == planted
    assert TYPOLOGIES <= planted <= TYPOLOGIES | FURTHER_ONES
    assert {row["expected"] for row in rows} == {"silent", "suppressed", "not_evaluable", "context"}
    assert len({row["id"] for row in rows}) == len(rows)


def test_rings_and_look_alikes_share_no_company_or_dwelling(world: World) -> None:
    guilty = {f for r in world.rings for f in r.companies}
    assert not guilty & {f for p in world.look_alikes for f in p.companies}
    lived = Counter(
        (i, s) for p in [*world.rings, *world.look_alikes] for i, own in p.subjects.items() for s in own
    )
    assert max(lived.values()) == 1


def test_rings_can_be_seen_by_the_last_month(world: World) -> None:
    for ring in world.rings:
        assert ring.first_unlawful <= ring.first_observable <= world.closing - timedelta(days=1)


def test_a_deep_chain_has_links_that_overlap(world: World) -> None:
    for ring in [r for r in world.rings if "A01" in r.indicators]:
        project = next(p for p in world.projects if f"project:{p.project_id}" in ring.subjects["A01"])
        deepest: list[Contract] = []
        for contract in project.contracts:
            path = [contract]
            while path[-1].parent is not None:
                path.append(path[-1].parent)
            path = [c for c in path if c.is_labour and c.end >= world.closing]
            if len(path) > len(deepest):
                deepest = path
        assert len(deepest) - 1 >= 3
        assert project.client_kind != "privat"
        assert project.value > 10_000_000
        assert all(c.is_declared and c.is_verified for c in deepest)


def test_a_circle_goes_round_more_than_once_with_little_loss(world: World) -> None:
    for ring in [r for r in world.rings if "A02" in r.indicators]:
        orgnrs = set(ring.members["A02"])
        assert 3 <= len(orgnrs) <= 5
        assert len({firm(world, o).owners[0][0] for o in orgnrs}) == len(orgnrs)
        legs: dict[tuple[str, str], list[int]] = {}
        for invoice in world.invoices:
            pair = (invoice.recipient.orgnr, invoice.issuer.orgnr)
            if set(pair) <= orgnrs:
                assert invoice.issued > world.closing - timedelta(days=365)
                legs.setdefault(pair, []).append(invoice.amount)
        assert len(legs) == len(orgnrs)
        assert min(len(amounts) for amounts in legs.values()) >= 2
        assert min(min(amounts) for amounts in legs.values()) >= 100_000
        assert min(map(sum, legs.values())) / max(map(sum, legs.values())) > 0.8


def test_a_successor_takes_on_people_and_leaves_the_debt(world: World) -> None:
    for ring in [r for r in world.rings if "B01" in r.indicators]:
        failed, successor = (firm(world, o) for o in ring.members["B01"])
        assert failed.bankrupt is not None
        assert world.opening < failed.bankrupt < world.closing
        gap = (successor.registered - failed.bankrupt).days
        assert -365 <= gap <= 180
        moved = {j.person for j in failed.jobs} & {j.person for j in successor.jobs}
        assert len(moved) >= 5
        assert failed.arrears[world.months[-1]] >= 150_000
        assert failed.director is successor.director or failed.address is successor.address
        assert any(e.firm is failed and e.kind == "konkursaapning" for e in world.events)


def test_a_crowded_house_is_tied_to_the_employer(world: World) -> None:
    for ring in [r for r in world.rings if "I01" in r.indicators]:
        (subject,) = ring.subjects["I01"]
        own = subject.removeprefix("dwelling:")
        people = living_in(world, own)
        dwelling = next(d for d in ring.dwellings if d.truth_id == own)
        assert dwelling.area is not None
        assert len(people) >= 7
        assert dwelling.rooms is None or len(people) > dwelling.rooms
        assert dwelling.area / len(people) < 10
        (orgnr,) = ring.members["I01"]
        assert all(any(j.firm.orgnr == orgnr and j.end is None for j in p.jobs) for p in people)


def test_a_shared_house_has_people_of_two_employers_of_one_chain(world: World) -> None:
    for ring in [r for r in world.rings if "I02" in r.indicators]:
        (subject,) = ring.subjects["I02"]
        people = living_in(world, subject.removeprefix("dwelling:"))
        keeper, *employers = ring.members["I02"]
        by_employer = Counter(j.firm.orgnr for p in people for j in p.jobs if j.end is None)
        assert len(people) >= 4
        assert set(by_employer) == set(employers)
        suppliers = [{c.supplier.orgnr for c in p.contracts} for p in world.projects]
        assert any({keeper, *employers} <= chain for chain in suppliers)


def test_some_residents_are_known_through_notices_only(world: World) -> None:
    lodgers = {x.person for n in world.notices for x in n.residents}
    ring_people = {p for r in world.rings for p in r.persons}
    assert any(not p.stays for p in lodgers & ring_people)


def test_some_movers_change_number_between_the_two_firms(world: World) -> None:
    movers = [p for r in world.rings if "B01" in r.indicators for p in r.persons]
    assert any(p.later_from is not None for p in movers)


def test_what_is_planted_is_not_hidden_behind_protection(world: World) -> None:
    assert all(p.grading == "ugradert" for p in world.persons if p.is_planted)
