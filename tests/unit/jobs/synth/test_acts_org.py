"""Acts around failure and control show in what registers send; what resembles them lacks the fact."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import networkx as nx
import pytest

from jobs.synth.acts_org import TYPOLOGIES
from jobs.synth.chains import Chains, Suppliers
from jobs.synth.firms import Founder
from jobs.synth.generate import make_world
from jobs.synth.model import Firm, Person, Planted
from jobs.synth.parameters import Parameters
from jobs.synth.places import Builder
from jobs.synth.plant import Planter
from jobs.synth.typologies import VARIANTS, Outfit
from jobs.synth.world import World
from tests.unit.jobs.synth.org_rows import CONTROL, OrgRows, Who, subject, who

INDICATORS = ("B02", "B03", "B04", "C01", "C02", "J01", "J02")
GUISES = (*VARIANTS, "adaptive")
MOST_ROLES = 8
SWAP_DAYS = 90
COHORT_DAYS = 60
EXPIRES_DAYS = 36 * 30.4


@dataclass
class Stage:
    """One world in which everything about failure and control was planted once."""

    world: World
    rows: OrgRows
    degree: dict[tuple[str, object], int]
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)


@pytest.fixture(scope="module")
def stage() -> Stage:
    world = make_world(Parameters(260, 13, 11, 0.0, "2026-01", False))
    builder = Builder(world)
    founder = Founder(world, builder)
    founder.accountants = [f for f in world.firms if f.trade.key == "accountant"]
    for number in founder.hotels:
        at = Counter(f.address for f in world.firms if f.municipality.number == number)
        founder.hotels[number] = at.most_common(1)[0][0]
    planter = Planter(world, founder, builder, Chains(world, builder), Suppliers(world), "test")
    rings, lawful = {}, {}
    for typology in TYPOLOGIES:
        for guise in GUISES:
            ring = Planted("", typology.name)
            variant = VARIANTS.index(guise) if guise in VARIANTS else 1
            typology.act(Outfit(ring, planter, variant, guise == "adaptive"))
            rings[typology.indicator, guise] = ring
        for look_alike in typology.look_alikes:
            lawful[f"{typology.indicator}/{look_alike.kind}"] = look_alike.make(planter)
    rows = OrgRows(world)
    return Stage(world, rows, rows.degree(), rings, lawful)


LAWFUL = [f"{t.indicator}/{kind.kind}" for t in TYPOLOGIES for kind in t.look_alikes]
each_guise = pytest.mark.parametrize("guise", VARIANTS)


def lawful(indicator: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", [k for k in LAWFUL if k.startswith(indicator)])


# ---- what every act and look-alike holds ---------------------------------------------------------
def test_every_indicator_has_an_act_and_at_least_three_kinds_that_resemble_it() -> None:
    assert sorted(t.indicator for t in TYPOLOGIES) == sorted(INDICATORS)
    assert min(len(t.look_alikes) for t in TYPOLOGIES) >= 3
    assert len(set(LAWFUL)) == len(LAWFUL)


def test_the_look_alikes_are_expected_in_all_four_ways(stage: Stage) -> None:
    assert {p.expected for p in stage.lawful.values()} == {"silent", "suppressed", "not_evaluable", "context"}


@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("guise", GUISES)
def test_an_act_says_who_and_when(stage: Stage, indicator: str, guise: str) -> None:
    ring = stage.rings[indicator, guise]
    assert indicator in ring.indicators
    assert set(ring.subjects) == set(ring.members) == set(ring.acts) == set(ring.indicators)
    made = {f.orgnr for f in ring.companies}
    assert set(ring.members[indicator]) <= made <= {f.orgnr for f in stage.world.firms}
    for act in ring.acts.values():
        assert act["first_unlawful_month"] <= act["first_observable_month"] <= stage.world.months[-1]


@pytest.mark.parametrize("kind", LAWFUL)
def test_a_look_alike_says_what_it_resembles(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    assert made.resembles == kind.split("/")[0]
    assert made.name == kind.split("/")[1]
    assert made.subjects[made.resembles]
    guilty = {f for ring in stage.rings.values() for f in ring.companies}
    assert not guilty & set(made.companies)


def test_no_job_ends_before_it_starts_or_outlives_its_firm(stage: Stage) -> None:
    planted = [f for f in stage.world.firms if f.is_planted]
    assert len(planted) > 300
    for firm in planted:
        ended = min((d for d in (firm.bankrupt, firm.deleted) if d is not None), default=date.max)
        for job in firm.jobs:
            assert firm.registered <= job.start, firm.orgnr
            assert job.end is None or job.start <= job.end, firm.orgnr
            assert job.start <= ended, firm.orgnr
            assert ended == date.max or (job.end is not None and job.end <= ended), firm.orgnr


# ---- B02 -----------------------------------------------------------------------------------------
def shared_kinds(stage: Stage, planted: Planted) -> dict[str, set[str]]:
    """Kinds of resources that its hub shares with two failed companies that left debt, sales left out."""
    rows, hub = stage.rows, subject(planted, "B02")
    bought = {e["orgnr"] for e in rows.events if e["type"] == "salg_fra_bo" and e["motpart_orgnr"] == hub}
    failed = [
        f.orgnr
        for f in planted.companies
        if rows.failed_on(f.orgnr) and rows.has_debt(f.orgnr) and f.orgnr not in bought
    ]
    return rows.shared(hub, failed, stage.degree)


@each_guise
def test_a_hub_shares_two_kinds_of_things_with_failing_companies(stage: Stage, guise: str) -> None:
    ring = stage.rings["B02", guise]
    assert len(shared_kinds(stage, ring)) >= 2
    hub = stage.rows.firms[subject(ring, "B02")]
    assert hub.is_alive(stage.world.closing)
    # Nobody's young successor: the hub was there long before the first of them failed.
    assert all(f.bankrupt is None or (f.bankrupt - hub.registered).days > 365 for f in ring.companies)


def test_the_guises_of_a_hub_share_different_things(stage: Stage) -> None:
    kinds = [frozenset(shared_kinds(stage, stage.rings["B02", guise])) for guise in VARIANTS]
    assert len(set(kinds)) == len(VARIANTS)
    assert "worker" not in kinds[-1]


def test_an_adaptive_hub_shares_one_kind_of_thing_with_each(stage: Stage) -> None:
    assert len(shared_kinds(stage, stage.rings["B02", "adaptive"])) == 1


@lawful("B02")
def test_a_lawful_hub_shares_less_or_hubs_or_no_debt_or_bought_it(stage: Stage, kind: str) -> None:
    assert len(shared_kinds(stage, stage.lawful[kind])) < 2


# ---- B03 -----------------------------------------------------------------------------------------
def quarantined(rows: OrgRows, orgnr: str) -> bool:
    """Whether somebody in charge is in quarantine on the last day."""
    numbers = {
        e["fnr"]
        for e in rows.events
        if e["type"] == "konkurskarantene" and e["til_dato"] > rows.world.closing.isoformat()
    }
    people = {(p.born.isoformat(), p.first, p.last) for p in rows.world.persons if p.number in numbers}
    return bool(people & rows.holders(orgnr))


@each_guise
def test_the_same_hands_have_led_companies_that_failed_in_debt(stage: Stage, guise: str) -> None:
    orgnr = subject(stage.rings["B03", guise], "B03")
    assert (stage.rows.serial(orgnr) >= 2) is (guise != "held_out")
    assert quarantined(stage.rows, orgnr) is (guise == "held_out")


def test_the_easy_one_is_clearer_than_the_hard_one(stage: Stage) -> None:
    easy, hard = (stage.rings["B03", guise] for guise in ("easy", "hard"))
    last = stage.world.months[-1]
    debts = [min(f.arrears[last] for f in r.companies if f.bankrupt) for r in (easy, hard)]
    assert debts[0] > 3 * debts[1] > 150_000
    assert stage.rows.serial(subject(easy, "B03")) > stage.rows.serial(subject(hard, "B03"))


def test_an_adaptive_one_leaves_small_debts_often(stage: Stage) -> None:
    ring = stage.rings["B03", "adaptive"]
    assert stage.rows.serial(subject(ring, "B03")) == 0
    failed = [f for f in ring.companies if stage.rows.failed_on(f.orgnr)]
    assert len(failed) == 3
    assert all(30_000 < f.arrears[stage.world.months[-1]] < 50_000 for f in failed)


@lawful("B03")
def test_others_have_failed_once_or_paid_or_led_nothing(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    rows, orgnr = stage.rows, subject(made, "B03")
    assert not quarantined(rows, orgnr)
    if made.expected == "suppressed":
        # Many ventures, of which few failed.
        most = max((len(rows.boards(one)) for one in rows.holders(orgnr)), default=0)
        assert most >= 4 * rows.serial(orgnr)
    else:
        assert rows.serial(orgnr) < 2


# ---- B04 -----------------------------------------------------------------------------------------
def cohort_of(stage: Stage, planted: Planted) -> list[str]:
    """Most members that were registered within two months of each other."""
    days = {o: stage.rows.firms[o].registered for o in planted.members["B04"]}
    return max(
        ([o for o, on in days.items() if 0 <= (on - first).days <= COHORT_DAYS] for first in days.values()),
        key=len,
    )


def addresses(rows: OrgRows, orgnr: str) -> set[object]:
    return {value for kind, value in rows.resources(orgnr) if kind == "address"}


def links(stage: Stage, orgnrs: list[str]) -> set[str]:
    """Kinds of things that all of them have in common."""
    rows = stage.rows
    contact = [{v for k, v in rows.entity(o).items() if k in ("telefon", "epostadresse")} for o in orgnrs]
    in_common = {
        "address": set.intersection(*(addresses(rows, o) for o in orgnrs)),
        "agent": set.intersection(*(rows.agents(o) for o in orgnrs)),
        "role": set.intersection(*(set(rows.ever_held(o)) for o in orgnrs)),
        "contact": set.intersection(*contact),
    }
    return {kind for kind, found in in_common.items() if found}


def moves(stage: Stage, orgnrs: list[str]) -> float:
    """Moves from one of them to another per worker and year."""
    among = {stage.rows.firms[o] for o in orgnrs}
    people = {j.person for f in among for j in f.jobs}
    count = 0
    for person in people:
        firms = [j.firm for j in sorted(person.jobs, key=lambda j: j.start) if j.firm in among]
        count += sum(1 for one, other in pairwise(firms) if one is not other)
    return count / max(len(people), 1) / (len(stage.world.months) / 12)


def drops(stage: Stage, orgnrs: list[str]) -> bool:
    """Whether half of them are gone, or have never sent accounts where others have."""
    gone = [o for o in orgnrs if any("slettedato" in r for _, r in stage.rows.entities[o])]
    silent = [o for o in orgnrs if "sisteInnsendteAarsregnskap" not in stage.rows.entity(o)]
    return 2 * len(gone) >= len(orgnrs) or 2 * len(silent) >= len(orgnrs)


@each_guise
def test_a_cohort_is_young_tied_small_and_passes_its_workers_round(stage: Stage, guise: str) -> None:
    orgnrs = cohort_of(stage, stage.rings["B04", guise])
    assert len(orgnrs) >= 5
    assert len(links(stage, orgnrs)) >= 2
    assert moves(stage, orgnrs) >= 0.5
    assert drops(stage, orgnrs)
    heads = [max(sum(1 for j in stage.rows.firms[o].jobs if j.start <= d and (j.end is None or j.end >= d))
                 for d in (stage.world.closing - timedelta(days=200),)) for o in orgnrs]  # fmt: skip
    assert median(heads) <= 5
    assert not all(stage.rows.is_group(o) for o in orgnrs)


def test_the_held_out_cohort_lives_on_and_sends_no_accounts(stage: Stage) -> None:
    orgnrs = stage.rings["B04", "held_out"].members["B04"]
    assert not any("slettedato" in r for o in orgnrs for _, r in stage.rows.entities[o])
    assert "agent" in links(stage, orgnrs)


def test_an_adaptive_cohort_comes_in_batches(stage: Stage) -> None:
    ring = stage.rings["B04", "adaptive"]
    assert len(cohort_of(stage, ring)) == 4
    assert len(ring.members["B04"]) == 8
    assert moves(stage, ring.members["B04"]) >= 0.5


@lawful("B04")
def test_lawful_companies_of_one_day_keep_their_people_or_are_a_group(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    orgnrs = [o for o in cohort_of(stage, made) if o in made.members["B04"]]
    assert len(orgnrs) >= 5
    members = [f.orgnr for f in made.companies if f.registered >= stage.world.opening]
    assert len(links(stage, members)) >= 2
    if made.expected == "suppressed":
        assert all(stage.rows.is_group(o) for o in members)
    else:
        assert moves(stage, members) < 0.3


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
def swaps(stage: Stage, orgnr: str) -> list[tuple[date, set[Who]]]:
    """Days on which a leading role changed hands, and who came, as the versions tell."""
    found: list[tuple[date, set[Who]]] = []
    before: dict[str, set[Who]] = {}
    for _, row in stage.rows.roles[orgnr]:
        for group in row["rollegrupper"]:
            for code in ("DAGL", "LEDE"):
                mine = {
                    who(r["person"])
                    for r in group["roller"]
                    if r["type"]["kode"] == code and "person" in r and not r["fratraadt"]
                }
                if mine and before.get(code, mine) != mine:
                    found.append((date.fromisoformat(group["sistEndret"]), mine - before[code]))
                if mine:
                    before[code] = mine
    return found


def exits(stage: Stage, orgnr: str) -> list[date]:
    kinds = ("konkursbegjaering", "tilsynsvarsel", "bokettersynsvarsel")
    return [date.fromisoformat(e["dato"]) for e in stage.rows.events
            if e.get("orgnr") == orgnr and e["type"] in kinds]  # fmt: skip


def strangers_before_an_event(stage: Stage, orgnr: str, most_days: int = SWAP_DAYS) -> list[int]:
    """Days from each swap to a newcomer without any past in the trade to the next event."""
    rows, found = stage.rows, []
    for on, came in swaps(stage, orgnr):
        past = [
            person
            for person in stage.world.persons
            if (person.born.isoformat(), person.first, person.last) in came
            and (any(j.start < on for j in person.jobs) or _led_before(rows, person.number, on))
        ]
        if past:
            continue
        found += [(event - on).days for event in exits(stage, orgnr) if 0 <= (event - on).days <= most_days]
    return sorted(found)


def _led_before(rows: OrgRows, number: str, on: date) -> bool:
    return any(
        isinstance(role.holder, Person) and role.holder.number == number
        and role.since < on and role.code in CONTROL
        for firm in rows.world.firms for role in firm.roles
    )  # fmt: skip


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
