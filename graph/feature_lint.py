"""Keeps forbidden attributes and their known proxies out of what detectors may read.

Published lists of warning signs contain items about nationality and origin, and public bodies have been
fined for using them. So what an indicator may build on is checked where it is declared and where it is
read. A legal form may decide which duty applies, and a name is needed to tell a reader which company is
meant; neither may add weight, and each such reading stands in `ALLOWED` with its reason.

Source: requirement LR-06 (excluded attributes and proxies), personopplysningsloven § 12 a and GDPR articles
9 and 10.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import pairwise

from graph.indicator import Indicator

FORBIDDEN = (
    "nationality", "nasjonalitet", "citizen", "statsborger", "birthplace", "foedested", "fodested",
    "foedeland", "fodeland", "landbakgrunn", "ethnic", "etnis", "race", "rase", "religio", "livssyn",
    "language", "spraak",
    "sprak", "health", "helse", "sykdom", "disease", "disab", "fagforening", "union", "gender", "sex",
    "kjonn", "kjoenn", "immigra", "innvandr", "asyl", "refugee", "flyktning", "politic", "politisk",
)  # fmt: skip
"""Beginnings of words that no attribute, threshold or detector may contain."""

PROXIES = (
    "dnumber", "dnummer", "dnr", "foreign", "utenlandsk", "country", "land",
    "iso2", "iso3", "phone", "telefon",
    "iban", "bic", "swift", "postcode", "postal", "postnummer", "zip", "surname", "etternavn", "fornavn",
    "firstname", "name", "navn", "nuf", "form",
)  # fmt: skip
"""Whole words that stand in for a forbidden attribute; a detector may not read them."""

TWO_WORDS = frozenset(
    {("d", "number"), ("d", "nummer"), ("birth", "country"), ("birth", "place"), ("first", "name")}
)
"""Pairs of words that are forbidden together."""

PERSON_ATTRIBUTES: Mapping[str, str] = {
    "is_adult": "a child living with its family is never counted as a worker",
}
"""The only things that may be known about a person, and why."""

ALLOWED: Mapping[tuple[str, str], str] = {
    ("reading", "name"): "tells the reader which company is meant",
    ("reading", "org_form"): "keeps the name of a sole proprietor out of the text",
}
"""Readings of a proxy that add no weight: module and name, and the reason."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One forbidden or undeclared input.

    Attributes:
        where: Declaration or module.
        name: The name found.
        reason: What is wrong with it.
    """

    where: str
    name: str
    reason: str


def words(name: str) -> list[str]:
    """The words of a name in snake case or camel case, in lower case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in re.split(r"[^0-9a-zA-ZæøåÆØÅ]+", spaced.lower()) if word]


def is_forbidden(name: str) -> bool:
    """Whether a name contains a forbidden attribute."""
    found = words(name)
    return any(word.startswith(FORBIDDEN) for word in found) or any(
        pair in TWO_WORDS for pair in pairwise(found)
    )


def is_proxy(name: str) -> bool:
    """Whether a name contains a known proxy of a forbidden attribute."""
    return not set(words(name)).isdisjoint(PROXIES)


def lint_declared(attributes: Mapping[str, Mapping[str, type]], where: str) -> list[Problem]:
    """Problems with declared attributes.

    Args:
        attributes: Kind of node or edge -> attribute -> type.
        where: What is declared, for the message.
    """
    found = []
    for kind, names in attributes.items():
        for name in names:
            if is_forbidden(name):
                found.append(Problem(f"{where}.{kind}", name, "forbidden attribute"))
            elif kind == "person" and name not in PERSON_ATTRIBUTES:
                found.append(
                    Problem(f"{where}.{kind}", name, "a person may only carry what PERSON_ATTRIBUTES lists")
                )
    return sorted(found)


def lint_indicators(indicators: Iterable[Indicator]) -> list[Problem]:
    """Problems with the thresholds and guards that indicators declare."""
    return sorted(
        Problem(declared.id, name, "forbidden attribute or proxy")
        for declared in indicators
        for name in (
            *(f.name for f in fields(declared.default_thresholds)),
            *declared.guards,
            *declared.missing,
        )
        if is_forbidden(name) or is_proxy(name)
    )


def lint_source(module: str, source: str, declared: Iterable[str]) -> list[Problem]:
    """Problems in the code of a detector.

    Args:
        module: Its name, as in `ALLOWED`.
        source: Its code.
        declared: Attributes declared for nodes and edges.

    Returns:
        Forbidden names anywhere outside documentation, proxies among attributes that are read, and
        attributes that are read without being declared.
    """
    tree = ast.parse(source)
    known_names = set(declared)
    found = {Problem(module, name, "forbidden attribute") for name in _names(tree) if is_forbidden(name)}
    for name in _read(tree):
        if name not in known_names:
            found.add(Problem(module, name, "attribute is not declared"))
        elif is_proxy(name) and (module, name) not in ALLOWED:
            found.add(Problem(module, name, "proxy of a forbidden attribute"))
    return sorted(found)


def _names(tree: ast.AST) -> Iterator[str]:
    """Names and texts that could be attributes; classes, in capitals, are not."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name))
            ):
                if not name[:1].isupper():
                    yield name
            case ast.Constant(value=str(text)) if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text):
                yield text


def _read(tree: ast.AST) -> Iterator[str]:
    """Attributes read from nodes and edges: texts given to `known`, alone or out of a tuple looped over."""
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "known"
    ]
    variables = {arg.id for call in calls for arg in call.args[1:2] if isinstance(arg, ast.Name)}
    for call in calls:
        yield from _texts(call.args[1:2])
    for node in ast.walk(tree):
        match node:
            case (
                ast.comprehension(target=ast.Name(id=name), iter=ast.Tuple(elts=items))
                | ast.For(target=ast.Name(id=name), iter=ast.Tuple(elts=items))
            ) if name in variables:
                yield from _texts(items)


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
