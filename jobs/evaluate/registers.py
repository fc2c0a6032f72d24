"""Counts what the registers of a landing zone say, streaming: nothing of a country is held but its counts."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from expectations import contract
from jobs.ingest.readers import records
from jobs.months import last_day

CONSTRUCTION = ("41", "42", "43")
"""NACE divisions of construction, the same in SN2007 and SN2025."""
CROWDED_AREA_M2 = 25.0
FULL_TIME_PERCENT = 100.0

Json = Mapping[str, Any]


@dataclass(slots=True)
class Registers:
    """Counts of a landing zone, at the end of its last month unless said otherwise.

    Attributes:
        years: Length of the window in years.
        ages: Whole years since registration, one per living firm.
        construction_firms: Firms in construction that were ever seen.
        construction_failures: Of them, those whose bankruptcy opened within the window.
        staff: People that an employer reported for the last month, one per employer with any.
        jobs: Relations reported for the last month.
        paid_jobs: Of them, those with pay.
        part_time_jobs: Of those with pay, those below full time.
        employers_of: Employers that paid each person.
        firms_of_holder: Firms in which each role-holder has a role.
        households: Inhabited dwellings with a known unit.
        residents: People in them.
        household_sizes: Residents, one per inhabited dwelling.
        sized_households: Inhabited dwellings whose rooms and area are both known.
        crowded: Of them, those that are crowded.
        areas: Area in square metres, one per dwelling where known.
        breadths: Labour-bearing contracts directly below the main contract, one per project.
        depths: Most links below the main contract, one per project.
        inspections: Inspections by finding.
    """

    years: float = 0.0
    ages: list[int] = field(default_factory=list)
    construction_firms: int = 0
    construction_failures: int = 0
    staff: list[int] = field(default_factory=list)
    jobs: int = 0
    paid_jobs: int = 0
    part_time_jobs: int = 0
    employers_of: Counter[str] = field(default_factory=Counter)
    firms_of_holder: Counter[str] = field(default_factory=Counter)
    households: int = 0
    residents: int = 0
    household_sizes: list[int] = field(default_factory=list)
    sized_households: int = 0
    crowded: int = 0
    areas: list[float] = field(default_factory=list)
    breadths: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    inspections: Counter[str] = field(default_factory=Counter)


def count_registers(landing: Path) -> Registers:
    """Count.

    Args:
        landing: Landing zone in a local folder.
    """
    months = sorted({e["period"] for _, e in _deliveries(landing, "skatteetaten_amelding")})
    seen = Registers(years=len(months) / 12)
    last = last_day(months[-1]) if months else date.min
    _entities(seen, landing, months[0] if months else "", last)
    if months:
        _employers(seen, landing, months[-1])
    _roles(seen, landing)
    _homes(seen, landing)
    _chains(seen, landing)
    _inspections(seen, landing)
    return seen


def _deliveries(landing: Path, source: str) -> Iterator[tuple[Path, Json]]:
    """Deliveries of a source in the order in which they became known."""
    found = [(orjson.loads(p.read_bytes()), p.parent) for p in landing.glob(f"{source}/*/*/delivery.json")]
    for envelope, folder in sorted(found, key=lambda f: (f[0]["delivered_at"], f[0]["delivery_id"])):
        yield folder, envelope


def rows(landing: Path, source: str, record: str, period: str = "") -> Iterator[tuple[Json, Any]]:
    """Every record of a kind with the envelope of its delivery, oldest delivery first.

    Args:
        landing: Landing zone.
        source: Source.
        record: Record type.
        period: Only deliveries about this period.
    """
    files = contract.source(source).files
    for folder, envelope in _deliveries(landing, source):
        if envelope["kind"] == "deletion" or (period and envelope["period"] != period):
            continue
        for file in envelope["files"]:
            spec = next(s for s in files if s.matches(file["name"]))
            if spec.record == record:
                for row in records(source, spec, folder / file["name"]):
                    yield envelope, row


def _entities(seen: Registers, landing: Path, first_month: str, last: date) -> None:
    living: dict[str, str] = {}
    construction: set[str] = set()
    failed: set[str] = set()
    for _, row in rows(landing, "brreg_enheter", "enhet"):
        orgnr = row["organisasjonsnummer"]
        nace = (row.get("naeringskode1") or {}).get("kode", "")
        if nace[:2] in CONSTRUCTION:
            construction.add(orgnr)
        opened = row.get("konkursdato") or ""
        if opened[:7] >= first_month and opened and orgnr in construction:
            failed.add(orgnr)
        if row.get("slettedato") or row.get("konkurs"):
            living.pop(orgnr, None)
        elif (row.get("organisasjonsform") or {}).get("kode") != "KBO":
            living[orgnr] = row.get("registreringsdatoEnhetsregisteret") or ""
    seen.ages = [(last - date.fromisoformat(on)).days // 365 for on in living.values() if on]
    seen.construction_firms, seen.construction_failures = len(construction), len(failed)


def _employers(seen: Registers, landing: Path, month: str) -> None:
    latest: dict[str, tuple[int, int, int, list[str]]] = {}
    for _, row in rows(landing, "skatteetaten_amelding", "leveranse", month):
        relations = paid = part = 0
        people: list[str] = []
        for branch in row["oppgave"].get("virksomhet", ()):
            for payee in branch["inntektsmottaker"]:
                with_pay = {line.get("arbeidsforholdId") for line in payee.get("inntekt", ())}
                for relation in payee.get("arbeidsforhold", ()):
                    relations += 1
                    if relation.get("arbeidsforholdId") in with_pay:
                        paid += 1
                        part += relation.get("stillingsprosent", FULL_TIME_PERCENT) < FULL_TIME_PERCENT
                if with_pay and "norskIdentifikator" in payee:
                    people.append(payee["norskIdentifikator"])
        latest[row["opplysningspliktig"]["norskIdentifikator"]] = (relations, paid, part, people)
    for relations, paid, part, people in latest.values():
        seen.jobs += relations
        seen.paid_jobs += paid
        seen.part_time_jobs += part
        seen.employers_of.update(set(people))
        if people:
            seen.staff.append(len(set(people)))


def _roles(seen: Registers, landing: Path) -> None:
    holders: dict[str, set[str]] = {}
    for _, row in rows(landing, "brreg_roller", "enhetsroller"):
        holders[row["organisasjonsnummer"]] = {
            role["person"]["fodselsnummer"]
            for group in row.get("rollegrupper", ())
            for role in group["roller"]
            if not role.get("fratraadt") and role.get("person", {}).get("fodselsnummer")
        }
    for people in holders.values():
        seen.firms_of_holder.update(people)


def _homes(seen: Registers, landing: Path) -> None:
    size: dict[tuple[str, str], tuple[int | None, float | None]] = {}
    for _, row in rows(landing, "kartverket_matrikkel", "bruksenhet"):
        if row.get("bruksenhetstype") == "B":
            size[row["adresseId"], row["bruksenhetsnummer"]] = (row.get("antallRom"), row.get("bruksareal"))
    seen.areas = [area for _, area in size.values() if area]
    home: dict[str, tuple[str, str] | None] = {}
    for _, row in rows(landing, "folkeregisteret_bosted", "person"):
        current = [a for a in row.get("bostedsadresse", ()) if a.get("erGjeldende")]
        unit = current[0].get("vegadresse", {}).get("bruksenhetsnummer") if current else None
        address = current[0].get("adresseIdentifikatorFraMatrikkelen") if current else None
        person = row["identifikasjonsnummer"][0]["foedselsEllerDNummer"]
        home[person] = (address, unit) if address and unit and row.get("status") == "bosatt" else None
    for place, residents in Counter(place for place in home.values() if place is not None).items():
        seen.households += 1
        seen.residents += residents
        seen.household_sizes.append(residents)
        rooms, area = size.get(place, (None, None))
        if rooms and area:
            seen.sized_households += 1
            few_rooms = residents > rooms or residents == rooms == 1
            seen.crowded += few_rooms and area / residents < CROWDED_AREA_M2


def _chains(seen: Registers, landing: Path) -> None:
    contracts: dict[str, tuple[str, str | None, bool]] = {}
    for _, row in rows(landing, "kontraktskjede", "kontrakt"):
        contracts[row["kontrakt_id"]] = (
            row.get("prosjekt_id") or "", row.get("forelder_kontrakt_id"), bool(row.get("arbeidsbaerende"))
        )  # fmt: skip
    breadth: Counter[str] = Counter()
    depth: dict[str, int] = {}
    for contract_id, (project, parent, is_labour) in contracts.items():
        if not project or not is_labour:
            continue
        links, above, known = 0, parent, {contract_id}
        while above and above in contracts and above not in known:
            known.add(above)
            links, above = links + 1, contracts[above][1]
        depth[project] = max(depth.get(project, 0), links)
        breadth[project] += links == 1
    seen.depths = list(depth.values())
    seen.breadths = [breadth[project] for project in depth]


def _inspections(seen: Registers, landing: Path) -> None:
    finding: dict[str, str] = {}
    for _, row in rows(landing, "tilsyn_utfall", "tilsyn"):
        finding[row["internTilsynsId"]] = row.get("funnNivaa") or ""
    seen.inspections.update(f for f in finding.values() if f)
