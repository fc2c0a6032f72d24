"""Inspections and reviews: rates and selection follow the stated policy, and versions tell what was known."""

import json
from collections import Counter, defaultdict
from random import Random
from typing import Any

import pytest

from jobs.synth.generate import make_world
from jobs.synth.inspections import (
    ARMS,
    BAD_HOME,
    DECENT_HOME,
    NOTHING_THERE,
    OFFENCE_THERE,
    Inspectorate,
    Offences,
    finding_of,
)
from jobs.synth.model import Firm
from jobs.synth.outcomes import SERIOUS
from jobs.synth.parameters import Parameters
from jobs.synth.reviews import OF_NOTHING, OF_OFFENCE
from jobs.synth.world import World
from tests.unit.jobs.synth.org_rows import OrgRows


@pytest.fixture(scope="module")
def many() -> World:
    """More inspections than one county has in a year."""
    return make_world(Parameters(1500, 25, 9, 0.08, "2026-01", False))


# ---- outcomes ------------------------------------------------------------------------------------
def rates(findings: list[str]) -> dict[str, float]:
    counts = Counter(findings)
    return {level: 100 * n / len(findings) for level, n in counts.items()}


def test_findings_match_the_published_rates_on_a_larger_draw() -> None:
    """Arbeidstilsynet 2023 and 2024: 72 to 74 % some breach, 11 stops, 6.2 fines, 0.33 police reports."""
    rng = Random(5)
    draws = [finding_of(rng, OFFENCE_THERE if rng.random() < 0.04 else NOTHING_THERE) for _ in range(60_000)]
    found = rates(draws)
    assert 71 < 100 - found["none"] < 75
    assert 9.5 < found["stop"] < 12.5
    assert 5.2 < found["fine"] < 7.2
    assert 0.2 < found["police_report"] < 0.5


def test_an_offence_is_found_far_more_often_and_often_missed() -> None:
    rng = Random(6)
    there = [finding_of(rng, OFFENCE_THERE) in SERIOUS for _ in range(20_000)]
    not_there = [finding_of(rng, NOTHING_THERE) in SERIOUS for _ in range(20_000)]
    assert 0.5 < sum(there) / len(there) < 0.65
    assert 0.13 < sum(not_there) / len(not_there) < 0.20


def test_one_of_four_lodgings_has_a_breach_and_most_bad_ones() -> None:
    rng = Random(7)
    decent = [finding_of(rng, DECENT_HOME) for _ in range(20_000)]
    bad = [finding_of(rng, BAD_HOME) for _ in range(20_000)]
    assert 22 < 100 - rates(decent)["none"] < 27
    assert 75 < 100 - rates(bad)["none"] < 92


@pytest.fixture(scope="module")
def outcomes(many: World) -> OrgRows:
    return OrgRows(many, only_outcomes=True)


@pytest.fixture(scope="module")
def chosen(many: World) -> dict[str, list[Firm]]:
    """Who is chosen in thirty thousand draws of the last day, by arm."""
    inspectorate = Inspectorate(many)
    tips = inspectorate.tips_on(many.closing)
    found: dict[str, list[Firm]] = defaultdict(list)
    for arm, firm in (inspectorate.choose(tips) for _ in range(30_000)):
        found[arm].append(firm)
    return found


def test_coverage_follows_the_policy(many: World) -> None:
    visits = [i for i in many.inspections if i.dwelling is None and i.visited >= many.opening]
    years = len(many.months) / 12
    assert 0.03 < len(visits) / many.parameters.firms / years < 0.075
    assert {i.selection for i in visits} == {arm for arm, _ in ARMS}


def test_the_random_arm_is_even_and_has_its_share(many: World, chosen: dict[str, list[Firm]]) -> None:
    firms = Inspectorate(many).firms
    share = len(chosen["random"]) / 30_000
    assert abs(share - dict(ARMS)["random"]) < 0.01
    assert size_of(chosen["random"]) == pytest.approx(size_of(firms), rel=0.25)
    offenders = Offences(many)
    evenly = sum(offenders.at(f, many.closing) for f in firms) / len(firms)
    drawn = sum(offenders.at(f, many.closing) for f in chosen["random"]) / len(chosen["random"])
    assert drawn == pytest.approx(evenly, abs=0.02)


def size_of(firms: list[Firm]) -> float:
    return sum(len(f.jobs) for f in firms) / len(firms)


def test_larger_firms_are_planned_and_younger_ones_scored_more(
    many: World, chosen: dict[str, list[Firm]]
) -> None:
    assert size_of(chosen["plan"]) > 1.3 * size_of(chosen["random"])
    young = {
        arm: sum((many.closing - f.registered).days < 1200 for f in firms) / len(firms)
        for arm, firms in chosen.items()
    }
    assert young["score"] > 1.3 * young["random"]


def test_who_was_found_before_is_visited_again(many: World) -> None:
    found: Counter[Any] = Counter()
    again = followups = 0
    for inspection in sorted(many.inspections, key=lambda i: i.visited):
        followups += inspection.selection == "followup"
        again += inspection.selection == "followup" and found[inspection.firm] > 0
        found[inspection.firm] += inspection.finding in ("order", *SERIOUS)
    assert followups > 10
    assert again > 0.9 * followups


def test_tips_concern_offenders_somewhat_more_often(many: World, chosen: dict[str, list[Firm]]) -> None:
    offences = Offences(many)
    shares = {
        arm: sum(offences.at(f, many.closing) for f in firms) / len(firms) for arm, firms in chosen.items()
    }
    assert 1.5 * shares["random"] < shares["tip"] < 0.4


def test_what_is_confirmed_is_neither_all_nor_only_the_guilty(many: World) -> None:
    guilty = {f for ring in many.rings for f in ring.companies}
    confirmed = {i.firm for i in many.inspections if i.is_confirmed(many.closing)}
    assert confirmed & guilty
    assert confirmed - guilty
    assert len(guilty - confirmed) > len(guilty & confirmed)
    found = [i for i in many.inspections if i.has_breach_there and i.dwelling is None]
    assert found
    assert any(i.finding not in SERIOUS for i in found)


def test_decisions_become_final_later_and_some_are_appealed_against_or_reversed(outcomes: OrgRows) -> None:
    states = {versions[-1][1]["vedtakStatus"] for versions in outcomes.inspections.values()}
    assert states >= {"endelig", "ikke_endelig", "omgjort"}
    later = 0
    for versions in outcomes.inspections.values():
        for _, row in versions:
            visited = row["tilsynsaktiviteter"][0]["dato"][:10]
            if row["vedtakStatus"] == "endelig":
                assert row["endeligVedtakDato"] > visited
        ranks = [
            ("ikke_endelig", "paaklaget", "endelig", "omgjort").index(r["vedtakStatus"]) for _, r in versions
        ]
        assert ranks == sorted(ranks)
        later += len(versions) > 1
    assert later > 20


def test_no_version_knows_what_happened_after_its_month(outcomes: OrgRows) -> None:
    for versions in [*outcomes.inspections.values(), *outcomes.reviews.values()]:
        for period, row in versions:
            for name in ("endeligVedtakDato", "vurdert_dato"):
                assert row.get(name, "")[:7] <= period
    assert all(delivery.delivered_at.date().isoformat() > delivery.period for delivery in outcomes.deliveries
               if delivery.source == "tilsyn_utfall")  # fmt: skip


def test_history_comes_with_the_first_month_and_late_ones_a_fortnight_later(outcomes: OrgRows) -> None:
    first = outcomes.world.months[0]
    old = [v for v in outcomes.inspections.values() if v[0][1]["tilsynsaktiviteter"][0]["dato"][:7] < first]
    assert old
    assert {v[0][0] for v in old} == {first}
    late = [d for d in outcomes.deliveries if d.kind == "late"]
    assert late
    assert {d.delivered_at.day for d in late} == {20}


def test_a_visit_to_accommodation_says_where(outcomes: OrgRows) -> None:
    visits = [
        v[-1][1]
        for v in outcomes.inspections.values()
        if v[-1][1]["tilsynsaktiviteter"][0]["type"] == "innkvartering"
    ]
    assert visits
    units = {d.truth_id for d in outcomes.world.dwellings}
    assert all(f"{r['adresseId']}:{r['besoeksadresse']['bruksenhetsnummer']}" in units for r in visits)


def test_reviews_err_at_the_stated_rates(many: World) -> None:
    assert sum(w for _, w in OF_OFFENCE) == pytest.approx(1)
    assert sum(w for _, w in OF_NOTHING) == pytest.approx(1)
    missed = sum(w for v, w in OF_OFFENCE if v in ("lawful_explanation", "data_error"))
    assert 0.05 < missed < 0.15
    assert dict(OF_NOTHING)["confirmed_serious"] <= 0.03
    serious = [r for r in many.reviews if r.outcome == "confirmed_serious"]
    cleared = [r for r in many.reviews if r.outcome in ("lawful_explanation", "data_error")]
    assert serious
    assert len(cleared) > len(serious)
    arms = Counter(r.selection for r in many.reviews)
    assert len(arms) >= 4
    assert arms["score"] > arms["random"]


def test_a_review_sent_by_mistake_is_withdrawn(outcomes: OrgRows) -> None:
    ((delivery, row),) = [
        (d, json.loads(r))
        for d in outcomes.deliveries
        if d.kind == "deletion"
        for f in d.files
        for r in f.rows
    ]
    assert delivery.source == "tilsyn_utfall"
    (version,) = outcomes.reviews[row["noekkel"]["vurdering_id"]]
    assert version[0] < delivery.period
    assert row["grunn"] == "feilsendt"


# ---- the life of firms ---------------------------------------------------------------------------
def test_about_two_of_a_hundred_fail_in_a_year(many: World) -> None:
    """Three of a hundred, and half as many on sites, where rings and look-alikes add theirs."""
    firms = [f for f in many.firms if not f.is_planted and f.form == "AS"]
    failed = sum(f.bankrupt is not None for f in firms)
    assert 0.013 < failed / len(firms) / (len(many.months) / 12) < 0.035


def test_firms_merge_move_and_change_their_boards(many: World) -> None:
    merged = [
        e
        for e in many.events
        if e.kind == "virksomhetsoverdragelse" and not e.firm.is_planted and e.counterpart
    ]
    assert merged
    for event in merged:
        assert event.firm.deleted is not None
        assert not any(j.end is None for j in event.firm.jobs)
        assert event.firm.branch_owner is event.counterpart
    assert sum(entry.moved is not None for entry in many.entries.of.values()) > 50
    changed = [r for f in many.firms if not f.is_planted for r in f.roles if r.code == "MEDL" and r.until]
    assert len(changed) > 20
    assert sum(f.winding_up is not None for f in many.firms) > 10
    assert all(f.winding_up <= f.deleted for f in many.firms if f.winding_up and f.deleted)
