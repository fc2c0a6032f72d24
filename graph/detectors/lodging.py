"""Who lives in a dwelling at the month's end, who of them works and for whom, and who holds it.

Families are kept together: what is counted is unrelated adults who work, one per family. Residents known by
a tip alone are left out. A person whose age is unknown and who works is presumed an adult, and the finding
says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from graph.detectors.citing import Citations, both, period
from graph.detectors.reading import company, identifier, known, months_ending
from graph.explain import Language
from graph.indicator import Wording
from graph.model import Edge, EdgeKind, Network, Node

BARRACKS = "brakkerigg"
STUDENT_HOUSING = "studentbolig"
HOME = ("B", "F")
"""Kinds of unit that are homes by themselves, whatever the building is otherwise: dwelling, holiday home."""
NOT_APPROVED = "I"
"""Kind of unit that people live in without its being approved as a dwelling."""
FOR_LIVING = ("bofellesskap", "bolig", "brakke", "fritid", "institusjon", "overnatting")
"""Groups of building types that people may sleep in; the type belongs to its group by the dated code list."""
NOT_FOR_LIVING = ("ikke_bolig", "uthus")


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
MISSING: Mapping[str, Wording] = {
    "age_presumed": both(
        "Alderen til minst én som arbeider, er ukjent; vedkommende er regnet som voksen.",
        "The age of at least one worker is unknown; the person is counted as an adult."),
    "tips_left_out": both("Beboere som bare er kjent fra tips, er ikke regnet med.",
                          "Residents known by a tip alone are not counted."),
    "employer_from_notice": both("Arbeidsgiveren til minst én beboer er bare kjent fra en melding.",
                                 "The employer of at least one resident is known from a notice only."),
    "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                            "The scope was cut; what is missing may change the outcome."),
}
"""What the codes of a lodging mean for the reader."""
# fmt: on


@dataclass(frozen=True, slots=True)
class Lodging:
    """One dwelling in one month.

    Attributes:
        network: Network it is in.
        dwelling: Its node.
        stays: Why each resident is taken to live there; several per person where several sources say so.
        residents: Persons, each once, sorted.
        employers: Adult resident who works -> employers in the month, sorted.
        spells: Employment that shows it.
        families: Residents by family, a person alone included, in order of the first member.
        holdings: Who owns, leases, lets or rents the dwelling in the month.
        codes: What is missing or weak.
    """

    network: Network
    dwelling: Node
    stays: tuple[Edge, ...]
    residents: tuple[str, ...]
    employers: Mapping[str, tuple[str, ...]]
    spells: tuple[Edge, ...]
    families: tuple[frozenset[str], ...]
    holdings: tuple[Edge, ...]
    codes: frozenset[str]

    @property
    def workers(self) -> tuple[str, ...]:
        """Adult residents who work, sorted."""
        return tuple(sorted(self.employers))

    @property
    def unrelated(self) -> int:
        """Families with at least one adult who works."""
        return sum(not family.isdisjoint(self.employers) for family in self.families)

    @property
    def holders(self) -> tuple[str, ...]:
        """Who holds the dwelling, sorted."""
        return tuple(sorted({edge.source for edge in self.holdings}))

    @property
    def all_employers(self) -> tuple[str, ...]:
        """Employers of the residents, sorted."""
        return tuple(sorted({org for orgs in self.employers.values() for org in orgs}))

    def families_of(self, employer: str) -> int:
        """Families with an adult who works for one employer."""
        staff = {person for person, orgs in self.employers.items() if employer in orgs}
        return sum(not family.isdisjoint(staff) for family in self.families)

    @property
    def is_permitted_barracks(self) -> bool | None:
        """Whether it is a barracks with a permit; None when the kind of housing or the permit is unknown."""
        kind, permit = (known(self.dwelling, name, str) for name in ("housing_kind", "permit"))
        if kind is None or (kind == BARRACKS and permit in (None, "ukjent")):
            return None
        return kind == BARRACKS and permit == "ja"

    @property
    def is_student_housing(self) -> bool:
        """Whether it is declared student housing."""
        return known(self.dwelling, "hub_kind", str) == STUDENT_HOUSING


def lodgings(network: Network) -> list[Lodging]:
    """The dwellings of a scope: the one that its id names, else all that it holds.

    Args:
        network: Scope of kind `dwelling`.
    """
    if network.scope_kind == "dwelling" and network.scope_id.count(":") == 2:
        return [lodging(network, network.node(network.scope_id))]
    return [lodging(network, node) for node in network.nodes("dwelling")]


def lodging(network: Network, dwelling: Node) -> Lodging:
    """One dwelling with its residents at the month's end.

    Args:
        network: Network it is in.
        dwelling: Its node.
    """
    month = months_ending(network.month, 1)
    here = [e for e in network.edges(EdgeKind.RESIDES_IN) if e.target == dwelling.node_id]
    present = [e for e in here if e.overlaps(network.month, network.month)]
    stays = [e for e in present if known(e, "certainty", str) != "tip_only"]
    residents = sorted({edge.source for edge in stays})
    grown = {p: known(network.node(p), "is_adult", bool) for p in residents}
    spells = [
        e
        for e in network.edges(EdgeKind.EMPLOYED_BY)
        if grown.get(e.source, False) is not False
        and e.overlaps(*month)
        and known(e, "is_paid", bool) is not False
    ]
    work: dict[str, set[str]] = {}
    for edge in spells:
        work.setdefault(edge.source, set()).add(edge.target)
    by_notice = False
    for edge in stays:
        named = known(edge, "employer_orgnr", str)
        if named and grown[edge.source] is not False and edge.source not in {e.source for e in spells}:
            work.setdefault(edge.source, set()).add(f"org:{named}")
            by_notice = True
    kin = nx.Graph()
    kin.add_nodes_from(residents)
    kin.add_edges_from(
        (e.source, e.target) for e in network.edges(EdgeKind.FAMILY) if e.source in kin and e.target in kin
    )
    families = sorted((frozenset(part) for part in nx.connected_components(kin)), key=min)
    holdings = [
        e
        for e in network.edges(EdgeKind.HOLDS_DWELLING)
        if e.target == dwelling.node_id and e.overlaps(*month)
    ]
    tests = {
        "age_presumed": any(grown[person] is None for person in work),
        "tips_left_out": len(stays) < len(present),
        "employer_from_notice": by_notice,
        "holder_unknown": not holdings,
        "scope_truncated": bool(network.truncated),
    }
    return Lodging(
        network=network,
        dwelling=dwelling,
        stays=tuple(stays),
        residents=tuple(residents),
        employers={person: tuple(sorted(work[person])) for person in sorted(work)},
        spells=tuple(spells),
        families=tuple(families),
        holdings=tuple(holdings),
        codes=frozenset(code for code, holds in tests.items() if holds),
    )


STAY = {
    "registered": (
        "En person er folkeregistrert i boligen",
        "A person is registered as living in the dwelling",
    ),
    "confirmed": (
        "Et tilsyn har bekreftet at en person bor i boligen",
        "An inspection confirmed that a person lives here",
    ),
    "reported": (
        "En melding sier at en person bor i boligen",
        "A notice says that a person lives in the dwelling",
    ),
}


def cite_residents(citations: Citations, lodging: Lodging, persons: Iterable[str]) -> None:
    """Cite that persons live in the dwelling, their age group, work and family ties.

    Args:
        citations: Where to cite.
        lodging: The dwelling.
        persons: Residents to cite.
    """
    wanted = set(persons)
    for edge in lodging.stays:
        if edge.source in wanted:
            nb, en = STAY.get(
                known(edge, "certainty", str) or "", ("En person bor i boligen", "A person lives here")
            )
            citations.edge(
                edge,
                both(
                    "{shown} ({period}).",
                    "{shown} ({period}).",
                    shown={"nb": nb, "en": en},
                    period=period(edge),
                ),
            )
            citations.node(
                edge.source,
                both(
                    "Beboeren er registrert som voksen eller barn.",
                    "The resident is registered as an adult or a child.",
                ),
            )
    for edge in lodging.spells:
        if edge.source in wanted:
            citations.edge(
                edge,
                both(
                    "En beboer arbeider i {org} ({period}).",
                    "A resident works for {org} ({period}).",
                    org=company(lodging.network, edge.target),
                    period=period(edge),
                ),
            )
    for edge in lodging.network.edges(EdgeKind.FAMILY):
        if edge.source in wanted and edge.target in wanted:
            citations.edge(edge, both("To av beboerne er i familie.", "Two of the residents are family."))


HOLDERS = {
    "hjemmelshaver": ("eier boligen", "owns the dwelling"),
    "fester": ("fester tomten", "leases the ground"),
    "borettshaver": ("eier borettslagsandelen", "owns the share in the housing cooperative"),
    "leier": ("leier boligen", "rents the dwelling"),
    "tilbyder": ("stiller boligen til rådighet", "provides the dwelling"),
    "leietaker": ("leier boligen", "rents the dwelling"),
    "eier_oppgitt": ("er oppgitt som eier", "is stated as owner"),
}


def cite_holders(citations: Citations, lodging: Lodging) -> None:
    """Cite who holds the dwelling.

    Args:
        citations: Where to cite.
        lodging: The dwelling.
    """
    for edge in lodging.holdings:
        nb, en = HOLDERS.get(
            known(edge, "holder_kind", str) or "", ("rår over boligen", "holds the dwelling")
        )
        who: dict[Language, str] = {"nb": "En person", "en": "A person"}
        if edge.source.startswith("org:"):
            who = company(lodging.network, edge.source)
        citations.edge(
            edge,
            both(
                "{who} {holds} ({period}).",
                "{who} {holds} ({period}).",
                who=who,
                holds={"nb": nb, "en": en},
                period=period(edge),
            ),
        )


def cite_dwelling(citations: Citations, lodging: Lodging, nb: str, en: str) -> None:
    """Cite the dwelling itself and the housing notice where one is known.

    Args:
        citations: Where to cite.
        lodging: The dwelling.
        nb: What its row shows, in Norwegian.
        en: The same in English.
    """
    citations.node(lodging.dwelling.node_id, both("{shown}", "{shown}", shown={"nb": nb, "en": en}))
    for name in ("showers_n", "housing_kind", "permit"):
        citations.attribute(
            lodging.dwelling.node_id,
            name,
            both("Melding om innkvartering i boligen.", "Notice of lodging in the dwelling."),
        )


def dwelling_key(lodging: Lodging) -> str:
    """`adresseId:bruksenhet`."""
    return identifier(lodging.dwelling.node_id)
