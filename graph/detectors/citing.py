"""Collects what a finding rests on, so that it can be evaluated again from the cited rows alone."""

from collections.abc import Mapping
from datetime import date

from graph.detectors.reading import company, known
from graph.explain import Language, amount, short_day
from graph.indicator import Wording
from graph.model import Edge, Evidence, Network, RowRef

TABLES_BEHIND: Mapping[str, tuple[str, str]] = {
    "owner_root": ("core_org__owner_roots", "orgnr"),
    "arrears_ore": ("core_tax__standing", "orgnr"),
    "arrears_status": ("core_tax__standing", "orgnr"),
    "housing_kind": ("core_home__housing", "place_id"),
    "permit": ("core_home__housing", "place_id"),
    "showers_n": ("core_home__housing", "place_id"),
}
"""Attributes that come from another row than the node's own: table and key column."""


class Citations:
    """The evidence of one finding, each row once, in the order it is told."""

    def __init__(self, network: Network) -> None:
        """Start with nothing cited.

        Args:
            network: Network the finding is made in.
        """
        self._network = network
        self._found: dict[tuple[str, RowRef], Evidence] = {}

    def edge(self, edge: Edge, shows: Wording) -> None:
        """Cite an edge.

        Args:
            edge: Edge of the network.
            shows: What it shows.
        """
        self._add(f"edge:{edge.edge_id}", edge.row, shows)

    def node(self, node_id: str, shows: Wording) -> None:
        """Cite a node's own row; a node of which nothing more is known is cited with its edges.

        Args:
            node_id: Node of the network.
            shows: What it shows.
        """
        node = self._network.node(node_id)
        if node.row is not None:
            self._add(f"node:{node_id}", node.row, shows)
        elif node.attributes:
            self._add(f"node:{node_id}", RowRef("net_graph__nodes", self._month, f"node_id={node_id}"), shows)

    def attribute(self, node_id: str, name: str, shows: Wording) -> None:
        """Cite the row behind a node's attribute, where it is known.

        Args:
            node_id: Node of the network.
            name: Attribute in `TABLES_BEHIND`.
            shows: What it shows.
        """
        node = self._network.node(node_id)
        if name not in node.attributes:
            return
        table, column = TABLES_BEHIND[name]
        key = node_id if column == "place_id" else node_id.split(":", 1)[1]
        self._add(f"node:{node_id}", RowRef(table, self._month, f"{column}={key}"), shows)

    def evidence(self) -> tuple[Evidence, ...]:
        """What was cited."""
        return tuple(self._found.values())

    @property
    def _month(self) -> str:
        return f"{self._network.month:%Y-%m}"

    def _add(self, element: str, row: RowRef, shows: Wording) -> None:
        self._found.setdefault((element, row), Evidence(element, row, shows.nb, shows.en))


def both(template_nb: str, template_en: str, **values: Mapping[Language, str] | str) -> Wording:
    """One sentence in both languages.

    Args:
        template_nb: Norwegian, with `{name}` for each value.
        template_en: English.
        values: Text, or text by language.
    """
    return Wording(nb=_filled(template_nb, values, "nb"), en=_filled(template_en, values, "en"))


def _filled(template: str, values: Mapping[str, Mapping[Language, str] | str], lang: Language) -> str:
    return template.format(**{k: v if isinstance(v, str) else v[lang] for k, v in values.items()})


def period(edge: Edge) -> dict[Language, str]:
    """The days an edge holds, in words."""
    words: dict[Language, tuple[str, str]] = {
        "nb": ("ukjent start", "løpende"),
        "en": ("start unknown", "ongoing"),
    }
    found: dict[Language, str] = {}
    for lang, (unknown, ongoing) in words.items():
        first = short_day(edge.valid_from, lang) if edge.valid_from else unknown
        found[lang] = f"{first} - {short_day(edge.valid_to, lang) if edge.valid_to else ongoing}"
    return found


def role_words(network: Network, edge: Edge) -> Wording:
    """What an edge of kind `holds_role` shows.

    Args:
        network: Network it is in.
        edge: The role.
    """
    return both(
        "Rollen {role} i {org} ({days}).",
        "The role {role} in {org} ({days}).",
        role=known(edge, "role", str) or "-",
        org=company(network, edge.target),
        days=period(edge),
    )


def employed_words(network: Network, edge: Edge) -> Wording:
    """What an edge of kind `employed_by` shows.

    Args:
        network: Network it is in.
        edge: The employment.
    """
    return both(
        "Ansatt i {org} ({days}).",
        "Employed by {org} ({days}).",
        org=company(network, edge.target),
        days=period(edge),
    )


def sum_of(ore: int | None) -> dict[Language, str]:
    """An amount in words."""
    if ore is None:
        return {"nb": "ukjent beløp", "en": "amount unknown"}
    return {"nb": amount(ore, "nb"), "en": amount(ore, "en")}


def count_of(value: int | None) -> dict[Language, str]:
    """A count in words."""
    return {"nb": "ukjent antall", "en": "unknown"} if value is None else {"nb": str(value), "en": str(value)}


def day_of(day: date | None) -> dict[Language, str]:
    """A date in words."""
    if day is None:
        return {"nb": "ukjent dato", "en": "date unknown"}
    return {"nb": short_day(day, "nb"), "en": short_day(day, "en")}
