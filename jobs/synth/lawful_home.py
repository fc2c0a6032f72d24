"""Lawful homes that look like the unlawful kind: company towns, flats over shops, seasons, home offices."""

from collections.abc import Sequence
from datetime import timedelta

from jobs.synth.homes import move_in
from jobs.synth.model import Change, Dwelling, Firm, Person, Planted
from jobs.synth.people import new_person, relate_family
from jobs.synth.plant import Planter
from jobs.synth.scenes_of_work import (
    Residents,
    firm_of,
    moved_in,
    people_of,
    roomy,
    seat_in,
    strangers,
)
from jobs.synth.staging import job_on, later
from jobs.synth.typologies import LookAlike, resembling
from jobs.synth.work import employ

TOWN_EMPLOYER = 45
"""People of the one employer of a small place."""


def _made(
    kind: str,
    indicator: str,
    firms: Sequence[Firm],
    homes: Sequence[Dwelling],
    people: Sequence[Person],
    expected: str = "silent",
) -> Planted:
    names = {
        "I04": [f"building:{d.building.number}" for d in homes],
        "I06": [f"address:{d.building.address_id}" for d in homes],
    }
    subjects = names.get(indicator) or [f"dwelling:{d.truth_id}" for d in homes]
    made = resembling(kind, indicator, firms, subjects, expected)
    made.dwellings += homes
    made.persons += people
    return made


def _adult(planter: Planter, firm: Firm | None, ages: tuple[int, int], last: str | None = None) -> Person:
    place = firm.municipality if firm else planter.world.municipality(planter.rng)
    return new_person(planter.world, planter.rng, municipality=place, ages=ages, last=last, is_planted=True)


def _hired(planter: Planter, person: Person, firm: Firm, percent: float = 100.0) -> None:
    employ(planter.rng, person, firm, max(planter.past(30, 500), firm.registered), percent=percent)


def _family(planter: Planter, firm: Firm) -> list[Person]:
    """Parents and three grown children; registered as related."""
    mother, father = _adult(planter, firm, (46, 50)), _adult(planter, firm, (47, 52))
    grown = [_adult(planter, firm, (19, 24), father.last) for _ in range(3)]
    relate_family([mother, father], grown, is_married=True)
    return [mother, father, *grown]


# ---- I03: one chain under one roof ---------------------------------------------------------------
def _company_town(planter: Planter) -> Planted:
    """A small place where nearly everybody works for one plant: so do the four who share a house."""
    place = min(planter.world.municipalities, key=lambda m: m.weight)
    plant = firm_of(planter, "fish", place, staff=TOWN_EMPLOYER)
    residents = people_of(plant, each=4)
    home = roomy(planter, place, residents, moved_in(planter))
    return _made("company_town", "I03", [plant], [home], [p for p, _ in residents], "context")


def _season_house(planter: Planter) -> Planted:
    """A fish plant lodges six of its seasonal workers in a house of its own, a room for each."""
    plant = firm_of(planter, "fish", staff=12)
    since = moved_in(planter)
    crew = planter.crew(plant, 6, start=since, temporary_share=1.0)
    for person in crew:
        person.jobs[-1].terms.is_temporary = True
    residents: Residents = [(p, plant) for p in crew]
    home = roomy(planter, plant.municipality, residents, since, plant)
    planter.lodgings.notice(
        home, residents, reported=min(since + timedelta(days=9), planter.world.closing), since=since,
        kind="overnattingssted", reporter="arbeidsgiver", provider=plant, permit="ja", rent=2900,
        is_deducted="nei", showers=2, agreement="ja",
    )  # fmt: skip
    return _made("seasonal_housing_of_a_fish_plant", "I03", [plant], [home], crew, "context")


def _family_firm(planter: Planter) -> Planted:
    """A family lives under one roof and works in its own small firm."""
    firm = firm_of(planter, staff=4)
    family = _family(planter, firm)
    for person in family:
        _hired(planter, person, firm)
    home = roomy(planter, firm.municipality, [(p, firm) for p in family], moved_in(planter))
    return _made("family_in_its_own_firm", "I03", [firm], [home], family, "suppressed")


def _flat_share(planter: Planter) -> Planted:
    """Students share a flat; two of them have evening jobs in the same shop, the others elsewhere or none."""
    shop = firm_of(planter, "grocery", staff=6)
    students = [_adult(planter, shop, (19, 24)) for _ in range(5)]
    for student in students:
        student.is_student = True
    for student in students[:2]:
        _hired(planter, student, shop, 20.0)
    other = firm_of(planter, "bar", shop.municipality, staff=3)
    _hired(planter, students[2], other, 20.0)
    home = roomy(planter, shop.municipality, [(s, None) for s in students], moved_in(planter), is_flat=True)
    made = _made("student_flat_share", "I03", [shop], [home], students)
    made.companies.append(other)
    return made


def _colleagues(planter: Planter) -> Planted:
    """Two colleagues share a house with four who work for others."""
    firm = firm_of(planter, staff=9)
    since = moved_in(planter)
    residents = people_of(firm, each=2) + strangers(planter, 4, firm.municipality, since)
    home = roomy(planter, firm.municipality, residents, since)
    return _made("two_colleagues_among_others", "I03", [firm], [home], [p for p, _ in residents])


# ---- I04: living where nobody may live -----------------------------------------------------------
def _above_the_shop(planter: Planter) -> Planted:
    """Flats over a shop: the building is coded as a shop, each of its units as a home."""
    since = moved_in(planter)
    firm = firm_of(planter, "grocery", staff=3)
    residents = people_of(firm) + strangers(planter, 2, firm.municipality, since)
    building = planter.builder.building(planter.rng, firm.municipality, "322", 3)
    for number, home in enumerate(building.dwellings):
        planter.lodgings.let(home, rooms=3, area=71.0)
        planter.lodgings.move_into(home, [p for p, _ in residents[number * 2 : number * 2 + 2]], since)
    return _made("flats_above_a_shop", "I04", [firm], building.dwellings[:1], [p for p, _ in residents])


def _hotel_rooms(planter: Planter) -> Planted:
    """A hotel keeps some rooms for its own people."""
    hotel = firm_of(planter, "hotel", staff=6)
    residents, since = people_of(hotel, each=4), moved_in(planter)
    home = planter.lodgings.unit(hotel.municipality, "511", unit_kind="A", owner=hotel, rooms=8, area=210.0)
    planter.lodgings.move_into(home, [p for p, _ in residents], since)
    return _made("staff_rooms_of_a_hotel", "I04", [hotel], [home], [p for p, _ in residents])


def _remote_barracks(planter: Planter) -> Planted:
    """A remote project with barracks that the municipality has permitted."""
    world = planter.world
    firm = firm_of(planter, staff=7, temporary_share=0.6)
    since, residents = moved_in(planter), people_of(firm)
    project, _ = job_on(
        planter, [firm], since - timedelta(days=60), world.closing + timedelta(days=120), client="stat"
    )
    home = planter.lodgings.lodge(
        project.site.municipality, residents, rooms=9, area=270.0, since=since, owner=firm, is_barracks=True
    )
    planter.lodgings.notice(
        home, residents, reported=min(since + timedelta(days=8), world.closing), since=since,
        kind="brakkerigg", reporter="kommune", provider=firm, permit="ja", rent=2500, is_deducted="nei",
        showers=3,
    )  # fmt: skip
    made = _made(
        "permitted_barracks_at_a_remote_project", "I04", [firm], [home], [p for p, _ in residents],
        "suppressed",
    )  # fmt: skip
    made.key_edges.append(project.project_id)
    return made


def _wrong_code(planter: Planter) -> Planted:
    """A house of long standing that somebody coded as a store some weeks ago, by mistake."""
    world = planter.world
    firm = firm_of(planter, staff=3)
    residents = people_of(firm)
    home = roomy(planter, firm.municipality, residents, world.opening - timedelta(days=300))
    home.building.built = min(home.building.built, world.opening - timedelta(days=4000))
    home.building.changes.append(Change(world.closing - timedelta(days=35), "14", "239"))
    return _made("coded_wrong_some_weeks_ago", "I04", [firm], [home], [p for p, _ in residents], "suppressed")


def _mail_address(planter: Planter) -> Planted:
    """People between two homes have their mail sent to the office: an address without a unit, in care of."""
    firm = firm_of(planter, staff=4)
    residents, since = people_of(firm), moved_in(planter)
    office = planter.lodgings.unit(firm.municipality, "311", owner=firm)
    firm.address = office.building
    planter.lodgings.move_into(office, [p for p, _ in residents], since)
    for person, _ in residents:
        person.stays[-1].via, person.stays[-1].is_unit_known = firm.name, False
    return _made("mail_in_care_of_the_office", "I04", [firm], [office], [p for p, _ in residents])


def _reception(planter: Planter) -> Planted:
    """A reception centre in a former office building, with a permit for a time; three of them have work."""
    world = planter.world
    operator = firm_of(planter, "cleaning", staff=6)
    since = moved_in(planter)
    people = [_adult(planter, operator, (20, 50)) for _ in range(8)]
    for person in people[:3]:
        employ(planter.rng, person, operator, since + timedelta(days=20), percent=50.0)
    centre = planter.lodgings.unit(operator.municipality, "311", owner=operator, rooms=12, area=420.0)
    planter.lodgings.move_into(centre, people, since)
    notice = planter.lodgings.notice(
        centre, [(p, operator) for p in people[:3]],
        reported=min(since + timedelta(days=5), world.closing), since=since, kind="overnattingssted",
        reporter="kommune", provider=operator, permit="ja", showers=4,
    )  # fmt: skip
    notice.permit_until = world.closing + timedelta(days=300)
    return _made("reception_centre_with_a_permit", "I04", [operator], [centre], people, "suppressed")


# ---- I05: the bed goes with the job --------------------------------------------------------------
def _season(planter: Planter) -> Planted:
    """Everybody comes when the season opens and leaves when it closes, as in the whole trade."""
    world = planter.world
    hotel = firm_of(planter, "hotel", staff=8)
    opens = later(planter, min(8, len(world.months) - 1), 5)
    closes = min(opens + timedelta(days=110), world.closing - timedelta(days=40))
    home = planter.lodgings.lodge(
        hotel.municipality, [], rooms=6, area=200.0, since=opens, owner=hotel, is_flat=False
    )
    crew = planter.crew(hotel, 5, start=opens, temporary_share=0.0)
    for person in crew:
        job = person.jobs[-1]
        job.start = opens + timedelta(days=planter.rng.randrange(0, 6))
        job.end, job.end_reason = closes, "kontraktEngasjementEllerVikariatErUtloept"
        job.terms.is_temporary = True
        person.is_home_set = True
        move_in(planter.rng, person, home, job.start, most_lag_days=14)
        planter.lodgings.move_on(person, closes + timedelta(days=planter.rng.randrange(0, 5)))
    return _made("seasonal_crew_of_a_hotel", "I05", [hotel], [home], crew)


def _student_town(planter: Planter) -> Planted:
    """Students move when the terms begin and end, and take and leave evening jobs when they can."""
    world = planter.world
    cafe = firm_of(planter, "restaurant", staff=5)
    home = planter.lodgings.lodge(
        cafe.municipality, [], rooms=5, area=120.0, since=world.opening, is_flat=True
    )
    students = []
    begins = later(planter, min(11, len(world.months) - 1), 8)
    for number in range(6):
        student = _adult(planter, cafe, (19, 25))
        student.is_student = student.is_home_set = True
        came = begins + timedelta(days=(number // 3) * 150 + planter.rng.randrange(0, 12))
        hired = came + timedelta(days=planter.rng.randrange(25, 60))
        job = employ(planter.rng, student, cafe, hired, percent=20.0)
        move_in(planter.rng, student, home, came, most_lag_days=31)
        if number < 3:
            job.end = came + timedelta(days=120)
            planter.lodgings.move_on(student, came + timedelta(days=147 + planter.rng.randrange(0, 6)))
        students.append(student)
    return _made("student_town_turnover", "I05", [cafe], [home], students)


def _new_houses(planter: Planter) -> Planted:
    """A new block is let while a firm next door grows: one or two of its people in each of some flats."""
    world = planter.world
    firm = firm_of(planter, staff=3)
    ready = later(planter, min(7, len(world.months) - 1), 3)
    building = planter.builder.building(planter.rng, firm.municipality, "145", 4, built=ready)
    people = []
    for home in building.dwellings:
        planter.lodgings.let(home, rooms=3, area=70.0)
        hired = ready + timedelta(days=planter.rng.randrange(2, 40))
        (person,) = planter.crew(firm, 1, start=hired, temporary_share=0.0)
        person.is_home_set = True
        move_in(planter.rng, person, home, hired + timedelta(days=planter.rng.randrange(0, 8)))
        people.append(person)
    return _made("new_housing", "I05", [firm], building.dwellings, people, "not_evaluable")


def _stay_on(planter: Planter) -> Planted:
    """They came with a job, by an ordinary tenancy, and stay when it ends and they find another."""
    world = planter.world
    firm = firm_of(planter, staff=4)
    others = strangers(planter, 3, firm.municipality, later(planter, 6))
    home = planter.lodgings.lodge(
        firm.municipality, [], rooms=8, area=240.0, since=world.opening, is_flat=False
    )
    begins = max(world.opening + timedelta(days=10), world.closing - timedelta(days=330))
    people = []
    for number, day in enumerate(planter.spread(begins, world.closing - timedelta(days=120), 6)):
        (person,) = planter.crew(firm, 1, start=day, temporary_share=0.0)
        person.is_home_set = True
        move_in(planter.rng, person, home, day + timedelta(days=planter.rng.randrange(20, 70)))
        if number % 2:
            person.jobs[-1].end = day + timedelta(days=75)
            employer = others[number // 2][1]
            if employer is not None:
                employ(planter.rng, person, employer, day + timedelta(days=80), percent=100.0)
        people.append(person)
    return _made("tenants_who_stay_on", "I05", [firm], [home], people)


# ---- I06: a seat that is a lodging ---------------------------------------------------------------
def _home_office(planter: Planter) -> Planted:
    """A couple runs a small firm from the house where it lives with its children."""
    firm = firm_of(planter, staff=2)
    couple = [_adult(planter, firm, (34, 44)) for _ in range(2)]
    children = [_adult(planter, firm, (3, 14), couple[1].last) for _ in range(2)]
    relate_family(couple, children, is_married=True)
    for person in couple:
        _hired(planter, person, firm)
    everybody = [*couple, *children]
    home = roomy(planter, firm.municipality, [(p, firm) for p in everybody], moved_in(planter), couple[0])
    seat_in(firm, home)
    return _made("home_based_small_business", "I06", [firm], [home], everybody)


def _block(planter: Planter) -> Planted:
    """The register of firms has the street number of a block, without a unit: dozens live there."""
    firm, since = firm_of(planter, staff=4), moved_in(planter)
    residents = people_of(firm, each=2) + strangers(planter, 8, firm.municipality, since)
    building = planter.builder.building(planter.rng, firm.municipality, "146", 10)
    for home, (person, _) in zip(building.dwellings, residents, strict=False):
        planter.lodgings.let(home, rooms=2, area=52.0)
        planter.lodgings.move_into(home, [person], since)
    firm.address, firm.unit = building, ""
    return _made(
        "unit_number_missing", "I06", [firm], building.dwellings[:1], [p for p, _ in residents],
        "not_evaluable",
    )  # fmt: skip


def _shared_house(planter: Planter) -> Planted:
    """Four who work for others share a house; one of them has a firm on the side, without staff."""
    since = moved_in(planter)
    place = planter.world.municipality(planter.rng)
    residents = strangers(planter, 4, place, since)
    owner = residents[0][0]
    side = planter.firm(municipality=place, director=owner)
    home = roomy(planter, place, residents, since)
    seat_in(side, home)
    return _made("shared_house_with_a_firm_on_the_side", "I06", [side], [home], [p for p, _ in residents])


def _farm(planter: Planter) -> Planted:
    """A farm: its seat is the main house, where the farmer lives; its workers have a house of their own."""
    farm, since = firm_of(planter, "farm", staff=5), moved_in(planter)
    farmer = _adult(planter, farm, (40, 60))
    building = planter.builder.building(planter.rng, farm.municipality, "113", 2)
    main, house = building.dwellings
    planter.lodgings.let(main, rooms=6, area=190.0, owner=farmer)
    planter.lodgings.let(house, rooms=7, area=200.0, owner=farmer)
    residents = people_of(farm)
    planter.lodgings.move_into(main, [farmer], since)
    planter.lodgings.move_into(house, [p for p, _ in residents], since)
    planter.lodgings.notice(
        house, residents, reported=min(since + timedelta(days=12), planter.world.closing), since=since,
        reporter="arbeidsgiver", provider=farm, permit="ja", rent=2400, is_deducted="nei", showers=2,
        agreement="ja",
    )  # fmt: skip
    seat_in(farm, main)
    return _made("farm_with_a_house_for_its_workers", "I06", [farm], [main], [farmer], "context")


def _relatives(planter: Planter) -> Planted:
    """A firm has its seat where the family that owns it and works in it lives."""
    firm = firm_of(planter, staff=1)
    family = _family(planter, firm)
    for person in family:
        _hired(planter, person, firm)
    home = roomy(planter, firm.municipality, [(p, firm) for p in family], moved_in(planter), family[0])
    seat_in(firm, home)
    return _made("family_at_the_seat_of_its_firm", "I06", [firm], [home], family, "suppressed")


CONCENTRATION = (
    LookAlike("company_town", _company_town),
    LookAlike("seasonal_housing_of_a_fish_plant", _season_house, 2),
    LookAlike("family_in_its_own_firm", _family_firm),
    LookAlike("student_flat_share", _flat_share),
    LookAlike("two_colleagues_among_others", _colleagues),
)
UNAPPROVED = (
    LookAlike("flats_above_a_shop", _above_the_shop),
    LookAlike("staff_rooms_of_a_hotel", _hotel_rooms),
    LookAlike("permitted_barracks_at_a_remote_project", _remote_barracks, 2),
    LookAlike("coded_wrong_some_weeks_ago", _wrong_code),
    LookAlike("mail_in_care_of_the_office", _mail_address),
    LookAlike("reception_centre_with_a_permit", _reception, 2),
)
CHURN = (
    LookAlike("seasonal_crew_of_a_hotel", _season, 9),
    LookAlike("student_town_turnover", _student_town, 12),
    LookAlike("new_housing", _new_houses, 9),
    LookAlike("tenants_who_stay_on", _stay_on, 9),
)
SEAT = (
    LookAlike("home_based_small_business", _home_office),
    LookAlike("unit_number_missing", _block),
    LookAlike("shared_house_with_a_firm_on_the_side", _shared_house),
    LookAlike("farm_with_a_house_for_its_workers", _farm),
    LookAlike("family_at_the_seat_of_its_firm", _relatives),
)
