"""Declared chains by month: projects, contracts and invoices, late and corrected ones, and one withdrawn."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import orjson

from jobs.months import first_day, last_day
from jobs.synth.chains import MOST_MONTHS_LATE, chance, known_month
from jobs.synth.emit_doffin import doffin_id
from jobs.synth.model import Contract, Invoice, Project
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

FULL_CHAIN_SOURCES = ("leverandoersystem", "byggherreliste", "offentlig_kontrakt")


CONTRACTS = "kontrakter.jsonl.gz"
SIGNATORY_SHARE = 0.6
"""Part of contracts for which it is known who signed for the supplier."""
LABOUR_KNOWN_SHARE = 0.9
NOTICE_KNOWN_SHARE = 0.6
VALUE_HIDDEN_SHARE = 0.02
CORRECTED_SHARE = 0.02
"""Part of contracts that are first sent with a wrong value and corrected two weeks later."""


class DeclaredChains:
    """Monthly deliveries: what is new or has changed since the month before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("kontraktskjede")
        self._noise = world.parameters.noise
        self._last: dict[str, bytes] = {}
        self.withdrawn: Contract | None = None

    def deliveries(self) -> Iterator[Outgoing]:
        """All deliveries; the first one holds the initial stock."""
        world = self._world
        everything = [c for p in world.projects for c in p.contracts] + world.standing
        known = ((known_month(world, c), c) for c in everything)
        contracts = sorted(
            ((index, c) for index, c in known if index is not None), key=lambda pair: pair[1].contract_id
        )
        projects = sorted(world.projects, key=lambda p: p.project_id)
        invoices = self._invoices()
        for index, month in enumerate(world.months):
            end = last_day(month)
            live = [p for p in projects if p.contracts[0].declared_on <= end]
            # What is known from the start is stock, however long ago it was declared.
            due = {
                c.contract_id: f"{c.declared_on:%Y-%m}"
                for first, c in contracts
                if first == index > 0 and c.declared_on < first_day(month)
            }
            current = [c for first, c in contracts if first <= index and c is not self.withdrawn]
            found, corrected = self._contracts(current, end, index)
            files = [
                Rows("prosjekter.jsonl.gz", self._new((p.project_id, self._project(p, end)) for p in live)),
                Rows(CONTRACTS, [row for key, row in found if key not in due]),
                Rows("fakturaer.jsonl.gz", invoices[month]),
            ]
            at = instant(month_after(month, 5), 7)
            yield from _delivery(month, "ordinary", at, files)
            for lag in range(1, min(MOST_MONTHS_LATE, index) + 1):
                period = world.months[index - lag]
                rows = [row for key, row in found if due.get(key) == period]
                at = instant(month_after(month, 6), 7, lag)
                yield from _delivery(period, "late", at, [Rows(CONTRACTS, rows)])
            if index == len(world.months) // 2:
                yield from self._withdrawal(
                    month, end, {orjson.loads(row)["kontrakt_id"] for row in corrected}
                )
            at = instant(month_after(month, 20), 7)
            yield from _delivery(month, "replacement", at, [Rows(CONTRACTS, corrected)])

    def _contracts(
        self, contracts: list[Contract], end: date, index: int
    ) -> tuple[list[tuple[str, bytes]], list[bytes]]:
        """Changed contracts as they are sent, and the corrections of those sent with a mistake."""
        found, corrected = [], []
        may_err = index < len(self._world.months) - 1
        for contract in contracts:
            key = contract.contract_id
            record = self._contract(contract, end)
            encoded = orjson.dumps(record)
            if self._last.get(key) == encoded:
                continue
            is_wrong = may_err and key not in self._last and record["verdi"] is not None
            if is_wrong and chance(contract, "mistaken") < CORRECTED_SHARE * self._noise:
                found.append((key, orjson.dumps(record | {"verdi": contract.value * 10})))
                corrected.append(encoded)
            else:
                found.append((key, encoded))
            self._last[key] = encoded
        return found, corrected

    def _invoices(self) -> dict[str, list[bytes]]:
        """Invoices by the month that tells of them: when they were issued, and again when they were paid."""
        months = self._world.months
        known = [month_after(month, 5) for month in months]
        found: dict[str, list[bytes]] = {month: [] for month in months}
        first = int(months[0][:4]) * 12 + int(months[0][5:7])
        for invoice in sorted(self._world.invoices, key=lambda i: i.invoice_id):
            index = invoice.issued.year * 12 + invoice.issued.month - first
            if not 0 <= index < len(months):
                continue
            found[months[index]].append(orjson.dumps(_invoice(invoice, known[index])))
            if invoice.paid is None or invoice.paid <= known[index]:
                continue
            for later in range(index + 1, len(months)):
                if invoice.paid <= known[later]:
                    found[months[later]].append(orjson.dumps(_invoice(invoice, known[later])))
                    break
        return found

    def _new(self, rows: Iterator[tuple[str, Json]]) -> list[bytes]:
        changed = []
        for key, record in rows:
            encoded = orjson.dumps(record)
            if self._last.get(key) != encoded:
                self._last[key] = encoded
                changed.append(encoded)
        return changed

    def _withdrawal(self, month: str, end: date, corrected: set[str]) -> Iterator[Outgoing]:
        """A leaf contract of the background was sent by mistake; whoever has it deletes it."""
        parents = {c.parent for p in self._world.projects for c in p.contracts}
        billed = {i.contract for i in self._world.invoices}
        ended = sorted(
            (
                c
                for p in self._world.projects
                if not p.is_planted
                for c in p.contracts[1:]
                if c.contract_id in self._last
                and c.contract_id not in corrected
                and c.end < end
                and c not in parents
                and c not in billed
            ),
            key=lambda c: c.contract_id,
        )
        if not ended:
            return
        self.withdrawn = self._rng.choice(ended)
        row = {
            "fil": CONTRACTS,
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
        notice = doffin_id(project)
        if notice and chance(project.contracts[0], "notice") < NOTICE_KNOWN_SHARE:
            record["doffin_id"] = notice
        if project.end <= end:
            record["slutt"] = project.end.isoformat()
        return record

    def _contract(self, contract: Contract, end: date) -> Json:
        is_broken = contract.planned_end is not None and contract.end <= end
        ends = contract.end if contract.planned_end is None or is_broken else contract.planned_end
        state = "planlagt" if contract.start > end else "avsluttet" if ends <= end else "aktiv"
        if is_broken:
            state = "hevet"
        checked = contract.verified_on if contract.is_verified else None
        is_verified = checked is not None and checked <= end
        shows_value, shows_labour = contract.shows_value, contract.shows_labour
        if shows_value is None:
            shows_value = chance(contract, "value") >= VALUE_HIDDEN_SHARE * self._noise
        if shows_labour is None:
            shows_labour = shows_value and chance(contract, "labour") < LABOUR_KNOWN_SHARE
        record: Json = {
            "kontrakt_id": contract.contract_id,
            "prosjekt_id": contract.project.project_id if contract.project else None,
            "forelder_kontrakt_id": contract.parent.contract_id if contract.parent else None,
            "oppdragsgiver_orgnr": contract.client.orgnr,
            "oppdragstaker_orgnr": contract.supplier.orgnr or None,
            "type": contract.kind,
            "arbeidsbaerende": contract.is_labour,
            "verdi": contract.value if shows_value else None,
            "arbeidsverdi": int(contract.value * contract.labour_share * contract.is_labour)
            if shows_labour
            else None,
            "signert_dato": contract.signed.isoformat(),
            "start": contract.start.isoformat(),
            "slutt": ends.isoformat(),
            "meldt_dato": contract.declared_on.isoformat(),
            "status": state,
            "erklaering_status": "verifisert" if is_verified else "erklaert",
        }
        if contract.foreign_id:
            record["oppdragstaker_utenlandsk_id"] = contract.foreign_id
        signatory = contract.signed_by or contract.supplier.director
        if signatory is not None and chance(contract, "signatory") < SIGNATORY_SHARE:
            record["signert_av"] = signatory.number_on(contract.signed)
        if is_verified and checked is not None:
            record["verifisert_dato"] = checked.isoformat()
        return record


def _delivery(month: str, kind: str, at: datetime, files: list[Rows]) -> Iterator[Outgoing]:
    if any(f.rows for f in files):
        yield Outgoing("kontraktskjede", month, kind, at, [f for f in files if f.rows])


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
