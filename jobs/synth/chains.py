"""Makes projects and contracts, and finds who does the work: what the lawful and the others share."""

import zlib
from datetime import date, timedelta
from random import Random

from jobs.months import first_day
from jobs.synth.model import Contract, Firm, Project, Trade
from jobs.synth.places import BLOCK, Builder
from jobs.synth.trades import CLEANING, STAFFING
from jobs.synth.world import World

MOST_VALUE = 90_000_000
LATE_SHARE = 0.05
"""Part of contracts that the client's list lacks at first."""
MOST_MONTHS_LATE = 2
CPV = {
    "nybygg_bolig": "45211000",
    "nybygg_naering": "45213000",
    "rehab_bolig": "45453100",
    "rehab_naering": "45454000",
    "anlegg": "45233120",
    "renhold": "90910000",
}
PROJECT_WORDS = (
    "Ny skole", "Barnehage", "Rehabilitering", "Omsorgsboliger", "Gang- og sykkelveg", "Lagerbygg",
    "Leilighetsbygg", "Idrettshall", "Kontorbygg", "Rekkehus",
)  # fmt: skip


class Chains:
    """Makes projects and contracts."""

    def __init__(self, world: World, builder: Builder) -> None:
        self._world = world
        self._builder = builder

    def project(
        self,
        rng: Random,
        client: Firm,
        main: Firm,
        *,
        work: str,
        value: int,
        start: date,
        end: date,
        is_planted: bool = False,
    ) -> Project:
        """A project with its main contract.

        Args:
            rng: The caller's stream.
            client: Who builds.
            main: Main supplier, tier 0.
            work: Kind of work.
            value: Contract value towards the client, in kroner.
            start: First day.
            end: Last day.
            is_planted: Belongs to a ring or a look-alike.
        """
        world = self._world
        site = self._builder.building(
            rng, client.municipality, "319" if "bolig" not in work else BLOCK, built=start
        )
        site.status = "1"
        project = Project(
            project_id=world.numbers.code(rng, "P-", 6),
            name=f"{rng.choice(PROJECT_WORDS)} {site.street}",
            client=client,
            client_kind=client.public_kind or "privat",
            work=work,
            value=min(value, MOST_VALUE),
            site=site,
            start=start,
            end=end,
            cpv=CPV.get(work, ""),
            is_planted=is_planted,
        )
        world.projects.append(project)
        self.contract(rng, project, None, main, "hovedkontrakt", project.value, start, end)
        return project

    def contract(
        self,
        rng: Random,
        project: Project | None,
        parent: Contract | None,
        supplier: Firm,
        kind: str,
        value: int,
        start: date,
        end: date,
        *,
        is_labour: bool = True,
        client: Firm | None = None,
    ) -> Contract:
        """A contract below another one, the main contract of a project, or a standing agreement.

        Args:
            rng: The caller's stream.
            project: None for a standing agreement.
            parent: The contract above; None for a main contract or a standing agreement.
            supplier: Who does the work.
            kind: Kind of contract.
            value: Value in kroner.
            start: First day.
            end: Last day.
            is_labour: Whether it is labour-bearing.
            client: Who orders; the supplier of the contract above, or the project's client, unless given.
        """
        if client is None:
            client = (
                parent.supplier if parent is not None else project.client if project is not None else supplier
            )
        signed = start - timedelta(days=rng.randrange(5, 45))
        contract = Contract(
            contract_id=self._world.numbers.code(rng, "K-", 7),
            project=project,
            parent=parent,
            client=client,
            supplier=supplier,
            kind=kind,
            is_labour=is_labour,
            value=min(value, MOST_VALUE),
            start=start,
            end=end,
            signed=signed,
            declared_on=signed + timedelta(days=rng.randrange(0, 30)),
            labour_share=labour_share(rng, supplier.trade, kind),
        )
        (project.contracts if project is not None else self._world.standing).append(contract)
        return contract

    def verify(self, rng: Random, contract: Contract) -> None:
        """Let the client check a contract some weeks after it was declared."""
        contract.is_verified = True
        contract.verified_on = contract.declared_on + timedelta(days=rng.randrange(5, 40))


class Suppliers:
    """Finds firms of a trade that are alive through a contract and stand further down the flow of work."""

    def __init__(self, world: World) -> None:
        self._by_trade: dict[str, list[Firm]] = {}
        for firm in (*world.firms, *world.frame.elsewhere):
            if not firm.is_planted and not firm.public_kind:
                self._by_trade.setdefault(firm.trade.key, []).append(firm)

    def find(
        self,
        rng: Random,
        trade: Trade,
        start: date,
        end: date,
        *,
        above: Firm | None = None,
        taken: set[Firm],
    ) -> Firm | None:
        """A random firm of the trade, or None when a few tries find none.

        Args:
            rng: The caller's stream.
            trade: Wanted trade.
            start: First day of the contract.
            end: Last day.
            above: Its client in the chain.
            taken: Firms that are in the project already; the one found is added.
        """
        firms = self._by_trade.get(trade.key, [])
        for _ in range(12 if firms else 0):
            firm = rng.choice(firms)
            if firm in taken or (above is not None and firm.rank <= above.rank):
                continue
            if firm.form == "ENK" and rng.random() < 0.6:
                continue
            if firm.is_alive(start) and firm.is_alive(end):
                taken.add(firm)
                return firm
        return None


def labour_share(rng: Random, trade: Trade, kind: str) -> float:
    """Part of a contract's value that is labour: nearly all of hire-in and cleaning, half of most trades.

    Args:
        rng: The caller's stream.
        trade: Trade of the supplier.
        kind: Kind of contract.
    """
    if kind == "innleie" or trade in (STAFFING, CLEANING):
        return round(rng.uniform(0.88, 1.0), 2)
    return round(rng.uniform(0.45, 0.8), 2)


def chance(contract: Contract, about: str) -> float:
    """A number from 0 to 1 that belongs to a contract and a question, whoever asks and when.

    Args:
        contract: The contract.
        about: What is drawn.
    """
    return zlib.crc32(f"{contract.contract_id}/{about}".encode()) / (1 << 32)


def known_month(world: World, contract: Contract) -> int | None:
    """Index of the month whose deliveries first hold a contract; None when none of the window does.

    Most come with the month in which they were declared, some a month or two later; nothing that was declared
    before the last months is still missing at the end.

    Args:
        world: The world.
        contract: The contract.
    """
    if not contract.is_declared or contract.declared_on > world.closing:
        return None
    if contract.declared_on < world.opening:
        return 0
    year, month = int(world.months[0][:4]), int(world.months[0][5:7])
    due = (contract.declared_on.year - year) * 12 + contract.declared_on.month - month
    if chance(contract, "late") >= LATE_SHARE * world.parameters.noise:
        return due
    late = due + 1 + int(chance(contract, "how late") * MOST_MONTHS_LATE)
    return late if late < len(world.months) else due


def known_on(world: World, contract: Contract) -> date:
    """A day in the month whose deliveries first hold a contract; the last one when none does.

    Args:
        world: The world.
        contract: The contract.
    """
    index = known_month(world, contract)
    if index is None:
        return world.closing
    return max(contract.declared_on, first_day(world.months[index]))
