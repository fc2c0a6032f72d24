"""Registers of companies and outcomes: notices agree with records, owners with shares, rates with policy."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import orjson
import pytest

from expectations import contract
from jobs.synth.emit_owners import beneficial_owners
from jobs.synth.emit_updates import patch
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
from jobs.synth.registration import entry_of, owners_on, sell
from jobs.synth.reviews import OF_NOTHING, OF_OFFENCE
from jobs.synth.world import World
from tests.unit.jobs.synth.org_rows import OrgRows
from tests.unit.jobs.synth.test_records import Validator, record_of

MINE = (
    "brreg_enheter",
    "brreg_underenheter",
    "brreg_roller",
    "brreg_oppdateringer",
    "brreg_reelle_rettighetshavere",
    "tilsyn_utfall",
)


@pytest.fixture(scope="module")
def big() -> World:
    """Six hundred firms and more rings than usual, for a year."""
    return make_world(Parameters(600, 13, 4, 0.06, "2026-01", False))


@pytest.fixture(scope="module")
def rows(big: World) -> OrgRows:
    return OrgRows(big)


# ---- records -------------------------------------------------------------------------------------
def test_every_record_holds_the_contract(rows: OrgRows) -> None:
    seen: Counter[str] = Counter()
    for delivery in rows.deliveries:
        kinds = contract.source(delivery.source).kinds
        assert delivery.kind in kinds
        for file in delivery.files:
            where, record, _ = record_of(delivery.source, delivery.kind, file.name)
            validator = Validator(contract.record_schema(where, record))
            step = max(len(file.rows) // 40, 1)
            for row in file.rows[::step]:
                assert validator.is_valid(orjson.loads(row)), (delivery.source, row)
                seen[delivery.source] += 1
    assert set(seen) == set(MINE)
    assert min(seen.values()) > 100


def test_contacts_audit_and_accounts_are_there_for_some(rows: OrgRows) -> None:
    newest = [r[-1][1] for r in rows.entities.values() if r[-1][1].get("respons_klasse") == "Enhet"]
    companies = [r for r in newest if r["organisasjonsform"]["kode"] == "AS"]

    def part(name: str) -> float:
        return sum(name in r for r in companies) / len(companies)

    assert 0.4 < part("telefon") < 0.75
    assert 0.35 < part("epostadresse") < 0.75
    assert 0.4 < part("fravalgRevisjonDato") < 0.9
    assert 0.75 < part("sisteInnsendteAarsregnskap") < 0.98
    assert all(r.get("telefon", "1")[0] == "1" for r in newest)
    assert all(r.get("epostadresse", ".example").endswith(".example") for r in newest)
    assert any(p["infotype"] == "FADR" for r in newest for p in r["paategninger"])
    assert all(r["registrertIForetaksregisteret"] for r in companies)


def test_presence_of_contacts_does_not_tell_who_was_planted(big: World) -> None:
    shares = {}
    for is_planted in (True, False):
        firms = [f for f in big.firms if f.is_planted is is_planted and f.form == "AS"]
        shares[is_planted] = sum(bool(entry_of(big, f).phone) for f in firms) / len(firms)
    assert abs(shares[True] - shares[False]) < 0.15


def test_a_wrong_address_is_right_in_the_next_month() -> None:
    world = make_world(Parameters(200, 5, 3, 0.0, "2026-01", False, noise=10.0))
    rows = OrgRows(world)
    wrong = {f: entry.wrong for f, entry in world.entries.of.items() if entry.wrong is not None}
    corrected = 0
    for firm, month in wrong.items():
        lines = [
            (period[:7], r["forretningsadresse"]["adresse"][-1])
            for period, r in rows.entities[firm.orgnr]
            if "forretningsadresse" in r
        ]
        bad = [line for period, line in lines if period == f"{month:%Y-%m}"]
        after = [line for period, line in lines if period > f"{month:%Y-%m}"]
        if bad and after and entry_of(world, firm).moved is None:
            assert bad[-1] != after[0]
            corrected += 1
    assert corrected > 3


# ---- notices -------------------------------------------------------------------------------------
def test_notices_and_changed_records_are_about_the_same_units(rows: OrgRows) -> None:
    noticed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for period, register, row in rows.notices:
        if row.get("endringstype") != "Fjernet":
            orgnr = (
                row["organisasjonsnummer"]
                if "organisasjonsnummer" in row
                else row["data"]["organisasjonsnummer"]
            )
            noticed[period, register].add(orgnr)
    changed: dict[tuple[str, str], set[str]] = {}
    for delivery in rows.deliveries:
        if delivery.kind == "delta" and delivery.source in MINE[:3]:
            records = [orjson.loads(r) for r in delivery.files[0].rows]
            changed[delivery.period, delivery.source.removeprefix("brreg_")] = {
                r["organisasjonsnummer"] for r in records
            }
    assert len(changed) > 20
    assert all(noticed[key] == orgnrs for key, orgnrs in changed.items())


def test_a_notice_of_a_change_turns_the_old_record_into_the_new_one(rows: OrgRows) -> None:
    versions = rows.entities
    checked = 0
    for period, register, row in rows.notices:
        if register != "enheter" or "endringer" not in row:
            continue
        known = [r for p, r in versions[row["organisasjonsnummer"]] if p < period]
        now = [r for p, r in versions[row["organisasjonsnummer"]] if p == period]
        if len(known) and now:
            after: dict[str, Any] = dict(known[-1])
            for change in row["endringer"]:
                name = change["path"][1:]
                if change["op"] == "remove":
                    after.pop(name)
                else:
                    after[name] = change["value"]
            # The code is left out of notices.
            assert {k: v for k, v in after.items() if k != "naeringskode1"} == {
                k: v for k, v in now[-1].items() if k != "naeringskode1"
            }
            checked += 1
    assert checked > 100


def test_notices_say_new_changed_and_deleted(rows: OrgRows) -> None:
    kinds = {
        r: Counter(n["endringstype"] for _, own, n in rows.notices if own == r)
        for r in ("enheter", "underenheter")
    }
    assert set(kinds["enheter"]) == {"Ny", "Endring", "Sletting", "Ukjent", "Fjernet"}
    assert kinds["underenheter"]["Ny"]
    assert kinds["underenheter"]["Sletting"]
    first = rows.world.opening.isoformat()
    for _, register, row in rows.notices:
        if register == "enheter" and row["endringstype"] == "Ny":
            assert rows.entities[row["organisasjonsnummer"]][0][0] >= first
            assert rows.firms[row["organisasjonsnummer"]].registered >= rows.world.opening


def test_numbers_of_notices_rise_with_time_and_come_once(rows: OrgRows) -> None:
    for register in ("enheter", "underenheter"):
        series = [(n["dato"], n["oppdateringsid"]) for _, own, n in rows.notices if own == register]
        assert len({number for _, number in series}) == len(series)
        ordered = sorted(series, key=lambda pair: pair[1])
        assert all(one[0][:19] <= other[0][:19] or one[1] + 2 >= other[1]
                   for one, other in pairwise(ordered))  # fmt: skip


def test_one_unit_is_removed_for_good_and_leaves_no_trace_afterwards(big: World, rows: OrgRows) -> None:
    ((period, _, notice),) = [n for n in rows.notices if n[2].get("endringstype") == "Fjernet"]
    orgnr = notice["organisasjonsnummer"]
    assert orgnr not in rows.firms
    assert rows.entities[orgnr]
    assert max(p for p, _ in [*rows.entities[orgnr], *rows.roles[orgnr]]) < period
    others = [d for d in rows.deliveries if d.source in ("tilsyn_utfall", "brreg_reelle_rettighetshavere")]
    assert not any(orgnr.encode() in row for d in others for f in d.files for row in f.rows)
    assert big.entries.removal is not None
    assert not big.entries.removal.owner.jobs


def test_a_short_country_removes_nobody(county: Any) -> None:
    kinds = {
        row.get("endringstype") for _, _, row in county.rows("brreg_oppdateringer", "oppdateringer_enheter")
    }
    assert kinds
    assert "Fjernet" not in kinds


def test_a_patch_says_what_was_added_replaced_and_removed() -> None:
    changes = patch({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d": 4})
    assert changes == [
        {"op": "replace", "path": "/b", "value": 5},
        {"op": "add", "path": "/d", "value": 4},
        {"op": "remove", "path": "/c"},
    ]


# ---- beneficial owners ---------------------------------------------------------------------------
def test_owners_are_those_of_the_shares_directly_and_through_companies(rows: OrgRows) -> None:
    grounds: Counter[str] = Counter()
    for versions in rows.owners.values():
        for period, row in versions:
            day = date.fromisoformat(period)
            firm = rows.firms[row["registreringspliktigVirksomhet"]["organisasjonsnummer"]]
            known = {p.number_on(d) for h in beneficial_owners(rows.world, firm, day) for p in (h.person,)
                     for d in (day, firm.registered)}  # fmt: skip
            for one in row["reelleRettighetshavere"]:
                (position,) = one["posisjoner"]
                grounds.update(g["kode"] for g in position["grunnlag"])
                between = position["mellomliggendeVirksomheter"]
                assert bool(between) is ({"kode": "grunnlagtype.indi"} in position["grunnlag"])
                number = one.get("folkeregistrertPerson", {}).get("foedselsEllerDNummer")
                if firm not in rows.world.entries.sales and number is not None:
                    assert number in known
    assert grounds["grunnlagtype.dire"] > 5 * grounds["grunnlagtype.indi"] > 50


def test_bands_follow_the_parts(big: World) -> None:
    bands = {}
    for firm in big.firms:
        for holder in beneficial_owners(big, firm, big.closing):
            assert holder.percent > 25
            bands[holder.percent >= 75, holder.percent >= 50] = firm
    assert set(bands) == {(True, True), (False, True), (False, False)}


def test_some_have_not_registered_and_some_have_nobody_to_register(rows: OrgRows) -> None:
    obliged = [
        f
        for f in rows.world.firms
        if f.form == "AS"
        and not f.public_kind
        and f.registered < rows.world.opening
        and f.is_alive(rows.world.closing)
    ]
    missing = sum(f.orgnr not in rows.owners for f in obliged) / len(obliged)
    assert 0.1 < missing < 0.3
    states = {r["reelleRettighetshavereStatus"]["kode"] for v in rows.owners.values() for _, r in v}
    assert len(states) >= 2
    for versions in rows.owners.values():
        for _, row in versions:
            state = row["reelleRettighetshavereStatus"]["kode"].endswith(".arid")
            assert state is bool(row["reelleRettighetshavere"])


def test_a_sale_shows_from_its_day_on() -> None:
    world = make_world(Parameters(60, 3, 2, 0.0, "2026-01", False))
    firm = next(f for f in world.firms if f.form == "AS" and f.owners and not f.is_group)
    before = list(firm.owners)
    buyer = next(p for p in world.persons if p is not before[0][0])
    sell(world, firm, world.opening + timedelta(days=40), [(buyer, 100)])
    assert owners_on(world, firm, world.opening + timedelta(days=39)) == before
    assert owners_on(world, firm, world.opening + timedelta(days=40)) == [(buyer, 100)]


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
def many() -> World:
    """More inspections than one county has in a year."""
    return make_world(Parameters(1500, 25, 9, 0.08, "2026-01", False))


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
def test_about_three_of_a_hundred_fail_in_a_year(many: World) -> None:
    firms = [f for f in many.firms if not f.is_planted and f.form == "AS"]
    failed = sum(f.bankrupt is not None for f in firms)
    assert 0.019 < failed / len(firms) / (len(many.months) / 12) < 0.038


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
