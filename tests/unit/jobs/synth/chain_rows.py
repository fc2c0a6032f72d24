"""What registers around contract chains say about one world: every row decoded, the newest one per key."""

from datetime import date
from statistics import median
from typing import Any

import orjson

from jobs.ingest import read_xml
from jobs.synth.emit_approvals import approval_deliveries
from jobs.synth.emit_assignments import AssignmentRegister
from jobs.synth.emit_chain import DeclaredChains
from jobs.synth.model import Firm, Planted
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.pay import payroll
from jobs.synth.world import World

Row = dict[str, Any]

NEVER = date.max.isoformat()


def content(file: Rows) -> bytes:
    """A file as it is stored, before compression."""
    frame = file.frame()
    return frame.head + file.body() + frame.tail


def records(file: Rows) -> list[Row]:
    """The records of a file, read back from its bytes."""
    stored = content(file)
    if file.framing == "xml":
        # An empty element is a missing one.
        found = read_xml.elements(iter((stored,)), "Renholdsvirksomhet")
        return [{k: v for k, v in row.items() if v != ""} for row in found]
    if file.framing == "json":
        document = orjson.loads(stored)
        listed: list[Row] = next(v for v in document.values() if isinstance(v, list))
        return listed
    return [orjson.loads(line) for line in stored.splitlines()]


class ChainRows:
    """Rows of the chain, the assignment register and the approval registers, as known in the end."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.contracts: dict[str, Row] = {}
        self.projects: dict[str, Row] = {}
        self.invoices: dict[str, Row] = {}
        self.reports: dict[str, Row] = {}
        self.lines: dict[str, Row] = {}
        self.first_known: dict[str, Outgoing] = {}
        self.approvals: dict[str, dict[str, Row]] = {}
        self._firms: dict[str, Firm] = {f.orgnr: f for f in world.firms}
        at_last = sorted(DeclaredChains(world).deliveries(), key=lambda d: (d.period, d.delivered_at))
        for delivery in at_last:
            self._take(delivery, "prosjekter", self.projects, "prosjekt_id")
            self._take(delivery, "kontrakter", self.contracts, "kontrakt_id")
            self._take(delivery, "fakturaer", self.invoices, "faktura_id")
        at_last = sorted(AssignmentRegister(world).deliveries(), key=lambda d: (d.period, d.delivered_at))
        for delivery in at_last:
            self._take(delivery, "oppdrag", self.reports, "oppdrag_id")
            self._take(delivery, "arbeidstakere", self.lines, "linje_id")
        for delivery in approval_deliveries(world):
            day = self.approvals.setdefault(delivery.period, {})
            for file in delivery.files:
                for row in records(file):
                    day[row.get("Organisasjonsnummer") or row["organisasjonsnummer"]] = row
        self.by_project: dict[str, list[Row]] = {}
        for row in self.contracts.values():
            self.by_project.setdefault(row["prosjekt_id"] or "", []).append(row)

    def _take(self, delivery: Outgoing, name: str, into: dict[str, Row], key: str) -> None:
        for file in delivery.files:
            if file.name.startswith(name):
                for row in records(file):
                    into[row[key]] = row
                    self.first_known.setdefault(row[key], delivery)

    # ---- money -----------------------------------------------------------------------------------
    def paid(self, orgnr: str, *, as_issuer: bool) -> list[Row]:
        """Invoices that a firm sent or got."""
        side = "utsteder_orgnr" if as_issuer else "mottaker_orgnr"
        return [i for i in self.invoices.values() if i[side] == orgnr and i["type"] == "faktura"]

    def passed_on(self, orgnr: str) -> tuple[float, float, float]:
        """Part of what a firm got that it passed on, part of it that it paid its own people, days between."""
        got, given = self.paid(orgnr, as_issuer=True), self.paid(orgnr, as_issuer=False)
        received = sum(i["beloep_eks_mva"] for i in got)
        months = sorted({i["fakturadato"][:7] for i in got})
        own = sum(payroll(self._firms[orgnr], m).amount for m in months)
        # What is paid belongs to the receipt that was billed last before it.
        lags = []
        for bill in [i for i in given if i.get("betalt_dato")]:
            before = [i for i in got if i["fakturadato"] <= bill["fakturadato"] and i.get("betalt_dato")]
            if before:
                receipt = max(before, key=lambda i: str(i["fakturadato"]))
                lags.append(_days(receipt["betalt_dato"], bill["betalt_dato"]))
        labour = sum(
            i["beloep_eks_mva"]
            for i in given
            if (self.contracts.get(i["kontrakt_id"] or "") or {}).get("arbeidsbaerende")
        )
        return labour / received, own / received, median(lags)

    def turnover_by_buyer(self, orgnr: str) -> dict[str, float]:
        """What each buyer was billed."""
        found: dict[str, float] = {}
        for invoice in self.paid(orgnr, as_issuer=True):
            buyer = invoice["mottaker_orgnr"]
            found[buyer] = found.get(buyer, 0.0) + invoice["beloep_eks_mva"]
        return found

    # ---- labour ----------------------------------------------------------------------------------
    def load(self, orgnr: str) -> list[float]:
        """Hours promised per hour reported, month by month, for those months in which both are known."""
        found = []
        mine = [c for c in self.contracts.values() if c["oppdragstaker_orgnr"] == orgnr]
        below = [c for c in self.contracts.values() if c["oppdragsgiver_orgnr"] == orgnr]
        for month in self.world.months:
            promised = sum(_monthly_labour(c) for c in mine if _runs(c, month)) / 420
            hours = payroll(self._firms[orgnr], month).hours
            hours += sum(_monthly_labour(c) for c in below if _runs(c, month) and c["arbeidsbaerende"]) / 420
            if promised:
                found.append(promised / max(hours, 1.0))
        return found

    def labour_share(self, project_id: str) -> float:
        """Reported labour cost of a project's chain, as a part of its labour-bearing value."""
        project = self.projects[project_id]
        labour = [c for c in self.by_project[project_id] if c["arbeidsbaerende"]]
        goods = sum(c["verdi"] for c in self.by_project[project_id] if not c["arbeidsbaerende"])
        months = [m for m in self.world.months if project["start"][:7] <= m <= project["planlagt_slutt"][:7]]
        suppliers = dict.fromkeys(c["oppdragstaker_orgnr"] for c in labour)
        cost = sum(payroll(self._firms[o], m).amount for o in suppliers for m in months) * 1.141
        return float(cost / (project["verdi"] - goods))


def _runs(contract: Row, month: str) -> bool:
    return bool(contract["start"][:7] < month < contract["slutt"][:7])


def _monthly_labour(contract: Row) -> float:
    days = _days(contract["start"], contract["slutt"])
    return (contract["arbeidsverdi"] or 0) / max(days / 30.4, 1.0)


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def subject(planted: Planted, indicator: str, number: int = 0) -> str:
    """A subject's id without its kind."""
    return planted.subjects[indicator][number].split(":", 1)[1]
