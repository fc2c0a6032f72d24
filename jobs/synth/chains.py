"""Projects and their contract trees, by trade; the lawful economy keeps to the limits it knows."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from jobs.synth.model import Contract, Firm, Project, Trade
from jobs.synth.places import BLOCK, Builder
from jobs.synth.trades import (
    CLEANING,
    EQUIPMENT,
    GENERAL,
    GOODS,
    PROPERTY,
    PUBLIC,
    SITE_TRADES,
    STAFFING,
)
from jobs.synth.world import World, some_day

PUBLIC_SHARE = 0.3
FIRMS_PER_PROJECT = 24
LAWFUL_PUBLIC_TIERS = 2
"""What clients write into public contracts; the lawful economy obeys it."""
MOST_VALUE = 90_000_000
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
        for firm in world.firms:
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


def contract_background(world: World, chains: Chains, suppliers: Suppliers, count: int) -> None:
    """Ordinary projects and standing agreements.

    Args:
        world: The world.
        chains: Makes them.
        suppliers: Finds who does the work.
        count: Number of projects.
    """
    rng = world.rng("chains")
    public = [f for f in world.firms if f.public_kind]
    private = [f for f in world.firms if f.trade is PROPERTY and f.form == "AS" and not f.is_planted]
    for _ in range(count):
        start = some_day(rng, world.opening - timedelta(days=400), world.closing - timedelta(days=60))
        end = start + timedelta(days=rng.randrange(120, 600))
        is_public = rng.random() < PUBLIC_SHARE or not private
        main = suppliers.find(rng, rng.choice((GENERAL, GENERAL, SITE_TRADES[2])), start, end, taken=set())
        if main is None:
            continue
        client = rng.choice(public) if is_public else rng.choice(private)
        work = rng.choice(("nybygg_bolig", "nybygg_naering", "rehab_bolig", "rehab_naering", "anlegg"))
        value = min(int(rng.lognormvariate(16.2 if is_public else 15.4, 0.9)), MOST_VALUE)
        project = chains.project(
            rng, client, main, work=work, value=max(value, 900_000), start=start, end=end
        )
        _grow(world, chains, suppliers, rng, project, LAWFUL_PUBLIC_TIERS if is_public else 3)
        _declare(chains, rng, project)
    _standing(world, chains, suppliers, rng)


def _grow(
    world: World, chains: Chains, suppliers: Suppliers, rng: Random, project: Project, most_tiers: int
) -> None:
    taken = {project.contracts[0].supplier}
    frontier = [(project.contracts[0], 0)]
    while frontier:
        parent, tier = frontier.pop(0)
        below = rng.randrange(3, 10) if tier == 0 else rng.choices((0, 1, 2), (68, 24, 8))[0]
        for _ in range(below):
            kind, trade, is_labour = _choice(rng, tier)
            if is_labour and tier >= most_tiers:
                continue
            start, end = _within(rng, parent)
            firm = suppliers.find(rng, trade, start, end, above=parent.supplier, taken=taken)
            if firm is None:
                continue
            value = max(int(parent.value * rng.uniform(0.04, 0.16 if tier == 0 else 0.5)), 40_000)
            child = chains.contract(rng, project, parent, firm, kind, value, start, end, is_labour=is_labour)
            if is_labour and kind != "innleie":
                frontier.append((child, tier + 1))


def _choice(rng: Random, tier: int) -> tuple[str, Trade, bool]:
    draw = rng.random()
    if draw < 0.12:
        return "vareleveranse", GOODS, False
    if draw < 0.20:
        return "utstyrsleie", EQUIPMENT, False
    if draw < 0.30:
        return "innleie", STAFFING, True
    return "underentreprise", rng.choice(SITE_TRADES[1:]), True


def _within(rng: Random, parent: Contract) -> tuple[date, date]:
    days = max((parent.end - parent.start).days, 20)
    start = parent.start + timedelta(days=int(days * rng.uniform(0.0, 0.4)))
    end = start + timedelta(days=max(int(days * rng.uniform(0.3, 0.6)), 10))
    return start, min(end, parent.end)


def _declare(chains: Chains, rng: Random, project: Project) -> None:
    """How much of the chain the client hears of, and how much it checks."""
    is_public = project.client_kind != "privat"
    project.is_verified = rng.random() < (0.6 if is_public else 0.25)
    project.is_complete = project.is_verified and rng.random() < 0.7
    project.has_invoices = rng.random() < 0.6
    project.tier_limit = LAWFUL_PUBLIC_TIERS if is_public and rng.random() < 0.1 else None
    parents = {id(c.parent) for c in project.contracts}
    for contract in project.contracts[1:]:
        hidden_share = 0.25 if id(contract) not in parents else 0.06
        if not project.is_complete and rng.random() < hidden_share:
            contract.is_declared = False
        elif project.is_verified and rng.random() < 0.8:
            chains.verify(rng, contract)
        if rng.random() < 0.2:
            contract.declared_on += timedelta(days=rng.randrange(20, 120))


def _standing(world: World, chains: Chains, suppliers: Suppliers, rng: Random) -> None:
    """Cleaning and maintenance agreements outside any project."""
    clients = [f for f in world.firms if f.target_staff >= 6 and not f.is_planted and f.trade is not CLEANING]
    wanted: Callable[[Firm], bool] = lambda f: f.trade is not PUBLIC and not f.trade.is_site  # noqa: E731
    for client in [f for f in clients if wanted(f)]:
        if rng.random() > 0.3:
            continue
        start = some_day(rng, world.opening - timedelta(days=500), world.opening + timedelta(days=200))
        end = start + timedelta(days=rng.choice((365, 730)))
        firm = suppliers.find(rng, CLEANING, start, end, taken={client})
        if firm is not None and client.is_alive(start):
            value = rng.randrange(60_000, 900_000)
            chains.contract(rng, None, None, firm, "rammeavtale", value, start, end, client=client)
