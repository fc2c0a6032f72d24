"""Scopes and findings made by hand, with names that try to break out of where they are written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from graph.model import Edge, EdgeKind, Evidence, Finding, Node, RowRef, Status, ThresholdBasis, Value

MONTH, BEFORE = "2026-01", "2025-12"
LAST_DAY = date(2026, 1, 31)
AS_OF = datetime(2026, 2, 14, 23, tzinfo=UTC)
SCRIPT = "</script><img src=x onerror=alert(1)> AS"
FORMULA = '=HYPERLINK("http://example.invalid","Klikk her") AS'
TURNED = "\u202eSA gniddeS\u202c Øst \u200fAS"
LONG = (
    "Sammenslutningen for Rehabilitering, Betongsaging og Fasadepuss i Indre Østfold og Omegn Samvirkeforetak"
)
SOLE_TRADER = "Maler Testa Prøvesen"
SOLE_ORGNR = "312000074"


def pseudonym(n: int) -> str:
    """A pseudonym for tests."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "p1_" + "".join(letters[(n * 7 + k * k * (n + 3)) % 32] for k in range(26))


TABLE_OF = {
    EdgeKind.CONTRACT: "core_chain__contracts",
    EdgeKind.PAYMENT: "core_chain__payments",
    EdgeKind.EMPLOYED_BY: "core_work__spells",
    EdgeKind.HOLDS_ROLE: "core_org__roles",
    EdgeKind.OWNS_SHARE: "core_org__ownerships",
    EdgeKind.RESIDES_IN: "core_home__residences",
    EdgeKind.HOLDS_DWELLING: "core_home__holders",
    EdgeKind.LOCATED_AT: "core_org__organisations",
    EdgeKind.WORKER_FLOW: "core_work__worker_flows",
    EdgeKind.TRANSFER: "core_org__events",
}


@dataclass
class Scope:
    """One scope under construction."""

    scope_id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)

    def org(self, orgnr: str, name: str = "", **attributes: Value) -> str:
        """A company."""
        node_id = f"org:{orgnr}"
        known: dict[str, Value] = {"org_form": "AS", **({"name": name} if name else {}), **attributes}
        self.nodes[node_id] = Node(node_id, known, RowRef("core_org__organisations", MONTH, f"orgnr={orgnr}"))
        return node_id

    def node(self, node_id: str, table: str = "core_home__dwellings", **attributes: Value) -> str:
        """Any other node."""
        key = node_id.split(":", 1)[1]
        self.nodes[node_id] = Node(node_id, attributes, RowRef(table, MONTH, f"id={key}"))
        return node_id

    def edge(self, kind: EdgeKind, source: str, target: str, n: int = 0, **more: Any) -> str:
        """An edge; returns its element."""
        key = f"{source}|{target}" + (f"|{n}" if n else "")
        edge = Edge(f"{kind}|{key}", source, target, kind, RowRef(TABLE_OF[kind], MONTH, key), **more)
        self.edges[edge.edge_id] = edge
        return f"edge:{edge.edge_id}"

    def evidence(self, element: str, nb: str, en: str) -> Evidence:
        """Evidence for an element of this scope."""
        kind, _, rest = element.partition(":")
        row = self.edges[rest].row if kind == "edge" else self.nodes[rest].row
        assert row is not None
        return Evidence(element, row, nb, en)


def chain_scope() -> tuple[Scope, Finding]:
    """A public project with four links below the main supplier."""
    s = Scope("project:P-1001")
    s.node(
        "project:P-1001",
        "core_chain__projects",
        client_orgnr="311000014",
        tier_limit=2,
        client_kind="kommune",
    )
    client = s.org("311000014", "Solvik kommune")
    main = s.org("311000022", "Fjordbygg Entreprenør AS")
    path = [
        main,
        s.org("311000030", "Nordvik Betong AS"),
        s.org("311000049", SCRIPT),
        s.org("311000057", FORMULA),
        s.org(SOLE_ORGNR, SOLE_TRADER, org_form="ENK"),
    ]
    contract = EdgeKind.CONTRACT
    links = [s.edge(contract, client, main, valid_from=date(2025, 3, 1), amount_ore=4_200_000_000)]
    for n, (a, b) in enumerate(pairwise(path)):
        links.append(
            s.edge(
                contract,
                a,
                b,
                valid_from=date(2025, 4 + n, 1),
                valid_to=date(2026, 6, 30),
                amount_ore=900_000_000 // (n + 1),
            )
        )
    for n in range(6):
        s.edge(contract, main, s.org(f"31100010{n}", f"Faggruppe {n + 1} AS"), valid_from=date(2025, 5, 1))
    other = s.org("311000065", TURNED)
    s.edge(contract, path[1], other, valid_from=date(2025, 6, 1))
    shown = [
        s.evidence(
            "node:project:P-1001",
            "Prosjektet: høyst 2 ledd under hovedleverandøren; 82,5 % av kjeden er kjent.",
            "The project: at most 2 links below the main supplier; 82.5% of the chain is known.",
        ),
        *(
            s.evidence(e, f"Kontrakt i ledd {n}, {'01.03.2025 - 30.06.2026'}.", f"Contract at link {n}.")
            for n, e in enumerate(links)
        ),
    ]
    shown[-1] = s.evidence(
        links[-1],
        f"Kontrakt i ledd 4 til enkeltpersonforetak {SOLE_ORGNR} ({SOLE_TRADER}).",
        f"Contract at link 4 to sole proprietorship {SOLE_ORGNR} ({SOLE_TRADER}).",
    )
    return s, Finding(
        indicator_id="A01",
        indicator_version="1.0",
        subject_id="chain:P-1001:0011223344556677",
        scope_id=s.scope_id,
        status=Status.TRIGGERED,
        threshold_basis=ThresholdBasis.STATUTE,
        companies=tuple(p[4:] for p in path),
        value=Decimal(4),
        threshold=Decimal(2),
        evidence=tuple(shown),
        guards=("dispensation=unknown", "hired_staff=not_ruled_out", "goods=ruled_out"),
        legal_basis_ref="Forskrift om offentlige anskaffelser §§ 8-13 og 19-3",
        facts={"depth": "4"},
    )


def shared_dwelling_scope(residents: int = 8) -> tuple[Scope, Finding, Finding]:
    """A dwelling with workers of two companies of the chain, let by a company near the chain."""
    s = Scope("dwelling:150003311:H0201")
    home = s.node("dwelling:150003311:H0201", rooms_n=3, area_m2=Decimal("68.0"))
    main, a, b = (
        s.org("311000022", "Fjordbygg Entreprenør AS"),
        s.org("311000030", "Nordvik Betong AS"),
        s.org("311000057", FORMULA),
    )
    landlord = s.org("311000073", LONG)
    leader = f"person:{pseudonym(50)}"
    lets = s.edge(
        EdgeKind.HOLDS_DWELLING,
        landlord,
        home,
        valid_from=date(2024, 9, 1),
        attributes={"holder_kind": "tilbyder"},
    )
    roles = [
        s.edge(
            EdgeKind.HOLDS_ROLE, leader, landlord, valid_from=date(2023, 1, 5), attributes={"role": "LEDE"}
        ),
        s.edge(EdgeKind.HOLDS_ROLE, leader, main, valid_from=date(2021, 8, 9), attributes={"role": "DAGL"}),
    ]
    shown = [s.evidence(f"node:{home}", "Boligen har 3 rom og 68 m².", "The dwelling has 3 rooms and 68 m².")]
    people = [f"person:{pseudonym(n)}" for n in range(residents)]
    for n, person in enumerate(people):
        lives = s.edge(EdgeKind.RESIDES_IN, person, home, valid_from=date(2025, 6, 1))
        works = s.edge(EdgeKind.EMPLOYED_BY, person, a if n % 2 else b, valid_from=date(2025, 5, 12))
        label = pseudonym(n)
        shown.append(
            s.evidence(lives, f"{label} bor i boligen fra 01.06.2025.", f"{label} lives in the dwelling.")
        )
        shown.append(s.evidence(works, f"{label} er ansatt.", f"{label} is employed."))
    crowd = tuple(shown)
    shown.append(
        s.evidence(
            lets,
            "Boligen leies ut av en virksomhet nær kjeden.",
            "The dwelling is let by a company near the chain.",
        )
    )
    shown += [
        s.evidence(r, "Samme person har rolle begge steder.", "The same person holds a role in both.")
        for r in roles
    ]
    common: dict[str, Any] = {
        "indicator_version": "1.0",
        "subject_id": home,
        "scope_id": s.scope_id,
        "status": Status.TRIGGERED,
        "dwellings": ("150003311:H0201",),
        "persons": tuple(sorted(p[7:] for p in people)),
    }
    shared = Finding(
        indicator_id="I02",
        threshold_basis=ThresholdBasis.OWN,
        companies=("311000030", "311000057", "311000073"),
        value=Decimal(2),
        threshold=Decimal(2),
        evidence=tuple(shown),
        guards=("barracks=ruled_out", "agency=ruled_out"),
        **common,
    )
    crowded = Finding(
        indicator_id="I01",
        threshold_basis=ThresholdBasis.PUBLISHED,
        companies=("311000030", "311000057"),
        value=Decimal(3),
        threshold=Decimal(2),
        evidence=crowd,
        guards=("family=ruled_out", "student=unknown"),
        data_quality=("rooms_unknown",),
        legal_basis_ref="SNF-normen",
        **common,
    )
    return s, shared, crowded


def succession_scope(failed: str = "313000018", heir: str = "313000026") -> tuple[Scope, Finding]:
    """A failed company and the one that continues with its workers, leader, address and client."""
    s = Scope(f"succession:{failed}:{heir}")
    old = s.org(failed, "Rask Montasje AS", bankrupt_on=date(2025, 9, 12), arrears_ore=74_350_000)
    new = s.org(heir, "Rask Montasje Øst AS", registered_on=date(2025, 8, 20))
    client = s.org("313000034", "Bolig og Bygg Oslo AS")
    place = s.node("place:SMIEVEIEN 4, 1640 RÅDE", "core_org__organisations")
    leader = f"person:{pseudonym(60)}"
    flow = s.edge(EdgeKind.WORKER_FLOW, old, new, valid_from=date(2025, 9, 12), attributes={"moved_n": 9})
    elements = [
        flow,
        s.edge(EdgeKind.HOLDS_ROLE, leader, old, valid_to=date(2025, 9, 1)),
        s.edge(EdgeKind.HOLDS_ROLE, leader, new, valid_from=date(2025, 8, 20)),
        s.edge(EdgeKind.LOCATED_AT, old, place),
        s.edge(EdgeKind.LOCATED_AT, new, place),
    ]
    people = [f"person:{pseudonym(70 + n)}" for n in range(9)]
    for person in people:
        elements.append(s.edge(EdgeKind.EMPLOYED_BY, person, old, valid_to=date(2025, 9, 1)))
        elements.append(s.edge(EdgeKind.EMPLOYED_BY, person, new, valid_from=date(2025, 9, 2)))
    for company in (old, new):
        s.edge(EdgeKind.CONTRACT, client, company, valid_from=date(2025, 1, 1))
    s.edge(
        EdgeKind.TRANSFER, old, new, valid_from=date(2025, 9, 20), attributes={"event_kind": "salg_fra_bo"}
    )
    shown = [
        s.evidence(
            e,
            "9 av 12 ansatte gikk over til den nye virksomheten.",
            "9 of 12 workers moved to the new company.",
        )
        for e in elements[:1]
    ]
    shown += [
        s.evidence(e, "Forholdet er felles for de to virksomhetene.", "Shared by the two companies.")
        for e in elements[1:]
    ]
    return s, Finding(
        indicator_id="B01",
        indicator_version="1.0",
        subject_id=f"pair:{failed}:{heir}",
        scope_id=s.scope_id,
        status=Status.TRIGGERED,
        threshold_basis=ThresholdBasis.OWN,
        companies=(failed, heir),
        persons=tuple(sorted(p[7:] for p in [leader, *people])),
        value=Decimal("0.75"),
        threshold=Decimal("0.4"),
        evidence=tuple(shown),
        guards=("estate_sale=not_ruled_out", "chance=ruled_out"),
    )


def circle_scope(members: Sequence[str] = ("313000026", "314000012", "314000020")) -> tuple[Scope, Finding]:
    """Three companies that pay each other in a ring."""
    s = Scope(f"flow:{min(members)}+" + "+".join(sorted(members)))
    names = ["Rask Montasje Øst AS", "Indre Stillas AS", "Havn Rigg og Drift AS"]
    nodes = [s.org(m, name) for m, name in zip(members, names, strict=True)]
    shown = []
    for n, payer in enumerate(nodes):
        for k in range(3):
            element = s.edge(
                EdgeKind.PAYMENT,
                payer,
                nodes[(n + 1) % 3],
                k + 1,
                amount_ore=48_000_000 - n * 3_000_000,
                valid_from=date(2025, 4 + n + 3 * k, 3),
                valid_to=date(2025, 4 + n + 3 * k, 3),
            )
            shown.append(s.evidence(element, "Faktura for arbeid.", "Invoice for labour."))
    return s, Finding(
        indicator_id="A02",
        indicator_version="1.0",
        subject_id="cluster:99aabbccddeeff00",
        scope_id=s.scope_id,
        status=Status.TRIGGERED,
        threshold_basis=ThresholdBasis.OWN,
        companies=tuple(sorted(members)),
        value=Decimal("0.875"),
        threshold=Decimal("0.6"),
        evidence=tuple(shown),
        guards=("group=ruled_out", "netting=unknown"),
    )
