"""I01: a dwelling crowded with unrelated workers and tied to an employer, so that it should be looked at.

Unsafe lodging is a breach in itself and can be a means of control over the people who live there.

Formula, with r residents at the month's end, R rooms (kitchen and bath not counted) and A m2 of living
area: level 1: (r > R, or r = R = 1) and A/r < 25; level 2: A/r < 15, or r > 5 x showers where the number of
showers is known; level 3: A/r < 10, or r/R >= 2. It triggers at level 2 or above when at least 3 unrelated
adult workers live there and an employer is tied to the dwelling: an employer of a resident owns, rents or
provides it, or shares its owner with, or is led by, whoever does; rent is deducted from pay; or at least 3
unrelated workers have the same employer. Level 1 with all of that is context.

What is unknown stays unknown: a criterion that needs a missing number neither holds nor fails. What is
known is enough to trigger; a dwelling that what is missing could bring to level 2 is not evaluable, and so
is one whose holders are all unknown. Showers stand in no register and count only where a notice gives them.

Innocent explanations: crowding alone is common and lawful (13 % of households in Oslo, 59 % of those with
three or more children); registered residents are not always those who sleep there. Guards: relatives count
once, so families do not trigger; declared student housing and permitted barracks are held back; residents
known by a tip never count.

Source: SSB variable 3462 (25 m2); the Dutch SNF norm for workers' lodging (10 and 15 m2);
arbeidsplassforskriften chapter 3A from 1 June 2024 (one shower per five, single rooms as the main rule).
The counts of workers are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from graph.detectors.citing import Citations, both, period
from graph.detectors.lodging import (
    MISSING,
    Lodging,
    cite_dwelling,
    cite_holders,
    cite_residents,
    dwelling_key,
    lodgings,
)
from graph.detectors.ownership import cite_tie, owner_graph, together
from graph.detectors.reading import all_true, company, known, months_ending, orgnrs, plain, pseudonyms
from graph.detectors.succession import is_control
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Role, Status, ThresholdBasis

REGULATION = "Arbeidsplassforskriften kapittel 3A"
NORM = "SNF-normen (nederlandsk bransjenorm)"
STATISTICS = "SSB variabel 3462 (trangboddhet)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of I01."""

    trigger_level: int = 2
    """Level from which it triggers; lower levels are context (own)."""
    level1_area_m2: Decimal = Decimal("25")
    """Area in m2 per resident below which too few rooms is crowding (published: SSB variable 3462)."""
    level2_area_m2: Decimal = Decimal("15")
    """Area in m2 per resident below which level 2 is reached (published: SNF norm from 1 July 2025)."""
    level3_area_m2: Decimal = Decimal("10")
    """Area in m2 per resident below which level 3 is reached (published: SNF norm)."""
    persons_per_shower: int = 5
    """Most residents per shower (statute: arbeidsplassforskriften chapter 3A)."""
    level3_persons_per_room: Decimal = Decimal("2")
    """Residents per room from which level 3 is reached (published: single rooms are the main rule)."""
    min_unrelated_workers: int = 3
    """Unrelated adult residents who work (own)."""
    min_same_employer: int = 3
    """Unrelated workers with the same employer from which that is a tie (own)."""
    owner_share: Decimal = Decimal("0.5")
    """Share of ownership, 0 to 1, that ties a holder of the dwelling to an employer (own)."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way to reach a level; `holds` is None when a number is missing."""

    name: str
    level: int
    holds: bool | None
    basis: ThresholdBasis
    source: str


def criteria(
    residents: int, rooms: int | None, area: Decimal | None, showers: int | None, limits: Thresholds
) -> list[Criterion]:
    """All ways to reach a level.

    Args:
        residents: Persons living there.
        rooms: Rooms; None or zero means unknown.
        area: Living area in m2; None or zero means unknown.
        showers: Showers; None means unknown.
        limits: Thresholds.
    """

    def below(limit: Decimal) -> bool | None:
        return area < limit * residents if area else None

    short = (residents > rooms or residents == rooms == 1) if rooms else None
    per_room = residents >= limits.level3_persons_per_room * rooms if rooms else None
    washing = residents > limits.persons_per_shower * showers if showers is not None else False
    published = ThresholdBasis.PUBLISHED
    return [
        Criterion("rooms_and_area", 1, all_true(short, below(limits.level1_area_m2)), published, STATISTICS),
        Criterion("area", 2, below(limits.level2_area_m2), published, NORM),
        Criterion("showers", 2, washing, ThresholdBasis.STATUTE, REGULATION),
        Criterion("small_area", 3, below(limits.level3_area_m2), published, NORM),
        Criterion("shared_rooms", 3, per_room, published, REGULATION),
    ]


@dataclass(frozen=True, slots=True)
class Ties:
    """How the dwelling is tied to employers.

    Attributes:
        kinds: Kinds of tie, sorted: deduction, holder, same_employer.
        holders: Holder and employer that are one, belong together, or of which one leads the other.
        employers: Employers that tie, sorted.
    """

    kinds: tuple[str, ...]
    holders: tuple[tuple[str, str], ...]
    employers: tuple[str, ...]


def ties(lodging: Lodging, limits: Thresholds) -> Ties:
    """How a dwelling is tied to the employers of its residents.

    Args:
        lodging: The dwelling.
        limits: Thresholds.
    """
    owners = owner_graph(lodging.network, limits.owner_share)
    led = {(e.source, e.target) for e in _leading(lodging)}
    held = tuple(
        (holder, employer)
        for holder in lodging.holders
        for employer in lodging.all_employers
        if len(together(owners, (holder, employer))) == 1 or (holder, employer) in led
    )
    same = tuple(e for e in lodging.all_employers if lodging.families_of(e) >= limits.min_same_employer)
    deducted = any(
        known(edge, "rent_deducted", str) == "ja"
        for edge in (*lodging.holdings, *lodging.stays)
        if edge.kind is EdgeKind.HOLDS_DWELLING or edge.source in lodging.employers
    )
    kinds = [
        kind
        for kind, holds in (("deduction", deducted), ("holder", bool(held)), ("same_employer", bool(same)))
        if holds
    ]
    employers = {employer for _, employer in held} | set(same)
    return Ties(tuple(kinds), held, tuple(sorted(employers or lodging.all_employers)))


def _leading(lodging: Lodging) -> list[Edge]:
    month = months_ending(lodging.network.month, 1)
    return [
        e
        for e in lodging.network.edges(EdgeKind.HOLDS_ROLE)
        if is_control(lodging.network, e) and e.overlaps(*month)
    ]


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding per dwelling.

    Args:
        network: Scope of kind `dwelling`.
        thresholds: Limits.
    """
    for lodging in lodgings(network):
        yield _evaluate(lodging, thresholds)


def _evaluate(lodging: Lodging, limits: Thresholds) -> Finding:
    network, dwelling = lodging.network, lodging.dwelling
    rooms, area = known(dwelling, "rooms_n", int), known(dwelling, "area_m2", Decimal)
    showers = known(dwelling, "showers_n", int)
    tried = criteria(len(lodging.residents), rooms, area, showers, limits)
    level = max((c.level for c in tried if c.holds), default=0)
    possible = max((c.level for c in tried if c.holds is not False), default=0)
    tied = ties(lodging, limits)
    tie = True if tied.kinds else None if not lodging.holdings else False
    enough = lodging.unrelated >= limits.min_unrelated_workers
    crowded = True if level >= limits.trigger_level else None if possible >= limits.trigger_level else False
    rule = all_true(enough, tie, crowded)
    role = Role.TRIGGER
    status = {True: Status.TRIGGERED, False: Status.NOT_TRIGGERED, None: Status.NOT_EVALUABLE}[rule]
    if rule is False and crowded is False and level and enough and tie:
        status, role = Status.TRIGGERED, Role.CONTEXT
    reason = ""
    if status is Status.TRIGGERED:
        reason = "student_housing" if lodging.is_student_housing else ""
        reason = "permitted_barracks" if lodging.is_permitted_barracks else reason
    elif status is Status.NOT_TRIGGERED and network.truncated:
        status = Status.NOT_EVALUABLE
    status = Status.SUPPRESSED if reason else status
    told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    reached = sorted((c for c in tried if c.holds and c.level == level), key=lambda c: ORDER.index(c.basis))
    quality = set(lodging.codes)
    tests = {
        "rooms_unknown": not rooms,
        "area_unknown": not area,
        "showers_unknown": showers is None,
        "holder_unconfirmed": tied.kinds == ("holder",) and not _confirmed(lodging, tied),
    }
    quality |= {code for code, holds in tests.items() if holds}
    return Finding(
        indicator_id="I01",
        indicator_version=INDICATOR.version,
        role=role,
        subject_id=dwelling.node_id,
        scope_id=network.scope_id,
        companies=orgnrs((*tied.employers, *(h for h, _ in tied.holders))),
        dwellings=(dwelling_key(lodging),),
        persons=pseudonyms(lodging.residents) if told else (),
        status=status,
        value=None if crowded is None else Decimal(level),
        threshold=Decimal(1 if role is Role.CONTEXT else limits.trigger_level),
        evidence=_cited(lodging, limits, tied).evidence(),
        guards=_guards(lodging, limits),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(quality)),
        threshold_basis=reached[0].basis if reached else ThresholdBasis.PUBLISHED,
        legal_basis_ref=reached[0].source if reached else NORM,
        facts=_facts(lodging, tied, level, [c.name for c in tried if c.holds]),
    )


ORDER = (ThresholdBasis.STATUTE, ThresholdBasis.PUBLISHED)
"""Each criterion of a level is enough alone, so a finding rests on the strongest basis that holds."""


def _confirmed(lodging: Lodging, tied: Ties) -> bool:
    tying = {holder for holder, _ in tied.holders}
    return any(known(e, "is_confirmed", bool) for e in lodging.holdings if e.source in tying)


def _guards(lodging: Lodging, limits: Thresholds) -> tuple[str, ...]:
    words = {True: "not_ruled_out", False: "ruled_out", None: "unknown"}
    seen = all(known(e, "certainty", str) == "confirmed" for e in lodging.stays)
    found = {
        "family": lodging.unrelated < limits.min_unrelated_workers <= len(lodging.workers),
        "student_housing": lodging.is_student_housing,
        "permitted_barracks": lodging.is_permitted_barracks,
        "actual_residents": False if seen else None,
        "tip_only": False,
    }
    return tuple(f"{guard}={words[holds]}" for guard, holds in found.items())


def _cited(lodging: Lodging, limits: Thresholds, tied: Ties) -> Citations:
    network = lodging.network
    rooms, area = known(lodging.dwelling, "rooms_n", int), known(lodging.dwelling, "area_m2", Decimal)
    citations = Citations(network)
    size = "?" if area is None else plain(area)
    cite_dwelling(
        citations,
        lodging,
        f"Boligen har {rooms or '?'} rom og {size.replace('.', ',')} m² ifølge matrikkelen.",
        f"The dwelling has {rooms or '?'} rooms and {size} m² according to the cadastre.",
    )
    cite_residents(citations, lodging, lodging.residents)
    cite_holders(citations, lodging)
    owners = owner_graph(network, limits.owner_share)
    leading = {(e.source, e.target): e for e in _leading(lodging)}
    for holder, employer in tied.holders:
        if len(together(owners, (holder, employer))) == 1:
            cite_tie(citations, network, owners, holder, employer)
            continue
        role = leading[holder, employer]
        citations.edge(
            role,
            both(
                "Den som rår over boligen, har rollen {role} i {org} ({period}).",
                "Whoever holds the dwelling has the role {role} in {org} ({period}).",
                role=known(role, "role", str) or "-",
                org=company(network, employer),
                period=period(role),
            ),
        )
    return citations


def _facts(lodging: Lodging, tied: Ties, level: int, held: list[str]) -> dict[str, str]:
    dwelling = lodging.dwelling
    rooms, area = known(dwelling, "rooms_n", int), known(dwelling, "area_m2", Decimal)
    showers = known(dwelling, "showers_n", int)
    facts = {
        "criteria": ", ".join(held),
        "employers_n": str(len(lodging.all_employers)),
        "level": str(level),
        "residents_n": str(len(lodging.residents)),
        "ties": ", ".join(tied.kinds),
        "unrelated_workers_n": str(lodging.unrelated),
        "workers_n": str(len(lodging.workers)),
    }
    if rooms:
        facts["rooms_n"] = str(rooms)
    if area:
        facts["area_m2"] = plain(area)
        if lodging.residents:
            facts["area_per_resident_m2"] = plain((area / len(lodging.residents)).quantize(Decimal("0.1")))
    if showers is not None:
        facts["showers_n"] = str(showers)
    return facts


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="I01",
    version="1.0",
    name=both("Trangbodd bolig for arbeidstakere", "Overcrowded worker dwelling"),
    rationale=both(
        "Uforsvarlig innkvartering er et brudd i seg selv og kan gjøre arbeidstakerne avhengige av "
        "arbeidsgiveren.",
        "Unsafe lodging is a breach in itself and can make workers dependent on the employer."),
    formula=both(
        "Minst 3 voksne som arbeider og ikke er i familie bor i boligen, en arbeidsgiver er knyttet til "
        "den, og den er trang på nivå 2 (under 15 m² per beboer eller flere enn 5 per dusj) eller 3 (under "
        "10 m² per beboer eller minst 2 per rom). Nivå 1 (flere beboere enn rom og under 25 m² per beboer) "
        "er bare bakgrunn.",
        "At least 3 adults who work and are not family live in the dwelling, an employer is tied to it, "
        "and it is crowded at level 2 (below 15 m² per resident or more than 5 per shower) or 3 (below 10 "
        "m² per resident or at least 2 per room). Level 1 (more residents than rooms and below 25 m² per "
        "resident) is context only."),
    subject_type="dwelling",
    scope_kind="dwelling",
    unit=both("nivå av trangboddhet", "level of crowding"),
    edge_kinds=(EdgeKind.RESIDES_IN, EdgeKind.EMPLOYED_BY, EdgeKind.FAMILY, EdgeKind.HOLDS_DWELLING,
                EdgeKind.HOLDS_ROLE, EdgeKind.OWNS_SHARE),
    data_owners=("Kartverket", "Skatteetaten (Folkeregisteret)", "Skatteetaten", "Arbeidstilsynet"),
    thresholds=(
        Threshold(name="trigger_level", basis=ThresholdBasis.OWN, wording=both(
            "Nivå det utløses fra; lavere nivå er bakgrunn.",
            "Level from which it triggers; lower levels are context.")),
        Threshold(name="level1_area_m2", basis=ThresholdBasis.PUBLISHED, source=STATISTICS,
                  wording=both(
                      "Kvadratmeter per beboer som en bolig med for få rom må ligge under på nivå 1.",
                      "Square metres per resident below which a dwelling short of rooms reaches level 1.")),
        Threshold(name="level2_area_m2", basis=ThresholdBasis.PUBLISHED, source=NORM,
                  wording=both("Kvadratmeter per beboer som nivå 2 ligger under.",
                               "Square metres per resident below which level 2 is reached.")),
        Threshold(name="level3_area_m2", basis=ThresholdBasis.PUBLISHED, source=NORM,
                  wording=both("Kvadratmeter per beboer som nivå 3 ligger under.",
                               "Square metres per resident below which level 3 is reached.")),
        Threshold(name="persons_per_shower", basis=ThresholdBasis.STATUTE, source=REGULATION,
                  wording=both("Flest beboere per dusj.", "Most residents per shower.")),
        Threshold(name="level3_persons_per_room", basis=ThresholdBasis.PUBLISHED, source=REGULATION,
                  wording=both(
                      "Beboere per rom som gir nivå 3; enkeltrom er hovedregelen.",
                      "Residents per room from which level 3 is reached; single rooms are the main rule.")),
        Threshold(name="min_unrelated_workers", basis=ThresholdBasis.OWN, wording=both(
            "Færrest voksne som arbeider og ikke er i familie.",
            "Fewest adults who work and are not family.")),
        Threshold(name="min_same_employer", basis=ThresholdBasis.OWN, wording=both(
            "Færrest med samme arbeidsgiver for at det er en tilknytning.",
            "Fewest with the same employer for that to be a tie.")),
        Threshold(name="owner_share", basis=ThresholdBasis.OWN, wording=both(
            "Eierandel (0 til 1) som knytter den som rår over boligen, til en arbeidsgiver.",
            "Share of ownership (0 to 1) that ties whoever holds the dwelling to an employer.")),
    ),
    guards={
        "family": both("Beboerne er en familie; slektninger teller én gang.",
                       "The residents are a family; relatives count once."),
        "student_housing": both("Boligen er oppført som studentbolig.",
                                "The dwelling is listed as student housing."),
        "permitted_barracks": both("Boligen er en brakkerigg med tillatelse.",
                                   "The dwelling is a barracks with a permit."),
        "actual_residents": both("De registrerte beboerne sover andre steder.",
                                 "The registered residents sleep elsewhere."),
        "tip_only": both("Beboere som bare er kjent fra tips; de er aldri regnet med.",
                         "Residents known by a tip alone; they are never counted."),
    },
    innocent=(
        both("Det er vanlig og lovlig å bo trangt; 13 % av husholdningene i Oslo gjør det.",
             "Living crowded is common and lawful; 13% of households in Oslo do."),
        both("Kolleger kan ha valgt å dele bolig for å spare penger.",
             "Colleagues may have chosen to share a dwelling to save money."),
        both("Folk kan stå registrert på en adresse de har flyttet fra.",
             "People may be registered at an address they have left."),
        both("Areal eller antall rom i matrikkelen kan være gammelt eller feil.",
             "Area or number of rooms in the cadastre may be old or wrong."),
    ),
    next_steps=(
        both("Kontroller areal, rom og bosatte i matrikkelen og Folkeregisteret på nytt.",
             "Check area, rooms and residents in the cadastre and the population register again."),
        both("Send arbeidsgiveren brev med veiledning om innkvartering.",
             "Send the employer a letter with guidance on lodging."),
        both("Be om leieavtaler, trekkavtaler og plantegning.",
             "Request tenancy agreements, deduction agreements and a floor plan."),
        both(
            "Vurder felles tilsyn med kommunen og brannvesenet, med tolk og trygg kontakt for beboerne.",
            "Consider a joint inspection with municipality and fire service, with an interpreter and safe "
            "contact for the residents."),
    ),
    missing={
        "rooms_unknown": both("Antall rom er ukjent.", "The number of rooms is unknown."),
        "area_unknown": both("Arealet er ukjent.", "The area is unknown."),
        "showers_unknown": both("Antall dusjer er ukjent; kravet om dusj er ikke vurdert.",
                                "The number of showers is unknown; the rule on showers is not evaluated."),
        "holder_unknown": both("Det er ukjent hvem som eier, leier eller stiller boligen til rådighet.",
                               "It is unknown who owns, rents or provides the dwelling."),
        "holder_unconfirmed": both("Tilknytningen hviler på en melding som ikke er bekreftet.",
                                   "The tie rests on a notice that is not confirmed."),
        **MISSING,
    },
    not_candidate=both(
        "Færre enn tre voksne som arbeider, er kjent bosatt i boligen. Registrerte beboere er et minstetall.",
        "Fewer than three adults who work are known to live in the dwelling. Registered residents are a "
        "lower bound."),
    follow_up_owner=both("Arbeidstilsynet; kommunen og brannvesenet",
                         "Arbeidstilsynet; the municipality and the fire service"),
    legal_basis=REGULATION,
    source="SSB variabel 3462; SNF-normen; arbeidsplassforskriften kapittel 3A (fra 1. juni 2024)",
    prior=Decimal("0.55"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("crowded_house",),
    look_alikes=("large_family_same_employer", "students_without_work",
                 "private_share_different_employers", "rooms_and_area_unknown"),
)
# fmt: on
