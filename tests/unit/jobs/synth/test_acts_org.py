"""Acts around failure show in what registers send; what resembles them lacks the fact."""

from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pytest

from jobs.synth.acts_org import TYPOLOGIES
from jobs.synth.model import Planted
from jobs.synth.typologies import VARIANTS
from tests.unit.jobs.synth.org_rows import OrgRows, subject
from tests.unit.jobs.synth.org_stage import (
    LAWFUL,
    Stage,
    each_guise,
    lawful,
    make_stage,
)
from tests.unit.jobs.synth.staged import GUISES

INDICATORS = ("B02", "B03", "B04", "C01", "C02", "J01", "J02")
COHORT_DAYS = 60


@pytest.fixture(scope="module")
def stage() -> Stage:
    return make_stage()


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
