"""Acts at sites and with cards show in the rows that registers send; what resembles them lacks the fact."""

import statistics
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from jobs.synth.acts_site import TYPOLOGIES
from jobs.synth.model import Person, Planted
from jobs.synth.presence import site_background
from jobs.synth.typologies import VARIANTS
from jobs.synth.world import World
from tests.unit.jobs.synth.site_rows import SiteRows, most_in_a_month, whole_months
from tests.unit.jobs.synth.staged import plant_all


@dataclass
class Stage:
    """One world in which everything of the site group was planted once."""

    world: World
    rows: SiteRows
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)

    def subject(self, planted: Planted) -> str:
        return next(iter(planted.subjects.values()))[0].removeprefix("org:")


@pytest.fixture(scope="module")
def stage() -> Stage:
    made = plant_all(TYPOLOGIES, firms=240, seed=7)
    site_background(made.world)
    lawful = {name.split("/")[1]: planted for name, planted in made.lawful.items()}
    return Stage(made.world, SiteRows(made.world), made.rings, lawful)


def lawful_kinds(indicator: str) -> list[str]:
    return [kind.kind for t in TYPOLOGIES if t.indicator == indicator for kind in t.look_alikes]


# ---- the set as a whole --------------------------------------------------------------------------
def test_every_typology_has_look_alikes_of_different_ends(stage: Stage) -> None:
    assert all(len(t.look_alikes) >= 3 for t in TYPOLOGIES)
    assert {p.expected for p in stage.lawful.values()} == {"silent", "suppressed", "not_evaluable", "context"}
    assert len({kind for t in TYPOLOGIES for kind in lawful_kinds(t.indicator)}) == len(stage.lawful)


def test_acts_are_dated_and_name_what_they_rest_on(stage: Stage) -> None:
    for (indicator, guise), ring in stage.rings.items():
        assert ring.indicators == [indicator], guise
        assert ring.first_unlawful <= ring.first_observable < stage.world.closing, (indicator, guise)
        assert ring.members[indicator]
        assert guise != "easy" or indicator == "D03" or ring.key_edges


# ---- A10 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("guise", VARIANTS)
def test_an_undeclared_tier_works_on_a_confirmed_site(stage: Stage, guise: str) -> None:
    ring = stage.rings["A10", guise]
    for subject in ring.subjects["A10"]:
        ((days, weeks),) = stage.rows.undeclared_days(subject.removeprefix("org:")).values()
        assert days >= (100 if guise == "easy" else 4)
        assert weeks >= 2


def test_the_adaptive_undeclared_tiers_leave_within_the_week(stage: Stage) -> None:
    ring = stage.rings["A10", "adaptive"]
    assert len(ring.subjects["A10"]) == 2
    for subject in ring.subjects["A10"]:
        ((days, weeks),) = stage.rows.undeclared_days(subject.removeprefix("org:")).values()
        assert days > 6
        assert weeks == 1


@pytest.mark.parametrize("kind", lawful_kinds("A10"))
def test_lawful_neighbours_of_an_undeclared_tier_are_in_a_chain_or_do_no_work(
    stage: Stage, kind: str
) -> None:
    made = stage.lawful[kind]
    orgnr = stage.subject(made)
    seen = [r for r in stage.rows.presence if r["arbeidsgiver_orgnr"] in (orgnr, *_branch(stage, orgnr))]
    assert len(seen) > 20
    found = stage.rows.undeclared_days(orgnr)
    if kind == "shared_gate_between_projects":
        (other,) = found
        gates = {r["leser_id"] for r in seen if r["prosjekt_id"] == other}
        declared = {
            c["prosjekt_id"] for c in stage.rows.contracts.values() if c["oppdragstaker_orgnr"] == orgnr
        }
        both = [r for r in seen if r["prosjekt_id"] in declared]
        assert gates == {r["leser_id"] for r in both}
        times = {(r["hmskort_nummer"], r["dato"], r["inn_tid"]) for r in both}
        twice = [r for r in seen if r["prosjekt_id"] == other]
        assert sum((r["hmskort_nummer"], r["dato"], r["inn_tid"]) in times for r in twice) > 0.8 * len(twice)
    else:
        assert not found


def _branch(stage: Stage, orgnr: str) -> list[str]:
    return [branch for branch, firm in stage.rows.branches.items() if firm == orgnr]


# ---- D02 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("guise", VARIANTS)
def test_people_on_site_are_in_no_report(stage: Stage, guise: str) -> None:
    found = stage.rows.unreported(stage.subject(stage.rings["D02", guise]))
    hit = [
        month for (_, month), (missing, people) in found.items() if missing >= 2 and missing / people > 0.12
    ]
    assert len(hit) >= 2
    if guise == "easy":
        assert max(missing / people for missing, people in found.values()) > 0.35
    if guise == "hard":
        assert max(missing / people for missing, people in found.values()) < 0.25


def test_the_adaptive_firm_has_one_unreported_person_per_site(stage: Stage) -> None:
    found = stage.rows.unreported(stage.subject(stage.rings["D02", "adaptive"]))
    assert len({project for project, _ in found}) == 2
    assert max(missing for missing, _ in found.values()) == 1


@pytest.mark.parametrize("kind", lawful_kinds("D02"))
def test_lawful_people_on_site_are_accounted_for(stage: Stage, kind: str) -> None:
    for firm in stage.lawful[kind].companies:
        assert stage.rows.at_work(firm.orgnr)
        missing = [m for m, _ in stage.rows.unreported(firm.orgnr).values()]
        if kind == "posted_workers":
            posted = {p.person.number for f in stage.world.foreign if f.party is firm for p in f.postings}
            known = {n for r in stage.rows.at_work(firm.orgnr) for n in stage.rows.known_as(r)}
            assert known <= posted
            assert all(r["fnr"] in posted or not r["fnr"] for r in stage.rows.at_work(firm.orgnr))
        else:
            assert max(missing, default=0) <= 1, (kind, missing)
    if kind == "list_without_identity":
        rows = stage.rows.at_work(stage.subject(stage.lawful[kind]))
        assert not any(r["fodselsdato"] or r["fnr"] or r["hmskort_nummer"] for r in rows)


# ---- D03 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("guise", ["easy", "medium", "hard"])
def test_there_are_more_cards_than_people(stage: Stage, guise: str) -> None:
    orgnr = stage.subject(stage.rings["D03", guise])
    months = stage.world.months[-2:]
    for day in (_end(month) for month in months):
        surplus = stage.rows.card_surplus(orgnr, day)
        staff = len(stage.rows.employed[orgnr, f"{day:%Y-%m}"])
        assert surplus >= max(2, 0.2 * staff), (guise, surplus, staff)
    if guise == "medium":
        assert stage.rows.card_surplus(orgnr, _end(months[-1]), used_only=True) >= 4


def test_employees_on_site_have_no_cards(stage: Stage) -> None:
    orgnr = stage.subject(stage.rings["D03", "held_out"])
    assert max(stage.rows.cardless(orgnr, month) for month in whole_months(stage.world)) >= 2


def test_the_adaptive_firm_has_one_card_too_many(stage: Stage) -> None:
    orgnr = stage.subject(stage.rings["D03", "adaptive"])
    assert stage.rows.card_surplus(orgnr, stage.world.closing) in (1, 2)
    assert stage.rows.card_surplus(orgnr, stage.world.closing) < max(2, 0.2 * 6) + 1


@pytest.mark.parametrize("kind", lawful_kinds("D03"))
def test_lawful_cards_belong_to_somebody(stage: Stage, kind: str) -> None:
    orgnr = stage.subject(stage.lawful[kind])
    cards = [
        c for c in stage.rows.cards.values() if c["arbeidsgiver_orgnr"] == orgnr and c["status"] == "aktiv"
    ]
    assert len(cards) >= 4
    used_only = kind == "cards_kept_and_never_used"
    assert stage.rows.card_surplus(orgnr, stage.world.closing, used_only=used_only) <= 1
    assert max(stage.rows.cardless(orgnr, month) for month in whole_months(stage.world)) <= 1


def test_a_card_that_is_renewed_late_has_a_gap(stage: Stage) -> None:
    orgnr = stage.subject(stage.lawful["cards_renewed_late"])
    by_holder: dict[str, list[tuple[str, str]]] = {}
    for card in stage.rows.cards.values():
        if card["arbeidsgiver_orgnr"] == orgnr:
            by_holder.setdefault(card["fnr"], []).append((card["utstedt_dato"], card["gyldig_til"]))
    gaps = [sorted(c)[1][0] > sorted(c)[0][1] for c in by_holder.values() if len(c) == 2]
    assert len(gaps) >= 4
    assert all(gaps)


# ---- D04 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("guise", VARIANTS)
def test_hours_at_the_gate_exceed_hours_on_paper(stage: Stage, guise: str) -> None:
    found = stage.rows.compressed(stage.subject(stage.rings["D04", guise]))
    months = [m for m, q in found.items() if sum(x > 1.27 for x in q) >= 3]
    assert len(months) >= 2
    if guise == "hard":
        assert all(statistics.median(q) < 1.7 for q in found.values())


@pytest.mark.parametrize("kind", ["adaptive", *lawful_kinds("D04")])
def test_adaptive_and_lawful_hours_stay_close_to_the_paper(stage: Stage, kind: str) -> None:
    made = stage.rings["D04", "adaptive"] if kind == "adaptive" else stage.lawful[kind]
    orgnr = stage.subject(made)
    assert len(stage.rows.at_work(orgnr)) > 60
    found = stage.rows.compressed(orgnr)
    assert not [m for m, q in found.items() if sum(x >= 1.25 for x in q) >= 3]
    if kind == "adaptive":
        lawful = stage.rows.compressed(stage.subject(stage.lawful["two_gates_note_the_same_stay"]))
        mine, theirs = ([x for q in each.values() for x in q] for each in (found, lawful))
        assert sum(mine) / len(mine) > sum(theirs) / len(theirs) + 0.02
    assert bool(found) is (kind not in ("list_without_times", "check_out_is_computed"))


def test_two_gates_double_the_naive_sum_only(stage: Stage) -> None:
    rows = stage.rows.at_work(stage.subject(stage.lawful["two_gates_note_the_same_stay"]))
    days = {(r["person_navn"], r["dato"]) for r in rows}
    assert len(rows) > 1.4 * len(days)


# ---- G02 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("guise", VARIANTS)
def test_a_card_is_at_two_sites_at_once(stage: Stage, guise: str) -> None:
    ring = stage.rings["G02", guise]
    rows = [clash for orgnr in ring.members["G02"] for clash in stage.rows.clashes(orgnr)]
    if guise == "held_out":
        rows = _clashes_of(stage, ring)
    assert most_in_a_month(rows) >= 3


def _clashes_of(stage: Stage, ring: Planted) -> list[date]:
    """Days on which the holder of two cards is at both sites, whoever the employers are."""
    (person,) = ring.persons
    numbers = {n for n, c in stage.rows.cards.items() if c["fnr"] == person.number}
    assert len(numbers) >= 2
    days: dict[str, set[str]] = {}
    for row in stage.rows.presence:
        if row["hmskort_nummer"] in numbers:
            days.setdefault(row["dato"], set()).add(row["prosjekt_id"])
    return sorted(date.fromisoformat(d) for d, sites in days.items() if len(sites) == 2)


def test_the_adaptive_ones_share_a_card_twice_a_month(stage: Stage) -> None:
    found = stage.rows.clashes(stage.subject(stage.rings["G02", "adaptive"]))
    assert 1 <= most_in_a_month(found) <= 2


@pytest.mark.parametrize("kind", lawful_kinds("G02"))
def test_lawful_people_are_at_two_sites_on_one_day_and_never_at_once(stage: Stage, kind: str) -> None:
    orgnr = stage.subject(stage.lawful[kind])
    days: dict[tuple[str, str], set[str]] = {}
    for row in stage.rows.at_work(orgnr):
        days.setdefault((row["person_navn"], row["dato"]), set()).add(row["prosjekt_id"])
    assert sum(len(sites) == 2 for sites in days.values()) > 12
    assert not stage.rows.clashes(orgnr)


# ---- C03 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("guise", VARIANTS)
def test_somebody_with_failures_behind_him_acts_without_a_role(stage: Stage, guise: str) -> None:
    ring = stage.rings["C03", guise]
    orgnr = stage.subject(ring)
    (operator,) = ring.persons
    orders = stage.rows.order_days(orgnr, operator.number)
    assert (date.fromisoformat(orders[-1]) - date.fromisoformat(orders[0])) > timedelta(days=180)
    assert stage.rows.failures_of(operator.number) >= 2
    firm = next(f for f in stage.world.firms if f.orgnr == orgnr)
    assert all(role.holder is not operator for role in firm.roles)
    leads = {r["person_navn"] for r in stage.rows.at_work(orgnr) if r["rolle"] == "byggeplassleder"}
    assert (operator.name in leads) is (guise in ("easy", "held_out"))
    delegated = {
        c.get("bestiller_orgnr") for c in stage.rows.cards.values() if c["arbeidsgiver_orgnr"] == orgnr
    }
    assert bool(delegated - {None}) is (guise == "held_out")


def test_the_adaptive_director_orders_now_and_then(stage: Stage) -> None:
    ring = stage.rings["C03", "adaptive"]
    orgnr = stage.subject(ring)
    firm = next(f for f in stage.world.firms if f.orgnr == orgnr)
    assert firm.director is not None
    assert len(stage.rows.order_days(orgnr, firm.director.number)) >= 2
    assert len(stage.rows.order_days(orgnr, ring.persons[0].number)) >= 2


@pytest.mark.parametrize("kind", lawful_kinds("C03"))
def test_lawful_orderers_have_a_role_or_no_failures_or_little_time(stage: Stage, kind: str) -> None:
    orgnr = stage.subject(stage.lawful[kind])
    firm = next(f for f in stage.world.firms if f.orgnr == orgnr)
    roles = {r.holder.number for r in firm.roles if isinstance(r.holder, Person)}
    for number in stage.rows.operators(orgnr):
        orders = stage.rows.order_days(orgnr, number) or ["2026-01-01"]
        long = (date.fromisoformat(orders[-1]) - date.fromisoformat(orders[0])).days >= 180
        assert number in roles or not long or not stage.rows.failures_of(number), kind
    shown = [
        c for c in stage.rows.cards.values() if c["arbeidsgiver_orgnr"] == orgnr and "bestiller_fnr" in c
    ]
    assert bool(shown) is (kind != "nobody_knows_who_ordered")


def _end(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
