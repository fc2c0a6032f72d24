"""Planted look-alikes: lawful, or without the fact that would make them unlawful.

They must stay silent; `expected` says how: `silent` (not triggered), `suppressed` (a guard holds it back),
`not_evaluable` (a needed fact is missing), `context` (may be shown, never makes a case).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from jobs.synth.look_alike_homes import HomeLookAlikes, made_of
from jobs.synth.model import Firm, Planted, Project, cluster_subject
from jobs.synth.money import credit
from jobs.synth.plant import sole_owner
from jobs.synth.trades import EQUIPMENT, GOODS, HOLDING, SITE_TRADES
from jobs.synth.typologies import Typology
from jobs.synth.work import employ

FIRMS_PER_LOOK_ALIKE = 3
PER_POSITIVE = 3
"""Hard negatives per planted act of an indicator."""
LATE_DAYS = 195
FEW_RINGS = 12
"""In a country with fewer rings every kind that resembles one of their acts comes up at least once."""


class LookAlikes(HomeLookAlikes):
    """Plants look-alikes: every kind in turn, at least three per planted act of what it resembles."""

    def kinds(self) -> dict[str, list[Callable[[], Planted]]]:
        """Makers by the indicator that they resemble, for the acts of `Rings` itself."""
        late = [self._too_late] if len(self._world.months) >= 10 else []
        return {
            "A01": [
                self._two_links, self._goods_links, self._dispensation, self._one_after_the_other,
                self._broad, self._private_deep, self._below_value,
            ],
            "A02": [
                self._group_circle, self._credited_circle, self._once, self._shrinking, self._small_sums,
            ],
            "B01": [
                self._estate_sale, self._transfer, self._scattered, self._tiny_claims, self._too_few, *late,
            ],
        } | self.home_kinds()  # fmt: skip

    def plant(self, further: Sequence[Typology], first: int = 0) -> None:
        """Plant what the rings of the district call for; in a country without any, one of each kind.

        Args:
            further: The catalogue of further acts.
            first: How many the country has in the districts before this one: kinds go on from there.
        """
        months = len(self._world.months)
        kinds = self.kinds()
        for typology in further:
            if months >= typology.least_months:
                lawful = [kind for kind in typology.look_alikes if months >= kind.least_months]
                if lawful:
                    kinds[typology.indicator] = [partial(kind.make, self._p) for kind in lawful]
        positives = Counter(i for ring in self._world.rings for i in ring.subjects)
        in_country = self._world.district.country_rings
        for indicator, makers in sorted(kinds.items()):
            wanted = max(positives[indicator] * PER_POSITIVE, 0 if in_country else len(makers))
            if positives[indicator]:
                wanted = max(wanted, len(makers)) if in_country < FEW_RINGS else wanted
            for number in range(wanted):
                made = makers[(first + number) % len(makers)]()
                made.planted_id = f"L{len(self._world.look_alikes) + 1:02d}"
                made.companies = list(dict.fromkeys(made.companies))
                self._world.look_alikes.append(made)

    # ---- chains (A01) ----
    def _a01(self, kind: str, project: Project, firms: Sequence[Firm], expected: str = "silent") -> Planted:
        made = made_of(kind, "A01", firms, expected)
        made.subjects["A01"] = [f"project:{project.project_id}"]
        made.key_edges = [c.contract_id for c in project.contracts]
        return made

    def _two_links(self) -> Planted:
        firms = self._firms(2)
        project, _ = self._chain(firms)
        return self._a01("exactly_two_links", project, firms)

    def _goods_links(self) -> Planted:
        firms = [*self._firms(2), self._p.firm(GOODS), self._p.firm(EQUIPMENT)]
        labour = ("underentreprise", True)
        kinds = (labour, labour, ("vareleveranse", False), ("utstyrsleie", False))
        project, _ = self._chain(firms, kinds=kinds)
        return self._a01("deep_through_goods_and_equipment", project, firms)

    def _dispensation(self) -> Planted:
        firms = self._firms(3)
        project, links = self._chain(firms, client="stat")
        project.dispensations.append((links[-1], 1, links[-1].signed - timedelta(days=2)))
        return self._a01("dispensation_granted", project, firms, "suppressed")

    def _one_after_the_other(self) -> Planted:
        firms = self._firms(4)
        project, links = self._chain(firms, is_billed=False)
        middle = self._start + (self._world.closing - self._start) / 2
        for link in links[:2]:
            link.end = middle
        for link in links[2:]:
            link.start = middle + timedelta(days=6)
        links[0].end = self._end
        for link in links:
            self._p.bill(link, link.start, min(link.end, self._world.closing))
        return self._a01("links_do_not_overlap_in_time", project, firms)

    def _broad(self) -> Planted:
        firms = self._firms(3)
        project, _ = self._chain(firms[:1], parallel=14, value=45_000_000)
        for firm in firms[1:]:
            self._p.chains.contract(
                self._p.rng,
                project,
                project.contracts[0],
                firm,
                "underentreprise",
                700_000,
                self._start,
                self._end,
            )
        for contract in project.contracts:
            self._p.chains.verify(self._p.rng, contract)
        return self._a01("broad_not_deep", project, firms)

    def _private_deep(self) -> Planted:
        firms = self._firms(4)
        project, _ = self._chain(firms, client="privat")
        return self._a01("deep_private_project", project, firms, "context")

    def _below_value(self) -> Planted:
        firms = self._firms(3)
        project, _ = self._chain(firms, value=1_100_000, parallel=1)
        return self._a01("value_below_the_limit", project, firms)

    # ---- circles (A02) ---------------------------------------------------------------------------
    def _rounds(self, count: int) -> list[date]:
        first = max(self._world.opening + timedelta(days=8), self._world.closing - timedelta(days=310))
        return self._p.spread(first, self._world.closing - timedelta(days=50), count)

    def _a02(self, kind: str, firms: Sequence[Firm], edges: list[str], expected: str = "silent") -> Planted:
        made = made_of(kind, "A02", firms, expected)
        orgnrs = sorted(f.orgnr for f in firms)
        made.subjects["A02"] = [cluster_subject(orgnrs)]
        made.members["A02"] = orgnrs
        made.key_edges = edges
        return made

    def _group_circle(self) -> Planted:
        holding = self._p.firm(HOLDING)
        holding.is_group = True
        firms = [
            self._p.firm(municipality=holding.municipality, owners=sole_owner(holding)) for _ in range(3)
        ]
        for firm in firms:
            firm.is_group = True
            self._p.crew(firm, 5)
        sent = self._p.circle(firms, self._rounds(3), 260_000)
        return self._a02("corporate_group", firms, [i.invoice_id for i in sent], "suppressed")

    def _credited_circle(self) -> Planted:
        firms = self._firms(3)
        sent = self._p.circle(firms, self._rounds(3), 240_000)
        for invoice in sent:
            if invoice.recipient is firms[0]:
                credit(self._world, self._p.rng, invoice, int(invoice.amount * 0.97))
        return self._a02("cancelled_by_credit_notes", firms, [i.invoice_id for i in sent])

    def _once(self) -> Planted:
        firms = self._firms(2, 6)
        sent = self._p.circle(firms, self._rounds(1), 210_000, keep=0.9, has_agreements=False)
        return self._a02("reciprocal_trade_once", firms, [i.invoice_id for i in sent])

    def _shrinking(self) -> Planted:
        firms = self._firms(3)
        sent = self._p.circle(firms, self._rounds(3), 900_000, keep=0.42)
        return self._a02("most_of_the_money_stays", firms, [i.invoice_id for i in sent])

    def _small_sums(self) -> Planted:
        firms = self._firms(3)
        sent = self._p.circle(firms, self._rounds(3), 24_000)
        return self._a02("small_sums", firms, [i.invoice_id for i in sent])

    # ---- successions (B01) -----------------------------------------------------------------------
    def _failed_on(self, index: int | None = None) -> date:
        months = len(self._world.months)
        chosen = self._p.rng.randrange(max(months // 4, 0), max(months - 3, months // 4 + 1))
        return self._p.month_day(chosen if index is None else index, self._p.rng.randrange(4, 24))

    def _b01(self, kind: str, failed: Firm, successor: Firm, expected: str = "silent") -> Planted:
        made = made_of(kind, "B01", [failed, successor], expected)
        made.subjects["B01"] = [f"pair:{failed.orgnr}:{successor.orgnr}"]
        made.members["B01"] = [failed.orgnr, successor.orgnr]
        return made

    def _estate_sale(self) -> Planted:
        day = self._failed_on()
        passed = self._p.succession(failed_on=day, gap_days=12, same_address=True)
        sold = min(day + timedelta(days=24), self._world.closing - timedelta(days=3))
        self._p.event("salg_fra_bo", sold, passed.failed, passed.successor, "bostyrer")
        return self._b01("sold_by_the_estate", passed.failed, passed.successor, "suppressed")

    def _transfer(self) -> Planted:
        day = self._failed_on()
        passed = self._p.succession(failed_on=day, gap_days=-40, same_director=False, same_address=True)
        moved = max(passed.successor.registered, day - timedelta(days=25))
        self._p.event("virksomhetsoverdragelse", moved, passed.failed, passed.successor, "arbeidstilsynet")
        passed.failed.branch_owner = passed.successor
        passed.failed.branch_transferred = moved
        return self._b01("recorded_business_transfer", passed.failed, passed.successor, "suppressed")

    def _scattered(self) -> Planted:
        day = self._failed_on()
        passed = self._p.succession(
            failed_on=day, gap_days=15, crew=10, movers=0, same_director=False, same_customers=False
        )
        hiring = [
            f for f in self._world.firms if f.trade in SITE_TRADES and not f.is_planted and f.target_staff > 2
        ]
        for job in list(passed.failed.jobs):
            employer = self._p.rng.choice(hiring)
            start = min(day + timedelta(days=self._p.rng.randrange(5, 60)), self._world.closing)
            if employer.is_alive(start):
                employ(self._p.rng, job.person, employer, start, percent=100.0)
        return self._b01("workers_went_many_ways", passed.failed, passed.successor)

    def _tiny_claims(self) -> Planted:
        passed = self._p.succession(
            failed_on=self._failed_on(), gap_days=25, claims=14_000, same_address=True
        )
        return self._b01("first_failure_with_tiny_claims", passed.failed, passed.successor)

    def _too_few(self) -> Planted:
        passed = self._p.succession(
            failed_on=self._failed_on(), gap_days=10, crew=11, movers=2, same_customers=False
        )
        return self._b01("two_workers_moved", passed.failed, passed.successor)

    def _too_late(self) -> Planted:
        passed = self._p.succession(failed_on=self._failed_on(1), gap_days=LATE_DAYS, same_address=True)
        return self._b01("registered_much_later", passed.failed, passed.successor)
