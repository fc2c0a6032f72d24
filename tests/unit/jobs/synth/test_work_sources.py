"""Registers of work and homes: shapes, shares that match public figures, and what they get wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from expectations import codelists, contract
from jobs.months import first_day, shift
from jobs.synth.amelding_lines import CHANGED_SYSTEM, printed_percent
from jobs.synth.emit_amelding import EmployerReports
from jobs.synth.emit_cadastre import cadastre_deliveries
from jobs.synth.emit_notices import notice_deliveries
from jobs.synth.emit_population import population_deliveries
from jobs.synth.generate import make_world
from jobs.synth.matched import (
    INACTIVE_SHARE,
    INACTIVE_SHARE_OF_PRIMARY,
    ODD_POSITION_SHARE,
    PART_TIME_SHARE,
    SEVERAL_JOBS_SHARE,
)
from jobs.synth.model import Job
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
