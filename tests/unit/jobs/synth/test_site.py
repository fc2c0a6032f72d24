"""Site lists and card register: who is there fits who has a contract, a job and a card."""

import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from expectations.identifiers import is_fnr, is_orgnr
from jobs.ingest.record_rules import RULES
from jobs.synth.emit_site import SiteLists, card_deliveries
from jobs.synth.generate import make_world
from jobs.synth.holidays import is_closed, is_summer
from jobs.synth.model import Firm, Person
from jobs.synth.parameters import Parameters
from jobs.synth.sitebook import DELIVERY, SHARED_MONTHS, Attendance, part_time
from jobs.synth.world import World
from tests.unit.jobs.synth.site_rows import SiteRows, decoded

ROLES = {"arbeider", "byggeplassleder", "besoekende", "leveranse", "kontroll"}


@pytest.fixture(scope="module")
def rows(world: World) -> SiteRows:
    return SiteRows(world)


def lawful(world: World) -> list[Attendance]:
    return [a for a in world.site.attendances if not (a.employer.is_planted or a.person.is_planted)]


# ---- deliveries ----------------------------------------------------------------------------------
def test_a_delivery_is_about_one_day_and_the_rows_are_what_intake_asks_for(rows: SiteRows) -> None:
    rule = RULES["byggeplass_oversiktslister", "oppmoete"]
    kinds = Counter(d.kind for d in rows.lists)
    assert set(kinds) == {"ordinary", "late", "replacement"}
    assert kinds["ordinary"] > 100
    assert len({d.delivery_id for d in rows.lists}) == len(rows.lists)
    for delivery in rows.lists:
        assert delivery.delivered_at.date() > date.fromisoformat(delivery.period)
        found = list(decoded(delivery))
        assert found
        assert len({r["linje_id"] for r in found}) == len(found)
        for row in found[:40]:
            assert rule(row, delivery.period) is None
            assert row["rolle"] in ROLES
            assert is_orgnr(row["byggherre_orgnr"])
            assert not row["arbeidsgiver_orgnr"] or is_orgnr(row["arbeidsgiver_orgnr"])
            assert not row["fnr"] or is_fnr(row["fnr"])


def test_lists_cover_the_last_months_and_no_day_of_rest(rows: SiteRows, world: World) -> None:
    days = {r["dato"] for r in rows.presence}
    assert {d[:7] for d in days} == set(world.months[-SHARED_MONTHS:])
    assert not [d for d in days if is_closed(date.fromisoformat(d))]


@pytest.mark.parametrize(
    ("day", "rests"),
    [
        ("2025-04-17", True),
        ("2025-04-21", True),
        ("2025-05-29", True),
        ("2025-06-09", True),
        ("2024-03-29", True),
        ("2025-04-16", False),
        ("2025-12-25", True),
        ("2025-12-23", False),
    ],
)
def test_easter_moves_and_christmas_does_not(day: str, rests: bool) -> None:
    assert is_closed(date.fromisoformat(day)) is rests


def test_a_corrected_list_has_what_the_first_one_lacked(rows: SiteRows) -> None:
    first = {(d.period, r["linje_id"]) for d in rows.lists if d.kind == "ordinary" for r in decoded(d)}
    corrected = [(d.period, r["linje_id"]) for d in rows.lists if d.kind == "replacement" for r in decoded(d)]
    missing = [key for key in corrected if key not in first]
    assert 0 < len(missing) < len(corrected) / 2


def test_the_register_is_whole_every_other_month_and_a_deleted_card_stays_away(world: World) -> None:
    found = list(card_deliveries(world))
    assert [d.kind for d in found if d.kind != "deletion"][-3:] == ["snapshot", "delta", "snapshot"]
    position = next(i for i, d in enumerate(found) if d.kind == "deletion")
    (deleted,) = (r["noekkel"]["kortnummer"] for r in decoded(found[position]))
    held = [any(r["kortnummer"] == deleted for r in decoded(d)) for d in found if d.kind != "deletion"]
    assert any(held[:position])
    assert not any(held[position:])
    assert not next(c for c in world.site.cards if c.number == deleted).person.is_planted


def test_changes_between_two_snapshots_lead_from_one_to_the_other(world: World) -> None:
    state: dict[str, Any] = {}
    for delivery in card_deliveries(world):
        content = {r["kortnummer"]: r for r in decoded(delivery)} if delivery.kind != "deletion" else {}
        if delivery.kind == "snapshot":
            for number, record in content.items():
                changed = state.get(number, record)["status"] != record["status"]
                assert not changed or record["status_dato"] > f"{delivery.period[:7]}-00"
            state = content
        else:
            state |= content
    statuses = Counter(r["status"] for r in state.values())
    assert set(statuses) == {"aktiv", "sperret", "tapt", "utloept", "returnert"}
    assert 0.6 < statuses["aktiv"] / len(state) < 0.95


# ---- presence and the rest of the economy --------------------------------------------------------
def test_workers_are_there_only_while_their_firm_has_a_contract_and_they_a_job(world: World) -> None:
    spans: dict[tuple[Any, Firm], list[tuple[date, date]]] = defaultdict(list)
    for project in world.projects:
        for contract in project.contracts:
            spans[project, contract.supplier].append((contract.start, contract.end))
    posted = {(p.person, f.party) for f in world.foreign for p in f.postings}
    found = lawful(world)
    assert len(found) > 60
    for a in found:
        assert any(s <= a.first and a.last <= e for s, e in spans[a.project, a.employer])
        jobs = [j for j in a.person.jobs if j.firm is a.employer]
        covered = any(j.start <= a.first and (j.end is None or a.last <= j.end) for j in jobs)
        owns = any(r.holder is a.person and r.code in ("INNH", "DTPR") for r in a.employer.roles)
        assert covered or owns or (a.person, a.employer) in posted


def test_nobody_of_the_background_works_at_two_sites_on_one_day(rows: SiteRows, world: World) -> None:
    planted = {p.name for p in world.persons if p.is_planted}
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows.presence:
        if row["hmskort_nummer"] in rows.cards and row["rolle"] == "arbeider":
            days[rows.cards[row["hmskort_nummer"]]["fnr"], row["dato"]].add(row["prosjekt_id"])
    numbers = {p.number for p in world.persons if not p.is_planted} | {
        p.later_number for p in world.persons if not p.is_planted
    }
    assert planted
    assert not [key for key, sites in days.items() if len(sites) > 1 and key[0] in numbers]


def test_hired_in_people_name_the_hirer_and_their_own_employer(world: World) -> None:
    big = make_world(Parameters(1400, 4, 5, 0.0, "2026-01", False))
    hired = [a for a in [*lawful(world), *lawful(big)] if a.hirer is not None]
    assert hired
    for a in hired:
        assert a.employer.trade.key == "staffing"
        assert any(c.client is a.hirer and c.supplier is a.employer for c in a.project.contracts)


def test_hours_at_the_gate_fit_reported_hours_in_the_background(rows: SiteRows, world: World) -> None:
    ratios: list[float] = []
    for firm in {a.employer: None for a in lawful(world)}:
        for found in rows.compressed(firm.orgnr).values():
            ratios += found
            assert sum(q >= 1.3 for q in found) < 3
    assert len(ratios) > 60
    assert 0.8 < statistics.median(ratios) < 1.12


def test_most_lines_hold_what_they_should_and_some_do_not(rows: SiteRows) -> None:
    workers = [r for r in rows.presence if r["rolle"] in ("arbeider", "byggeplassleder")]
    measured = [r for r in workers if r["leser_id"]]
    by_hand = [r for r in workers if not r["leser_id"]]
    assert by_hand
    assert all(not r["inn_tid"] and not r["ut_tid"] for r in by_hand)
    assert all(r["inn_tid"] for r in measured)
    assert 0.8 < sum(bool(r["hmskort_nummer"]) for r in measured) / len(measured) < 1
    assert 0.005 < sum(not r["ut_tid"] or r["ut_kilde"] == "beregnet" for r in measured) / len(measured) < 0.2
    assert {r["klokke_kontrollert"] for r in measured} >= {"true"}
    assert Counter(r["rolle"] for r in rows.presence)[DELIVERY] > 20


def test_a_day_has_one_line_per_person_but_for_two_gates(rows: SiteRows) -> None:
    found = Counter(
        (r["prosjekt_id"], r["dato"], r["hmskort_nummer"]) for r in rows.presence if r["hmskort_nummer"]
    )
    assert set(found.values()) <= {1, 2}
    assert 0 < sum(n == 2 for n in found.values()) < 0.2 * len(found)


@pytest.mark.parametrize(
    ("percent", "days", "minutes"),
    [(100.0, 5, 480), (80.0, 4, 480), (50.0, 3, 400), (20.0, 1, 480), (10.0, 1, 240), (110.0, 5, 480)],
)
def test_a_position_becomes_days_and_hours(percent: float, days: int, minutes: int) -> None:
    assert part_time(percent) == (days, minutes)


def test_most_are_away_in_the_summer_holiday(rows: SiteRows, world: World) -> None:
    july = Counter(r["dato"] for r in rows.presence if r["dato"][:7] == "2025-07")
    quiet = [n for d, n in july.items() if is_summer(date.fromisoformat(d))]
    busy = [n for d, n in july.items() if not is_summer(date.fromisoformat(d))]
    assert world.months[-SHARED_MONTHS] == "2025-07"
    assert statistics.mean(quiet) < 0.4 * statistics.mean(busy)


# ---- cards ---------------------------------------------------------------------------------------
def test_people_of_these_trades_have_cards_issued_after_the_order(world: World) -> None:
    for card in world.site.cards:
        assert 3 <= (card.issued - card.ordered).days < 15
        assert (card.valid_to - card.issued).days == 730
        assert [c for c, _ in card.changes] == sorted(c for c, _ in card.changes)
        assert all(day >= card.issued for day, _ in card.changes)
    crews = [j for f in world.firms if f.trade.key in ("paint", "cleaning") for j in f.jobs]
    current = [j for j in crews if j.is_declared and j.end is None and (world.closing - j.start).days > 60]
    with_card = sum((j.person, j.firm) in world.site.held for j in current)
    assert with_card > 0.93 * len(current) > 30
    assert not [c for c in world.site.cards if c.employer.trade.key in ("restaurant", "software")]


def test_owners_without_employment_have_cards_of_their_own(world: World) -> None:
    owners = [c for c in world.site.cards if c.ground == "eier" and not c.employer.is_planted]
    assert len(owners) >= 5
    assert all(c.employer.form in ("ENK", "DA") for c in owners)
    assert not [c for c in owners if any(j.firm is c.employer and j.is_declared for j in c.person.jobs)]


def test_cards_are_handed_back_or_blocked_after_the_holder_has_left(world: World) -> None:
    ended = [
        (job, world.site.held[job.person, firm][-1])
        for firm in world.firms
        for job in firm.jobs
        if not firm.is_planted and job.end is not None and (job.person, firm) in world.site.held
        and world.opening < job.end < world.closing - timedelta(days=60)
        and not any(j is not job and j.firm is firm for j in job.person.jobs)
    ]  # fmt: skip
    assert len(ended) > 40
    closed = [card for job, card in ended if job.end and card.changes and card.changes[-1][0] >= job.end]
    assert 0.88 < len(closed) / len(ended) < 1
    assert {card.changes[-1][1] for card in closed} >= {"returnert", "sperret"}


def test_directors_or_accountants_order_the_cards(world: World) -> None:
    """Counted once per employer, or a few with many cards would decide."""
    kinds: Counter[str] = Counter()
    first = {c.employer: c for c in world.site.cards if c.ground != "oar" and not c.employer.is_planted}
    for card in first.values():
        roles = [r.holder for r in card.employer.roles]
        if card.orderer_firm is not None:
            assert card.orderer_firm in roles
            kinds["accountant"] += 1
        else:
            kinds["role" if card.orderer in roles else "other" if card.orderer else "unknown"] += 1
    total = sum(kinds.values())
    assert kinds["role"] > 0.5 * total
    assert kinds["accountant"] > 0.08 * total
    assert 0 < kinds["unknown"] < 0.25 * total


# ---- nothing but behaviour tells who is who ------------------------------------------------------
def _auc(guilty: list[float], others: list[float]) -> float:
    ranked = sorted([(v, 1) for v in guilty] + [(v, 0) for v in others])
    ranks = sum(position for position, (_, is_guilty) in enumerate(ranked, 1) if is_guilty)
    count = len(guilty)
    return (ranks - count * (count + 1) / 2) / (count * len(others))


def test_numbers_and_order_of_cards_and_lines_tell_nothing(rows: SiteRows, world: World) -> None:
    ring = {f.orgnr for r in world.rings for f in r.companies}
    numbers = sorted(rows.cards)
    assert [r["kortnummer"] for r in decoded(rows.card_files[-1])] == sorted(
        r["kortnummer"] for r in decoded(rows.card_files[-1])
    )
    places = {number: index for index, number in enumerate(numbers)}
    mine = [float(places[n]) for n in numbers if rows.cards[n]["arbeidsgiver_orgnr"] in ring]
    rest = [float(places[n]) for n in numbers if rows.cards[n]["arbeidsgiver_orgnr"] not in ring]
    assert len(mine) > 100
    assert 0.44 < _auc(mine, rest) < 0.56
    order = [float(r["linje_id"][-3:]) for r in rows.presence if r["arbeidsgiver_orgnr"] in ring]
    other = [float(r["linje_id"][-3:]) for r in rows.presence if r["arbeidsgiver_orgnr"] not in ring]
    if len(order) > 100:
        assert 0.3 < _auc(order, other) < 0.7


def test_what_the_register_lacks_does_not_depend_on_guilt(rows: SiteRows, world: World) -> None:
    ring = {f.orgnr for r in world.rings for f in r.companies}
    shares = []
    for is_mine in (True, False):
        cards = [c for c in rows.cards.values() if (c["arbeidsgiver_orgnr"] in ring) is is_mine]
        shares.append(sum("bestilt_dato" not in c for c in cards) / len(cards))
    assert abs(shares[0] - shares[1]) < 0.06


def test_the_same_parameters_give_the_same_rows() -> None:
    made = []
    for _ in range(2):
        world = make_world(Parameters(90, 3, 9, 0.05, "2026-01", False))
        found = [*SiteLists(world).deliveries(), *card_deliveries(world)]
        made.append([(d.delivery_id, d.kind, d.period, d.files[0].rows) for d in found])
    assert made[0] == made[1]


def test_noise_makes_more_lists_late_and_more_lines_incomplete() -> None:
    shares = []
    for noise in (0.0, 4.0):
        world = make_world(Parameters(120, 4, 4, 0.0, "2026-01", False, noise))
        rows = SiteRows(world)
        late = sum(len(d.files[0].rows) for d in rows.lists if d.kind == "late")
        measured = [r for r in rows.presence if r["leser_id"] and r["rolle"] == "arbeider"]
        open_ended = sum(not r["ut_tid"] for r in measured) / len(measured)
        shares.append((late, open_ended, sum(isinstance(f.director, Person) for f in world.firms)))
    assert shares[0][0] == 0 < shares[1][0]
    assert shares[0][1] == 0 < shares[1][1]
