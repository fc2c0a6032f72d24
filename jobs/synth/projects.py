"""Ordinary projects and standing agreements; the lawful economy keeps to the limits it knows."""

from datetime import date, timedelta
from random import Random

from jobs.synth.chains import MOST_VALUE, Chains, Suppliers, labour_share
from jobs.synth.model import Contract, Firm, Project, Trade
from jobs.synth.trades import (
    BY_KEY,
    CLEANING,
    EQUIPMENT,
    GENERAL,
    GOODS,
    PROPERTY,
    SITE_TRADES,
    STAFFING,
)
from jobs.synth.work import staff_on
from jobs.synth.world import World, some_day

PUBLIC_SHARE = 0.3
FIRMS_PER_PROJECT = 24
LAWFUL_PUBLIC_TIERS = 2
"""What clients write into public contracts; the lawful economy obeys it."""
LAWFUL_PRIVATE_TIERS = 3
MANAGED_SHARE = 0.08
"""Part of private projects with a construction manager who pays the trades and adds a fee."""
SEVERAL_TRADES_SHARE = 0.07
"""Part of first-tier contracts whose supplier takes three trades to help."""
MONTHLY_LABOUR = 58_000
"""What one worker earns his firm in a month, in kroner: nobody promises more than it has people for."""
LEAST_FREE = 0.2
OWNER_HEADS = 0.8
MOST_PASSED_ON = 0.7
SECRETIVE_SHARE = 0.45
"""Part of clients that hear of far fewer contracts than there are."""


class Workload:
    """How much labour firms have promised to whom, so that they take on no more than they can do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._promised: dict[Firm, list[tuple[date, date, float]]] = {}

    def free(self, firm: Firm, start: date, end: date) -> float:
        """Kroner of labour per month that a firm can still promise; a sole proprietor works himself.

        Args:
            firm: The firm.
            start: First day.
            end: Last day.
        """
        day = min(max(start, self._world.opening), self._world.closing)
        heads: float = staff_on(firm, day)
        if not heads and firm.form == "ENK":
            heads = OWNER_HEADS
        taken = sum(m for s, e, m in self._promised.get(firm, ()) if s <= end and e >= start)
        return max(heads * MONTHLY_LABOUR - taken, 0.0)

    def can_take(self, firm: Firm, start: date, end: date) -> bool:
        """Whether a firm has people to spare.

        Args:
            firm: The firm.
            start: First day.
            end: Last day.
        """
        return self.free(firm, start, end) >= LEAST_FREE * MONTHLY_LABOUR

    def fit(self, rng: Random, firm: Firm, start: date, end: date, wanted: int, share: float) -> int:
        """A value that a firm can do with its people, at most the wanted one; it is promised from now on.

        Args:
            rng: The caller's stream.
            firm: The firm.
            start: First day.
            end: Last day.
            wanted: Value asked for, in kroner.
            share: Part of it that is labour.
        """
        months = max((end - start).days / 30, 1.0)
        most = self.free(firm, start, end) * rng.uniform(0.5, 0.95) * months / share
        value = max(min(wanted, int(most)), 25_000)
        self._promised.setdefault(firm, []).append((start, end, value * share / months))
        return value


class Background:
    """Grows the contract trees of ordinary projects."""

    def __init__(self, world: World, chains: Chains, suppliers: Suppliers) -> None:
        self._world = world
        self._chains = chains
        self._suppliers = suppliers
        self._load = Workload(world)
        self._passed_on: dict[Contract, int] = {}
        self._rng = world.rng("chains")
        self._hidden: dict[Firm, float] = {}

    def projects(self, count: int) -> None:
        """Ordinary projects.

        Args:
            count: How many are tried; some find nobody to build them.
        """
        world, rng = self._world, self._rng
        public = world.public_bodies()
        known = (*world.firms, *world.frame.elsewhere)
        private = [f for f in known if f.trade is PROPERTY and f.form == "AS" and not f.is_planted]
        for _ in range(count):
            start = some_day(rng, world.opening - timedelta(days=400), world.closing - timedelta(days=60))
            end = start + timedelta(days=rng.randrange(120, 600))
            is_public = rng.random() < PUBLIC_SHARE or not private
            trade = rng.choice((GENERAL, GENERAL, SITE_TRADES[2]))
            main = self._suppliers.find(rng, trade, start, end, taken=set())
            if main is None:
                continue
            client = rng.choice(public) if is_public else rng.choice(private)
            work = rng.choice(("nybygg_bolig", "nybygg_naering", "rehab_bolig", "rehab_naering", "anlegg"))
            value = min(int(rng.lognormvariate(16.2 if is_public else 15.4, 0.9)), MOST_VALUE)
            project = self._chains.project(
                rng, client, main, work=work, value=max(value, 900_000), start=start, end=end
            )
            tiers = LAWFUL_PUBLIC_TIERS if is_public else LAWFUL_PRIVATE_TIERS
            self._grow(project, tiers, is_managed=not is_public and rng.random() < MANAGED_SHARE)
            self._declare(project)

    def _grow(self, project: Project, most_tiers: int, *, is_managed: bool) -> None:
        rng = self._rng
        main = project.contracts[0]
        taken = {main.supplier}
        frontier: list[tuple[Contract, int]] = [(main, 0)]
        if is_managed:
            manager = self._manager(project, taken)
            frontier += [(manager, 0)] if manager is not None else []
        while frontier:
            parent, tier = frontier.pop(0)
            if tier == 0:
                wanted = [_choice(rng, tier) for _ in range(rng.randrange(3, 10))]
            elif tier == 1 and tier < most_tiers and rng.random() < SEVERAL_TRADES_SHARE:
                trades = rng.sample([t for t in SITE_TRADES[1:] if t is not parent.supplier.trade], 3)
                wanted = [("underentreprise", trade, True) for trade in trades]
            else:
                wanted = [_choice(rng, tier) for _ in range(rng.choices((0, 1, 2), (68, 24, 8))[0])]
            for kind, trade, is_labour in wanted:
                if is_labour and tier >= most_tiers:
                    continue
                child = self._child(project, parent, kind, trade, is_labour, tier, taken)
                if child is not None and is_labour and kind != "innleie":
                    frontier.append((child, tier + 1))

    def _manager(self, project: Project, taken: set[Firm]) -> Contract | None:
        """A construction manager below the main contract: what it receives goes on to the trades."""
        rng, main = self._rng, project.contracts[0]
        found = self._suppliers.find(rng, GENERAL, main.start, main.end, above=main.supplier, taken=taken)
        if found is None:
            return None
        value = int(main.value * rng.uniform(0.3, 0.5))
        return self._chains.contract(
            rng, project, main, found, "prosjektledelse", value, main.start, main.end, is_labour=False
        )

    def _child(
        self,
        project: Project,
        parent: Contract,
        kind: str,
        trade: Trade,
        is_labour: bool,
        tier: int,
        taken: set[Firm],
    ) -> Contract | None:
        rng = self._rng
        start, end = _within(rng, parent)
        firm = self._suppliers.find(rng, trade, start, end, above=parent.supplier, taken=taken)
        if firm is None or (is_labour and not self._load.can_take(firm, start, end)):
            return None
        value = max(int(parent.value * rng.uniform(0.04, 0.16 if tier == 0 else 0.5)), 40_000)
        if tier > 0:
            # Those who take help still do a good part themselves.
            left = int(parent.value * MOST_PASSED_ON) - self._passed_on.get(parent, 0)
            if left < 40_000:
                return None
            value = min(value, left)
        share = labour_share(rng, trade, kind)
        if is_labour:
            value = self._load.fit(rng, firm, start, end, value, share)
        self._passed_on[parent] = self._passed_on.get(parent, 0) + value
        child = self._chains.contract(
            rng, project, parent, firm, kind, value, start, end, is_labour=is_labour
        )
        child.labour_share = share
        return child

    # ---- what the client hears of ----------------------------------------------------------------
    def _declare(self, project: Project) -> None:
        """How much of the chain the client hears of, and how much it checks."""
        rng = self._rng
        is_public = project.client_kind != "privat"
        project.is_verified = rng.random() < (0.6 if is_public else 0.25)
        project.is_complete = project.is_verified and rng.random() < 0.7
        project.has_invoices = rng.random() < 0.6
        project.tier_limit = LAWFUL_PUBLIC_TIERS if is_public and rng.random() < 0.1 else None
        hidden_share = self._hidden_share(project.client)
        parents = {id(c.parent) for c in project.contracts}
        for contract in project.contracts[1:]:
            # A link with links below it is noticed more often.
            share = hidden_share if id(contract) not in parents else hidden_share / 4
            if not project.is_complete and rng.random() < share:
                contract.is_declared = False
            elif project.is_verified and rng.random() < 0.8:
                self._chains.verify(rng, contract)
            if rng.random() < 0.2:
                contract.declared_on += timedelta(days=rng.randrange(20, 120))

    def _hidden_share(self, client: Firm) -> float:
        """Part of its contracts that a client never hears of: little at some, 10-60 % at others."""
        if client not in self._hidden:
            rng = self._rng
            is_secretive = rng.random() < SECRETIVE_SHARE
            share = rng.uniform(0.1, 0.6) if is_secretive else rng.uniform(0.02, 0.1)
            self._hidden[client] = min(share * self._world.parameters.noise, 0.85)
        return self._hidden[client]

    # ---- outside projects ------------------------------------------------------------------------
    def agreements(self) -> None:
        """Cleaning for those who have staff, and upkeep for those who hold buildings."""
        rng = self._rng
        for client in [f for f in self._world.firms if not f.is_planted]:
            has_staff = client.target_staff >= 6 and not client.trade.is_site and client.trade is not CLEANING
            if (has_staff or client.public_kind) and rng.random() < (0.9 if client.public_kind else 0.3):
                self._agreement(client, CLEANING, 0.9, 60_000, 900_000)
            if client.trade is PROPERTY or client.public_kind:
                for trade in rng.sample(SITE_TRADES[3:10], rng.choice((0, 0, 0, 1, 2))):
                    self._agreement(client, trade, 0.6, 80_000, 1_600_000)

    def _agreement(self, client: Firm, trade: Trade, share: float, least: int, most: int) -> None:
        world, rng = self._world, self._rng
        start = some_day(rng, world.opening - timedelta(days=500), world.opening + timedelta(days=200))
        end = start + timedelta(days=rng.choice((365, 730)))
        # Cleaners never buy from those they clean for, so that money cannot come back to them.
        above = None if trade is CLEANING else client
        firm = self._suppliers.find(rng, trade, start, end, above=above, taken={client})
        if firm is None or not client.is_alive(start) or not self._load.can_take(firm, start, end):
            return
        value = self._load.fit(rng, firm, start, end, rng.randrange(least, most), share)
        made = self._chains.contract(rng, None, None, firm, "rammeavtale", value, start, end, client=client)
        made.labour_share = share


def contract_background(world: World, chains: Chains, suppliers: Suppliers, count: int) -> None:
    """Ordinary projects and standing agreements.

    Args:
        world: The world.
        chains: Makes them.
        suppliers: Finds who does the work.
        count: Number of projects.
    """
    background = Background(world, chains, suppliers)
    background.projects(count)
    background.agreements()


def _choice(rng: Random, tier: int) -> tuple[str, Trade, bool]:
    draw = rng.random()
    if draw < 0.12:
        return "vareleveranse", GOODS, False
    if draw < 0.19:
        return "utstyrsleie", EQUIPMENT, False
    if draw < 0.22 and tier == 0:
        return "raadgivning", BY_KEY["architect"], False
    if draw < 0.31:
        return "innleie", STAFFING, True
    return "underentreprise", rng.choice(SITE_TRADES[1:]), True


def _within(rng: Random, parent: Contract) -> tuple[date, date]:
    days = max((parent.end - parent.start).days, 20)
    start = parent.start + timedelta(days=int(days * rng.uniform(0.0, 0.4)))
    end = start + timedelta(days=max(int(days * rng.uniform(0.3, 0.6)), 10))
    return start, min(end, parent.end)
