"""Acts about pay show in what registers send; what resembles them lacks the unlawful fact."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

import pytest

from expectations import codelists
from jobs.months import last_day
from jobs.synth.acts_work import TYPOLOGIES
from jobs.synth.contracts_of_work import OFFICE
from jobs.synth.typologies import VARIANTS
from tests.unit.jobs.synth.staged import GUISES
from tests.unit.jobs.synth.work_rows import Worked
from tests.unit.jobs.synth.work_stage import LAWFUL, Stage, each_guise, lawful, noted, planted

INDICATORS = ("E01", "E02", "G01", "I03", "I04", "I05", "I06")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return planted()


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
    assert set(ring.subjects) == set(ring.members) == set(ring.acts) == {indicator}
    made = {f.orgnr for f in ring.companies}
    assert set(ring.members[indicator]) <= made <= {f.orgnr for f in stage.world.firms}
    for act in ring.acts.values():
        assert act["first_unlawful_month"] <= act["first_observable_month"] <= stage.world.months[-1]


@pytest.mark.parametrize("kind", LAWFUL)
def test_a_look_alike_says_what_it_resembles(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    assert f"{made.resembles}/{made.name}" == kind
    assert made.subjects[made.resembles]
    guilty = {f for ring in stage.rings.values() for f in ring.companies}
    assert not guilty & set(made.companies)


# ---- E01: pay below the lowest lawful pay --------------------------------------------------------
def rate_on(month: str, category: str = "ufaglaert_uten_erfaring", sector: str = "bygg") -> float | None:
    """The rate that the contract's list has for the last day of a month."""
    day = last_day(month)
    for row in codelists.rows("minstelonn"):
        is_it = (row["sektor"], row["kategori"]) == (sector, category)
        if is_it and date.fromisoformat(row["gyldig_fra"]) <= day <= date.fromisoformat(row["gyldig_til"]):
            return float(row["kr_per_time"])
    return None


def paid_below(stage: Stage, orgnr: str, share: float) -> dict[str, list[tuple[str, Worked]]]:
    """Who was paid less than a part of the rate, in which months."""
    found: dict[str, list[tuple[str, Worked]]] = defaultdict(list)
    for month, worked in stage.rows.months(orgnr):
        rate = rate_on(month)
        if rate and worked.hours > 10 and worked.contractual(month) / worked.hours < share * rate:
            found[worked.number].append((month, worked))
    return found


@each_guise
def test_people_are_paid_less_than_the_rate_month_after_month(stage: Stage, guise: str) -> None:
    (orgnr,) = stage.ring("E01", guise)
    low = paid_below(stage, orgnr, 0.97)
    assert sum(len(months) >= 6 for months in low.values()) >= 2
    assert not any(
        line["loennsinntekt"].get("antall") == 0 for _, w in stage.rows.months(orgnr) for line in w.incomes
    )


def test_the_adaptive_one_stays_within_what_could_be_rounding(stage: Stage) -> None:
    (orgnr,) = stage.ring("E01", "adaptive")
    # Once, in the month in which the rate rises, what was paid for its first half lies further below.
    assert all(len(months) < 2 for months in paid_below(stage, orgnr, 0.97).values())
    assert sum(len(months) >= 6 for months in paid_below(stage, orgnr, 0.995).values()) >= 2


def test_the_guises_of_low_pay_are_of_different_kinds(stage: Stage) -> None:
    codes = {}
    for guise in VARIANTS:
        (orgnr,) = stage.ring("E01", guise)
        lines = [line for _, w in stage.rows.months(orgnr) for line in w.incomes]
        codes[guise] = Counter(line["loennsinntekt"]["beskrivelse"] for line in lines if line["beloep"] > 0)
        assert any(
            line["beloep"] < 0 and line["loennsinntekt"]["beskrivelse"] == "timeloenn" for line in lines
        ) is (guise == "held_out")
    assert codes["easy"]["timeloenn"] > codes["easy"]["fastloenn"]
    assert codes["medium"]["fastloenn"] > codes["medium"]["timeloenn"]


@lawful("E01")
def test_lawful_low_pay_has_its_reason(stage: Stage, kind: str) -> None:
    (orgnr,) = stage.like(kind)
    low = {n: months for n, months in paid_below(stage, orgnr, 0.97).items() if len(months) >= 2}
    match kind.split("/")[1]:
        case "apprentices":
            assert len(low) >= 2
            assert all(int(m[:4]) - int(w.born[:4]) <= 22 for months in low.values() for m, w in months)
        case "difference_paid_later":
            assert len(low) >= 2
            for months in low.values():
                due = sum((rate_on(m) or 0) * w.hours for m, w in months)
                number = months[0][1].number
                got = sum(
                    w.contractual(m, with_earlier=True)
                    for m, w in stage.rows.months(orgnr)
                    if w.number == number
                )
                then = {m: w for m, w in stage.rows.months(orgnr) if w.number == number}
                hours = sum(w.hours for w in then.values())
                assert got / hours >= 0.97 * due / sum(w.hours for _, w in months)
        case "unpaid_leave":
            assert len(low) >= 2
            for months in low.values():
                for month, worked in months:
                    hours = worked.hours * (1 - worked.away)
                    assert worked.away > 0
                    assert worked.contractual(month) / hours >= 0.9 * (rate_on(month) or 0)
        case "work_outside_the_scope":
            assert len(low) >= 2
            firm = stage.lawful[kind].companies[0]
            assert firm.trade.sn2025.startswith("47")
        case "office_staff_of_a_builder":
            assert len(low) >= 2
            assert all(w.occupation == OFFICE for months in low.values() for _, w in months)
        case "harvest_workers":
            assert len(low) >= 2
            month = stage.world.months[-1]
            assert rate_on(month, "ferie_innhoesting_over18_12_24uker", "jordbruk_gartneri") is None


# ---- E02: deductions that hollow out pay ---------------------------------------------------------
def hollowed(stage: Stage, orgnr: str, month: str) -> float:
    people = [w for w in stage.rows.month(orgnr, month) if w.cash > 0]
    return sum(w.taken for w in people) / sum(w.cash for w in people) if people else 0.0


@pytest.mark.parametrize("guise", ["easy", "medium", "hard"])
def test_deductions_take_a_large_part_of_the_pay(stage: Stage, guise: str) -> None:
    (orgnr,) = stage.ring("E02", guise)
    shares = [hollowed(stage, orgnr, m) for m in stage.world.months]
    assert sum(share >= 0.25 for share in shares) >= 5
    codes = {x["loennsinntekt"]["beskrivelse"] for _, w in stage.rows.months(orgnr) for x in w.incomes}
    assert ("losji" in codes) is (guise == "medium")


def test_the_held_out_guise_takes_it_from_net_pay_and_only_a_notice_says_so(stage: Stage) -> None:
    (orgnr,) = stage.ring("E02", "held_out")
    assert max(hollowed(stage, orgnr, m) for m in stage.world.months) == 0
    (notice,) = noted(stage, orgnr)
    cash = [w.cash for w in stage.rows.month(orgnr, stage.world.months[-1])]
    assert min(b["leie_per_maaned"] for b in notice["beboere"]) >= 0.3 * sorted(cash)[len(cash) // 2]
    assert {(b["trekkes_i_loenn"], b["skriftlig_avtale"]) for b in notice["beboere"]} == {("ja", "nei")}


def test_the_adaptive_one_takes_just_less_and_has_nothing_in_writing(stage: Stage) -> None:
    (orgnr,) = stage.ring("E02", "adaptive")
    shares = [hollowed(stage, orgnr, m) for m in stage.world.months]
    assert 0.19 < max(shares) < 0.25
    assert all(b["skriftlig_avtale"] == "nei" for n in noted(stage, orgnr) for b in n["beboere"])


@lawful("E02")
def test_lawful_deductions_are_agreed_small_or_not_the_employers(stage: Stage, kind: str) -> None:
    (orgnr,) = stage.like(kind)
    shares = [hollowed(stage, orgnr, m) for m in stage.world.months]
    notices = noted(stage, orgnr)
    match kind.split("/")[1]:
        case "market_rent_by_written_agreement":
            assert max(shares) >= 0.25
            assert all(b["skriftlig_avtale"] == "ja" for n in notices for b in n["beboere"])
        case "rent_not_known":
            assert max(shares) == 0
            assert notices
            assert not any("leie_per_maaned" in b for n in notices for b in n["beboere"])
        case "garnishment_by_the_authorities":
            assert max(shares) == 0
            report = stage.rows.reports[orgnr, stage.world.months[-1]]
            payees = report["oppgave"]["virksomhet"][0]["inntektsmottaker"]
            taken = [p["utleggstrekk"][0]["beloep"] for p in payees if "utleggstrekk" in p]
            assert len(taken) == 3
            assert report["oppgave"]["betalingsinformasjon"]["sumUtleggstrekk"] >= sum(taken)
        case "lodging_paid_by_the_employer":
            assert max(shares) == 0
            paid = {x["fordel"] for _, w in stage.rows.months(orgnr) for x in w.incomes}
            assert "utgiftsgodtgjoerelse" in paid
        case "full_rent_in_a_short_first_month":
            assert sum(share >= 0.25 for share in shares) <= 1
            assert max(shares) > 0.25


# ---- G01: more work than one person can do -------------------------------------------------------
def overloaded(stage: Stage, orgnr: str, limit: float = 180.0) -> dict[str, list[str]]:
    """People of an employer with pay and hours for so much in all, and the months."""
    found: dict[str, list[str]] = defaultdict(list)
    for month in stage.world.months:
        sums: dict[str, float] = defaultdict(float)
        for employer, when in stage.rows.reports:
            if when == month:
                for worked in stage.rows.month(employer, month):
                    if worked.cash > 0 and worked.hours > 0:
                        sums[worked.number] += worked.position * (1 - worked.away)
        for worked in stage.rows.month(orgnr, month):
            if worked.number and worked.cash > 0 and worked.hours > 0 and sums[worked.number] >= limit:
                found[worked.number].append(month)
    return found


def in_a_row(stage: Stage, months: list[str]) -> int:
    places = [stage.world.months.index(m) for m in months]
    longest = run = 1 if places else 0
    for one, next_one in pairwise(places):
        run = run + 1 if next_one == one + 1 else 1
        longest = max(longest, run)
    return longest


@each_guise
def test_the_same_people_work_more_than_anybody_can(stage: Stage, guise: str) -> None:
    for orgnr in stage.ring("G01", guise):
        people = overloaded(stage, orgnr)
        assert sum(in_a_row(stage, months) >= 3 for months in people.values()) >= 3
    assert len(stage.ring("G01", guise)) == (3 if guise == "held_out" else 2)


def test_the_adaptive_firms_share_people_up_to_just_below(stage: Stage) -> None:
    for orgnr in stage.ring("G01", "adaptive"):
        assert not overloaded(stage, orgnr)
        people = overloaded(stage, orgnr, 170.0)
        assert sum(in_a_row(stage, months) >= 3 for months in people.values()) >= 3


@lawful("G01")
def test_lawful_second_jobs_are_small_unpaid_or_short(stage: Stage, kind: str) -> None:
    for orgnr in stage.like(kind):
        people = overloaded(stage, orgnr)
        long = [n for n, months in people.items() if in_a_row(stage, months) >= 3]
        if kind.endswith("full_position_printed_for_few_hours"):
            # What is printed is too much; the hours say that it is not.
            for month, worked in stage.rows.months(orgnr):
                if worked.number in long and stage.like(kind).index(orgnr) == 1:
                    assert worked.hours < 60 or worked.contractual(month) == 0
        else:
            assert not long
