"""Look-alikes that have to do with where people live, and what all look-alikes are planted with."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from jobs.synth.model import Contract, Firm, Person, Planted, Project
from jobs.synth.people import new_person, relate_family
from jobs.synth.plant import Planter, sole_owner
from jobs.synth.trades import HOLDING
from jobs.synth.work import employ
from jobs.synth.world import some_day


class HomeLookAlikes:
    """Families, students, flat shares, barracks: crowded or shared, and lawful."""

    def __init__(self, planter: Planter) -> None:
        self._p = planter
        self._world = planter.world
        self._start = planter.world.opening + timedelta(days=12)
        self._end = planter.world.closing + timedelta(days=160)

    def home_kinds(self) -> dict[str, list[Callable[[], Planted]]]:
        """Makers by the indicator that they resemble."""
        return {
            "I01": [
                self._big_family, self._students, self._private_share, self._unknown_size,
            ],
            "I02": [self._barracks, self._chain_flat_share, self._group_house, self._no_common_chain],
        }  # fmt: skip

    def _firms(self, count: int, staff: int = 4) -> list[Firm]:
        place = self._world.municipality(self._p.rng)
        firms = [self._p.firm(municipality=place) for _ in range(count)]
        for firm in firms:
            self._p.crew(firm, staff)
        return firms

    def _chain(
        self,
        firms: Sequence[Firm],
        *,
        client: str = "kommune",
        value: int = 18_000_000,
        kinds: Sequence[tuple[str, bool]] = (),
        parallel: int = 4,
        is_billed: bool = True,
    ) -> tuple[Project, list[Contract]]:
        project, links = self._p.chain(
            firms, client=self._p.client(client), value=value, start=self._start, end=self._end,
            kinds=kinds, parallel=parallel,
        )  # fmt: skip
        project.is_complete = True
        for link in links if is_billed else ():
            self._p.bill(link, link.start, self._world.closing)
        return project, links

    def _since(self) -> date:
        latest = max(self._world.closing - timedelta(days=90), self._world.opening)
        return some_day(self._p.rng, self._world.opening - timedelta(days=100), latest)

    def _person(
        self, ages: tuple[int, int], municipality_of: Firm | None = None, last: str | None = None
    ) -> Person:
        place = municipality_of.municipality if municipality_of else None
        return new_person(self._world, self._p.rng, municipality=place, ages=ages, last=last, is_planted=True)

    def _big_family(self) -> Planted:
        firm = self._p.firm()
        self._p.crew(firm, 3)
        mother, father = self._person((44, 48), firm), self._person((45, 50), firm)
        grown = [self._person((19, 22), firm, father.last) for _ in range(2)]
        small = [self._person((4, 15), firm, father.last) for _ in range(3)]
        relate_family([mother, father], [*grown, *small], is_married=True)
        start = self._p.past(100, 400)
        for worker in (mother, father, *grown):
            employ(self._p.rng, worker, firm, max(start, firm.registered), percent=100.0)
        members: list[tuple[Person, Firm | None]] = [(p, firm) for p in (mother, father, *grown)]
        members += [(child, None) for child in small]
        dwelling = self._p.lodgings.lodge(firm.municipality, members, rooms=3, area=62.0, since=self._since())
        made = made_of("large_family_same_employer", "I01", [firm], "silent")
        made.persons += [p for p, _ in members]
        return _at(made, "I01", dwelling.truth_id)

    def _students(self) -> Planted:
        place = self._world.municipality(self._p.rng)
        people = [
            new_person(self._world, self._p.rng, municipality=place, ages=(19, 25), is_planted=True)
            for _ in range(6)
        ]
        for person in people:
            person.is_student = True
        dwelling = self._p.lodgings.lodge(
            place, [(p, None) for p in people], rooms=3, area=58.0, since=self._since()
        )
        made = made_of("students_without_work", "I01", [], "silent")
        made.persons += people
        return _at(made, "I01", dwelling.truth_id)

    def _private_share(self) -> Planted:
        firms = self._firms(6, 1)
        people: list[tuple[Person, Firm | None]] = [
            (self._p.crew(firm, 1, temporary_share=0.0)[0], firm) for firm in firms
        ]
        dwelling = self._p.lodgings.lodge(
            firms[0].municipality, people, rooms=3, area=56.0, since=self._since()
        )
        made = made_of("private_share_different_employers", "I01", firms, "silent")
        made.persons += [p for p, _ in people]
        return _at(made, "I01", dwelling.truth_id)

    def _unknown_size(self) -> Planted:
        firm = self._p.firm()
        people: list[tuple[Person, Firm | None]] = [
            (p, firm) for p in self._p.crew(firm, 6, temporary_share=0.0)
        ]
        for job in firm.jobs:
            job.rent = 4100
        dwelling = self._p.lodgings.lodge(
            firm.municipality, people, rooms=None, area=None, since=self._since()
        )
        made = made_of("rooms_and_area_unknown", "I01", [firm], "not_evaluable")
        made.persons += [p for p, _ in people]
        return _at(made, "I01", dwelling.truth_id)

    def _chain_with_two(self, *, owners: Firm | None = None) -> tuple[Project, list[Firm]]:
        place = self._world.municipality(self._p.rng)
        held = sole_owner(owners) if owners else None
        firms = [self._p.firm(municipality=place, owners=held) for _ in range(2)]
        for firm in firms:
            self._p.crew(firm, 5, temporary_share=0.0)
        project, _ = self._chain(firms[:1], client="privat")
        self._p.chains.contract(
            self._p.rng,
            project,
            project.contracts[0],
            firms[1],
            "underentreprise",
            800_000,
            self._start,
            self._end,
        )
        for contract in project.contracts:
            self._p.chains.verify(self._p.rng, contract)
        return project, firms

    def _lodgers(self, firms: Sequence[Firm], each: int) -> list[tuple[Person, Firm | None]]:
        return [(job.person, firm) for firm in firms for job in firm.jobs[:each]]

    def _barracks(self) -> Planted:
        project, firms = self._chain_with_two()
        main = project.contracts[0].supplier
        people = self._lodgers(firms, 5)
        since = self._start + timedelta(days=15)
        dwelling = self._p.lodgings.lodge(
            firms[0].municipality, people, rooms=14, area=340.0, since=since, owner=main, is_barracks=True
        )
        self._p.lodgings.notice(
            dwelling, people, reported=since + timedelta(days=12), since=since, kind="brakkerigg",
            reporter="kommune", provider=main, permit="ja", rent=3000, is_deducted="nei", showers=4,
        )  # fmt: skip
        made = made_of("permitted_barracks", "I02", firms, "suppressed")
        made.persons += [p for p, _ in people]
        return _at(made, "I02", dwelling.truth_id)

    def _chain_flat_share(self) -> Planted:
        _, firms = self._chain_with_two()
        people = self._lodgers(firms, 3)
        dwelling = self._p.lodgings.lodge(
            firms[0].municipality, people, rooms=6, area=190.0, since=self._since(), is_flat=False
        )
        made = made_of("flat_share_with_private_owner", "I02", firms, "silent")
        made.persons += [p for p, _ in people]
        return _at(made, "I02", dwelling.truth_id)

    def _group_house(self) -> Planted:
        holding = self._p.firm(HOLDING)
        holding.is_group = True
        project, firms = self._chain_with_two(owners=holding)
        for firm in firms:
            firm.is_group = True
        people = self._lodgers(firms, 3)
        dwelling = self._p.lodgings.lodge(
            firms[0].municipality,
            people,
            rooms=6,
            area=200.0,
            since=self._since(),
            owner=holding,
            is_flat=False,
        )
        made = made_of("employers_of_one_group", "I02", [holding, *firms], "silent")
        made.key_edges = [project.project_id]
        made.persons += [p for p, _ in people]
        return _at(made, "I02", dwelling.truth_id)

    def _no_common_chain(self) -> Planted:
        keeper = self._p.firm()
        self._p.crew(keeper, 2)
        firms = self._firms(3, 3)
        for firm in firms:
            project, _ = self._chain([firm], client="privat", value=5_000_000, parallel=2)
            project.is_complete = False
        people = self._lodgers(firms, 2)
        dwelling = self._p.lodgings.lodge(
            firms[0].municipality,
            people,
            rooms=7,
            area=210.0,
            since=self._since(),
            owner=keeper,
            is_flat=False,
        )
        made = made_of("employers_in_different_chains", "I02", [keeper, *firms], "silent")
        made.persons += [p for p, _ in people]
        return _at(made, "I02", dwelling.truth_id)


def made_of(kind: str, resembles: str, firms: Sequence[Firm], expected: str) -> Planted:
    """The record of one look-alike, still without subjects."""
    return Planted("", kind, [resembles], list(firms), expected=expected, resembles=resembles)


def _at(made: Planted, indicator: str, dwelling_id: str) -> Planted:
    made.subjects[indicator] = [f"dwelling:{dwelling_id}"]
    return made
