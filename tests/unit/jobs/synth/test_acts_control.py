"""Acts of control and whole rings show in what registers send; what resembles them lacks the fact."""

from collections import defaultdict
from datetime import timedelta

import networkx as nx
import pytest

from jobs.synth.acts_org import TYPOLOGIES
from jobs.synth.chains import Chains, Suppliers
from jobs.synth.firms import Founder
from jobs.synth.generate import make_world
from jobs.synth.model import Firm, Planted
from jobs.synth.parameters import Parameters
from jobs.synth.places import Builder
from jobs.synth.plant import Planter
from jobs.synth.typologies import VARIANTS, Outfit
from tests.unit.jobs.synth.org_rows import Who, subject
from tests.unit.jobs.synth.org_stage import (
    Stage,
    each_guise,
    exits,
    lawful,
    make_stage,
    strangers_before_an_event,
    swaps,
)
from tests.unit.jobs.synth.staged import GUISES

MOST_ROLES = 8
EXPIRES_DAYS = 36 * 30.4


@pytest.fixture(scope="module")
def stage() -> Stage:
    return make_stage()


# ---- C01 -----------------------------------------------------------------------------------------
def busiest(stage: Stage, orgnr: str) -> tuple[Who, list[str]]:
    """Whoever in charge of a company has roles in most living ones, and where."""
    rows = stage.rows
    found = [(len(rows.boards(one)), one) for one in rows.holders(orgnr)]
    one = max(found)[1]
    return one, rows.boards(one)


def stakes(stage: Stage, one: Who, orgnrs: list[str]) -> set[str]:
    """Those of the companies that somebody owns a part of or is paid by."""
    people = [p for p in stage.world.persons if (p.born.isoformat(), p.first, p.last) == one]
    firms = [stage.rows.firms[o] for o in orgnrs]
    return {
        f.orgnr
        for f in firms
        if any(holder in people for holder, _ in f.owners) or any(j.person in people for j in f.jobs)
    }


def owners(stage: Stage, orgnrs: list[str]) -> int:
    """How many different owners they have."""
    return len({f.owners[0][0] if f.owners else f for f in (stage.rows.firms[o] for o in orgnrs)})


@each_guise
def test_a_name_is_lent_to_many_companies_of_others(stage: Stage, guise: str) -> None:
    ring = stage.rings["C01", guise]
    one, boards = busiest(stage, subject(ring, "C01"))
    assert owners(stage, boards) >= MOST_ROLES
    assert not stakes(stage, one, boards)
    assert {f"org:{o}" for o in boards} == set(ring.subjects["C01"])
    assert stage.rows.serial(subject(ring, "C01")) >= 2
    forms = {stage.rows.firms[o].form for o in boards}
    assert ("NUF" in forms) is (guise == "held_out")


def test_the_hard_name_is_just_beyond_what_is_conspicuous(stage: Stage) -> None:
    counts = [len(busiest(stage, subject(stage.rings["C01", g], "C01"))[1]) for g in VARIANTS[:3]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] - 4 > counts[2] >= MOST_ROLES


def test_an_adaptive_name_stops_in_time_and_a_sibling_goes_on(stage: Stage) -> None:
    ring = stage.rings["C01", "adaptive"]
    one, boards = busiest(stage, subject(ring, "C01"))
    assert len(boards) == MOST_ROLES - 1
    assert not stakes(stage, one, boards)
    others = {f.director for f in ring.companies if f.is_alive(stage.world.closing)}
    assert len({d.last for d in others if d is not None}) == 1
    assert len(others) == 2


@lawful("C01")
def test_lawful_roles_come_with_a_stake_a_licence_one_owner_or_no_control(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    orgnr = subject(made, "C01")
    one, boards = busiest(stage, orgnr)
    if made.expected == "suppressed":
        licensed = [o for o in boards if stage.rows.firms[o].trade.key in ("accountant", "auditor")]
        assert licensed
        return
    held = stakes(stage, one, boards)
    is_clear = not stage.rows.has_debt(orgnr) and stage.rows.serial(orgnr) < 2
    assert is_clear
    assert held or owners(stage, boards) < MOST_ROLES


# ---- C02 -----------------------------------------------------------------------------------------
@each_guise
def test_a_stranger_takes_over_shortly_before_it_happens(stage: Stage, guise: str) -> None:
    orgnr = subject(stage.rings["C02", guise], "C02")
    days = strangers_before_an_event(stage, orgnr)
    assert days
    low, high = {"easy": (0, 30), "medium": (30, 60), "hard": (75, 90), "held_out": (0, 90)}[guise]
    assert low <= days[0] <= high
    assert len(swaps(stage, orgnr)) == (2 if guise in ("easy", "held_out") else 1)
    firm = stage.rows.firms[orgnr]
    at_swap, at_event = (
        sum(1 for j in firm.jobs if j.start <= d and (j.end is None or j.end >= d))
        for d in (exits(stage, orgnr)[0] - timedelta(days=days[0] + 60), exits(stage, orgnr)[0])
    )
    assert at_event >= at_swap


def test_an_adaptive_swap_comes_in_better_time(stage: Stage) -> None:
    orgnr = subject(stage.rings["C02", "adaptive"], "C02")
    assert not strangers_before_an_event(stage, orgnr)
    assert strangers_before_an_event(stage, orgnr, 120)


@lawful("C02")
def test_a_lawful_successor_knows_the_trade_or_bought_it_or_nothing_follows(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    orgnr = subject(made, "C02")
    assert swaps(stage, orgnr)
    if made.name == "sold_with_share_transfer":
        listed = [row["reelleRettighetshavere"] for _, row in stage.rows.owners[orgnr]]
        assert stage.world.entries.sales[stage.rows.firms[orgnr]]
        people = [
            [one.get("folkeregistrertPerson", {}).get("foedselsEllerDNummer") for one in version]
            for version in listed
        ]
        assert people[0] != people[-1]
    elif made.expected == "not_evaluable":
        assert not exits(stage, orgnr)
    else:
        assert not strangers_before_an_event(stage, orgnr)


# ---- J01 -----------------------------------------------------------------------------------------
def seeds(stage: Stage, planted: Planted) -> list[tuple[str, set[tuple[str, object]]]]:
    """Decided companies near the subject, with what they share that few others have."""
    rows, orgnr = stage.rows, subject(planted, "J01")
    latest = stage.world.closing - timedelta(days=EXPIRES_DAYS)
    found = []
    for other in planted.companies:
        decided = [r for r in rows.confirmed(other.orgnr) if r["endeligVedtakDato"] > latest.isoformat()]
        if other.orgnr != orgnr and decided:
            both = rows.resources(orgnr) & rows.resources(other.orgnr)
            found.append((other.orgnr, {r for r in both if stage.degree[r] <= 6}))
    return found


@each_guise
def test_an_heir_shares_something_with_a_decided_case_and_hides_workers(stage: Stage, guise: str) -> None:
    ring = stage.rings["J01", guise]
    ((decided, shared),) = seeds(stage, ring)
    orgnr = subject(ring, "J01")
    if guise == "held_out":
        # Daughters of one owner may leave his telephone; nothing else is shared but him.
        assert {kind for kind, _ in shared} <= {"contact"}
        people = [{str(h) for h in _beneficial(stage, o)} for o in (orgnr, decided)]
        assert people[0] & people[1]
    else:
        assert len({kind for kind, _ in shared}) == {"easy": 4, "medium": 2, "hard": 2}[guise]
    hidden = [j for j in stage.rows.firms[orgnr].jobs if not j.is_declared]
    assert len(hidden) >= 2
    assert not any(j.end is None for j in stage.rows.firms[decided].jobs)


def _beneficial(stage: Stage, orgnr: str) -> list[object]:
    """Persons at the top of its owners, whether registered or not."""
    top, found = [stage.rows.firms[orgnr]], list[object]()
    while top:
        for holder, _ in top.pop().owners:
            if isinstance(holder, Firm):
                top.append(holder)
            else:
                found.append(holder)
    return found


def test_an_adaptive_heir_is_led_by_a_sibling(stage: Stage) -> None:
    ring = stage.rings["J01", "adaptive"]
    ((decided, shared),) = seeds(stage, ring)
    assert {kind for kind, _ in shared} == {"worker"}
    leaders = [stage.rows.firms[o].director for o in (decided, subject(ring, "J01"))]
    assert leaders[0] is not None
    assert (leaders[1], "soesken") in leaders[0].relations


@lawful("J01")
def test_a_lawful_neighbour_shares_a_hub_or_a_worker_or_the_case_is_void(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    near = [shared for _, shared in seeds(stage, made)]
    assert all({k for k, _ in shared} <= {"worker", "role"} for shared in near)
    if made.expected == "silent":
        assert not any(near)
    assert not [j for f in made.companies for j in f.jobs if not j.is_declared]


# ---- J02 -----------------------------------------------------------------------------------------
def ties(stage: Stage, orgnrs: list[str]) -> nx.Graph:
    """Companies tied by people in charge, contacts, agreements, or two fifths of the workers."""
    rows, graph = stage.rows, nx.Graph()
    graph.add_nodes_from(orgnrs)
    for number, one in enumerate(orgnrs):
        for other in orgnrs[number + 1 :]:
            both = rows.resources(one) & rows.resources(other)
            workers = [{j.person for j in rows.firms[o].jobs if j.is_declared} for o in (one, other)]
            flow = len(workers[0] & workers[1]) / max(min(map(len, workers)), 1)
            if flow >= 0.4 or {"role", "contact"} & {kind for kind, _ in both}:
                graph.add_edge(one, other)
    for contract in stage.world.standing:
        pair = (contract.client.orgnr, contract.supplier.orgnr)
        if contract.is_declared and set(pair) <= set(orgnrs):
            graph.add_edge(*pair)
    return graph


@pytest.mark.parametrize("guise", GUISES)
def test_a_constellation_is_three_kinds_of_acts_by_tied_companies(stage: Stage, guise: str) -> None:
    ring = stage.rings["J02", guise]
    cluster = ring.members["J02"]
    groups: dict[str, set[str]] = defaultdict(set)
    for indicator, members in ring.members.items():
        if indicator != "J02":
            groups[indicator[0]] |= set(members) & set(cluster)
    assert len([g for g, members in groups.items() if len(members) >= 2]) >= 3
    assert 4 <= len(cluster) <= 25
    assert all(stage.rows.firms[o].is_alive(stage.world.closing) for o in cluster)
    graph = ties(stage, cluster)
    assert nx.is_connected(graph)
    if guise in ("easy", "medium", "held_out"):
        assert not list(nx.bridges(graph))


@lawful("J02")
def test_a_lawful_cluster_is_tied_and_does_nothing(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    orgnrs = made.members["J02"]
    related = ties(stage, orgnrs)
    for orgnr in orgnrs:
        for holder, _ in stage.rows.firms[orgnr].owners:
            if isinstance(holder, Firm) and holder.orgnr in orgnrs:
                related.add_edge(orgnr, holder.orgnr)
    assert nx.is_connected(related)
    assert not any(stage.rows.has_debt(o) or stage.rows.failed_on(o) for o in orgnrs)
    assert not any(stage.rows.confirmed(o) for o in orgnrs)
    assert not any(strangers_before_an_event(stage, o) for o in orgnrs)
    assert not any(not j.is_declared for o in orgnrs for j in stage.rows.firms[o].jobs)


def test_a_ring_of_many_acts_gets_its_constellation_last(stage: Stage) -> None:
    ring = Planted("", "")
    world = make_world(Parameters(120, 13, 5, 0.0, "2026-01", False))
    builder = Builder(world)
    planter = Planter(
        world, Founder(world, builder), builder, Chains(world, builder), Suppliers(world), "test"
    )
    outfit = Outfit(ring, planter, 0)
    by_name = {t.name: t for t in TYPOLOGIES}
    for name in ("serial_failures", "cohort", "role_swap", "constellation"):
        by_name[name].act(outfit)
    done = {i[0] for i in ring.indicators}
    assert {"A", "B", "C", "J"} <= done
    assert len(ring.members["J02"]) == len(set(ring.members["J02"])) >= 5


@pytest.mark.parametrize("adaptive", [False, True])
def test_a_country_has_constellations_only_where_three_groups_are(adaptive: bool) -> None:
    world = make_world(Parameters(700, 13, 2, 0.25, "2026-01", adaptive))
    rings = [r for r in world.rings if "J02" in r.indicators]
    assert rings
    for ring in rings:
        assert list(ring.members)[-1][0] == "J"
        cluster = set(ring.members["J02"])
        groups: dict[str, set[str]] = defaultdict(set)
        for indicator, members in ring.members.items():
            groups[indicator[0]] |= set(members) & cluster
        del groups["J"]
        assert len([g for g, members in groups.items() if len(members) >= 2]) >= 3
        assert cluster <= {f.orgnr for f in ring.companies if f.is_alive(world.closing)}
