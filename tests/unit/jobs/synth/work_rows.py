"""What registers of work and homes say about one world: rows decoded, the newest version of each."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from expectations import codelists
from jobs.synth.emit_amelding import EmployerReports
from jobs.synth.emit_brreg import EntityRegister
from jobs.synth.emit_cadastre import cadastre_deliveries
from jobs.synth.emit_notices import notice_deliveries
from jobs.synth.emit_population import population_deliveries
from jobs.synth.outgoing import Outgoing
from jobs.synth.world import World

Row = dict[str, Any]

CONTRACTUAL = ("timeloenn", "fastloenn", "fastTillegg")
HOUSING = ("bolig", "losji", "kostDoegn", "arbeidsoppholdLosji")


@dataclass
class Worked:
    """One person's month with one employer, out of a report."""

    month: str
    number: str
    born: str
    occupation: str
    relations: list[Row]
    incomes: list[Row]
    deductions: list[Row]

    @property
    def cash(self) -> float:
        return float(sum(x["beloep"] for x in self.incomes if x["fordel"] == "kontantytelse"))

    def contractual(self, month: str, *, with_earlier: bool = False) -> float:
        """Pay for ordinary hours; what is paid for earlier months counts only if asked for."""
        amounts = (
            x["beloep"]
            for x in self.incomes
            if x["fordel"] == "kontantytelse"
            and x["loennsinntekt"]["beskrivelse"] in CONTRACTUAL
            and (with_earlier or x["startdatoOpptjeningsperiode"][:7] == month)
        )
        return float(sum(amounts))

    @property
    def hours(self) -> float:
        """Hours paid by the hour; those of the position for a fixed salary."""
        by_hour = sum(
            x["loennsinntekt"].get("antall", 0)
            for x in self.incomes
            if x["loennsinntekt"]["beskrivelse"] == "timeloenn"
        )
        fixed = any(x["loennsinntekt"]["beskrivelse"] == "fastloenn" for x in self.incomes)
        return float(by_hour or (self.position * 162.5 / 100 if fixed else 0.0))

    @property
    def position(self) -> float:
        open_ones = [r for r in self.relations if "sluttdato" not in r]
        return float(sum(r.get("stillingsprosent", 0.0) for r in open_ones))

    @property
    def away(self) -> float:
        """Part of the position that leave takes in the month, 0 to 1."""
        lines = [
            line
            for r in self.relations
            for line in r.get("permisjon", ())
            if line.get("sluttdato", self.month) >= self.month
        ]
        return max((line["permisjonsprosent"] / 100 for line in lines), default=0.0)

    @property
    def taken(self) -> float:
        """Deductions for housing and the like, benefits in kind for it included."""
        rent = sum(abs(d["beloep"]) for d in self.deductions if d["beskrivelse"].startswith("brakke"))
        in_kind = sum(
            x["beloep"]
            for x in self.incomes
            if x["fordel"] == "naturalytelse" and x["loennsinntekt"]["beskrivelse"] in HOUSING
        )
        return float(rent + in_kind)


class WorkRows:
    """Rows of employers' reports, cadastre, population register and notices, as they were delivered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.deliveries: list[Outgoing] = []
        self.reports: dict[tuple[str, str], Row] = {}
        self.people: dict[str, Row] = {}
        self.notices: dict[str, Row] = {}
        self.buildings: dict[str, Row] = {}
        self.units: dict[tuple[str, str], Row] = {}
        self.seats: dict[str, Row] = {}
        self._living: dict[str, set[str]] = defaultdict(set)
        known = [
            *cadastre_deliveries(world),
            *population_deliveries(world),
            *notice_deliveries(world),
            *EmployerReports(world).deliveries(),
        ]
        for delivery in sorted(known, key=lambda d: d.delivered_at):
            self.deliveries.append(delivery)
            for file in delivery.files:
                if file.framing == "jsonl":
                    for row in map(orjson.loads, file.rows):
                        self._keep(file.name.split(".")[0], row)
        for delivery in EntityRegister(world).deliveries():
            for file in delivery.files:
                if delivery.source == "brreg_enheter" and file.name.startswith("enheter"):
                    for row in map(orjson.loads, file.rows):
                        if "forretningsadresse" in row:
                            self.seats[row["organisasjonsnummer"]] = row["forretningsadresse"]

    def _keep(self, name: str, row: Row) -> None:
        if name.startswith("amelding"):
            self.reports[row["opplysningspliktig"]["norskIdentifikator"], row["kalendermaaned"]] = row
        elif name == "personer":
            self.people[row["identifikasjonsnummer"][0]["foedselsEllerDNummer"]] = row
        elif name == "innkvartering":
            self.notices[row["melding_id"]] = row
        elif name == "bygninger":
            self.buildings[row["bygningsnummer"]] = row
        elif name == "bruksenheter" and not row.get("skalUtga"):
            self.units[row["adresseId"], row["bruksenhetsnummer"]] = row

    # ---- work ------------------------------------------------------------------------------------
    def month(self, orgnr: str, month: str) -> Iterator[Worked]:
        """Everybody whom an employer lists for a month."""
        report = self.reports.get((orgnr, month), {"oppgave": {}})
        for branch in report["oppgave"].get("virksomhet", ()):
            for payee in branch["inntektsmottaker"]:
                yield Worked(
                    month,
                    payee.get("norskIdentifikator", ""),
                    payee["identifiserendeInformasjon"]["foedselsdato"],
                    payee["arbeidsforhold"][0]["yrke"],
                    payee["arbeidsforhold"],
                    payee["inntekt"],
                    payee.get("fradrag", []),
                )

    def months(self, orgnr: str) -> Iterator[tuple[str, Worked]]:
        """The same, month by month."""
        for month in self.world.months:
            for worked in self.month(orgnr, month):
                yield month, worked

    def employers(self, month: str) -> dict[str, set[str]]:
        """Who is paid by whom in a month."""
        found: dict[str, set[str]] = defaultdict(set)
        for (orgnr, when), _ in self.reports.items():
            if when == month:
                for worked in self.month(orgnr, month):
                    if worked.cash > 0:
                        found[worked.number].add(orgnr)
        return found

    # ---- homes -----------------------------------------------------------------------------------
    def residents(self, dwelling: str) -> set[str]:
        """Numbers of those who live in a unit at the end, registered or noted."""
        if not self._living:
            self._find_residents()
        return self._living.get(dwelling.removeprefix("dwelling:"), set())

    def _find_residents(self) -> None:
        last = self.world.closing.isoformat()
        for number, person in self.people.items():
            for key in ("bostedsadresse", "oppholdsadresse"):
                for stay in person.get(key, ())[:1]:
                    unit = stay["vegadresse"].get("bruksenhetsnummer")
                    if stay["erGjeldende"] and unit:
                        place = f"{stay['adresseIdentifikatorFraMatrikkelen']}:{unit}"
                        self._living[place].add(number)
        for notice in self.notices.values():
            place = f"{notice['adresseId']}:{notice['bruksenhetsnummer']}"
            self._living[place] |= {b["fnr"] for b in notice["beboere"] if b.get("til", last) >= last}

    def related(self, one: str, other: str) -> bool:
        kin = {r["relatertPerson"] for r in self.people.get(one, {}).get("familierelasjon", ())}
        return other in kin

    def kind_of(self, building: str) -> str:
        """Group of a building's type."""
        kind = self.buildings[building]["bygningstype"]
        return next(r["gruppe"] for r in codelists.rows("bygningstype") if r["kode"] == kind)
