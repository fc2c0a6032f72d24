"""I04: workers live where nobody may live: in a workshop, a store, or a house not approved for use.

Such places lack escape routes, alarms and sanitation; people have died in fires in them. Whoever houses
workers there saves what a lawful dwelling costs.

Formula: a unit with residents is no lawful home when (a) it is neither a dwelling nor a holiday home and its
building is of a type that is not for living, (b) its building has no permission of use or has been torn
down, or (c) it is listed as not approved. It triggers when at least 2 unrelated adult workers live in such
units of a building at the month's end and each has done so for at least 30 days.

Units are judged, not buildings: a flat above a shop is a dwelling in a shop building. Which types are for
living and which statuses allow use is read off dated code lists; a code that they lack makes unknown.

Innocent explanations: wrong or old codes in the cadastre, a permit that no register shows, people registered
at an address where they do not sleep. Guards: hotels, institutions and barracks are for living by their
type; a permit given in a notice of lodging, and a type or status that changed less than 90 days ago, hold
the finding back; relatives count once, so that a family in the house it builds does not trigger; residents
known by a tip never count. People of whom only the address is known live in no known unit and do not count.

Source: plan- og bygningsloven § 20-1 (change of use) and § 21-10 (permission of use); the counts of workers
and days are own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import networkx as nx

from graph.detectors.citing import Citations, both
from graph.detectors.lodging import (
    FOR_LIVING,
    HOME,
    MISSING,
    NOT_APPROVED,
    NOT_FOR_LIVING,
    Lodging,
    cite_dwelling,
    cite_holders,
    cite_residents,
    dwelling_key,
    lodgings,
)
from graph.detectors.reading import any_true, known, orgnrs, pseudonyms
from graph.indicator import Indicator, Threshold
from graph.model import EdgeKind, Finding, Network, Node, Status, ThresholdBasis

LAW = "Plan- og bygningsloven §§ 20-1 og 21-10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of I04."""

    min_workers: int = 2
    """Unrelated adult workers living there (own)."""
    min_days: int = 30
    """Days each of them has lived there at the month's end (own)."""
    code_days: int = 90
    """Days since a code of the building changed within which it may be a mistake (own)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that people live in.

    Attributes:
        lodging: Who lives there.
        is_home: Whether it may be lived in; None when a code that decides is unknown.
        grounds: Why not, sorted.
        held_by: Guards that explain all grounds; empty when none does.
    """

    lodging: Lodging
    is_home: bool | None
    grounds: tuple[str, ...]
    held_by: tuple[str, ...]


def units(network: Network, limits: Thresholds) -> list[Unit]:
    """Units of the scope's building that people live in, in order of id.

    Args:
        network: Scope of kind `building`.
        limits: Limits.
    """
    building = network.node(network.scope_id)
    number = network.scope_id.partition(":")[2]
    return [
        _unit(lodging, building, network.month, limits)
        for lodging in lodgings(network)
        if known(lodging.dwelling, "building_no", str) == number
    ]


def _unit(lodging: Lodging, building: Node, last: date, limits: Thresholds) -> Unit:
    kind, group = known(lodging.dwelling, "unit_kind", str), known(building, "building_group", str)
    in_use = known(building, "is_in_use", bool)
    is_built_for_it = True if kind in HOME or group in FOR_LIVING else None
    if is_built_for_it is None and kind is not None and group in NOT_FOR_LIVING:
        is_built_for_it = False
    tests = {
        "not_approved": kind == NOT_APPROVED,
        "not_for_living": None if is_built_for_it is None else not is_built_for_it,
        "not_in_use": None if in_use is None else not in_use,
    }
    unlawful = any_true(*tests.values())
    grounds = tuple(name for name, holds in tests.items() if holds)
    fresh = {
        "not_for_living": _is_fresh(known(building, "kind_changed_on", date), last, limits),
        "not_in_use": _is_fresh(known(building, "status_on", date), last, limits),
    }
    held_by = []
    if grounds and known(lodging.dwelling, "permit", str) == "ja":
        held_by.append("permit")
    if grounds and all(fresh.get(ground, False) for ground in grounds):
        held_by.append("recent_code")
    return Unit(lodging, None if unlawful is None else not unlawful, grounds, tuple(held_by))


def _is_fresh(changed: date | None, last: date, limits: Thresholds) -> bool:
    return changed is not None and last - timedelta(days=limits.code_days) < changed <= last


@dataclass(frozen=True, slots=True)
class Workers:
    """Workers who live in some units.

    Attributes:
        long: Those who have lived there for long enough.
        undated: Those of whom it is not known since when.
        families: How many unrelated ones the former are.
        perhaps: How many they are with the undated.
    """

    long: frozenset[str]
    undated: frozenset[str]
    families: int
    perhaps: int


def workers_in(network: Network, chosen: Iterable[Unit], limits: Thresholds) -> Workers:
    """Adult workers who live in some units, relatives counted once.

    Args:
        network: Scope.
        chosen: The units.
        limits: Limits.
    """
    lived = [unit.lodging for unit in chosen]
    since = network.month - timedelta(days=limits.min_days - 1)
    long, undated = set(), set()
    for lodging in lived:
        for edge in lodging.stays:
            if edge.source not in lodging.employers:
                continue
            if edge.valid_from is None:
                undated.add(edge.source)
            elif edge.valid_from <= since:
                long.add(edge.source)
    undated -= long
    kin = nx.Graph()
    kin.add_nodes_from(person for lodging in lived for person in lodging.residents)
    kin.add_edges_from(
        (e.source, e.target) for e in network.edges(EdgeKind.FAMILY) if e.source in kin and e.target in kin
    )
    parts = [set(part) for part in nx.connected_components(kin)]
    return Workers(
        frozenset(long),
        frozenset(undated),
        sum(not part.isdisjoint(long) for part in parts),
        sum(not part.isdisjoint(long | undated) for part in parts),
    )


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the building that the scope names.

    Args:
        network: Scope of kind `building`.
        thresholds: Limits.
    """
    found = units(network, thresholds)
    bad = [unit for unit in found if unit.is_home is False]
    open_ = [unit for unit in bad if not unit.held_by]
    doubtful = [unit for unit in found if unit.is_home is not True]
    here, all_bad = (workers_in(network, chosen, thresholds) for chosen in (open_, bad))
    perhaps = workers_in(network, [u for u in doubtful if not u.held_by], thresholds).perhaps
    least, reason = thresholds.min_workers, ""
    if here.families >= least:
        status, told = Status.TRIGGERED, here
    elif perhaps >= least or network.truncated:
        status, told = Status.NOT_EVALUABLE, all_bad
    elif all_bad.families >= least:
        status, told = Status.SUPPRESSED, all_bad
        reason = sorted(guard for unit in bad for guard in unit.held_by)[0]
    else:
        status, told = Status.NOT_TRIGGERED, all_bad
    is_told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    shown = open_ if status is Status.TRIGGERED else bad
    building = network.node(network.scope_id)
    quality = {code for unit in doubtful for code in unit.lodging.codes} | {
        code
        for code, holds in {
            "building_kind_unknown": any(
                unit.is_home is None and known(building, "is_in_use", bool) is not None for unit in found
            ),
            "status_unknown": bool(found) and known(building, "is_in_use", bool) is None,
            "start_unknown": bool(workers_in(network, doubtful, thresholds).undated),
            "scope_truncated": bool(network.truncated),
        }.items()
        if holds
    }
    yield Finding(
        indicator_id="I04",
        indicator_version=INDICATOR.version,
        subject_id=network.scope_id,
        scope_id=network.scope_id,
        companies=orgnrs(_companies(shown, told, least)) if is_told else (),
        dwellings=tuple(dwelling_key(unit.lodging) for unit in shown) if is_told else (),
        persons=pseudonyms(told.long) if is_told else (),
        status=status,
        value=None if status is Status.NOT_EVALUABLE else Decimal(told.families),
        threshold=Decimal(least),
        evidence=_cited(network, doubtful).evidence(),
        guards=_guards(bad, all_bad, least),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(quality)),
        threshold_basis=ThresholdBasis.OWN,
        legal_basis_ref=LAW,
        facts={
            "building_kind": known(building, "building_kind", str) or "",
            "grounds": ", ".join(sorted({ground for unit in shown for ground in unit.grounds})),
            "units_n": str(len(shown)),
            "residents_n": str(len({p for unit in shown for p in unit.lodging.residents})),
            "workers_n": str(len(told.long)),
        },
    )


def _companies(shown: list[Unit], told: Workers, least: int) -> list[str]:
    """Who holds the units, and who employs several of those who live there."""
    staff: dict[str, set[str]] = {}
    for unit in shown:
        for person, employers in unit.lodging.employers.items():
            for employer in employers if person in told.long else ():
                staff.setdefault(employer, set()).add(person)
    holders = {holder for unit in shown for holder in unit.lodging.holders if holder.startswith("org:")}
    return sorted(holders | {employer for employer, people in staff.items() if len(people) >= least})


def _guards(bad: list[Unit], all_bad: Workers, least: int) -> tuple[str, ...]:
    permits = [known(unit.lodging.dwelling, "permit", str) for unit in bad]
    found: dict[str, bool | None] = {
        "permit": True if "ja" in permits else False if all(p == "nei" for p in permits) else None,
        "recent_code": any("recent_code" in unit.held_by for unit in bad),
        "family": all_bad.families < least <= len(all_bad.long),
        "actual_residents": False
        if all(known(e, "certainty", str) == "confirmed" for unit in bad for e in unit.lodging.stays)
        else None,
        "tip_only": False,
    }
    words = {True: "not_ruled_out", False: "ruled_out", None: "unknown"}
    return tuple(f"{guard}={words[holds]}" for guard, holds in found.items())


def _cited(network: Network, cited: list[Unit]) -> Citations:
    citations = Citations(network)
    building = network.node(network.scope_id)
    kind = known(building, "building_kind", str) or "?"
    citations.node(network.scope_id, both(
        "Bygningen har typekode {kind} i matrikkelen.",
        "The building has type code {kind} in the cadastre.", kind=kind,
    ))  # fmt: skip
    for unit in cited:
        code = known(unit.lodging.dwelling, "unit_kind", str) or "?"
        cite_dwelling(
            citations,
            unit.lodging,
            f"Bruksenheten er av type {code} i matrikkelen.",
            f"The unit is of kind {code} in the cadastre.",
        )
        cite_residents(citations, unit.lodging, unit.lodging.residents)
        cite_holders(citations, unit.lodging)
    people = {person for unit in cited for person in unit.lodging.residents}
    for edge in network.edges(EdgeKind.FAMILY):
        if edge.source in people and edge.target in people:
            citations.edge(edge, both("To av beboerne er i familie.", "Two of the residents are family."))
    return citations


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="I04",
    version="1.0",
    name=both("Beboere i bygning som ikke er godkjent bolig",
              "People living in a non-residential or unapproved building"),
    rationale=both(
        "Verksteder, lagre og uferdige hus mangler rømningsveier og sanitæranlegg; å bo der er farlig.",
        "Workshops, stores and unfinished houses lack escape routes and sanitation; living there is "
        "dangerous."),
    formula=both(
        "Minst 2 voksne arbeidstakere som ikke er i familie, har bodd minst 30 dager i bruksenheter som ikke "
        "er boliger, i en bygning av en type som ikke er for beboelse, uten brukstillatelse, eller i en "
        "enhet ført som ikke godkjent.",
        "At least 2 unrelated adult workers have lived for at least 30 days in units that are no dwellings "
        "in a building of a type not for living, in one without permission of use, or in a unit listed as "
        "not approved."),
    subject_type="building",
    scope_kind="building",
    unit=both("arbeidstakere som ikke er i familie", "unrelated workers"),
    edge_kinds=(EdgeKind.RESIDES_IN, EdgeKind.EMPLOYED_BY, EdgeKind.FAMILY, EdgeKind.HOLDS_DWELLING),
    data_owners=("Kartverket", "Skatteetaten (Folkeregisteret)", "Skatteetaten", "municipality"),
    thresholds=(
        Threshold(name="min_workers", basis=ThresholdBasis.OWN, wording=both(
            "Voksne arbeidstakere som ikke er i familie.", "Unrelated adult workers.")),
        Threshold(name="min_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager hver av dem har bodd der.", "Days each of them has lived there.")),
        Threshold(name="code_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager etter endring av en kode der den kan være en feil.",
            "Days after a change of a code within which it may be a mistake.")),
    ),
    guards={
        "permit": both("Innkvarteringen har tillatelse.", "The lodging has a permit."),
        "recent_code": both("Koden i matrikkelen er nylig endret og kan være feil.",
                            "The code in the cadastre changed lately and may be a mistake."),
        "family": both("Beboerne er en familie; slektninger teller én gang.",
                       "The residents are a family; relatives count once."),
        "actual_residents": both("De registrerte beboerne sover andre steder.",
                                 "The registered residents sleep elsewhere."),
        "tip_only": both("Beboere som bare er kjent fra tips; de er aldri regnet med.",
                         "Residents known by a tip alone; they are never counted."),
    },
    innocent=(
        both("Koden i matrikkelen kan være gammel eller feil.",
             "The code in the cadastre may be old or wrong."),
        both("En del av bygningen kan være godkjent for beboelse uten at det er ført.",
             "Part of the building may be approved for living without this being recorded."),
        both("Folk kan stå registrert på en adresse der de ikke sover.",
             "People may be registered at an address where they do not sleep."),
    ),
    next_steps=(
        both("Kontroller bygningstype og bruksenhet i matrikkelen og kommunens byggesak.",
             "Check building type and unit in the cadastre and the municipality's building file."),
        both("Spør kommunen og brannvesenet om de kjenner stedet.",
             "Ask the municipality and the fire service whether they know the place."),
        both("Spør den som rår over bygningen i brev hvem som bor der.",
             "Ask by letter whoever holds the building who lives there."),
        both("Vurder felles tilsyn med brannvesenet, med tolk og trygg kontakt for beboerne.",
             "Consider a joint inspection with the fire service, with an interpreter and safe contact for "
             "the residents."),
    ),
    missing={
        "building_kind_unknown": both("Bygningens eller bruksenhetens type er ukjent.",
                                      "The type of the building or the unit is unknown."),
        "status_unknown": both("Bygningens status er ukjent.", "The status of the building is unknown."),
        "start_unknown": both("Det er ukjent når minst én av beboerne flyttet inn.",
                              "It is unknown when at least one resident moved in."),
        "holder_unknown": both("Det er ukjent hvem som eier, leier eller stiller enheten til rådighet.",
                               "It is unknown who owns, rents or provides the unit."),
        **MISSING,
    },
    not_candidate=both(
        "Færre enn to voksne som arbeider, er kjent bosatt i bygningen utenfor godkjente boliger.",
        "Fewer than two adults who work are known to live in the building outside approved dwellings."),
    follow_up_owner=both("Kommunen og brannvesenet; Arbeidstilsynet",
                         "The municipality and the fire service; Arbeidstilsynet"),
    legal_basis=LAW,
    source="plan- og bygningsloven §§ 20-1 og 21-10; antall og dager er egne",
    prior=Decimal("0.55"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("in_a_shed",),
    look_alikes=("flats_above_a_shop", "staff_rooms_of_a_hotel", "permitted_barracks_at_a_remote_project",
                 "coded_wrong_some_weeks_ago", "mail_in_care_of_the_office",
                 "reception_centre_with_a_permit"),
)
# fmt: on
