"""Acts about homes show in what registers send; what resembles them lacks the unlawful fact."""

import re
from collections import defaultdict
from datetime import date

import pytest

from expectations import codelists
from tests.unit.jobs.synth.work_stage import Stage, each_guise, lawful, noted, planted

UNREGULATED = ("ikke_bolig", "uthus")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return planted()


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
    # The stage has two builders, so that two buildings may have the same street and number.
    of_others = {f.orgnr for f in stage.world.firms if f.address is not building}
    here = [
        orgnr
        for orgnr, seat in stage.rows.seats.items()
        if orgnr not in of_others
        # Somebody's name may stand above the street, and a building's below it.
        for line in seat.get("adresse", ())
        # The street is spelled in more than one way.
        if seat["postnummer"] == building.postcode
        and line.upper()[:4] == building.street.upper()[:4]
        and line.split()[-1] in units
        and re.search(rf" {building.house_no} ?{building.letter} ", line, re.IGNORECASE)
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
