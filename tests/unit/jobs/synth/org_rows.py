"""What registers of companies say about one world: every row decoded, all versions of it, oldest first."""

from collections import defaultdict
from datetime import date
from typing import Any

import orjson

from jobs.synth.emit_brreg import EntityRegister
from jobs.synth.emit_outcome import outcome_deliveries
from jobs.synth.emit_owners import OwnerRegister
from jobs.synth.model import Planted
from jobs.synth.outgoing import Outgoing
from jobs.synth.world import World

Row = dict[str, Any]
Who = tuple[str, str, str]

CONTROL = ("DAGL", "LEDE", "MEDL", "INNH", "DTPR", "KONT")
DEBT = 50_000
HUB_FIRMS = 6
"""A resource that more firms share says nothing about any of them."""


class OrgRows:
    """Rows of the registers of entities, roles, owners and outcomes, as they were delivered."""

    def __init__(self, world: World, *, only_outcomes: bool = False) -> None:
        self.world = world
        self.entities: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        self.roles: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        self.branches: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        self.owners: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        self.inspections: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        self.reviews: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        self.events: list[Row] = []
        self.notices: list[tuple[str, str, Row]] = []
        self.deliveries: list[Outgoing] = []
        kept = {
            "enheter": (self.entities, "organisasjonsnummer"),
            "underenheter": (self.branches, "organisasjonsnummer"),
            "roller": (self.roles, "organisasjonsnummer"),
            "tilsyn": (self.inspections, "internTilsynsId"),
            "vurderinger": (self.reviews, "vurdering_id"),
        }
        for delivery in (
            *(() if only_outcomes else EntityRegister(world).deliveries()),
            *(() if only_outcomes else OwnerRegister(world).deliveries()),
            *outcome_deliveries(world),
        ):
            self.deliveries.append(delivery)
            for file in delivery.files:
                name = file.name.split(".")[0]
                for row in map(orjson.loads, file.rows):
                    if delivery.source == "brreg_oppdateringer":
                        self.notices.append((delivery.period, name.split("_")[1], row))
                    elif name.startswith("rrh"):
                        number = row["registreringspliktigVirksomhet"]["organisasjonsnummer"]
                        self.owners[number].append((delivery.period, row))
                    elif name == "hendelser":
                        self.events.append(row)
                    elif name != "slettinger":
                        versions, key = kept[name.split("_")[0]]
                        versions[row[key]].append((delivery.period, row))
        self.firms = {f.orgnr: f for f in world.firms}

    # ---- facts about one company -----------------------------------------------------------------
    def entity(self, orgnr: str) -> Row:
        """The newest full record; the last one before deletion when it is deleted."""
        return next(r for _, r in reversed(self.entities[orgnr]) if r.get("respons_klasse") != "SlettetEnhet")

    def holders(self, orgnr: str, day: str = "9999") -> set[Who]:
        """Who has a control role by the newest version of a day, resigned ones left out."""
        known = [row for period, row in self.roles[orgnr] if period <= day]
        return {
            who(role["person"])
            for group in (known[-1]["rollegrupper"] if known else ())
            for role in group["roller"]
            if "person" in role and role["type"]["kode"] in CONTROL and not role["fratraadt"]
        }

    def ever_held(self, orgnr: str) -> dict[Who, str]:
        """Everybody who ever had a control role, with the last period of it."""
        found: dict[Who, str] = {}
        for period, _ in self.roles[orgnr]:
            found.update(dict.fromkeys(self.holders(orgnr, period), period))
        return found

    def agents(self, orgnr: str) -> set[str]:
        """Numbers of its accountants."""
        return {
            role["enhet"]["organisasjonsnummer"]
            for group in self.roles[orgnr][-1][1]["rollegrupper"]
            for role in group["roller"]
            if group["type"]["kode"] == "REGN"
        }

    def resources(self, orgnr: str) -> set[tuple[str, object]]:
        """What it shares with whoever has the same: premises, contacts, people in charge, workers."""
        record = self.entity(orgnr)
        found: set[tuple[str, object]] = {("role", one) for one in self.ever_held(orgnr)}
        found |= {("contact", record[k]) for k in ("telefon", "epostadresse") if k in record}
        found |= {("address", address(r)) for _, r in self.entities[orgnr] if "forretningsadresse" in r}
        found |= {("worker", j.person) for j in self.firms[orgnr].jobs if j.is_declared}
        return found

    def failed_on(self, orgnr: str) -> str:
        return str(self.entity(orgnr).get("konkursdato", ""))

    def has_debt(self, orgnr: str) -> bool:
        return self.firms[orgnr].arrears.get(self.world.months[-1], 0) >= DEBT

    def is_group(self, orgnr: str) -> bool:
        return bool(self.entity(orgnr).get("erIKonsern"))

    # ---- facts about several ---------------------------------------------------------------------
    def degree(self) -> dict[tuple[str, object], int]:
        """How many firms have each resource."""
        counts: dict[tuple[str, object], int] = defaultdict(int)
        for orgnr in self.entities:
            if orgnr in self.firms and self.firms[orgnr].form != "KBO":
                for resource in self.resources(orgnr):
                    counts[resource] += 1
        return counts

    def shared(
        self, orgnr: str, others: list[str], degree: dict[tuple[str, object], int]
    ) -> dict[str, set[str]]:
        """Kinds of resources that it shares with two or more of the others, hubs left out."""
        mine = {r for r in self.resources(orgnr) if degree[r] <= HUB_FIRMS}
        by_kind: dict[str, set[str]] = defaultdict(set)
        for other in others:
            for kind, _ in mine & self.resources(other):
                by_kind[kind].add(other)
        return {kind: firms for kind, firms in by_kind.items() if len(firms) >= 2}

    def serial(self, orgnr: str) -> int:
        """Most failures in debt within a year of which somebody led who leads this company now."""
        counts: dict[Who, int] = defaultdict(int)
        for other in self.entities:
            if other == orgnr or other not in self.firms or not (on := self.failed_on(other)):
                continue
            year_before = date.fromisoformat(on).replace(year=int(on[:4]) - 1).isoformat()
            for one, last in self.ever_held(other).items():
                if last >= year_before and self.has_debt(other):
                    counts[one] += 1
        return max((counts[one] for one in self.holders(orgnr)), default=0)

    def confirmed(self, orgnr: str) -> list[Row]:
        """Newest versions of serious inspections that stand as final."""
        latest = [versions[-1][1] for versions in self.inspections.values()]
        return [
            r
            for r in latest
            if r["tilsynsobjektHovedenhet"] == orgnr and r["vedtakStatus"] == "endelig"
            and r["funnNivaa"] in ("stop", "fine", "police_report", "tax_assessment")
        ]  # fmt: skip

    def boards(self, one: Who) -> list[str]:
        """Living companies in which somebody has a control role now."""
        return [
            o
            for o in self.roles
            if o in self.firms and self.firms[o].is_alive(self.world.closing) and one in self.holders(o)
        ]


def who(person: Row) -> Who:
    return person["fodselsdato"], person["navn"]["fornavn"], person["navn"]["etternavn"]


def address(record: Row) -> tuple[str, str]:
    where = record["forretningsadresse"]
    line = where["adresse"][-1].lower().replace("veien ", "vegen ").replace("gt. ", "gata ")
    return line.replace(" ", ""), where["postnummer"]


def subject(planted: Planted, indicator: str) -> str:
    """Number of its (first) company."""
    return planted.subjects[indicator][0].removeprefix("org:")
