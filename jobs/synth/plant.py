"""What offenders and their lawful look-alikes do.

The acts have parameters; who does which, and how, is decided by those who plant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jobs.synth.chains import Chains, Suppliers
from jobs.synth.firms import SHARES, Founder, fail, owe
from jobs.synth.lodgings import Lodgings
from jobs.synth.model import (
    Building,
    Contract,
    Event,
    Firm,
    Invoice,
    Job,
    Municipality,
    Person,
    Project,
    Trade,
)
from jobs.synth.money import send_invoice
from jobs.synth.people import new_person
from jobs.synth.places import Builder
from jobs.synth.trades import BY_KEY, GENERAL, SITE_TRADES
from jobs.synth.work import employ
from jobs.synth.world import World, some_day

CREW_TRADES = tuple(
    BY_KEY[key] for key in ("joinery", "paint", "roof", "masonry", "plaster", "special", "floor")
)


@dataclass(slots=True)
class Succession:
    """A firm that failed and the one that came after it."""

    failed: Firm
    successor: Firm
    failed_on: date
    movers: list[Person]
    contracts: list[Contract]
    invoices: list[Invoice]


class Planter:
    """Carries out acts in the world, drawing from one stream of its own."""

    def __init__(
        self,
        world: World,
        founder: Founder,
        builder: Builder,
        chains: Chains,
        suppliers: Suppliers,
        stream: str,
    ) -> None:
        self.world = world
        self.founder = founder
        self.builder = builder
        self.chains = chains
        self.suppliers = suppliers
        self.rng: Random = world.rng(stream)
        self.lodgings = Lodgings(world, builder, self.rng)
        self._public = _few_of_each(world.public_bodies())
        known = (*world.firms, *world.frame.elsewhere)
        self._private = [f for f in known if f.trade.key == "property" and f.form == "AS"]

    # ---- time ------------------------------------------------------------------------------------
    def month_day(self, index: int, day: int = 10) -> date:
        """A day in the month with an index; negative counts from the last month, outside is cut off."""
        months = self.world.months
        position = min(max(index if index >= 0 else len(months) + index, 0), len(months) - 1)
        return date(int(months[position][:4]), int(months[position][5:7]), day)

    def spread(self, first: date, last: date, count: int) -> list[date]:
        """Days that lie evenly between two days, with a little noise."""
        step = max((last - first).days, count) / count
        return [first + timedelta(days=int(step * (i + self.rng.uniform(0.1, 0.5)))) for i in range(count)]

    def past(self, least: int = 700, most: int = 3600) -> date:
        """A day long before the window."""
        return self.world.opening - timedelta(days=self.rng.randrange(least, most))

    # ---- firms and people ------------------------------------------------------------------------
    def client(self, kind: str = "") -> Firm:
        """A public client (of a kind, if given); `privat` gives a property company."""
        if kind == "privat":
            return self.rng.choice(self._private) if self._private else self.firm(BY_KEY["property"])
        fitting = [f for f in self._public if not kind or f.public_kind == kind]
        return self.rng.choice(fitting or self._public)

    def main_supplier(self, start: date, end: date) -> Firm:
        """A general contractor of the background that lives through a project, else a new one."""
        found = self.suppliers.find(self.rng, GENERAL, start, end, taken=set())
        return found or self.firm(GENERAL)

    def firm(
        self,
        trade: Trade | None = None,
        *,
        municipality: Municipality | None = None,
        registered: date | None = None,
        director: Person | None = None,
        owners: list[tuple[Person | Firm, int]] | None = None,
        address: Building | None = None,
    ) -> Firm:
        """A firm of a ring or a look-alike, some years old unless said otherwise."""
        return self.founder.found(
            self.rng,
            trade or self.rng.choice(CREW_TRADES),
            registered=registered or self.past(),
            municipality=municipality,
            staff=1,
            director=director,
            owners=owners,
            address=address,
            is_planted=True,
        )

    def crew(
        self,
        firm: Firm,
        count: int,
        *,
        start: date | None = None,
        temporary_share: float = 0.3,
        ages: tuple[int, int] = (21, 56),
    ) -> list[Person]:
        """Full-time workers of a firm; they started before the window unless a start is given."""
        people = []
        for _ in range(count):
            person = new_person(
                self.world,
                self.rng,
                municipality=firm.municipality,
                ages=ages,
                is_d_number=self.rng.random() < temporary_share,
                is_planted=True,
            )
            began = start or max(
                firm.registered, self.world.opening - timedelta(days=self.rng.randrange(20, 900))
            )
            employ(self.rng, person, firm, began, percent=100.0)
            people.append(person)
        return people

    # ---- chains ----------------------------------------------------------------------------------
    def chain(
        self,
        path: Sequence[Firm],
        *,
        client: Firm,
        value: int,
        start: date,
        end: date,
        work: str = "nybygg_naering",
        kinds: Sequence[tuple[str, bool]] = (),
        parallel: int = 4,
    ) -> tuple[Project, list[Contract]]:
        """A project in which each firm of the path subcontracts to the next; all contracts overlap in time.

        Args:
            path: Firms below the main supplier, from tier 1 down.
            client: Who builds.
            value: Project value.
            start: First day.
            end: Last day.
            work: Kind of work.
            kinds: Kind of contract and whether it is labour-bearing, per link; labour unless given.
            parallel: Further subcontractors beside the path at tier 1.

        Returns:
            The project, and the contracts of the path in order.
        """
        rng = self.rng
        main = self.main_supplier(start, end)
        project = self.chains.project(
            rng, client, main, work=work, value=value, start=start, end=end, is_planted=True
        )
        parent, links = project.contracts[0], []
        for tier, firm in enumerate(path):
            kind, is_labour = kinds[tier] if tier < len(kinds) else ("underentreprise", True)
            begins = start + timedelta(days=tier * rng.randrange(6, 12))
            worth = max(int(parent.value * rng.uniform(0.3, 0.6)), 60_000)
            link = self.chains.contract(
                rng,
                project,
                parent,
                firm,
                kind,
                worth,
                begins,
                end - timedelta(days=tier),
                is_labour=is_labour,
            )
            links.append(link)
            parent = link
        taken = {main, *path}
        for _ in range(parallel):
            trade = rng.choice(SITE_TRADES[1:])
            firm_beside = self.suppliers.find(rng, trade, start, end, above=main, taken=taken)
            if firm_beside is not None:
                worth = int(value * rng.uniform(0.03, 0.1))
                self.chains.contract(
                    rng, project, project.contracts[0], firm_beside, "underentreprise", worth, start, end
                )
        project.is_verified = True
        for contract in project.contracts:
            self.chains.verify(rng, contract)
        return project, links

    def bill(self, contract: Contract, first: date, last: date) -> list[Invoice]:
        """Monthly invoices along a contract between two days."""
        sent, day = [], first + timedelta(days=6)
        months = max((contract.end - contract.start).days // 30, 1)
        while day <= min(last, self.world.closing):
            if day >= self.world.opening and contract.supplier.is_alive(day):
                amount = max(int(contract.value / months * self.rng.uniform(0.8, 1.1)), 9_000)
                sent.append(
                    send_invoice(
                        self.world, self.rng, contract.supplier, contract.client, day, amount,
                        contract=contract, is_labour=contract.is_labour,
                    )
                )  # fmt: skip
            day += timedelta(days=self.rng.randrange(27, 34))
        return sent

    # ---- money -----------------------------------------------------------------------------------
    def circle(
        self,
        firms: Sequence[Firm],
        rounds: Sequence[date],
        amount: int,
        *,
        keep: float = 0.97,
        has_agreements: bool = True,
    ) -> list[Invoice]:
        """Money goes round: each firm pays the next one for labour, the last pays the first.

        Args:
            firms: In the order the money takes.
            rounds: First day of each round.
            amount: First leg, in kroner.
            keep: What is left of the amount after each leg.
            has_agreements: Whether a standing agreement was declared for each leg.
        """
        legs = [(firms[i], firms[(i + 1) % len(firms)]) for i in range(len(firms))]
        agreements = [self._agreement(*leg, rounds, amount) if has_agreements else None for leg in legs]
        sent = []
        for begins in rounds:
            day = begins
            for leg, (payer, paid) in enumerate(legs):
                worth = int(amount * keep**leg * self.rng.uniform(0.985, 1.0))
                issued = min(day, self.world.closing)
                sent.append(
                    send_invoice(self.world, self.rng, paid, payer, issued, worth, contract=agreements[leg])
                )
                day += timedelta(days=self.rng.randrange(3, 7))
        return sent

    def _agreement(self, payer: Firm, paid: Firm, rounds: Sequence[date], amount: int) -> Contract:
        start = max(rounds[0], payer.registered) - timedelta(days=8)
        end = self.world.closing + timedelta(days=150)
        return self.chains.contract(
            self.rng, None, None, paid, "rammeavtale", amount * len(rounds), start, end, client=payer
        )

    # ---- succession ------------------------------------------------------------------------------
    def succession(
        self,
        *,
        failed_on: date,
        gap_days: int,
        crew: int = 9,
        movers: int = 7,
        claims: int = 400_000,
        same_director: bool = True,
        same_address: bool = False,
        same_customers: bool = True,
        municipality: Municipality | None = None,
    ) -> Succession:
        """A firm fails; another one, registered `gap_days` later (or earlier), takes on some of its people.

        Args:
            failed_on: Opening of bankruptcy.
            gap_days: From the failure to the registration of the successor.
            crew: Workers of the failing firm.
            movers: How many of them go on in the successor.
            claims: Unpaid public claims at the failure, in kroner.
            same_director: The successor has the same managing director.
            same_address: It has the same business address.
            same_customers: It goes on for the same private client on the same project.
            municipality: Where; drawn unless given.
        """
        rng, world = self.rng, self.world
        trade = rng.choice(CREW_TRADES)
        failed = self.firm(trade, municipality=municipality, registered=self.past(500, 1500))
        people = self.crew(failed, crew)
        founded_on = min(failed_on + timedelta(days=gap_days), world.closing - timedelta(days=12))
        successor = self.firm(
            trade,
            municipality=failed.municipality,
            registered=founded_on,
            director=failed.director if same_director else None,
            address=failed.address if same_address else None,
        )
        for person in people[:movers]:
            lowest = max(founded_on, failed_on - timedelta(days=15))
            started = some_day(rng, lowest, lowest + timedelta(days=20))
            employ(rng, person, successor, min(started, world.closing - timedelta(days=5)), percent=100.0)
        self.crew(successor, max(1, crew // 6), start=founded_on + timedelta(days=4))
        for job in failed.jobs:
            self._leave(job, failed_on)
        fail(world, self.founder, rng, failed, failed_on, claims)
        contracts: list[Contract] = []
        invoices: list[Invoice] = []
        if same_customers:
            contracts, invoices = self._same_customer(failed, successor, failed_on)
        return Succession(failed, successor, failed_on, people[:movers], contracts, invoices)

    def _leave(self, job: Job, failed_on: date) -> None:
        job.end = failed_on - timedelta(days=self.rng.randrange(0, 4))
        job.is_unclosed = self.rng.random() < 0.3

    def _same_customer(
        self, failed: Firm, successor: Firm, failed_on: date
    ) -> tuple[list[Contract], list[Invoice]]:
        start, end = self.world.opening - timedelta(days=60), self.world.closing + timedelta(days=150)
        project, (first,) = self.chain(
            [failed],
            client=self.client("privat"),
            value=9_000_000,
            start=start,
            end=end,
            work="rehab_naering",
        )
        first.planned_end, first.end = first.end, failed_on
        begins = max(successor.registered, failed_on) + timedelta(days=5)
        second = self.chains.contract(
            self.rng, project, project.contracts[0], successor, "underentreprise", first.value, begins, end
        )
        sent = self.bill(first, start, failed_on - timedelta(days=10))
        sent += self.bill(second, begins, self.world.closing)
        return [first, second], sent

    def event(self, kind: str, on: date, firm: Firm, counterpart: Firm | None, origin: str) -> Event:
        """A recorded event that concerns a firm and a counterpart."""
        event = Event(self.world.numbers.code(self.rng, "H-", 7), kind, on, firm, counterpart, origin)
        self.world.events.append(event)
        return event

    def owe(self, firm: Firm, by: date, claims: int) -> None:
        """Let a firm's unpaid public claims grow up to an amount."""
        owe(self.world, firm, by, claims)


def _few_of_each(public: list[Firm]) -> list[Firm]:
    """Up to three municipalities and one of each other kind, so that no kind of client is missing."""
    most = {"kommune": 3, "fylkeskommune": 1, "stat": 1}
    return [f for kind, count in most.items() for f in [p for p in public if p.public_kind == kind][:count]]


def sole_owner(person_or_firm: Person | Firm) -> list[tuple[Person | Firm, int]]:
    """An owners' list with one holder of everything."""
    return [(person_or_firm, SHARES)]
