"""Planted rings: two acts from different groups by the same companies, and further ones in turn.

Every fourth ring is of another kind: it does only things from the catalogue of further acts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.synth.emit_notices import seen_in
from jobs.synth.model import Contract, Dwelling, Firm, Person, Planted, Project, cluster_subject
from jobs.synth.people import settle
from jobs.synth.plant import Planter, Succession
from jobs.synth.typologies import HELD_OUT, VARIANTS, Outfit, Typology

EXTRA_ACTS = 2
SPECIALIST_ACTS = 4
SPECIALIST_EVERY = 4
HELD_OUT_EVERY = 5


@dataclass(frozen=True, slots=True)
class Tactics:
    """How offenders go about it. The adaptive ones know what is looked for and stay below it.

    Attributes:
        depths: Links below the main supplier.
        lodgers: People in a crowded dwelling.
        mixed: People of each employer in a shared dwelling.
        gap_days: From a failure to the successor's registration.
        moved: Part of the crew that goes on.
        leg: Lowest and highest first amount of a circle, in kroner.
        keep: What is left after each leg.
        rounds: How often the money goes round.
    """

    depths: tuple[int, ...] = (3, 4, 3, 5)
    lodgers: tuple[int, ...] = (7, 8, 7, 6)
    mixed: tuple[int, ...] = (3, 2, 2, 4)
    gap_days: tuple[int, ...] = (-70, 20, -25, 60)
    moved: float = 0.75
    leg: tuple[int, int] = (180_000, 420_000)
    keep: float = 0.97
    rounds: int = 3


ADAPTIVE = Tactics(
    (2, 2, 2, 2), (4, 4, 4, 4), (1, 1, 1, 1), (200, 215, 190, 205), 0.3, (40_000, 60_000), 0.7, 1
)


class Rings:
    """Plants rings, one template after the other, so that every typology comes up."""

    def __init__(self, planter: Planter, tactics: Tactics, further: Sequence[Typology] = ()) -> None:
        self._p = planter
        self._tactics = tactics
        months = len(planter.world.months)
        self._further = [t for t in further if months >= t.least_months]

    def plant(self, count: int, first: int = 0) -> None:
        """Plant a number of rings.

        Args:
            count: How many.
            first: How many the country has in the districts before this one: templates and guises go on
                from there.
        """
        templates: tuple[Callable[[Planted, int], None], ...] = (
            self._deep_chain_with_house,
            self._circle_with_successor,
            self._crowded_successor,
            self._circle_with_crowded_house,
            self._successor_deep_down,
            self._circle_with_shared_house,
        )
        for index in range(first, first + count):
            # Shift the variant each time round, so that a template comes back in another guise.
            variant = (index + index // len(templates)) % HELD_OUT
            if index % HELD_OUT_EVERY == HELD_OUT_EVERY - 1:
                variant = HELD_OUT
            ring = Planted(f"R{index + 1:02d}", "", difficulty=VARIANTS[variant])
            is_specialist = bool(self._further) and index % SPECIALIST_EVERY == SPECIALIST_EVERY - 1
            if not is_specialist:
                templates[index % len(templates)](ring, variant)
            self._go_on(ring, index, variant, SPECIALIST_ACTS if is_specialist else EXTRA_ACTS)
            _tidy(ring)
            self._p.world.rings.append(ring)

    def _go_on(self, ring: Planted, index: int, variant: int, count: int) -> None:
        """Further acts by the companies of the ring, in turn through the catalogue."""
        made_for_it = [f for f in dict.fromkeys(ring.companies) if f.is_planted]
        outfit = Outfit(ring, self._p, variant, self._tactics is ADAPTIVE, made_for_it)
        numbers = range(min(count, len(self._further)))
        chosen = [self._further[(index * SPECIALIST_ACTS + n) % len(self._further)] for n in numbers]
        # What rests on the other acts of a ring comes last.
        chosen.sort(key=lambda typology: typology.indicator.startswith("J"))
        done = []
        for typology in chosen:
            typology.act(outfit)
            done.append(typology.name)
        if done:
            ring.name = "; ".join(part for part in (ring.name, *done) if part)

    # ---- templates -------------------------------------------------------------------------------
    def _deep_chain_with_house(self, ring: Planted, variant: int) -> None:
        ring.name = "deep public chain whose lower links share a house held by the first link"
        path = self._path(variant)
        self._deep_chain(ring, path, variant)
        self._shared_house(ring, path[0], path[1:3] if len(path) > 2 else path[1:], variant)

    def _circle_with_successor(self, ring: Planted, variant: int) -> None:
        ring.name = "failed company goes on in a new one, which joins a circle of labour invoices"
        failed_on = self._failure_day(early=True)
        passed = self._succession(ring, failed_on, variant)
        partners = [self._p.firm(municipality=passed.successor.municipality) for _ in range(2 + variant % 2)]
        for partner in partners:
            self._p.crew(partner, 3)
        self._circle(ring, [passed.successor, *partners], after=max(failed_on, passed.successor.registered))

    def _crowded_successor(self, ring: Planted, variant: int) -> None:
        ring.name = "failed company goes on in a new one, which lodges its people in a crowded dwelling"
        failed_on = self._failure_day(early=False)
        passed = self._succession(ring, failed_on, variant)
        staff = [job.person for job in passed.successor.jobs]
        after = max(failed_on, passed.successor.registered)
        self._crowded_house(ring, passed.successor, staff, variant, after)

    def _circle_with_crowded_house(self, ring: Planted, variant: int) -> None:
        ring.name = (
            "circle of labour invoices, and one of its companies lodges its people in a crowded dwelling"
        )
        firms = [self._p.firm() for _ in range(3 + variant % 3)]
        staff = self._p.crew(firms[0], 10, temporary_share=0.4)
        for firm in firms[1:]:
            self._p.crew(firm, self._p.rng.randrange(2, 5))
        self._circle(ring, firms, after=self._p.world.opening)
        self._crowded_house(ring, firms[0], staff, variant, self._p.world.opening)

    def _successor_deep_down(self, ring: Planted, variant: int) -> None:
        ring.name = "deep public chain whose last link fails and is replaced by its successor"
        failed_on = self._failure_day(early=True)
        passed = self._succession(ring, failed_on, variant, same_customers=False)
        path = [*self._path(variant)[:-1], passed.failed]
        _, links = self._deep_chain(ring, path, variant, start=failed_on - timedelta(days=75))
        last = links[-1]
        project = last.project
        begins = max(passed.successor.registered, failed_on) + timedelta(days=3)
        again = self._p.chains.contract(
            self._p.rng, project, last.parent, passed.successor, last.kind, last.value, begins, last.end
        )
        self._p.chains.verify(self._p.rng, again)
        last.planned_end, last.end = last.end, failed_on
        self._p.bill(last, last.start, failed_on - timedelta(days=8))
        self._p.bill(again, begins, self._p.world.closing)
        ring.companies.append(passed.successor)
        ring.key_edges.append(again.contract_id)
        self._see(ring, "A01", "deep_chain", begins, again.declared_on)

    def _circle_with_shared_house(self, ring: Planted, variant: int) -> None:
        ring.name = "circle of labour invoices by companies of one chain whose people share a house"
        keeper = self._p.firm()
        firms = [self._p.firm(municipality=keeper.municipality) for _ in range(3)]
        for firm in firms:
            self._p.crew(firm, 6, temporary_share=0.35)
        self._p.crew(keeper, 3)
        project, (link,) = self._p.chain(
            [keeper], client=self._p.client("privat"), value=14_000_000, work="nybygg_bolig",
            start=self._p.world.opening - timedelta(days=90), end=self._p.world.closing + timedelta(days=200),
        )  # fmt: skip
        for firm in firms[:2]:
            below = self._p.chains.contract(
                self._p.rng, project, link, firm, "underentreprise", 900_000, link.start, link.end
            )
            self._p.bill(below, link.start, self._p.world.closing)
            ring.key_edges.append(below.contract_id)
        self._circle(ring, firms, after=self._p.world.opening)
        self._shared_house(ring, keeper, firms[:2], variant)

    # ---- acts ------------------------------------------------------------------------------------
    def _path(self, variant: int) -> list[Firm]:
        place = self._p.world.municipality(self._p.rng)
        path = [self._p.firm(municipality=place) for _ in range(self._tactics.depths[variant])]
        for firm in path:
            self._p.crew(firm, self._p.rng.randrange(6, 10), temporary_share=0.35)
        return path

    def _deep_chain(
        self, ring: Planted, path: Sequence[Firm], variant: int, start: date | None = None
    ) -> tuple[Project, list[Contract]]:
        kind = ("kommune", "stat", "fylkeskommune")[variant % 3]
        start = start or self._p.month_day(min(variant * 2, len(self._p.world.months) - 3), 4)
        project, links = self._p.chain(
            path,
            client=self._p.client(kind),
            value=self._p.rng.randrange(12_000_000, 60_000_000),
            start=start,
            end=self._p.world.closing + timedelta(days=self._p.rng.randrange(60, 300)),
            work=("nybygg_naering", "rehab_naering", "nybygg_bolig")[variant % 3],
            parallel=3 + variant,
        )
        project.is_complete = variant == 0
        for link in links:
            self._p.bill(link, link.start, min(link.end, self._p.world.closing))
        ring.indicators.append("A01")
        ring.companies += [project.contracts[0].supplier, *path]
        ring.key_edges += [link.contract_id for link in links]
        ring.subjects["A01"] = [f"project:{project.project_id}"]
        ring.members["A01"] = [project.contracts[0].supplier.orgnr, *(f.orgnr for f in path)]
        self._see(ring, "A01", "deep_chain", links[-1].start, max(link.declared_on for link in links))
        return project, links

    def _circle(self, ring: Planted, firms: list[Firm], *, after: date) -> None:
        world, tactics = self._p.world, self._tactics
        first = max(after + timedelta(days=14), world.closing - timedelta(days=320))
        last = world.closing - timedelta(days=7 * len(firms) + 25)
        rounds = self._p.spread(first, max(last, first), tactics.rounds)
        sent = self._p.circle(firms, rounds, self._p.rng.randrange(*tactics.leg), keep=tactics.keep)
        orgnrs = sorted(f.orgnr for f in firms)
        ring.indicators.append("A02")
        ring.companies += firms
        ring.key_edges += [invoice.invoice_id for invoice in sent]
        ring.subjects["A02"] = [cluster_subject(orgnrs)]
        ring.members["A02"] = orgnrs
        seen = sent[min(2 * len(firms), len(sent)) - 1].issued
        self._see(ring, "A02", "circular_invoicing", sent[0].issued, seen)

    def _succession(
        self, ring: Planted, failed_on: date, variant: int, *, same_customers: bool = True
    ) -> Succession:
        crew = 9 + variant
        passed = self._p.succession(
            failed_on=failed_on,
            gap_days=self._tactics.gap_days[variant],
            crew=crew,
            movers=max(1, int(crew * self._tactics.moved)),
            claims=self._p.rng.randrange(180_000, 1_400_000),
            same_director=variant != 1,
            same_address=variant != 2,
            same_customers=same_customers,
        )
        if variant == 2:
            # Some settle between the two jobs: without the link of their two numbers they are other people.
            for person in [p for p in passed.movers if p.is_d_number][:2]:
                settle(self._p.world, self._p.rng, person, failed_on + timedelta(days=1))
        ring.indicators.append("B01")
        ring.companies += [passed.failed, passed.successor]
        ring.persons += passed.movers
        ring.key_edges += [c.contract_id for c in passed.contracts]
        ring.subjects["B01"] = [f"pair:{passed.failed.orgnr}:{passed.successor.orgnr}"]
        ring.members["B01"] = [passed.failed.orgnr, passed.successor.orgnr]
        started = max(j.start for p in passed.movers for j in p.jobs if j.firm is passed.successor)
        self._see(ring, "B01", "phoenix", max(passed.successor.registered, started), max(failed_on, started))
        return passed

    def _failure_day(self, *, early: bool) -> date:
        months = len(self._p.world.months)
        low, high = max(months // 4, 1), max(months - 4, 1)
        middle = (low + high) // 2
        first, last = (low, middle) if early else (middle, high)
        return self._p.month_day(
            self._p.rng.randrange(first, max(last, first) + 1), self._p.rng.randrange(4, 26)
        )

    def _crowded_house(
        self, ring: Planted, employer: Firm, staff: list[Person], variant: int, after: date
    ) -> None:
        number = self._tactics.lodgers[variant]
        lodgers = [p for p in staff if p.later_from is None][:number]
        if len(lodgers) < number:
            lodgers += self._p.crew(employer, number - len(lodgers), start=after + timedelta(days=10))
        since = self._move_in_day(after)
        residents: list[tuple[Person, Firm | None]] = [(p, employer) for p in lodgers]
        rooms, area = ((3, 60.0), (2, 48.0), (3, 54.0), (2, 44.0))[variant]
        dwelling = self._p.lodgings.lodge(
            employer.municipality, residents, rooms=rooms, area=area, since=since, is_size_known=True,
            owner=employer if variant == 0 else None, tenant=employer if variant == 1 else None,
        )  # fmt: skip
        if variant == 2:
            for person in lodgers:
                for job in person.jobs:
                    if job.firm is employer:
                        job.rent = self._p.rng.randrange(3500, 5500)
        self._notice_for(ring, "I01", dwelling, residents, since, employer, variant)
        ring.indicators.append("I01")
        ring.subjects["I01"] = [f"dwelling:{dwelling.truth_id}"]
        ring.members["I01"] = [employer.orgnr]

    def _shared_house(self, ring: Planted, keeper: Firm, employers: Sequence[Firm], variant: int) -> None:
        each = self._tactics.mixed[variant]
        residents: list[tuple[Person, Firm | None]] = []
        for firm in employers:
            free = [j.person for j in firm.jobs if not j.person.is_home_set and j.person.is_planted]
            workers = [p for p in free if p is not firm.director][:each]
            residents += [(p, firm) for p in workers]
        since = self._move_in_day(self._p.world.opening)
        owner: Firm | Person | None = (keeper, None, keeper.director)[variant % 3]
        dwelling = self._p.lodgings.lodge(
            keeper.municipality, residents, rooms=len(residents) + 1, area=30.0 * len(residents), since=since,
            owner=owner, tenant=keeper if variant == 1 else None, is_flat=False,
        )  # fmt: skip
        self._notice_for(ring, "I02", dwelling, residents, since, keeper if variant != 2 else None, variant)
        ring.indicators.append("I02")
        ring.companies += [keeper, *employers]
        ring.subjects["I02"] = [f"dwelling:{dwelling.truth_id}"]
        ring.members["I02"] = [keeper.orgnr, *(f.orgnr for f in employers)]

    def _notice_for(
        self,
        ring: Planted,
        indicator: str,
        dwelling: Dwelling,
        residents: list[tuple[Person, Firm | None]],
        since: date,
        provider: Firm | None,
        variant: int,
    ) -> None:
        """An inspection sees the house and notes those whom no register knows there, and one more."""
        unseen = [(p, firm) for p, firm in residents if p.is_d_number]
        seen = [(p, firm) for p, firm in residents if not p.is_d_number]
        noted = unseen + seen[:1]
        reported = min(since + timedelta(days=self._p.rng.randrange(14, 25)), self._p.world.closing)
        notice = self._p.lodgings.notice(
            dwelling, noted, reported=reported, since=since,
            reporter=("tilsyn", "kommune", "tilsyn")[variant % 3], provider=provider,
            tenant=provider if variant == 1 else None, rent=4200, is_deducted="ja",
            showers=1 if indicator == "I01" else 2,
        )  # fmt: skip
        ring.dwellings.append(dwelling)
        ring.persons += [p for p, _ in residents]
        act = "crowded_house" if indicator == "I01" else "shared_house"
        observable = max(seen_in(self._p.world, notice), since + timedelta(days=28))
        self._see(ring, indicator, act, since + timedelta(days=14), observable)

    def _move_in_day(self, after: date) -> date:
        latest = self._p.world.closing - timedelta(days=78)
        earliest = max(after + timedelta(days=25), self._p.month_day(2, 1))
        days = max((latest - earliest).days, 0)
        day = earliest + timedelta(days=self._p.rng.randrange(days + 1))
        return min(day, self._p.world.closing - timedelta(days=34))

    def _see(self, ring: Planted, indicator: str, act: str, unlawful: date, observable: date) -> None:
        """Dates of an act; one that comes twice is unlawful from its first and seen at its last."""
        seen = max(observable, unlawful, self._p.world.opening)
        before = ring.acts.get(indicator)
        ring.acts[indicator] = {
            "act": act,
            "variant": ring.difficulty,
            "first_unlawful_month": before["first_unlawful_month"] if before else f"{unlawful:%Y-%m}",
            "first_observable_month": f"{seen:%Y-%m}",
        }
        ring.first_unlawful = min(ring.first_unlawful, unlawful)
        ring.first_observable = (
            seen if ring.first_observable == date.max else max(ring.first_observable, seen)
        )


def _tidy(ring: Planted) -> None:
    """Each company, dwelling and person once, in the order they joined."""
    ring.companies = list(dict.fromkeys(ring.companies))
    ring.dwellings = list(dict.fromkeys(ring.dwellings))
    ring.persons = list(dict.fromkeys(ring.persons))
