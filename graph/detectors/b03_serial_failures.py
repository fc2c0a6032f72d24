"""B03: somebody who leads the company led several others that went bankrupt with public debt.

Bankruptcies that follow each other under the same hands move the cost of each business to the public and to
the workers, while the next company begins without debt.

Formula: for each person with a control role in the company at the end of the month, the companies in which
the person had a control role in the 365 days before bankruptcy was opened, in the last five years, with at
least NOK 50 000 in public debt. Two of them trigger, and so does a bankruptcy quarantine in force.

Guard: two failures among many ventures are what an investor may expect. The bankruptcies must be at least a
third of the companies the person leads or led; companies without any registered employee do not count as
ventures, since they cost nothing to keep and would hide the failures. The guard says nothing about a
quarantine, which a court has decided.

Innocent explanations beside that: specialists in restructuring, who come in because it goes badly; unlucky
founders; about three in a hundred construction companies fail each year. Estate administrators, accountants
and auditors have no control role. The finding is about the company; persons are evidence only.

Limits of the data: roles are known for 24 months, so older bankruptcies are found through roles that lasted
into these months only. Where arrears were not asked about, the debt is unknown and never read as none.

Source: Dagbladet «Konkursgjengangerne» (SKUP method report); Strategi mot arbeidslivskriminalitet 2021, ch.
2; the cut-offs are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from graph.detectors.citing import Citations, both, day_of, period, role_words, sum_of
from graph.detectors.reading import any_true, company, known, orgnrs, plain, pseudonyms, share
from graph.detectors.succession import failed_on, is_control
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of B03."""

    min_failures: int = 2
    """Bankruptcies with public debt under one person (own)."""
    look_back_days: int = 1826
    """Days up to the end of the month in which bankruptcy was opened (own; 5 years)."""
    role_days: int = 365
    """Days before bankruptcy was opened in which a control role counts (own)."""
    min_claims_ore: int = 5_000_000
    """Least public debt of a bankrupt company, in øre (own)."""
    min_failed_share: Decimal = Decimal("0.33")
    """Share of the person's companies, 0 to 1, below which the bankruptcies are few among many (own)."""


@dataclass(frozen=True)
class Hand:
    """A person who leads the company, with what else the person leads or led."""

    network: Network
    person: str
    here: Edge
    limits: Thresholds

    @cached_property
    def roles(self) -> dict[str, list[Edge]]:
        """Control roles by company."""
        found: dict[str, list[Edge]] = {}
        for edge in self.network.edges(EdgeKind.HOLDS_ROLE):
            if edge.source == self.person and is_control(self.network, edge):
                found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def bankrupt(self) -> dict[str, tuple[date, Edge]]:
        """Bankrupt companies of the years looked at, led shortly before: day and role."""
        start = self.network.month - timedelta(days=self.limits.look_back_days)
        found = {}
        for org, edges in self.roles.items():
            day = known(self.network.node(org), "bankrupt_on", date)
            if org == self.here.target or day is None or not start <= day <= self.network.month:
                continue
            before = day - timedelta(days=self.limits.role_days)
            held = [edge for edge in edges if edge.overlaps(before, day)]
            if held:
                found[org] = (day, held[0])
        return found

    def claims(self, org: str) -> int | None:
        """Public debt of a company as last answered; None when it is not known."""
        return known(self.network.node(org), "arrears_ore", int)

    @cached_property
    def failures(self) -> list[str]:
        """Bankrupt companies with the debt that counts."""
        least = self.limits.min_claims_ore
        return [org for org in sorted(self.bankrupt) if (self.claims(org) or 0) >= least]

    @cached_property
    def unknown_debt(self) -> list[str]:
        """Bankrupt companies whose debt is not known."""
        return [org for org in sorted(self.bankrupt) if self.claims(org) is None]

    @cached_property
    def quarantines(self) -> list[Edge]:
        """Quarantines in force at the end of the month."""
        rows = self.network.edges(EdgeKind.QUARANTINE)
        return [
            e for e in rows if e.source == self.person and e.overlaps(self.network.month, self.network.month)
        ]

    @cached_property
    def is_serial(self) -> bool | None:
        """Whether enough bankruptcies with debt are the person's; unknown when unknown debts decide."""
        if len(self.failures) >= self.limits.min_failures:
            return True
        return None if len(self.failures) + len(self.unknown_debt) >= self.limits.min_failures else False

    @cached_property
    def ventures(self) -> dict[str, list[str]]:
        """Companies the person leads, and those that went bankrupt, by what is known of their people."""
        found: dict[str, list[str]] = {"with": [], "without": [], "unknown": []}
        last = self.network.month
        for org, edges in sorted(self.roles.items()):
            node = self.network.node(org)
            people = known(node, "has_employees", bool)
            if known(node, "bankrupt_on", date) is not None:
                found["with"].append(org)
            elif failed_on(node) is None and any(edge.overlaps(last, last) for edge in edges):
                found["unknown" if people is None else "with" if people else "without"].append(org)
        return found

    @cached_property
    def failed_share(self) -> Decimal:
        """Bankruptcies with debt among the companies with people."""
        ventures = len(self.ventures["with"])
        return share(len(self.failures), ventures) if ventures else Decimal(0)

    @cached_property
    def is_few_of_many(self) -> bool | None:
        """Whether the bankruptcies are few among many ventures; unknown when unknown companies decide."""
        known_n, unknown_n = len(self.ventures["with"]), len(self.ventures["unknown"])
        if self.failed_share < self.limits.min_failed_share:
            return True
        wider = share(len(self.failures), known_n + unknown_n)
        return None if wider < self.limits.min_failed_share else False

    @cached_property
    def counts(self) -> bool:
        """Whether the company is to be looked at for this person, guards aside."""
        return bool(self.quarantines) or self.is_serial is True

    @cached_property
    def is_held(self) -> bool:
        """Whether the guard explains what was found; it says nothing about a quarantine."""
        return not self.quarantines and self.is_few_of_many is True


def hands(network: Network, org: str, limits: Thresholds) -> list[Hand]:
    """Persons with a control role in a company at the end of the month, in order of id.

    Args:
        network: Scope of the company.
        org: The company.
        limits: Limits.
    """
    found: dict[str, Hand] = {}
    for edge in network.edges(EdgeKind.HOLDS_ROLE):
        leads = edge.target == org and edge.source.startswith("person:") and is_control(network, edge)
        if leads and edge.overlaps(network.month, network.month):
            found.setdefault(edge.source, Hand(network, edge.source, edge, limits))
    return [found[person] for person in sorted(found)]


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company that the scope names.

    Args:
        network: Scope of kind `hands`.
        thresholds: Limits.
    """
    org = f"org:{network.scope_id.split(':')[1]}"
    leaders = hands(network, org, thresholds)
    has_ended = failed_on(network.node(org)) is not None
    counted = [hand for hand in leaders if hand.counts]
    open_ = [hand for hand in counted if not hand.is_held]
    told = max(open_ or counted or leaders, key=_weight, default=None)
    outcome = False if has_ended else any_true(*(hand.counts or hand.is_serial for hand in leaders))
    status, reason = Status.NOT_TRIGGERED, ""
    if outcome:
        reason = "" if open_ else "many_ventures"
        status = Status.TRIGGERED if open_ else Status.SUPPRESSED
    elif not has_ended and (outcome is None or not leaders or network.truncated):
        status = Status.NOT_EVALUABLE
    by_court = told is not None and bool(told.quarantines) and told.is_serial is not True
    value = None if told is None else Decimal(1 if by_court else len(told.failures))
    few = None if told is None or not told.counts else told.is_held if by_court else told.is_few_of_many
    quality = {
        "leader_unknown": not leaders,
        "debt_unknown": any(hand.unknown_debt for hand in leaders),
        "people_unknown": told is not None and told.counts and not by_court and few is None,
        "identity_by_register_text": any(
            known(edge, "match", str) == "name_birth_date" for hand in counted for edge in _edges(hand)
        ),
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, network, org, leaders)
    companies = [org, *(o for hand in counted for o in hand.failures)]
    is_told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    yield Finding(
        indicator_id="B03",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs(companies if is_told else [org]),
        persons=pseudonyms(hand.person for hand in (open_ or counted)) if is_told else (),
        status=status,
        value=value,
        threshold=Decimal(1 if by_court else thresholds.min_failures),
        evidence=citations.evidence(),
        guards=(
            f"many_ventures={'unknown' if few is None else 'not_ruled_out' if few else 'ruled_out'}",
            f"company_has_ended={'not_ruled_out' if has_ended else 'ruled_out'}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(told) if told else {},
    )


def _weight(hand: Hand) -> tuple[int, int, str]:
    return len(hand.failures), len(hand.quarantines), hand.person


def _edges(hand: Hand) -> list[Edge]:
    return [hand.here, *(role for _, role in hand.bankrupt.values())]


def _facts(hand: Hand) -> dict[str, str]:
    return {
        "failures_n": str(len(hand.failures)),
        "ventures_n": str(len(hand.ventures["with"])),
        "without_people_n": str(len(hand.ventures["without"])),
        "failed_share": plain(hand.failed_share),
        "quarantines_n": str(len(hand.quarantines)),
    }


def _cite(citations: Citations, network: Network, org: str, leaders: list[Hand]) -> None:
    citations.node(
        org, both("{org} står i Enhetsregisteret.", "{org} is in the register.", org=company(network, org))
    )
    for hand in leaders:
        citations.edge(hand.here, role_words(network, hand.here))
        for edge in hand.quarantines:
            citations.edge(
                edge, both("Konkurskarantene ({days}).", "Bankruptcy quarantine ({days}).", days=period(edge))
            )
        for other, edges in sorted(hand.roles.items()):
            if other == org or not hand.bankrupt:
                continue
            name = company(network, other)
            day = known(network.node(other), "bankrupt_on", date)
            for edge in edges:
                citations.edge(edge, role_words(network, edge))
            citations.node(
                other,
                both("{org} er ikke konkurs.", "{org} is not bankrupt.", org=name)
                if day is None
                else both(
                    "Konkurs ble åpnet i {org} {day}.",
                    "Bankruptcy of {org} was opened on {day}.",
                    org=name,
                    day=day_of(day),
                ),
            )
            if day is not None:
                owed = sum_of(hand.claims(other))
                citations.attribute(
                    other,
                    "arrears_ore",
                    both("Restanse i {org}: {owed}.", "Arrears of {org}: {owed}.", org=name, owed=owed),
                )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="B03",
    version="1.0",
    name=both("Rolleinnehaver med gjentatte konkurser", "Serial-failure role-holder"),
    rationale=both(
        "Konkurser som følger etter hverandre under de samme, lar gjeld bli igjen hos det offentlige og hos "
        "arbeidstakerne.",
        "Bankruptcies that follow each other under the same people leave debt with the public and with the "
        "workers."),
    formula=both(
        "En person med kontrollrolle i virksomheten hadde kontrollrolle i minst 2 andre i løpet av 365 dager "
        "før konkursåpning de siste fem årene, hver med minst 50 000 kr i restanser, og konkursene er minst "
        "en tredel av personens virksomheter med ansatte; eller personen er i konkurskarantene.",
        "A person with a control role in the company had one in at least 2 others within 365 days before "
        "bankruptcy was opened in the last five years, each with at least NOK 50 000 in arrears, and these "
        "are at least a third of the person's companies with employees; or the person is in quarantine."),
    subject_type="org",
    scope_kind="hands",
    unit=both("konkurser med restanse", "bankruptcies with arrears"),
    edge_kinds=(EdgeKind.HOLDS_ROLE, EdgeKind.QUARANTINE),
    data_owners=("Brønnøysundregistrene", "Skatteetaten"),
    thresholds=(
        Threshold(name="min_failures", basis=ThresholdBasis.OWN, wording=both(
            "Konkurser med restanse under samme person.", "Bankruptcies with arrears under one person.")),
        Threshold(name="look_back_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager fram til månedens utløp der konkursen ble åpnet.",
            "Days up to the end of the month in which bankruptcy was opened.")),
        Threshold(name="role_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager før konkursåpning der en kontrollrolle teller.",
            "Days before bankruptcy was opened in which a control role counts.")),
        Threshold(name="min_claims_ore", basis=ThresholdBasis.OWN, wording=both(
            "Minste restanse i en konkurs, i øre.", "Least arrears of a bankrupt company, in øre.")),
        Threshold(name="min_failed_share", basis=ThresholdBasis.OWN, wording=both(
            "Andel av personens virksomheter med ansatte (0 til 1); færre er få blant mange.",
            "Share of the person's companies with employees (0 to 1); fewer are few among many.")),
    ),
    guards={
        "many_ventures": both("Konkursene er få blant mange virksomheter som personen leder.",
                              "The bankruptcies are few among the many companies that the person leads."),
        "company_has_ended": both("Virksomheten har selv opphørt.", "The company itself has ended."),
    },
    innocent=(
        both("En krisehjelper kan ha gått inn i virksomheter som allerede hadde det vanskelig.",
             "A specialist in restructuring may have joined companies that were already in trouble."),
        both("En gründer kan ha hatt uflaks; om lag tre av hundre byggforetak går konkurs hvert år.",
             "A founder may have been unlucky; about three in a hundred building companies fail each year."),
        both("To konkurser kan ha samme årsak, for eksempel en kunde som ikke betalte.",
             "Two bankruptcies may have one cause, for example a customer who did not pay."),
        both("Karantenen gjelder nye roller; en eldre rolle kan være lovlig.",
             "A quarantine concerns new roles; an older role may be lawful."),
    ),
    next_steps=(
        both("Les bobestyrers innberetning for hver av konkursene.",
             "Read the estate administrator's report of each bankruptcy."),
        both("Kontroller i Konkursregisteret om karantene er ilagt eller vurdert.",
             "Check in the bankruptcy register whether a quarantine was decided or considered."),
        both("Se om folk, utstyr og oppdrag gikk fra de konkursrammede til virksomheten.",
             "See whether people, equipment and work went from the bankrupt companies to this one."),
        both("Følg restanser og rapportering for virksomheten tettere.",
             "Follow arrears and reporting of the company more closely."),
    ),
    missing={
        "leader_unknown": both("Ingen person med kontrollrolle er kjent.",
                               "No person with a control role is known."),
        "debt_unknown": both("Restansen i minst én konkurs er ukjent.",
                             "The arrears of at least one bankruptcy are unknown."),
        "people_unknown": both("Om noen av personens virksomheter har ansatte, er ukjent.",
                               "Whether some of the person's companies have employees is unknown."),
        "identity_by_register_text": both(
            "Minst én rolle er knyttet til personen uten fødselsnummer og må kontrolleres.",
            "At least one role is tied to the person without a national number and must be checked."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Ingen som leder virksomheten, hadde ledet to som gikk konkurs, eller er i karantene. Uten kjent "
        "leder er utfallet ukjent.",
        "Nobody who leads the company had led two that went bankrupt, or is in quarantine. Without a known "
        "leader the outcome is unknown."),
    follow_up_owner=both("Brønnøysundregistrene og Skatteetaten", "Brønnøysundregistrene and Skatteetaten"),
    legal_basis="",
    source="Dagbladet «Konkursgjengangerne» (SKUP); Strategi mot arbeidslivskriminalitet; grensene er egne",
    prior=Decimal("0.50"),
    detect=detect,
    default_thresholds=Thresholds(),
    names_leaders=True,
    planted=("serial_failures",),
    look_alikes=("founder_with_two_honest_failures", "estate_administrator", "investor_with_many_ventures",
                 "accountant_of_failed_companies", "one_failure_with_debt"),
)
# fmt: on
