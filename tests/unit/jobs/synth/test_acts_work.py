"""Acts about pay and homes show in what registers send; what resembles them lacks the unlawful fact."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import pytest

from expectations import codelists
from jobs.months import last_day
from jobs.synth.acts_work import TYPOLOGIES
from jobs.synth.chains import Chains, Suppliers
from jobs.synth.contracts_of_work import OFFICE
from jobs.synth.firms import Founder
from jobs.synth.generate import make_world
from jobs.synth.model import Planted
from jobs.synth.parameters import Parameters
from jobs.synth.places import Builder
from jobs.synth.plant import Planter
from jobs.synth.typologies import VARIANTS, Outfit
from jobs.synth.world import World
from tests.unit.jobs.synth.work_rows import Row, Worked, WorkRows

INDICATORS = ("E01", "E02", "G01", "I03", "I04", "I05", "I06")
GUISES = (*VARIANTS, "adaptive")
LAWFUL = [f"{t.indicator}/{kind.kind}" for t in TYPOLOGIES for kind in t.look_alikes]
UNREGULATED = ("ikke_bolig", "uthus")


@dataclass
class Stage:
    """One world in which everything about pay and homes was planted once."""

    world: World
    rows: WorkRows
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)

    def ring(self, indicator: str, guise: str) -> list[str]:
        """Subjects without the word before their first colon."""
        return [s.split(":", 1)[1] for s in self.rings[indicator, guise].subjects[indicator]]

    def like(self, kind: str) -> list[str]:
        made = self.lawful[kind]
        return [s.split(":", 1)[1] for s in made.subjects[made.resembles]]


@pytest.fixture(scope="module")
def stage() -> Stage:
    world = make_world(Parameters(260, 13, 11, 0.0, "2026-01", False))
    builder = Builder(world)
    founder = Founder(world, builder)
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
    return Stage(world, WorkRows(world), rings, lawful)


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


def noted(stage: Stage, orgnr: str) -> list[Row]:
    return [n for n in stage.rows.notices.values() if n.get("tilbyder_orgnr") == orgnr]


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


# ---- I03: one chain under one roof ---------------------------------------------------------------
def of_chain(stage: Stage, dwelling: str, members: list[str]) -> tuple[int, int]:
    """Residents who work for the chain, and all who work."""
    work = stage.rows.employers(stage.world.months[-1])
    living = [p for p in stage.rows.residents(dwelling) if p in work]
    return sum(bool(work[p] & set(members)) for p in living), len(living)


@each_guise
def test_people_of_one_small_chain_live_together(stage: Stage, guise: str) -> None:
    ring = stage.rings["I03", guise]
    found = [of_chain(stage, d, ring.members["I03"]) for d in stage.ring("I03", guise)]
    assert all(k >= 3 for k, _ in found)
    assert {"easy": 1.0, "medium": 0.7, "hard": 0.4, "held_out": 1.0}[guise] <= found[0][0] / found[0][1]
    suppliers = [{c.supplier.orgnr for c in p.contracts if c.is_declared} for p in stage.world.projects]
    assert any(set(ring.members["I03"]) <= chain for chain in suppliers)


def test_the_held_out_guise_is_known_by_stay_addresses_in_one_building(stage: Stage) -> None:
    dwellings = stage.ring("I03", "held_out")
    assert len(dwellings) == 3
    assert len({d.split(":")[0] for d in dwellings}) == 1
    for dwelling in dwellings:
        for number in stage.rows.residents(dwelling):
            assert "bostedsadresse" not in stage.rows.people[number]


def test_the_adaptive_chain_spreads_its_people(stage: Stage) -> None:
    ring = stage.rings["I03", "adaptive"]
    found = [of_chain(stage, d, ring.members["I03"]) for d in stage.ring("I03", "adaptive")]
    assert len(found) >= 2
    assert all(k == 2 for k, _ in found)


@lawful("I03")
def test_lawful_housemates_are_few_related_or_of_the_one_employer_of_the_place(
    stage: Stage, kind: str
) -> None:
    made = stage.lawful[kind]
    (dwelling,) = stage.like(kind)
    k, _ = of_chain(stage, dwelling, made.members["I03"])
    people = sorted(stage.rows.residents(dwelling))
    match kind.split("/")[1]:
        case "company_town":
            staff = len(list(stage.rows.month(made.members["I03"][0], stage.world.months[-1])))
            assert k >= 3
            assert staff >= 40
        case "seasonal_housing_of_a_fish_plant":
            (notice,) = noted(stage, made.members["I03"][0])
            assert k >= 3
            assert notice["tillatelse"]["finnes"] == "ja"
        case "family_in_its_own_firm":
            assert k >= 3
            assert all(any(stage.rows.related(one, other) for other in people) for one in people)
        case _:
            assert k < 3


# ---- I04: living where nobody may live -----------------------------------------------------------
def unapproved(stage: Stage, building: str) -> list[int]:
    """Residents at the end of each unit that is not a home in a building that is none, or may not be used."""
    row = stage.rows.buildings[building]
    in_use = {r["kode"]: r["i_bruk"] for r in codelists.rows("bygningsstatus")}[row["bygningsstatus"]]
    is_wrong = stage.rows.kind_of(building) in UNREGULATED or in_use == "nei"
    kinds = {
        f"{a}:{u}": r["bruksenhetstype"]
        for (a, u), r in stage.rows.units.items()
        if r["bygningsnummer"] == building
    }
    return [len(stage.rows.residents(d)) for d, kind in kinds.items() if is_wrong and kind != "B"]


@each_guise
def test_workers_live_in_a_building_that_is_not_for_it(stage: Stage, guise: str) -> None:
    last = stage.ring("I04", guise)[-1]
    assert max(unapproved(stage, last)) >= {"easy": 5, "medium": 4, "hard": 3, "held_out": 4}[guise]
    permits = {
        n["tillatelse"]["finnes"] for n in stage.rows.notices.values() if n.get("bygningsnummer") == last
    }
    assert permits == ({"nei"} if guise in ("medium", "held_out") else set())


def test_the_held_out_guise_moves_from_one_hall_to_another(stage: Stage) -> None:
    first, second = stage.ring("I04", "held_out")
    assert unapproved(stage, first) == [0]
    assert unapproved(stage, second)[0] >= 4
    (notice,) = [n for n in stage.rows.notices.values() if n.get("bygningsnummer") == first]
    assert (notice["type"], notice["meldt_av"]) == ("campingvogn", "brannvesen")
    assert (date.fromisoformat(notice["til"]) - date.fromisoformat(notice["fra"])).days >= 30


def test_the_adaptive_employer_registers_one_person_per_building(stage: Stage) -> None:
    found = [unapproved(stage, b) for b in stage.ring("I04", "adaptive")]
    assert len(found) >= 3
    assert all(people == [1] for people in found)


@lawful("I04")
def test_lawful_homes_in_odd_buildings_have_units_permits_or_another_reason(stage: Stage, kind: str) -> None:
    (building,) = stage.like(kind)
    row = stage.rows.buildings[building]
    permits = [
        n["tillatelse"]["finnes"] for n in stage.rows.notices.values() if n.get("bygningsnummer") == building
    ]
    match kind.split("/")[1]:
        case "flats_above_a_shop" | "staff_rooms_of_a_hotel" | "mail_in_care_of_the_office":
            assert not sum(unapproved(stage, building))
        case "coded_wrong_some_weeks_ago":
            changed = date.fromisoformat(row["bygningstype_endret_dato"])
            assert (stage.world.closing - changed).days < 90
        case "permitted_barracks_at_a_remote_project" | "reception_centre_with_a_permit":
            assert permits == ["ja"]
    if kind.endswith("mail_in_care_of_the_office"):
        mail = [
            s
            for p in stage.rows.people.values()
            for s in p.get("bostedsadresse", ())
            if s["vegadresse"].get("coAdressenavn") == stage.lawful[kind].companies[0].name
        ]
        assert len(mail) == 4
        assert not any("bruksenhetsnummer" in s["vegadresse"] for s in mail)


# ---- I05: the bed goes with the job --------------------------------------------------------------
def moves_of(stage: Stage, dwelling: str) -> list[tuple[str, date]]:
    """Moves in and out of a dwelling within the window, registered or noted."""
    address, unit = dwelling.split(":")
    found: list[tuple[str, date]] = []
    for number, person in stage.rows.people.items():
        for stay in person.get("bostedsadresse", ()):
            place = (stay["adresseIdentifikatorFraMatrikkelen"], stay["vegadresse"].get("bruksenhetsnummer"))
            if place == (address, unit):
                found.append((number, date.fromisoformat(stay["flyttedato"])))
                if "opphoerstidspunkt" in stay:
                    found.append((number, date.fromisoformat(stay["opphoerstidspunkt"][:10])))
    for notice in stage.rows.notices.values():
        if (notice["adresseId"], notice["bruksenhetsnummer"]) == (address, unit):
            for b in notice["beboere"]:
                found += [(b["fnr"], date.fromisoformat(b[k])) for k in ("fra", "til") if k in b]
    return [(n, on) for n, on in found if on >= stage.world.opening]


def matched(stage: Stage, dwelling: str, orgnr: str, days: int = 14) -> tuple[int, int]:
    """Moves that lie close to the same person's hire or exit, and all."""
    hires: dict[str, set[date]] = defaultdict(set)
    for _, worked in stage.rows.months(orgnr):
        for r in worked.relations:
            hires[worked.number] |= {date.fromisoformat(r[k]) for k in ("startdato", "sluttdato") if k in r}
    moves = moves_of(stage, dwelling)
    return sum(any(abs((on - h).days) <= days for h in hires.get(n, ())) for n, on in moves), len(moves)


@each_guise
def test_moves_follow_hires_and_exits(stage: Stage, guise: str) -> None:
    (dwelling,) = stage.ring("I05", guise)
    (orgnr,) = stage.rings["I05", guise].members["I05"]
    near, moves = matched(stage, dwelling, orgnr)
    assert moves >= 8
    assert near / moves >= (0.6 if guise == "hard" else 0.8)
    has_notice = bool(noted(stage, orgnr))
    assert has_notice is (guise == "held_out")


def test_the_adaptive_employer_lets_weeks_pass(stage: Stage) -> None:
    (dwelling,) = stage.ring("I05", "adaptive")
    (orgnr,) = stage.rings["I05", "adaptive"].members["I05"]
    near, moves = matched(stage, dwelling, orgnr)
    assert moves >= 8
    assert near == 0
    assert matched(stage, dwelling, orgnr, 26)[0] / moves >= 0.8


@lawful("I05")
def test_lawful_moves_have_another_clock(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    found = [(matched(stage, d, made.members["I05"][0]), moves_of(stage, d)) for d in stage.like(kind)]
    match kind.split("/")[1]:
        case "seasonal_crew_of_a_hotel":
            (((near, moves), days),) = found
            assert moves >= 8
            assert near == moves
            # All on two clusters of days: within a season every exchange of dates matches as well.
            assert len({on.isocalendar().week for _, on in days}) <= 5
        case "new_housing":
            assert all(moves < 6 for (_, moves), _ in found)
        case _:
            (((near, moves), _),) = found
            assert moves >= 6
            assert near / moves < 0.5


# ---- I06: a seat that is a lodging ---------------------------------------------------------------
def seats_and_residents(stage: Stage, address: str) -> tuple[list[str], dict[str, set[str]]]:
    """Companies with their seat in a unit of an address, and its residents by unit."""
    units = [u for a, u in stage.rows.units if a == address]
    building = next(b for b in stage.world.buildings if b.address_id == address)
    here = [
        orgnr
        for orgnr, seat in stage.rows.seats.items()
        for line in seat.get("adresse", ())[:1]
        # The street is spelled in more than one way.
        if seat["postnummer"] == building.postcode
        and line.split()[-1] in units
        and line.upper()[:4] == building.street.upper()[:4]
        and str(building.house_no) in line
    ]
    return here, {u: stage.rows.residents(f"dwelling:{address}:{u}") for u in units}


@each_guise
def test_the_seat_of_a_company_is_where_unrelated_workers_live(stage: Stage, guise: str) -> None:
    (address,) = stage.ring("I06", guise)
    ring = stage.rings["I06", guise]
    here, units = seats_and_residents(stage, address)
    (people,) = units.values()
    work = stage.rows.employers(stage.world.months[-1])
    assert set(here) <= set(ring.members["I06"])
    assert len(here) == (3 if guise == "medium" else 1)
    assert len(people) >= 4
    assert all(work.get(p) for p in people)
    assert any(work[p] & set(ring.members["I06"]) for p in people)
    assert any(work[p] & set(here) for p in people) is (guise != "held_out")


def test_the_adaptive_seat_has_one_worker_less_in_the_unit(stage: Stage) -> None:
    (address,) = stage.ring("I06", "adaptive")
    here, units = seats_and_residents(stage, address)
    assert len(here) >= 2
    assert [len(p) for p in units.values()] == [3]
    without = [
        s
        for p in stage.rows.people.values()
        for s in p.get("bostedsadresse", ())
        if s["adresseIdentifikatorFraMatrikkelen"] == address and "bruksenhetsnummer" not in s["vegadresse"]
    ]
    assert len(without) == 1


@lawful("I06")
def test_lawful_seats_have_no_unrelated_workers_of_the_company(stage: Stage, kind: str) -> None:
    made = stage.lawful[kind]
    (address,) = stage.like(kind)
    here, units = seats_and_residents(stage, address)
    work = stage.rows.employers(stage.world.months[-1])
    if kind.endswith("unit_number_missing"):
        assert here == []
        return
    assert set(here) == {made.members["I06"][0]}
    seat_unit = made.companies[0].unit
    own = [p for p in units[seat_unit] if work.get(p, set()) & set(made.members["I06"])]
    unrelated = [p for p in own if not any(stage.rows.related(p, other) for other in own)]
    assert len(unrelated) < 2
