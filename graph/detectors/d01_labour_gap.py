"""D01: a finished project on which the whole chain reported less pay than work of that kind takes.

Building needs hands. Where those who did it reported less pay than even little labour costs, some of the work
may have been done by people nobody declared.

Formula: declared labour = all cash pay that the suppliers of labour reported for the months of their
contracts, with employer's contribution, and a year's cost per twelve months for each owner who is liable and
needs no pay; value = the value of the project less goods and hire without people. It triggers when declared
labour / value < 0.8 x the least share for the kind of work, 90 days or more after the end of the project.

Everything a supplier pays counts, wherever it was earned, so a gap is never made larger than it is: a
supplier with much other work closes it. The chain must be known: coverage 0.7 or more, and the client says
that it is complete. Without that nothing is said.

Innocent explanations: prefabricated parts and heavy machinery, owners who work themselves, pay that came
later, hired-in people. Declared hire-in counts like any other supplier.

Limits of the data: the least shares are Italian ones until Norwegian ones are calibrated. Projects that
began before the months whose pay is read are not evaluated, nor are chains in which a supplier has no
Norwegian number or people on reported assignments: their pay is not in the employers' reports here.

Source: Italy, DM 143/2021 (congruity indices), as precedent; the tolerance is own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from graph.detectors.capacity import OWNERS_AT_WORK
from graph.detectors.chain import NOT_IN_FORCE, contract_id
from graph.detectors.citing import Citations, both, count_of, period, role_words, sum_of
from graph.detectors.reading import SIX_PLACES, company, known, orgnrs, plain
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

WITH_CONTRIBUTION = Decimal("1.141")
"""Pay with employer's contribution at the general rate (Stortinget's tax resolution, zone 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of D01."""

    tolerance: Decimal = Decimal("0.8")
    """Part of the least share that must be declared, 0 to 1 (own)."""
    min_coverage_share: Decimal = Decimal("0.7")
    """Coverage of the chain from which anything is said, 0 to 1 (own)."""
    min_value_ore: int = 70_000_000
    """Value of the work below which nothing is said, in øre (published: EUR 70 000, rounded)."""
    owner_year_ore: int = 70_000_000
    """What a year of a liable owner counts as, in øre (own)."""


@dataclass(frozen=True)
class Site:
    """The project with what was agreed and what was reported."""

    network: Network
    limits: Thresholds

    @cached_property
    def project(self) -> str:
        """Node of the project."""
        return f"project:{self.network.scope_id.split(':', 1)[1]}"

    @cached_property
    def parts(self) -> list[Edge]:
        """What each supplier of labour reported."""
        found = [e for e in self.network.edges(EdgeKind.PROJECT_LABOUR) if e.target == self.project]
        return sorted(found, key=lambda e: e.source)

    @cached_property
    def bought(self) -> list[Edge]:
        """Goods and hire without people that contracts of the project show."""
        number = self.project.removeprefix("project:")
        found = [
            e
            for e in self.network.edges(EdgeKind.CONTRACT)
            if known(e, "project_id", str) == number
            and known(e, "is_labour_bearing", bool) is False
            and known(e, "state", str) not in NOT_IN_FORCE
        ]
        return sorted(found, key=contract_id)

    @cached_property
    def value_ore(self) -> int | None:
        """Value of the work; None where the value of the project or of something bought is unknown."""
        whole = known(self.network.node(self.project), "value_ore", int)
        if whole is None or any(e.amount_ore is None for e in self.bought):
            return None
        return whole - sum(e.amount_ore or 0 for e in self.bought)

    def owners(self, part: Edge) -> list[Edge]:
        """Roles of owners of a supplier who may have worked there without pay.

        Args:
            part: What the supplier reported.
        """
        first, last = part.valid_from or date.min, part.valid_to or self.network.month
        found = [
            e
            for e in self.network.edges(EdgeKind.HOLDS_ROLE)
            if e.target == part.source and known(e, "role", str) in OWNERS_AT_WORK and e.overlaps(first, last)
        ]
        return sorted(found, key=lambda e: e.edge_id)

    @cached_property
    def paid_ore(self) -> Decimal:
        """Pay with contribution."""
        return sum(((part.amount_ore or 0) * WITH_CONTRIBUTION for part in self.parts), Decimal(0))

    @cached_property
    def owned_ore(self) -> Decimal:
        """Work of owners."""
        months = sum(
            len({e.source for e in self.owners(part)}) * (known(part, "months_n", int) or 0)
            for part in self.parts
        )
        return Decimal(months * self.limits.owner_year_ore) / 12

    @cached_property
    def is_paid_elsewhere(self) -> bool:
        """Pay of some who worked there need not be in the employers' reports here."""
        return any(
            part.amount_ore is None or (known(part, "assigned_n", int) or 0) > 0 for part in self.parts
        )

    @cached_property
    def is_reported(self) -> bool:
        """Pay was delivered for every month of the work."""
        return all(
            (known(e, "reported_months_n", int) or 0) >= (known(e, "months_n", int) or 0) for e in self.parts
        )

    @cached_property
    def norm(self) -> Decimal | None:
        """Least share of labour in the value."""
        return next((known(e, "min_labour_share", Decimal) for e in self.parts), None)

    def share(self, declared_ore: Decimal) -> Decimal | None:
        """Declared labour divided by the value of the work; None where the value is unknown.

        Args:
            declared_ore: Declared labour.
        """
        if self.value_ore is None or self.value_ore <= 0:
            return None
        return (declared_ore / self.value_ore).quantize(SIX_PLACES)


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the project that the scope names.

    Args:
        network: Scope of kind `labour`.
        thresholds: Limits.
    """
    site = Site(network, thresholds)
    node = network.node(site.project)
    coverage = known(node, "coverage_share", Decimal)
    limit = None if site.norm is None else (site.norm * thresholds.tolerance).quantize(SIX_PLACES)
    declared = site.paid_ore + site.owned_ore
    share, share_paid = site.share(declared), site.share(site.paid_ore)
    is_below = None if share is None or limit is None else share < limit
    is_paid_below = share_paid is not None and limit is not None and share_paid < limit
    quality = {
        "coverage_unknown": coverage is None,
        "coverage_low": coverage is not None and coverage < thresholds.min_coverage_share,
        "chain_not_confirmed": known(node, "is_declared_complete", bool) is not True,
        "value_unknown": site.value_ore is None,
        "value_small": site.value_ore is not None and site.value_ore < thresholds.min_value_ore,
        "norm_unknown": site.norm is None,
        "pay_unknown": not site.is_reported or not site.parts,
        "paid_elsewhere": site.is_paid_elsewhere,
        "scope_truncated": bool(network.truncated),
    }
    status = Status.NOT_TRIGGERED
    if is_below is not False and any(quality.values()):
        status = Status.NOT_EVALUABLE
    elif is_below:
        status = Status.TRIGGERED
    elif is_paid_below:
        status = Status.SUPPRESSED
    owners = [e for part in site.parts for e in site.owners(part)]
    citations = Citations(network)
    _cite(citations, site, owners)
    yield Finding(
        indicator_id="D01",
        indicator_version=INDICATOR.version,
        subject_id=site.project,
        scope_id=network.scope_id,
        companies=orgnrs(e.source for e in site.parts),
        status=status,
        value=share,
        threshold=limit,
        evidence=citations.evidence(),
        guards=(
            f"owner_labour={'not_ruled_out' if owners else 'ruled_out'}",
            f"goods={'not_ruled_out' if site.bought else 'ruled_out'}",
            f"unknown_links={'not_ruled_out' if quality['chain_not_confirmed'] else 'ruled_out'}",
        ),
        suppressed_reason="owner_labour" if status is Status.SUPPRESSED else "",
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.PUBLISHED,
        facts={
            "work_kind": known(node, "work_kind", str) or "-",
            "declared_nok": str(int(declared // 100)),
            "value_nok": "-" if site.value_ore is None else str(site.value_ore // 100),
            "norm": "-" if site.norm is None else plain(site.norm),
            "suppliers_n": str(len(site.parts)),
            "owners_n": str(len({e.source for e in owners})),
        },
    )


def _cite(citations: Citations, site: Site, owners: list[Edge]) -> None:
    network = site.network
    citations.node(
        site.project,
        both(
            "Prosjektet har verdi {value} og er avsluttet.",
            "The project has a value of {value} and is over.",
            value=sum_of(known(network.node(site.project), "value_ore", int)),
        ),
    )
    for part in site.parts:
        citations.node(
            part.source,
            both(
                "{org} står i Enhetsregisteret.",
                "{org} is in the register.",
                org=company(network, part.source),
            ),
        )
        citations.edge(
            part,
            both(
                "{org} meldte {pay} i lønn til {workers} personer for månedene på prosjektet ({days}).",
                "{org} reported {pay} in pay to {workers} persons for the months on the project ({days}).",
                org=company(network, part.source),
                pay=sum_of(part.amount_ore),
                workers=count_of(known(part, "workers_n", int)),
                days=period(part),
            ),
        )
    for edge in site.bought:
        citations.edge(
            edge,
            both(
                "Kontrakt {kind} uten arbeid, {value}, trekkes fra.",
                "Contract {kind} without labour, {value}, is taken off.",
                kind=known(edge, "contract_kind", str) or "-",
                value=sum_of(edge.amount_ore),
            ),
        )
    for edge in owners:
        citations.edge(edge, role_words(network, edge))


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="D01",
    version="1.0",
    name=both("For lite meldt arbeid i prosjektet", "Labour-share gap (congruity test)"),
    rationale=both(
        "Arbeid av et slag krever en minste andel arbeid. Er det meldt mindre lønn enn det, kan noe være "
        "gjort av folk som ingen har meldt.",
        "Work of a kind needs a least share of labour. Where less pay is reported, some may have been done "
        "by people nobody declared."),
    formula=both(
        "90 dager etter at prosjektet er slutt: all lønn leddene meldte i kontraktmånedene, med "
        "arbeidsgiveravgift og eieres arbeid, delt på verdien uten varer, er under 80 % av minste andel for "
        "slaget arbeid.",
        "90 days after the project ended: all pay its suppliers reported for the months of their contracts, "
        "with contribution and owners' work, divided by the value without goods, is below 80% of the least "
        "share for the kind of work."),
    subject_type="project",
    scope_kind="labour",
    unit=both("andel", "share"),
    edge_kinds=(EdgeKind.PROJECT_LABOUR, EdgeKind.CONTRACT, EdgeKind.HOLDS_ROLE),
    data_owners=("contracting authorities", "Skatteetaten"),
    thresholds=(
        Threshold(name="tolerance", basis=ThresholdBasis.OWN, wording=both(
            "Del av minste andel som må være meldt, 0 til 1.",
            "Part of the least share that must be declared, 0 to 1.")),
        Threshold(name="min_coverage_share", basis=ThresholdBasis.OWN, wording=both(
            "Dekning av kjeden, 0 til 1, som må til.", "Coverage of the chain, 0 to 1, that is needed.")),
        Threshold(name="min_value_ore", basis=ThresholdBasis.PUBLISHED, source="Italia, DM 143/2021",
                  wording=both("Minste verdi av arbeidet, i øre.", "Least value of the work, in øre.")),
        Threshold(name="owner_year_ore", basis=ThresholdBasis.OWN, wording=both(
            "Det et år av en ansvarlig eiers arbeid regnes som, i øre.",
            "What a year of a liable owner's work counts as, in øre.")),
    ),
    guards={
        "owner_labour": both("Ansvarlige eiere kan ha arbeidet selv; arbeidet deres er regnet med.",
                             "Liable owners may have worked themselves; their work is counted."),
        "goods": both("Varer og utstyr er trukket fra verdien.",
                      "Goods and equipment are taken off the value."),
        "unknown_links": both("Ukjente ledd kan ha gjort arbeidet.", "Unknown links may have done the work."),
    },
    innocent=(
        both("Elementer kan være laget ferdig et annet sted, eller tunge maskiner ha gjort arbeidet.",
             "Parts may have been made elsewhere, or heavy machinery may have done the work."),
        both("Verdien kan omfatte materialer, prosjektering eller gevinst utover det vanlige.",
             "The value may include material, design or profit beyond the usual."),
        both("Lønn kan være meldt senere, eller under et annet nummer i samme konsern.",
             "Pay may have been reported later, or under another number of the same group."),
        both("Minsteandelene er italienske og ikke kalibrert for Norge.",
             "The least shares are Italian and not calibrated for Norway."),
    ),
    next_steps=(
        both("Kontroller kontrakter og meldt lønn mot ferske registerdata.",
             "Check contracts and reported pay against fresh register data."),
        both("Spør byggherren i brev om sluttregnskap, varer og hvem som var på plassen.",
             "Ask the client by letter for the final account, goods and who was on the site."),
        both("Be leddene om timelister og innleie for månedene.",
             "Ask the suppliers for time sheets and hire-in of the months."),
        both("Vurder felles kontroll med Skatteetaten hos leddene med minst lønn.",
             "Consider a joint control with Skatteetaten of those with the least pay."),
    ),
    missing={
        "coverage_unknown": both("Dekningen av kjeden er ukjent.", "The coverage of the chain is unknown."),
        "coverage_low": both("For lite av kjeden er kjent.", "Too little of the chain is known."),
        "chain_not_confirmed": both("Byggherren har ikke bekreftet at hele kjeden er meldt.",
                                    "The client has not confirmed that the whole chain is declared."),
        "value_unknown": both("Verdien av prosjektet eller noe som er kjøpt, er ukjent.",
                              "The value of the project or of something bought is unknown."),
        "value_small": both("Verdien er for liten til at noe kan sies.",
                            "The value is too small to tell anything."),
        "norm_unknown": both("Det er ingen minsteandel for slaget arbeid.",
                             "There is no least share for the kind of work."),
        "pay_unknown": both("Lønn er ikke levert for alle månedene.",
                            "Pay was not delivered for all of the months."),
        "paid_elsewhere": both(
            "Et ledd har ikke norsk nummer eller har folk på meldte oppdrag; lønnen deres meldes ikke her.",
            "A supplier has no Norwegian number or people on reported assignments; their pay is not reported "
            "here."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Prosjektet varer ennå eller sluttet nylig, begynte før månedene som leses, mangler minsteandel, "
        "eller har meldt lønn nok.",
        "The project goes on or ended recently, began before the months that are read, has no least share, "
        "or has pay enough."),
    follow_up_owner=both("Skatteetaten og Arbeidstilsynet", "Skatteetaten and Arbeidstilsynet"),
    legal_basis="",
    source="Italia, DM 143/2021, som forbilde; toleransen er egen",
    prior=Decimal("0.45"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("labour_gap",),
    look_alikes=("prefabricated_modules", "owners_do_the_work", "chain_hardly_known", "not_over_yet",
                 "declared_hire_in"),
)
# fmt: on
