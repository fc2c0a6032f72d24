"""Declared chains by month: projects, contracts and invoices, and one contract that its owner withdraws."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.model import Contract, Invoice, Project
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

FULL_CHAIN_SOURCES = ("leverandoersystem", "byggherreliste", "offentlig_kontrakt")


class DeclaredChains:
    """Monthly deliveries: what is new or has changed since the month before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("kontraktskjede")
        self._last: dict[str, bytes] = {}
        self._labour_known: dict[Contract, bool] = {}
        self.withdrawn: Contract | None = None

    def deliveries(self) -> Iterator[Outgoing]:
        """All deliveries; the first one holds the initial stock."""
        world = self._world
        contracts = [c for p in world.projects for c in p.contracts] + world.standing
        contracts = sorted((c for c in contracts if c.is_declared), key=lambda c: c.contract_id)
        projects = sorted(world.projects, key=lambda p: p.project_id)
        invoices = sorted(world.invoices, key=lambda i: i.invoice_id)
        for index, month in enumerate(world.months):
            end = last_day(month)
            live = [p for p in projects if any(c.declared_on <= end for c in p.contracts[:1])]
            files = [
                Rows("prosjekter.jsonl.gz", self._new((p.project_id, self._project(p, end)) for p in live)),
                Rows(
                    "kontrakter.jsonl.gz",
                    self._new(
                        (c.contract_id, self._contract(c, end)) for c in contracts if c.declared_on <= end
                    ),
                ),
                Rows(
                    "fakturaer.jsonl.gz",
                    [
                        orjson.dumps(_invoice(i, month_after(month, 5)))
                        for i in invoices
                        if f"{i.issued:%Y-%m}" == month
                    ],
                ),
            ]
            if any(f.rows for f in files):
                yield Outgoing(
                    "kontraktskjede",
                    month,
                    "ordinary",
                    instant(month_after(month, 5), 7),
                    [f for f in files if f.rows],
                )
            if index == len(world.months) // 2:
                yield from self._withdrawal(month, end)

    def _new(self, rows: Iterator[tuple[str, Json]] | Any) -> list[bytes]:
        changed = []
        for key, record in rows:
            encoded = orjson.dumps(record)
            if self._last.get(key) != encoded:
                self._last[key] = encoded
                changed.append(encoded)
        return changed

    def _withdrawal(self, month: str, end: date) -> Iterator[Outgoing]:
        """A leaf contract of the background was sent by mistake; whoever has it deletes it."""
        parents = {c.parent for p in self._world.projects for c in p.contracts}
        billed = {i.contract for i in self._world.invoices}
        ended = sorted(
            (
                c
                for p in self._world.projects
                if not p.is_planted
                for c in p.contracts[1:]
                if c.contract_id in self._last and c.end < end and c not in parents and c not in billed
            ),
            key=lambda c: c.contract_id,
        )
        if not ended:
            return
        self.withdrawn = self._rng.choice(ended)
        row = {
            "fil": "kontrakter.jsonl.gz",
            "noekkel": {"kontrakt_id": self.withdrawn.contract_id},
            "grunn": "feilsendt",
        }
        yield Outgoing(
            "kontraktskjede", month, "deletion", instant(month_after(month, 8), 7),
            [Rows("slettinger.jsonl.gz", [orjson.dumps(row)])],
        )  # fmt: skip

    def _project(self, project: Project, end: date) -> Json:
        checked = project.contracts[0].verified_on
        is_verified = project.is_verified and checked is not None and checked <= end
        declaration: Json = {"status": "verifisert" if is_verified else "erklaert", "komplett": False}
        if is_verified and checked is not None:
            declaration |= {
                "verifisert_av_orgnr": project.client.orgnr,
                "verifisert_dato": checked.isoformat(),
                "komplett": project.is_complete,
            }
            if project.is_complete:
                declaration["komplett_per_dato"] = checked.isoformat()
        record: Json = {
            "prosjekt_id": project.project_id,
            "navn": project.name,
            "byggherre_orgnr": project.client.orgnr,
            "oppdragsgivertype": project.client_kind,
            "arbeidstype": project.work,
            "verdi": project.value,
            "adressetekst": project.site.address_text,
            "adresseId": project.site.address_id,
            "kommunenummer": project.site.municipality.number,
            "posisjon": {"nord": project.site.north, "oest": project.site.east},
            "start": project.start.isoformat(),
            "planlagt_slutt": project.end.isoformat(),
            "ledd_grense": project.tier_limit,
            "dispensasjoner": [
                {"kontrakt_id": c.contract_id, "ekstra_ledd": extra, "innvilget_dato": granted.isoformat()}
                for c, extra, granted in project.dispensations
                if granted <= end
            ],
            "erklaering": declaration,
            "kilde": FULL_CHAIN_SOURCES[int(project.project_id[2:]) % len(FULL_CHAIN_SOURCES)],
        }
        if project.cpv:
            record["cpv"] = [project.cpv]
        if project.end <= end:
            record["slutt"] = project.end.isoformat()
        return record

    def _contract(self, contract: Contract, end: date) -> Json:
        if contract not in self._labour_known:
            self._labour_known[contract] = self._rng.random() < 0.75
        is_broken = contract.planned_end is not None and contract.end <= end
        ends = contract.end if contract.planned_end is None or is_broken else contract.planned_end
        state = "planlagt" if contract.start > end else "avsluttet" if ends <= end else "aktiv"
        if is_broken:
            state = "hevet"
        checked = contract.verified_on if contract.is_verified else None
        is_verified = checked is not None and checked <= end
        record: Json = {
            "kontrakt_id": contract.contract_id,
            "prosjekt_id": contract.project.project_id if contract.project else None,
            "forelder_kontrakt_id": contract.parent.contract_id if contract.parent else None,
            "oppdragsgiver_orgnr": contract.client.orgnr,
            "oppdragstaker_orgnr": contract.supplier.orgnr,
            "type": contract.kind,
            "arbeidsbaerende": contract.is_labour,
            "verdi": contract.value,
            "arbeidsverdi": contract.value * 7 // 10
            if contract.is_labour and self._labour_known[contract]
            else None,
            "signert_dato": contract.signed.isoformat(),
            "start": contract.start.isoformat(),
            "slutt": ends.isoformat(),
            "meldt_dato": contract.declared_on.isoformat(),
            "status": state,
            "erklaering_status": "verifisert" if is_verified else "erklaert",
        }
        if is_verified and checked is not None:
            record["verifisert_dato"] = checked.isoformat()
        return record


def _invoice(invoice: Invoice, known: date) -> Json:
    record: Json = {
        "faktura_id": invoice.invoice_id,
        "kontrakt_id": invoice.contract.contract_id if invoice.contract else None,
        "utsteder_orgnr": invoice.issuer.orgnr,
        "mottaker_orgnr": invoice.recipient.orgnr,
        "type": invoice.kind,
        "fakturadato": invoice.issued.isoformat(),
        "beloep_eks_mva": invoice.amount,
        "mva_beloep": invoice.amount // 4,
        "beskrivelse": invoice.text,
        "har_kontaktopplysninger": True,
        "kilde": "prosjektregnskap",
    }
    if invoice.paid is not None and invoice.paid <= known:
        record["betalt_dato"] = invoice.paid.isoformat()
    if invoice.hours is not None:
        record["timer"] = invoice.hours
    return record
