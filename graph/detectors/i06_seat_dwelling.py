"""I06: a unit that is the business address of employers and where unrelated workers of theirs live.

Where a company has its seat in the unit that its people are lodged in, home, employer and address are one
dependence, and the company may have no other place at all.

Formula, for a unit u of an address: S(u) the organisations whose business address ends with the unit; W(u)
the families living there with an adult who works, those left out in which somebody leads or owns a company
of S(u). It triggers when S(u) holds an employer, or at least 3 companies; |W(u)| >= 4; and somebody of at
least 1 family of W(u) works for a company of S(u) or of its chain. The chain is a connected part of the
labour-bearing contracts of the last 12 months, as in I02; only projects in which both a company of S(u) and
an employer of the residents work are looked at.

What is unknown stays unknown. A business address without a unit says nothing about any dwelling and is not
evaluable. Who lives at the address without a known unit may live in u; where they decide, or where nobody is
known by number to lead a company of S(u), so that one of the residents may be its leader, the finding is not
evaluable.

Innocent explanations: a small firm run from home, a family in its own firm, people who share a house of
which one has a firm on the side, a farm. Guards: families count once and those of leaders and owners not at
all; sole proprietors who employ nobody are not counted, their seat is where they live; declared student
housing and permitted barracks are held back; residents known by a tip never count.

Source: own heuristic, after what AUSTRAC and HMRC look at: seats, workers and owners in one unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import networkx as nx

from graph.detectors.citing import Citations, both, period, role_words
from graph.detectors.lodging import (
    MISSING,
    cite_dwelling,
    cite_holders,
    cite_residents,
    dwelling_key,
    lodging,
)
from graph.detectors.ownership import cite_owner
from graph.detectors.reading import any_true, company, known, orgnrs, path, pseudonyms
from graph.detectors.seated import Unit, units
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of I06."""

    min_workers: int = 4
    """Unrelated adult residents who work (own)."""
    min_companies: int = 3
    """Companies with their seat there that count even if none is an employer (own)."""
    min_employed: int = 1
    """Unrelated residents who work for a company seated there or for its chain (own)."""
    look_back_months: int = 12
    """Months up to the evaluated month in which a contract must have been in force (own)."""
    owner_share: Decimal = Decimal("0.1")
    """Share of a company, 0 to 1, from which an owner who lives there counts as at home (own)."""


ORDER = (Status.TRIGGERED, Status.NOT_EVALUABLE, Status.SUPPRESSED, Status.NOT_TRIGGERED)
"""What a unit comes to stands for the address before what the others come to."""


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the address that the scope names.

    Args:
        network: Scope of kind `address`.
        thresholds: Limits.
    """
    found = units(network, thresholds)
    without = [e for e in network.edges(EdgeKind.SEATED_IN) if e.target == network.scope_id]
    statuses = {unit.outcome[0] for unit in found} | ({Status.NOT_EVALUABLE} if without else set())
    status = min(statuses, key=ORDER.index, default=Status.NOT_TRIGGERED)
    shown = [unit for unit in found if unit.outcome[0] is status]
    without = without if status is Status.NOT_EVALUABLE else []
    # Several units may be held back for different reasons; the first in order of their ids is told.
    reason = shown[0].outcome[1] if status is Status.SUPPRESSED else ""
    told = shown if status in (Status.TRIGGERED, Status.SUPPRESSED) else []
    counted = [len(_counted(unit, reason)) for unit in shown]
    quality = {code for unit in shown for code in unit.lodging.codes}
    tests = {
        "unit_unknown": bool(without),
        "resident_unit_unknown": status is Status.NOT_EVALUABLE and any(unit.loose for unit in shown),
        "leader_unknown": any(unit.led_unknown for unit in shown),
        "staff_unknown": any(unit.employing is None for unit in shown),
        "scope_truncated": bool(network.truncated),
    }
    yield Finding(
        indicator_id="I06",
        indicator_version=INDICATOR.version,
        subject_id=network.scope_id,
        scope_id=network.scope_id,
        companies=orgnrs({org for unit in told for org in (*unit.tenants, *unit.tying)}),
        dwellings=tuple(dwelling_key(unit.lodging) for unit in told),
        persons=pseudonyms(
            person
            for unit in told
            for family in _counted(unit, reason)
            for person in family
            if person in unit.lodging.employers
        ),
        status=status,
        value=None if status is Status.NOT_EVALUABLE else Decimal(max(counted, default=0)),
        threshold=Decimal(thresholds.min_workers),
        evidence=_cited(network, shown, without, status).evidence(),
        guards=_guards(shown),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(quality | {code for code, holds in tests.items() if holds})),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(shown, without),
    )


def _counted(unit: Unit, reason: str) -> tuple[frozenset[str], ...]:
    """The families that the value counts: for what is held back as a home of owners, theirs too."""
    if reason in ("owner_home", "family"):
        return tuple(f for f in unit.lodging.families if not f.isdisjoint(unit.lodging.employers))
    return unit.households


def _guards(shown: list[Unit]) -> tuple[str, ...]:
    words = {True: "not_ruled_out", False: "ruled_out", None: "unknown"}
    reasons = {unit.outcome[1] for unit in shown}
    barracks = [unit.lodging.is_permitted_barracks for unit in shown]
    stays = [stay for unit in shown for stay in unit.lodging.stays]
    found: dict[str, bool | None] = {
        "owner_home": True
        if "owner_home" in reasons
        else None
        if any(unit.led_unknown for unit in shown)
        else False,
        "family": "family" in reasons,
        "student_housing": any(unit.lodging.is_student_housing for unit in shown),
        "permitted_barracks": any_true(*barracks),
        "actual_residents": False
        if stays and all(known(e, "certainty", str) == "confirmed" for e in stays)
        else None,
        "tip_only": False,
    }
    return tuple(f"{guard}={words[holds]}" for guard, holds in found.items())


def _cited(network: Network, shown: list[Unit], without: list[Edge], status: Status) -> Citations:
    citations = Citations(network)
    for unit in shown:
        cite_dwelling(citations, unit.lodging, "Bruksenheten i matrikkelen.", "The unit in the cadastre.")
        for seat in unit.seats:
            _cite_seat(citations, network, seat)
        cite_residents(citations, unit.lodging, unit.lodging.residents)
        cite_holders(citations, unit.lodging)
        for edge in unit.leading:
            if edge.kind is EdgeKind.OWNS_SHARE:
                cite_owner(citations, network, edge)
            else:
                citations.edge(edge, role_words(network, edge))
        for employer in sorted(unit.tying - set(unit.tenants)):
            _cite_way(citations, unit, employer)
    if status is Status.NOT_EVALUABLE:
        for unit in shown[:1]:
            at_address = lodging(network, network.node(network.scope_id))
            cite_residents(citations, at_address, sorted(unit.loose))
        for seat in without:
            _cite_seat(citations, network, seat)
    return citations


def _cite_seat(citations: Citations, network: Network, seat: Edge) -> None:
    name = company(network, seat.source)
    nb, en = "i bruksenheten", "in the unit"
    if seat.target == network.scope_id:
        nb, en = "på adressen, uten bruksenhet", "at the address, without a unit"
    citations.edge(
        seat,
        both(
            "{org} har forretningsadresse {where} og lønnet {staff} personer i måneden.",
            "{org} has its business address {where} and paid {staff} persons in the month.",
            org=name,
            where={"nb": nb, "en": en},
            staff=_number(known(seat, "staff_n", int)),
        ),
    )
    citations.node(
        seat.source, both("{org} i Enhetsregisteret.", "{org} in the register of entities.", org=name)
    )


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)


def _cite_way(citations: Citations, unit: Unit, employer: str) -> None:
    """Cite the contracts on the shortest way in the chain from a company seated there to an employer."""
    ways = [
        path(unit.chain, tenant, employer)
        for tenant in unit.tenants
        if tenant in unit.chain and nx.has_path(unit.chain, tenant, employer)
    ]
    for ends in min(ways, key=lambda way: (len(way), way), default=[]):
        for edge in unit.chain.edges[ends]["contracts"]:
            citations.edge(
                edge,
                both(
                    "{supplier} arbeider for {client} ({period}).",
                    "{supplier} works for {client} ({period}).",
                    supplier=company(unit.network, edge.target),
                    client=company(unit.network, edge.source),
                    period=period(edge),
                ),
            )


def _facts(shown: list[Unit], without: list[Edge]) -> dict[str, str]:
    tied = {p for unit in shown for family in unit.tied for p in family if p in unit.lodging.employers}
    return {
        "employers_n": str(len({org for unit in shown for org in unit.lodging.all_employers})),
        "residents_n": str(len({p for unit in shown for p in unit.lodging.residents})),
        "seats_n": str(len({org for unit in shown for org in unit.tenants} | {e.source for e in without})),
        "tied_workers_n": str(len(tied)),
        "units_n": str(len(shown)),
        "unrelated_workers_n": str(sum(len(unit.households) for unit in shown)),
        "workers_n": str(len({p for unit in shown for p in unit.lodging.workers})),
    }


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="I06",
    version="1.0",
    name=both("Forretningsadresse der arbeidstakere bor tett",
              "Business address that is a crowded dwelling"),
    rationale=both(
        "Når foretaket har adresse i boligen der arbeidstakerne bor, blir de avhengige av det på flere "
        "måter, og foretaket har kanskje ikke noe annet sted.",
        "Where a company has its address in the dwelling its workers live in, they depend on it in several "
        "ways, and it may have no other place."),
    formula=both(
        "Bruksenheten er forretningsadresse for minst én arbeidsgiver eller minst 3 selskaper, minst 4 "
        "voksne som arbeider og ikke er i familie, bor der, og minst 1 av dem arbeider for et foretak med "
        "adresse der eller i kjeden dets. Husstander til den som leder eller eier et av foretakene, teller "
        "ikke.",
        "The unit is the business address of at least one employer or at least 3 companies, at least 4 "
        "unrelated adults who work live there, and at least 1 of them works for a company with its address "
        "there or in its chain. Households of those who lead or own one of the companies do not count."),
    subject_type="address",
    scope_kind="address",
    unit=both("arbeidstakere som ikke er i familie", "unrelated workers"),
    edge_kinds=(EdgeKind.SEATED_IN, EdgeKind.RESIDES_IN, EdgeKind.EMPLOYED_BY, EdgeKind.FAMILY,
                EdgeKind.HOLDS_DWELLING, EdgeKind.HOLDS_ROLE, EdgeKind.OWNS_SHARE, EdgeKind.CONTRACT),
    data_owners=("Brønnøysundregistrene", "Kartverket", "Skatteetaten (Folkeregisteret)", "Skatteetaten",
                 "byggherre"),
    thresholds=(
        Threshold(name="min_workers", basis=ThresholdBasis.OWN, wording=both(
            "Voksne arbeidstakere i bruksenheten som ikke er i familie.",
            "Unrelated adult workers living in the unit.")),
        Threshold(name="min_companies", basis=ThresholdBasis.OWN, wording=both(
            "Selskaper med adresse i bruksenheten når ingen av dem er arbeidsgiver.",
            "Companies with their address in the unit where none of them is an employer.")),
        Threshold(name="min_employed", basis=ThresholdBasis.OWN, wording=both(
            "Av arbeidstakerne: de som arbeider for et foretak med adresse der eller i kjeden dets.",
            "Of the workers: those who work for a company with its address there or in its chain.")),
        Threshold(name="look_back_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder tilbake der kontrakter regnes med.", "Months back in which contracts count.")),
        Threshold(name="owner_share", basis=ThresholdBasis.OWN, wording=both(
            "Eierandel fra 0 til 1 som gjør at eierens husstand ikke teller.",
            "Share of ownership, 0 to 1, from which the owner's household does not count.")),
    ),
    guards={
        "owner_home": both("Den som leder eller eier foretaket, bor der selv; husstanden teller ikke.",
                           "Whoever leads or owns the company lives there; that household does not count."),
        "family": both("Beboerne er en familie; slektninger teller én gang.",
                       "The residents are a family; relatives count once."),
        "student_housing": both("Boligen er oppgitt som studentbolig.",
                                "The dwelling is declared student housing."),
        "permitted_barracks": both("Boligen er en brakkerigg med tillatelse.",
                                   "The dwelling is a barracks with a permit."),
        "actual_residents": both("De registrerte beboerne sover andre steder.",
                                 "The registered residents sleep elsewhere."),
        "tip_only": both("Beboere som bare er kjent fra tips; de er aldri regnet med.",
                         "Residents known by a tip alone; they are never counted."),
    },
    innocent=(
        both("Et lite foretak drives lovlig hjemmefra, og noen deler hus med kolleger.",
             "A small firm is lawfully run from home, and some share a house with colleagues."),
        both("Gårder og små reiselivsbedrifter kan ha adresse der de ansatte også bor.",
             "Farms and small hotels may have their address where the staff live as well."),
        both("Folk og foretak kan stå registrert på en adresse de har forlatt.",
             "People and companies may be registered at an address they have left."),
    ),
    next_steps=(
        both("Kontroller forretningsadressen i Enhetsregisteret og bruksenheten i matrikkelen.",
             "Check the business address in the register of entities and the unit in the cadastre."),
        both("Spør foretaket i brev hvor virksomheten drives, og hvem som bor der.",
             "Ask the company by letter where it is run and who lives there."),
        both("Se om leie trekkes i lønn, og om boligen er meldt som innkvartering.",
             "See whether rent is deducted from pay and whether the lodging was notified."),
        both("Vurder tilsyn med innkvarteringen, med tolk og trygg kontakt for beboerne.",
             "Consider an inspection of the lodging, with an interpreter and safe contact for residents."),
    ),
    missing={
        "unit_unknown": both(
            "Adressen til minst ett foretak har ikke bruksenhet; den sier ikke hvilken bolig det er.",
            "The address of at least one company has no unit; it does not say which dwelling it is."),
        "resident_unit_unknown": both(
            "Bruksenheten til minst én som bor på adressen, er ukjent; vedkommende kan bo her.",
            "The unit of at least one person living at the address is unknown; the person may live here."),
        "leader_unknown": both(
            "Det er ukjent hvem som leder minst ett av foretakene; det kan være en av beboerne.",
            "It is unknown who leads at least one of the companies; it may be one of the residents."),
        "staff_unknown": both("Det er ukjent om noen av foretakene har ansatte.",
                              "It is unknown whether any of the companies has staff."),
        "holder_unknown": both("Det er ukjent hvem som eier, leier eller stiller boligen til rådighet.",
                               "It is unknown who owns, rents or provides the dwelling."),
        **MISSING,
    },
    not_candidate=both(
        "Ingen bruksenhet på adressen er kjent forretningsadresse der minst fire som arbeider, bor.",
        "No unit at the address is a known business address where at least four who work live."),
    follow_up_owner=both("Arbeidstilsynet; Skatteetaten", "Arbeidstilsynet; Skatteetaten"),
    legal_basis="",
    source="Egen regel etter AUSTRAC og HMRC: foretak, arbeidstakere og eiere i samme bolig",
    prior=Decimal("0.50"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("seat_and_lodging",),
    look_alikes=("home_based_small_business", "unit_number_missing", "shared_house_with_a_firm_on_the_side",
                 "farm_with_a_house_for_its_workers", "family_at_the_seat_of_its_firm"),
)
# fmt: on
