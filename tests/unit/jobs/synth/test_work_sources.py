"""Registers of work and homes: shapes, shares that match public figures, and what they get wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from expectations import codelists, contract
from jobs.months import first_day, last_day, shift
from jobs.synth.amelding_lines import CHANGED_SYSTEM, printed_percent
from jobs.synth.emit_amelding import EmployerReports
from jobs.synth.emit_cadastre import cadastre_deliveries
from jobs.synth.emit_notices import notice_deliveries, seen_in
from jobs.synth.emit_population import population_deliveries
from jobs.synth.generate import make_world
from jobs.synth.homes import crowded_share
from jobs.synth.matched import (
    CROWDED_SHARE,
    CROWDED_SHARE_IN_OSLO,
    CROWDED_SHARE_OF_LARGE_FAMILIES,
    INACTIVE_SHARE,
    INACTIVE_SHARE_OF_PRIMARY,
    MEDIAN_AREA_M2,
    ODD_POSITION_SHARE,
    PART_TIME_SHARE,
    SEVERAL_JOBS_SHARE,
)
from jobs.synth.model import Job
from jobs.synth.outgoing import Outgoing
from jobs.synth.parameters import Parameters
from jobs.synth.pay import pay_of, payroll, rate_of
from jobs.synth.seasons import SEASONS
from jobs.synth.tariffs import has_minimum, level, lowest
from jobs.synth.terms import APPRENTICE, FREELANCE
from jobs.synth.world import World
from tests.unit.jobs.synth.test_records import Validator, record_of, typed
from tests.unit.jobs.synth.work_rows import WorkRows

MINE = ("skatteetaten_amelding", "folkeregisteret_bosted", "kartverket_matrikkel", "innkvartering_meldinger")
MONTH = "2025-11"
"""A month without holidays, after the settlement."""


@pytest.fixture(scope="module")
def big() -> World:
    """Six hundred firms and more rings than usual, for a year."""
    return make_world(Parameters(600, 13, 4, 0.05, "2026-01", False))


@pytest.fixture(scope="module")
def rows(big: World) -> WorkRows:
    return WorkRows(big)


def lawful_jobs(world: World) -> Iterator[Job]:
    for firm in world.firms:
        if not firm.is_planted:
            yield from firm.jobs


def of_source(rows: WorkRows, source: str) -> list[Outgoing]:
    return [d for d in rows.deliveries if d.source == source]


def relations(rows: WorkRows, month: str) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each relation that is listed for a month, and whether pay goes with it."""
    for (orgnr, when), _ in rows.reports.items():
        if when == month:
            for worked in rows.month(orgnr, month):
                paid = {line["arbeidsforholdId"] for line in worked.incomes}
                for relation in worked.relations:
                    yield relation, relation["arbeidsforholdId"] in paid


# ---- records -------------------------------------------------------------------------------------
def test_every_record_holds_the_contract(rows: WorkRows) -> None:
    seen: Counter[str] = Counter()
    for delivery in rows.deliveries:
        assert delivery.kind in contract.source(delivery.source).kinds
        for file in delivery.files:
            where, record, framing = record_of(delivery.source, delivery.kind, file.name)
            schema = contract.record_schema(where, record)
            validator = Validator(schema)
            header = file.header.decode("utf-8-sig").split(";")
            for row in file.rows[:: max(len(file.rows) // 60, 1)]:
                if framing == "csv":
                    fields = typed(schema, dict(zip(header, row.decode().split(";"), strict=True)))
                else:
                    fields = orjson.loads(row)
                problems = list(validator.iter_errors(fields))
                assert not problems, (file.name, problems[0].message)
                seen[delivery.source] += 1
    assert set(seen) == set(MINE)
    assert min(seen.values()) > 12


def test_all_that_is_delivered_is_about_its_period_and_comes_after_it(rows: WorkRows) -> None:
    ids = Counter((d.source, d.delivery_id) for d in rows.deliveries)
    assert max(ids.values()) == 1
    for delivery in rows.deliveries:
        assert delivery.delivered_at.date() > first_day(delivery.period[:7])
        assert [f.name for f in delivery.files if not f.rows] == []


def test_when_something_is_delivered_does_not_depend_on_what_there_is(rows: WorkRows) -> None:
    small = make_world(Parameters(120, 13, 9, 0.0, "2026-01", False))
    times = {(d.source, d.period, d.kind, d.delivered_at) for d in rows.deliveries}
    others = [*population_deliveries(small), *cadastre_deliveries(small), *notice_deliveries(small)]
    assert len(others) > 20
    for delivery in others:
        if delivery.kind in ("snapshot", "delta", "ordinary"):
            key = (delivery.source, delivery.period, delivery.kind, delivery.delivered_at)
            assert key in times


# ---- pay -----------------------------------------------------------------------------------------
def test_nobody_lawful_is_paid_less_than_the_law_says(big: World) -> None:
    checked: Counter[str] = Counter()
    for job in lawful_jobs(big):
        trade, skill = job.firm.trade.key, job.terms.skill
        if (
            not has_minimum(trade)
            or skill == APPRENTICE
            or job.terms.kind == FREELANCE
            or job.person.is_planted
        ):
            continue
        for month in ("2025-05", MONTH):
            age = int(month[:4]) - job.person.born.year
            floor = lowest(trade, skill if skill != "young" or age < 18 else "unskilled", month)
            assert rate_of(job, month) >= floor - 0.01
            checked[trade] += 1
    assert len(checked) > 12
    assert sum(checked.values()) > 3000


def test_the_lowest_pay_is_that_of_the_list_and_grows_where_the_list_ends() -> None:
    for row in codelists.rows("minstelonn"):
        if (row["sektor"], row["kategori"]) == ("bygg", "fagarbeider"):
            month = shift(row["gyldig_fra"][:7], 2)
            assert lowest("joinery", "skilled", month) == float(row["kr_per_time"])
    before, after = lowest("joinery", "skilled", "2025-05"), lowest("joinery", "skilled", "2025-07")
    assert before < lowest("joinery", "skilled", "2025-06") < after
    assert lowest("joinery", "skilled", "2030-01") > 1.15 * after
    assert lowest("software", "skilled", MONTH) == 0
    assert level("2025-09") == 1.0
    assert level("2025-05") < 1.0 < level("2026-07")


def test_pay_spreads_with_skill_and_trade(big: World) -> None:
    rates: dict[str, list[float]] = defaultdict(list)
    by_trade: dict[str, list[float]] = defaultdict(list)
    for job in lawful_jobs(big):
        if job.terms.kind != FREELANCE and job.firm.trade.is_site:
            rates[job.terms.skill].append(rate_of(job, MONTH))
        by_trade[job.firm.trade.key].append(rate_of(job, MONTH))
    mean = {skill: sum(found) / len(found) for skill, found in rates.items()}
    assert mean["skilled"] > mean["experienced"] > mean["unskilled"] > mean[APPRENTICE]
    assert max(rates["skilled"]) > 1.3 * min(rates["skilled"])
    median = {trade: sorted(found)[len(found) // 2] for trade, found in by_trade.items()}
    assert median["software"] > median["electric"] > median["restaurant"]


def test_holiday_pay_comes_in_june_and_hours_fall_in_july(rows: WorkRows) -> None:
    holiday, hours = Counter[str](), Counter[str]()
    for (_, month), report in rows.reports.items():
        for branch in report["oppgave"].get("virksomhet", ()):
            for payee in branch["inntektsmottaker"]:
                for line in payee["inntekt"]:
                    code = line["loennsinntekt"]["beskrivelse"]
                    if code == "feriepenger":
                        holiday[month] += line["beloep"]
                    elif code == "timeloenn":
                        hours[month] += line["loennsinntekt"].get("antall", 0)
                    elif code == "trekkILoennForFerie":
                        assert line["beloep"] < 0
                        assert month == "2025-06"
    assert holiday["2025-06"] > 0.5 * sum(holiday.values())
    assert hours["2025-07"] < 0.75 * hours[MONTH]


def test_one_pay_is_told_everywhere(big: World, rows: WorkRows) -> None:
    firms = [f for f in big.firms if f.jobs and f.branch_orgnr][:80]
    told = 0
    for firm in firms:
        report = rows.reports.get((firm.orgnr, MONTH))
        if report and report["oppgave"].get("betalingsinformasjon"):
            sums = report["oppgave"]["betalingsinformasjon"]
            assert sums["sumForskuddstrekk"] == payroll(firm, MONTH).tax
            cash = sum(w.cash for w in rows.month(firm.orgnr, MONTH))
            assert round(cash) == payroll(firm, MONTH).amount
            told += 1
    assert told > 30


def test_pay_is_the_same_whenever_it_is_asked_for(big: World) -> None:
    job = next(j for j in lawful_jobs(big) if j.end is None and pay_of(j, MONTH))
    assert pay_of(job, MONTH) == pay_of(job, MONTH)
    assert pay_of(job, MONTH) != pay_of(job, "2025-10")


@pytest.mark.parametrize(
    "code",
    ["timeloenn", "fastloenn", "overtidsgodtgjoerelse", "feriepenger", "trekkILoennForFerie",
     "honorarAkkordProsentProvisjon", "elektroniskKommunikasjon", "kilometergodtgjoerelseBil"],
)  # fmt: skip
def test_every_kind_of_line_is_there(rows: WorkRows, code: str) -> None:
    assert any(
        line["loennsinntekt"]["beskrivelse"] == code
        for report in rows.reports.values()
        for branch in report["oppgave"].get("virksomhet", ())
        for payee in branch["inntektsmottaker"]
        for line in payee["inntekt"]
    )


def test_what_was_settled_late_is_paid_later_with_its_own_period(rows: WorkRows) -> None:
    earlier = [
        line
        for (_, month), report in rows.reports.items()
        for branch in report["oppgave"].get("virksomhet", ())
        for payee in branch["inntektsmottaker"]
        for line in payee["inntekt"]
        if line["sluttdatoOpptjeningsperiode"][:7] < month
    ]
    assert len(earlier) > 20
    assert all(line["beloep"] > 0 for line in earlier)


# ---- relations -----------------------------------------------------------------------------------
def test_shares_of_relations_match_public_figures(rows: WorkRows) -> None:
    listed = list(relations(rows, MONTH))
    inactive = sum(not is_paid for _, is_paid in listed) / len(listed)
    paid = [r for r, is_paid in listed if is_paid and r["typeArbeidsforhold"] != FREELANCE]
    part_time = sum(r["stillingsprosent"] < 100 for r in paid) / len(paid)
    several = [len(e) for e in rows.employers(MONTH).values()]
    assert abs(inactive - INACTIVE_SHARE) < 0.06
    assert abs(part_time - PART_TIME_SHARE) < 0.08
    assert abs(sum(n > 1 for n in several) / len(several) - SEVERAL_JOBS_SHARE) < 0.05


def test_more_is_inactive_where_people_come_for_a_season() -> None:
    world = make_world(Parameters(2000, 3, 2, 0.0, "2026-01", False))
    counts: dict[bool, list[int]] = {True: [0, 0], False: [0, 0]}
    for job in lawful_jobs(world):
        is_primary = job.firm.trade.key in ("farm", "fish")
        listed = job.start <= world.closing and (job.end is None or job.is_unclosed)
        if job.is_unclosed or (listed and not job.terms.is_temporary):
            counts[is_primary][0] += 1
            counts[is_primary][1] += pay_of(job, world.months[-1]) is None
    primary, others = (counts[key][1] / counts[key][0] for key in (True, False))
    assert primary > others
    assert primary > INACTIVE_SHARE_OF_PRIMARY - 0.12


def test_some_positions_are_not_what_the_hours_say(big: World) -> None:
    jobs = [j for j in lawful_jobs(big) if j.terms.shown_percent is None and not j.terms.is_on_call]
    odd = sum(printed_percent(j, 1.0) != j.percent for j in jobs) / len(jobs)
    assert abs(odd - ODD_POSITION_SHARE) < 0.04
    twice = sum(printed_percent(j, 2.0) != j.percent for j in jobs) / len(jobs)
    assert 1.6 < twice / odd < 2.4
    assert all(printed_percent(j, 0.0) == j.percent for j in jobs)


def test_background_people_do_not_work_twice_for_months(rows: WorkRows, big: World) -> None:
    planted = {p.number_on(big.closing) for p in big.persons if p.is_planted}
    planted |= {p.number for p in big.persons if p.is_planted}
    overloaded: dict[str, set[str]] = defaultdict(set)
    for month in big.months:
        sums: dict[str, float] = defaultdict(float)
        for orgnr, when in rows.reports:
            if when == month:
                for worked in rows.month(orgnr, month):
                    if worked.cash > 0 and worked.hours > 0:
                        sums[worked.number] += worked.position
        for number, total in sums.items():
            if total >= 180 and number not in planted and number:
                overloaded[number].add(month)
    assert sum(len(months) >= 3 for months in overloaded.values()) <= 2


def test_leaves_layoffs_freelancers_and_ends_are_told(rows: WorkRows) -> None:
    found: Counter[str] = Counter()
    for month in rows.world.months:
        for relation, is_paid in relations(rows, month):
            found[relation["typeArbeidsforhold"]] += 1
            for key in ("permisjon", "permittering", "sluttdato"):
                found[key] += key in relation
            found["midlertidig"] += relation.get("formForAnsettelse") == "midlertidig"
            found["system"] += relation.get("aarsakTilSluttdato") == CHANGED_SYSTEM
            found["open without pay"] += not is_paid and "sluttdato" not in relation
    for key in (
        "permisjon",
        "permittering",
        "sluttdato",
        "midlertidig",
        FREELANCE,
        "open without pay",
        "system",
    ):
        assert found[key] > 0, key
    assert found["permisjon"] < 0.15 * sum(found[k] for k in ("ordinaertArbeidsforhold",))


def test_a_freelancer_has_no_position(rows: WorkRows) -> None:
    listed = [r for r, _ in relations(rows, MONTH) if r["typeArbeidsforhold"] == FREELANCE]
    assert listed
    assert not any("stillingsprosent" in r or "formForAnsettelse" in r for r in listed)


def test_seasonal_firms_take_on_people_who_come_back(big: World) -> None:
    firms = [f for f in big.firms if f.trade.key in SEASONS and not f.is_planted]
    seasonal = [
        j for f in firms for j in f.jobs if j.terms.is_temporary and j.end and j.terms.skill == "unskilled"
    ]
    assert len(seasonal) > 20
    assert 0.3 < sum(j.person.is_d_number for j in seasonal) / len(seasonal) < 0.95
    years: dict[Any, set[int]] = defaultdict(set)
    for job in seasonal:
        years[job.person].add(job.start.year)
    assert any(len(found) >= 2 for found in years.values())


@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_noise_sets_how_much_comes_late_or_is_replaced(noise: float) -> None:
    world = make_world(Parameters(150, 4, 6, 0.0, "2026-01", False, noise))
    kinds: Counter[str] = Counter()
    for delivery in EmployerReports(world).deliveries():
        kinds[delivery.kind] += sum(len(f.rows) for f in delivery.files)
    part = (kinds["late"] + kinds["replacement"]) / kinds["ordinary"]
    assert part == 0 if noise == 0 else part > 0.08


# ---- homes ---------------------------------------------------------------------------------------
def test_crowding_and_size_of_homes_match_public_figures(rows: WorkRows, big: World) -> None:
    planted = {
        f"{d.building.address_id}:{d.unit}" for p in [*big.rings, *big.look_alikes] for d in p.dwellings
    }
    living: Counter[tuple[str, str]] = Counter()
    for person in rows.people.values():
        stay = next((s for s in person.get("bostedsadresse", ()) if s["erGjeldende"]), None)
        if stay and person["status"] == "bosatt" and "bruksenhetsnummer" in stay["vegadresse"]:
            living[stay["adresseIdentifikatorFraMatrikkelen"], stay["vegadresse"]["bruksenhetsnummer"]] += 1
    sized = crowded = 0
    for place, n in living.items():
        unit = rows.units.get(place, {})
        if unit.get("antallRom") and unit.get("bruksareal") and ":".join(place) not in planted:
            sized += 1
            crowded += (n > unit["antallRom"] or n == unit["antallRom"] == 1) and unit["bruksareal"] / n < 25
    areas = sorted(u["bruksareal"] for u in rows.units.values() if "bruksareal" in u)
    assert abs(crowded / sized - CROWDED_SHARE) < 0.025
    assert abs(areas[len(areas) // 2] - MEDIAN_AREA_M2) < 25


def test_oslo_lives_more_crowded_and_large_families_most() -> None:
    world = make_world(Parameters(60, 2, 3, 0.0, "2026-01", False, region="0301"))
    (oslo,) = {m.number for m in world.municipalities}
    assert oslo == "0301"
    place = world.municipalities[0]
    assert CROWDED_SHARE < crowded_share(place, 0) < CROWDED_SHARE_IN_OSLO
    assert crowded_share(place, 3) == pytest.approx(CROWDED_SHARE_OF_LARGE_FAMILIES)


def test_nobody_lawful_lives_crowded_with_colleagues(rows: WorkRows, big: World) -> None:
    work = rows.employers(big.months[-1])
    planted = {p.number_on(big.closing) for p in big.persons if p.is_planted}
    bad = 0
    for (address, unit), row in rows.units.items():
        people = rows.residents(f"dwelling:{address}:{unit}") if row.get("bruksareal") else set()
        if len(people) < 3 or people & planted:
            continue
        same = Counter(e for p in people for e in work.get(p, ()))
        bad += max(same.values(), default=0) >= 3 and row["bruksareal"] / len(people) < 15
    assert bad == 0


def test_the_cadastre_is_complete_each_quarter_and_changes_between(rows: WorkRows) -> None:
    kinds = [(d.period, d.kind) for d in of_source(rows, "kartverket_matrikkel")]
    snapshots = [period for period, kind in kinds if kind == "snapshot"]
    assert len(snapshots) == 5
    assert {k for _, k in kinds} == {"snapshot", "delta"}
    counts = [
        sum(len(f.rows) for f in d.files if f.name.startswith("bygninger"))
        for d in of_source(rows, "kartverket_matrikkel")
        if d.kind == "snapshot"
    ]
    assert counts == sorted(counts)
    assert counts[0] > 500


def test_what_happens_to_buildings_and_owners_is_told(rows: WorkRows, big: World) -> None:
    statuses, recoded, expired, ended, shared = set(), 0, 0, 0, 0
    for delivery in of_source(rows, "kartverket_matrikkel"):
        for file in delivery.files:
            if file.framing == "csv":
                continue
            for row in map(orjson.loads, file.rows):
                if "bygningsstatus" in row:
                    statuses.add(row["bygningsstatus"])
                    recoded += "bygningstype_endret_dato" in row
                expired += bool(row.get("skalUtga"))
                ended += "til_dato" in row
                shared += row.get("andel") == "1/2"
    assert {"2", "3"} <= statuses
    assert min(recoded, expired, ended, shared) > 0
    for building in big.buildings:
        days = [c.on for c in building.changes]
        assert days == sorted(days)


def test_the_population_register_puts_right_what_was_wrong(rows: WorkRows, big: World) -> None:
    corrected = [(p, s) for p in big.persons for s in p.stays if s.correction is not None]
    assert len(corrected) > 10
    seen = 0
    for person, stay in corrected:
        assert stay.correction is not None
        versions = [
            s["vegadresse"].get("bruksenhetsnummer")
            for d in of_source(rows, "folkeregisteret_bosted")
            for row in map(orjson.loads, d.files[0].rows)
            if any(n["foedselsEllerDNummer"] == person.number for n in row["identifikasjonsnummer"])
            for s in row["bostedsadresse"]
            if s["adresseIdentifikatorFraMatrikkelen"] == stay.dwelling.building.address_id
            and s["flyttedato"] == stay.since.isoformat()
        ] if seen < 8 and not stay.is_temporary else []  # fmt: skip
        if versions:
            seen += 1
            wrong = stay.correction.wrong.unit if stay.correction.wrong else None
            assert versions[0] == wrong
            assert versions[-1] == stay.dwelling.unit
    assert seen >= 5


def test_some_units_are_unknown_and_some_people_have_gone(rows: WorkRows, big: World) -> None:
    stays = [s for p in rows.people.values() for s in p.get("bostedsadresse", ()) if s["erGjeldende"]]
    lost = sum("bruksenhetsnummer" not in s["vegadresse"] for s in stays) / len(stays)
    assert 0.02 < lost < 0.09
    status = Counter(p["status"] for p in rows.people.values())
    assert status["bosatt"] > 0.8 * sum(status.values())
    assert min(status["utflyttet"], status["midlertidig"]) > 0
    left = [p for p in big.persons if p.gone is not None]
    assert all(p.stays[-1].until is not None for p in left)
    holders = {r.holder for f in big.firms for r in f.roles}
    assert not [p for p in left if p in holders]


def test_d_number_holders_have_a_stay_address_or_none(rows: WorkRows, big: World) -> None:
    without = [p for p in big.persons if p.is_d_number and p.later_from is None]
    known = [rows.people[p.number] for p in without if p.number in rows.people]
    assert 0.1 < len(known) / len(without) < 0.6
    assert not any("bostedsadresse" in p for p in known)
    assert all(p["oppholdsadresse"] for p in known)


# ---- notices -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def careless() -> World:
    """Offices that are late and careless three times as often as elsewhere."""
    return make_world(Parameters(600, 13, 4, 0.05, "2026-01", False, 3.0))


def test_notices_come_late_and_are_replaced(careless: World) -> None:
    kinds: Counter[str] = Counter()
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for delivery in notice_deliveries(careless):
        kinds[delivery.kind] += 1
        for row in map(orjson.loads, delivery.files[0].rows):
            versions[row["melding_id"]].append(row)
    assert min(kinds["ordinary"], kinds["late"], kinds["replacement"]) >= 1
    twice = [found for found in versions.values() if len(found) == 2]
    assert twice
    # Deliveries are in the order of their kinds, in which what came first stands before what replaced it.
    assert all(len(first["beboere"]) + 1 == len(second["beboere"]) for first, second in twice)


def test_notices_tell_of_permits_and_ends(rows: WorkRows) -> None:
    notices = list(rows.notices.values())
    assert any("til" in n for n in notices)
    assert any(n["tillatelse"]["finnes"] == "ja" for n in notices)
    assert any("gyldig_til" in n["tillatelse"] for n in notices)
    assert len({n["meldt_av"] for n in notices}) >= 3


def test_it_is_known_when_a_notice_can_be_seen(careless: World) -> None:
    arrives: dict[str, str] = {}
    for delivery in notice_deliveries(careless):
        for row in map(orjson.loads, delivery.files[0].rows):
            # The evaluation of a month knows what came up to the 15th of the next one.
            is_soon = delivery.delivered_at.day <= 15
            month = delivery.period if is_soon else f"{last_day(delivery.period) + timedelta(days=1):%Y-%m}"
            arrives[row["melding_id"]] = month
    checked = 0
    for notice in careless.notices:
        if notice.notice_id in arrives and notice.reported >= careless.opening:
            assert f"{seen_in(careless, notice):%Y-%m}" == arrives[notice.notice_id]
            checked += 1
    assert checked > 10


def test_seasonal_workers_are_housed_decently(big: World) -> None:
    homes = [
        n
        for n in big.notices
        if n.provider is not None and n.provider.trade.key in SEASONS and not n.provider.is_planted
    ]
    assert homes
    for notice in homes:
        assert notice.area is not None
        assert notice.area / max(len(notice.residents), 1) >= 25
        assert notice.dwelling.rooms is not None
        assert notice.dwelling.rooms > len(notice.residents)
        assert all(x.has_agreement == "ja" for x in notice.residents)
    assert date(2025, 1, 1) <= min(n.reported for n in homes)
