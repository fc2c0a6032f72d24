"""What detectors about tax share: the company of a scope, two-month terms, its standing."""

from collections.abc import Iterable
from datetime import date

from graph.explain import LANGUAGES, MONTHS, Language
from graph.model import Edge, EdgeKind, Network

Term = tuple[int, int]
"""Year and two-month term, 1-6."""


def subject(network: Network) -> str:
    """Node of the company that a scope named after one company is about.

    Args:
        network: Scope whose id is `<kind>:<organisation number>`.
    """
    return f"org:{network.scope_id.split(':')[1]}"


def own(network: Network, kind: EdgeKind) -> list[Edge]:
    """Edges of a kind that start in the scope's company, in order of time and id.

    Args:
        network: Scope.
        kind: Kind of edge.
    """
    org = subject(network)
    found = (e for e in network.edges(kind) if e.source == org)
    return sorted(found, key=lambda e: (e.valid_from or date.min, e.edge_id))


def term_of(day: date) -> Term:
    """The two-month term that a day belongs to."""
    return day.year, (day.month + 1) // 2


def before(term: Term, count: int = 1) -> Term:
    """The term a number of terms earlier.

    Args:
        term: Term.
        count: How many terms earlier; negative is later.
    """
    number = term[0] * 6 + term[1] - 1 - count
    return number // 6, number % 6 + 1


def start_of(term: Term) -> date:
    """First day of a term."""
    return date(term[0], term[1] * 2 - 1, 1)


def term_words(term: Term) -> dict[Language, str]:
    """A term in words: `september og oktober 2025`."""
    first = term[1] * 2 - 2
    nb, en = (MONTHS[lang][first : first + 2] for lang in LANGUAGES)
    return {"nb": f"{' og '.join(nb)} {term[0]}", "en": f"{' and '.join(en)} {term[0]}"}


def month_words(day: date | None) -> dict[Language, str]:
    """The month of a day in words: `oktober 2025`."""
    if day is None:
        return {"nb": "ukjent måned", "en": "unknown month"}
    return {
        "nb": f"{MONTHS['nb'][day.month - 1]} {day.year}",
        "en": f"{MONTHS['en'][day.month - 1]} {day.year}",
    }


def newest(edges: Iterable[Edge]) -> Edge | None:
    """The last edge in order of id; None when there is none.

    Args:
        edges: Edges that say the same thing.
    """
    return max(edges, key=lambda e: e.edge_id, default=None)
