"""Reads golden networks: small YAML files that a person can check by hand.

A file holds `what` it shows, a `scope`, `nodes`, `edges` and what to `expect` of the one finding; or it is
`like` another file of its folder and tells only what differs. An edge is written `K2: {contract: alfa >
beta, under: K1}`: its own id, its kind with source and target, then its days (`from..to`), amount (`nok`),
share and attributes. What is not written takes the ordinary value in `USUAL`; null takes an attribute, a
node or an edge away. Words stand for organisation numbers. A file with `within` and `beyond` is two cases,
one on each side of a limit.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from graph.model import (
    EDGE_ATTRIBUTES,
    NODE_ATTRIBUTES,
    Edge,
    EdgeKind,
    Network,
    Node,
    RowRef,
    Value,
    network,
)

FOLDER = Path(__file__).parent
AS_OF = datetime(2026, 2, 14, 23, tzinfo=UTC)

_KINDS = yaml.safe_load((FOLDER / "kinds.yaml").read_text(encoding="utf-8"))
EDGES: Mapping[str, Mapping[str, Any]] = _KINDS["edges"]
"""By kind of edge: kinds of its `ends`, `table` of its row, and what is `usual`."""
NODE_TABLES: Mapping[str, str] = _KINDS["nodes"]


@dataclass(frozen=True)
class Golden:
    """One case: a network and what to expect of it."""

    name: str
    indicator_id: str
    what: str
    network: Network
    expect: Mapping[str, Any]


def orgnr(word: str) -> str:
    """The synthetic organisation number that a word stands for."""
    return word if word.isdigit() else f"2{zlib.crc32(word.encode()) % 10**8:08d}"


def node_id(text: str, kind: str = "org") -> str:
    """A node id out of `kind:word`, or out of a word of the usual kind."""
    head, _, rest = text.strip().partition(":")
    found, word = (head, rest) if head in NODE_ATTRIBUTES else (kind, text.strip())
    return f"{found}:{orgnr(word) if found == 'org' else word}"


def scope_id(text: str) -> str:
    """A scope id with words turned into numbers: all of a flow or succession, elsewhere those after an @."""
    kind, _, rest = text.partition(":")
    if kind == "flow":
        return f"flow:{'+'.join(sorted(orgnr(word) for word in rest.split('+')))}"
    if kind == "succession":
        return f"succession:{':'.join(orgnr(word) for word in rest.split(':'))}"
    words = (orgnr(word[1:]) if word.startswith("@") else word for word in rest.split(":"))
    return f"{kind}:{':'.join(words)}"


def _value(given: object, kind: type) -> Value:
    if kind is Decimal:
        return Decimal(str(given))
    if kind is date:
        return given if isinstance(given, date) else date.fromisoformat(str(given))
    assert isinstance(given, kind), f"{given!r} is no {kind.__name__}"
    return given  # type: ignore[return-value]


def _attributes(given: Mapping[str, Any], types: Mapping[str, type]) -> dict[str, Value]:
    return {name: _value(value, types[name]) for name, value in given.items() if value is not None}


def _owner(given: Mapping[str, Any]) -> dict[str, Any]:
    root = given.get("owner_root")
    return {**given, "owner_root": node_id(root)} if root else dict(given)


def node(text: str, given: Mapping[str, Any]) -> Node:
    """A node out of its entry."""
    found = node_id(text)
    kind = found.split(":", 1)[0]
    return Node(
        found,
        _attributes(_owner(given), NODE_ATTRIBUTES[kind]),
        RowRef(NODE_TABLES[kind], "2026-01", f"id={found}"),
    )


def edge(name: str, given: Mapping[str, Any]) -> Edge:
    """An edge out of its entry."""
    kind = next(kind for kind in EDGES if kind in given)
    declared = EDGES[kind]
    entry = {**declared.get("usual", {}), **given}
    source, _, target = str(entry.pop(kind)).partition(" > ")
    start, _, end = str(entry.pop("days", None) or "..").partition("..")
    nok, share = entry.pop("nok", None), entry.pop("share", None)
    if "under" in entry:
        entry["parent_contract_id"] = entry.pop("under")
    if kind == "contract":
        entry.setdefault("contract_id", name)
    if kind == "payment":
        entry.setdefault("invoice_id", name)
        end = end or start
    if entry.get("employer_orgnr"):
        entry["employer_orgnr"] = orgnr(entry["employer_orgnr"])
    return Edge(
        edge_id=f"{kind}|{name}",
        source=node_id(source, declared["ends"][0]),
        target=node_id(target, declared["ends"][1]),
        kind=EdgeKind(kind),
        row=RowRef(declared["table"], "2026-01", f"id={name}"),
        valid_from=date.fromisoformat(start) if start else None,
        valid_to=date.fromisoformat(end) if end else None,
        amount_ore=None if nok is None else int(Decimal(str(nok)) * 100),
        share=None if share is None else Decimal(str(share)),
        attributes=_attributes(entry, EDGE_ATTRIBUTES[EdgeKind(kind)]),
    )


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping with another laid over it, mapping into mapping."""
    found = dict(base)
    for key, value in change.items():
        old = found.get(key)
        found[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return found


def read(path: Path) -> list[Golden]:
    """The cases of a file."""
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    sides = {f"{path.stem}-{side}": given.pop(side) for side in ("within", "beyond") if side in given}
    if like := given.pop("like", None):
        base = yaml.safe_load((path.parent / f"{like}.yaml").read_text(encoding="utf-8"))
        base.pop("expect", None)
        given = merged(base, given)
    return [_case(path, name, merged(given, side)) for name, side in (sides or {path.stem: {}}).items()]


def _case(path: Path, name: str, given: Mapping[str, Any]) -> Golden:
    indicator_id = path.parent.name
    return Golden(
        name=f"{indicator_id}-{name}",
        indicator_id=indicator_id,
        what=given["what"],
        network=built(given),
        expect=given["expect"],
    )


def built(given: Mapping[str, Any]) -> Network:
    """The network of an entry."""
    return network(
        scope_id(given["scope"]),
        [node(text, value) for text, value in (given.get("nodes") or {}).items() if value is not None],
        [edge(name, value) for name, value in (given.get("edges") or {}).items() if value is not None],
        month=given.get("month", date(2026, 1, 31)),
        as_of=AS_OF,
        truncated=given.get("truncated", ""),
    )


def cases() -> Iterator[Golden]:
    """All golden cases."""
    for path in sorted(FOLDER.glob("*/*.yaml")):
        if path.stem != "properties":
            yield from read(path)


def properties(indicator_id: str) -> dict[str, Any]:
    """What must hold of an indicator on any network: `stricter` thresholds, and rows `outside` its days."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / indicator_id / "properties.yaml").read_text("utf-8"))
    return found
