"""What registers say about sites and cards of one world: the newest row per key, and facts from them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.emit_amelding import EmployerReports
from jobs.synth.emit_chain import DeclaredChains
from jobs.synth.emit_site import SiteLists, card_deliveries
from jobs.synth.model import Person
from jobs.synth.outgoing import Outgoing
from jobs.synth.world import World

Row = dict[str, Any]

AT_WORK = ("arbeider", "byggeplassleder")
OWNER_ROLES = ("INNH", "DTPR", "DTSO")
FOREVER = date.max.isoformat()


def decoded(delivery: Outgoing, name: str = "") -> Iterator[Row]:
    for file in delivery.files:
        if file.name.startswith(name):
            for row in file.rows:
                if file.framing == "csv":
                    columns, values = file.header.decode().split(";"), row.decode().split(";")
                    yield dict(zip(columns, values, strict=True))
                else:
                    yield orjson.loads(row)


def minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


class SiteRows:
    """Site lists, cards, employer reports and chains as they stand when everything has come in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lists = list(SiteLists(world).deliveries())
        self.card_files = list(card_deliveries(world))
        by_day: dict[tuple[str, str], list[Row]] = {}
        for delivery in sorted(self.lists, key=lambda d: d.delivered_at):
            found: dict[tuple[str, str], list[Row]] = defaultdict(list)
            for row in decoded(delivery):
                found[row["prosjekt_id"], row["dato"]].append(row)
            by_day.update(found)
        self.presence = [row for rows in by_day.values() for row in rows]
        self.cards: dict[str, Row] = {}
        for delivery in self.card_files:
            for row in decoded(delivery):
                if delivery.kind == "deletion":
                    self.cards.pop(row["noekkel"]["kortnummer"], None)
                else:
                    self.cards[row["kortnummer"]] = row
        self._employers()
        self._chains()
        self.branches = {f.branch_orgnr: f.orgnr for f in world.firms if f.branch_orgnr}
        self.by_employer: dict[str, list[Row]] = defaultdict(list)
        self.shown: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in self.presence:
            if row["rolle"] in AT_WORK:
                number = row["arbeidsgiver_orgnr"]
                self.by_employer[self.branches.get(number) or number].append(row)
            if row["hmskort_nummer"] in self.cards:
                number = self.cards[row["hmskort_nummer"]]["fnr"]
                self.shown[row["prosjekt_id"], row["person_navn"]].add(number)
        self.used = {row["hmskort_nummer"] for row in self.presence}
        self.both = {
            n: {p.number, p.later_number} - {""} for p in world.persons for n in (p.number, p.later_number)
        }

    def _employers(self) -> None:
        latest: dict[tuple[str, str], Row] = {}
        for delivery in sorted(EmployerReports(self.world).deliveries(), key=lambda d: d.delivered_at):
            for row in decoded(delivery):
                latest[row["opplysningspliktig"]["norskIdentifikator"], row["kalendermaaned"]] = row
        self.spells: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self.hours: dict[tuple[str, str, str], float] = defaultdict(float)
        self.numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.employed: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (employer, month), report in latest.items():
            for branch in report["oppgave"].get("virksomhet", ()):
                for payee in branch["inntektsmottaker"]:
                    number = payee.get("norskIdentifikator")
                    if number is None:
                        continue
                    who = payee["identifiserendeInformasjon"]
                    self.numbers[who["navn"], who["foedselsdato"]].add(number)
                    for relation in payee["arbeidsforhold"]:
                        ends = relation.get("sluttdato", FOREVER)
                        spells = self.spells[employer, number]
                        # A later report of the same relation knows better when it ended.
                        for spell in [s for s in spells if s[0] == relation["startdato"]]:
                            spells.discard(spell)
                        spells.add((relation["startdato"], ends))
                        if ends >= last_day(month).isoformat():
                            self.employed[employer, month].add(number)
                    for line in payee["inntekt"]:
                        self.hours[employer, number, month] += line.get("loennsinntekt", {}).get(
                            "antall", 0.0
                        )

    def _chains(self) -> None:
        self.contracts: dict[str, Row] = {}
        self.projects: dict[str, Row] = {}
        for delivery in sorted(DeclaredChains(self.world).deliveries(), key=lambda d: d.delivered_at):
            if delivery.kind == "deletion":
                continue
            self.contracts |= {r["kontrakt_id"]: r for r in decoded(delivery, "kontrakter")}
            self.projects |= {r["prosjekt_id"]: r for r in decoded(delivery, "prosjekter")}

    # ---- facts -----------------------------------------------------------------------------------
    def at_work(self, orgnr: str) -> list[Row]:
        """Lines of those who work for an employer, by whichever of its numbers."""
        return self.by_employer.get(orgnr, [])

    def undeclared_days(self, orgnr: str) -> dict[str, tuple[int, int]]:
        """Person-days and weeks on each confirmed site while its chain lacks the employer."""
        days: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in self.at_work(orgnr):
            if self.projects[row["prosjekt_id"]]["erklaering"]["komplett"]:
                started = [
                    c["start"]
                    for c in self.contracts.values()
                    if c["prosjekt_id"] == row["prosjekt_id"] and orgnr == c["oppdragstaker_orgnr"]
                ]
                if not started or row["dato"] < min(started):
                    days[row["prosjekt_id"]].add((row["person_navn"], row["dato"]))
        return {
            project: (len(found), len({date.fromisoformat(d).isocalendar()[:2] for _, d in found}))
            for project, found in days.items()
        }

    def known_as(self, row: Row) -> set[str]:
        """Numbers that a line may be about: by its card or number, or by name and date of birth."""
        found = set(self.numbers.get((row["person_navn"], row["fodselsdato"]), ()))
        found |= {row["fnr"]} if row["fnr"] else set()
        if row["hmskort_nummer"] in self.cards:
            found.add(self.cards[row["hmskort_nummer"]]["fnr"])
        return found or self.shown.get((row["prosjekt_id"], row["person_navn"]), set())

    def same_person(self, number: str) -> set[str]:
        """All numbers of whoever has this one, as the population register has them."""
        return self.both.get(number, {number})

    def unreported(self, orgnr: str) -> dict[tuple[str, str], tuple[int, int]]:
        """By site and month: people without a relation on the day, and people in all."""
        owners = self.owners(orgnr)
        seen: dict[tuple[str, str], dict[frozenset[str], bool]] = defaultdict(dict)
        for row in self.at_work(orgnr):
            numbers = {n for found in self.known_as(row) for n in self.same_person(found)}
            who = frozenset(numbers) or frozenset({row["person_navn"] + row["fodselsdato"]})
            if not numbers and not row["fodselsdato"]:
                continue
            covered = bool(numbers & owners) or any(
                start <= row["dato"] <= end
                for number in numbers
                for start, end in self.spells.get((orgnr, number), ())
            )
            found = seen[row["prosjekt_id"], row["dato"][:7]]
            found[who] = found.get(who, True) and covered
        return {key: (sum(not c for c in found.values()), len(found)) for key, found in seen.items()}

    def owners(self, orgnr: str) -> set[str]:
        firm = next(f for f in self.world.firms if f.orgnr == orgnr)
        return {r.holder.number for r in firm.roles if r.code in OWNER_ROLES and isinstance(r.holder, Person)}

    def card_surplus(self, orgnr: str, day: date, *, used_only: bool = False) -> int:
        """Valid cards of an employer beyond its employees, owners and declared hire-in."""
        grace = (day - timedelta(days=30)).isoformat()
        month = f"{day:%Y-%m}"
        surplus = 0
        for card in self.cards.values():
            if card["arbeidsgiver_orgnr"] != orgnr or card["grunnlag"] in ("eier", "innleid", "oar"):
                continue
            is_valid = card["utstedt_dato"] <= day.isoformat() <= card["gyldig_til"]
            ended = card["status"] != "aktiv" and card["status_dato"] <= day.isoformat()
            if not is_valid or ended or (used_only and card["kortnummer"] not in self.used):
                continue
            numbers = self.same_person(card["fnr"])
            spells = [s for n in numbers for s in self.spells.get((orgnr, n), ())]
            is_listed = any(n in self.employed[orgnr, month] for n in numbers)
            surplus += not is_listed and not any(s <= f"{day}" and e >= grace for s, e in spells)
        return surplus

    def cardless(self, orgnr: str, month: str) -> int:
        """Employees who are on site in a month and for whom the register has no card of that employer."""
        holders = {
            n
            for card in self.cards.values()
            if card["arbeidsgiver_orgnr"] == orgnr
            for n in self.same_person(card["fnr"])
        }
        people = {n for row in self.at_work(orgnr) if row["dato"][:7] == month for n in self.known_as(row)}
        return sum(1 for n in people & self.employed[orgnr, month] if n not in holders)

    def stays(self, rows: list[Row]) -> list[tuple[int, int]]:
        """Intervals in minutes, overlapping ones joined; those without a measured end are left out."""
        found = sorted(
            (minutes(r["inn_tid"]), minutes(r["ut_tid"]))
            for r in rows
            if r["inn_tid"] and r["ut_tid"] and r["ut_kilde"] != "beregnet"
        )
        joined: list[tuple[int, int]] = []
        for came, left in found:
            if joined and came <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(joined[-1][1], left)
            else:
                joined.append((came, left))
        return joined

    def compressed(self, orgnr: str) -> dict[str, list[float]]:
        """By month: measured hours on site over hours reported, of everybody with a working week or more."""
        by_person: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.at_work(orgnr):
            for number in sorted(self.known_as(row))[:1]:
                by_person[number, row["dato"][:7]][row["dato"]].append(row)
        found: dict[str, list[float]] = defaultdict(list)
        for (number, month), days in by_person.items():
            worked = sum(left - came for rows in days.values() for came, left in self.stays(rows)) / 60
            reported = self.hours.get((orgnr, number, month), 0.0)
            if worked >= 40 and reported:
                found[month].append(worked / reported)
        return dict(found)

    def clashes(self, orgnr: str) -> list[date]:
        """Days on which one identity is measured at two sites at once, by clocks that are right."""
        found: list[date] = []
        days: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.at_work(orgnr):
            measured = row["inn_kilde"] == row["ut_kilde"] == "kort" and row["klokke_kontrollert"] == "true"
            if measured and row["hmskort_nummer"]:
                days[self.cards[row["hmskort_nummer"]]["fnr"], row["dato"]].append(row)
        for (_, day), rows in sorted(days.items()):
            for one in rows:
                for other in rows:
                    is_elsewhere = (
                        one["prosjekt_id"] < other["prosjekt_id"] and one["leser_id"] != other["leser_id"]
                    )
                    came = max(minutes(one["inn_tid"]), minutes(other["inn_tid"]))
                    left = min(minutes(one["ut_tid"]), minutes(other["ut_tid"]))
                    if is_elsewhere and left - came > 1:
                        found.append(date.fromisoformat(day))
        return sorted(set(found))

    def operators(self, orgnr: str) -> Counter[str]:
        """Who orders cards or signs, by national number, licensed accountants left out."""
        found: Counter[str] = Counter()
        accountants = {f.orgnr for f in self.world.firms if f.trade.key == "accountant"}
        for card in self.cards.values():
            is_told = card["arbeidsgiver_orgnr"] == orgnr and "bestiller_fnr" in card
            if is_told and card.get("bestiller_orgnr") not in accountants:
                found[card["bestiller_fnr"]] += 1
        for contract in self.contracts.values():
            if contract["oppdragstaker_orgnr"] == orgnr and contract.get("signert_av"):
                found[contract["signert_av"]] += 1
        return found

    def order_days(self, orgnr: str, number: str) -> list[str]:
        return sorted(
            card["bestilt_dato"]
            for card in self.cards.values()
            if card["arbeidsgiver_orgnr"] == orgnr and card.get("bestiller_fnr") == number
        )

    def failures_of(self, number: str) -> int:
        """Bankrupt firms that somebody led."""
        return sum(
            1
            for firm in self.world.firms
            if firm.bankrupt is not None and firm.director is not None and firm.director.number == number
        )


def whole_months(world: World) -> list[str]:
    """Months for which there are lists."""
    return world.months[-7:]


def most_in_a_month(days: list[date]) -> int:
    """Most of the days that lie within thirty days of each other."""
    return max((sum(0 <= (other - day).days < 30 for other in days) for day in days), default=0)
