"""Site lists, day by day, and the card register: whole every other month, changes in between."""

import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import orjson

from jobs.months import first_day, last_day, shift
from jobs.synth.holidays import is_closed, is_summer
from jobs.synth.model import Firm, Person, Project
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.sitebook import (
    CONTROL,
    SHARED_MONTHS,
    VISITOR,
    Attendance,
    Card,
    SiteList,
    lists_from,
)
from jobs.synth.world import World, instant

Json = dict[str, Any]

HEADER = (
    b"linje_id;dato;prosjekt_id;byggeplass_navn;byggeplass_adresse;adresseId;byggherre_orgnr;"
    b"arbeidsgiver_orgnr;arbeidsgiver_utenlandsk_id;arbeidsgiver_navn;innleier_orgnr;person_navn;fodselsdato;"
    b"fnr;hmskort_nummer;rolle;inn_tid;ut_tid;inn_kilde;ut_kilde;klokke_kontrollert;leser_id"
)
LATE_DAYS, REPLACED_DAY = (6, 15), 10
"""Working days of a month, from 0, of which some lists come late or with mistakes."""
LATE_SHARE, REPLACED_SHARE = 0.3, 0.25
LATE_BY, REPLACED_AFTER = 9, 5
NO_LIST_SHARE = 0.01
FORGOTTEN_SHARE, TWO_GATES_SHARE, CARDLESS_SHARE = 0.03, 0.015, 0.01
NAME_VARIANT_SHARE, EMPLOYER_VARIANT_SHARE = 0.03, 0.08
SUMMER_ABSENCE = 0.92
CLOSING_TIME = 18 * 60
VISITS_A_DAY = 0.12
GONE_DAYS = 250
"""The register leaves out cards that lost their validity longer ago."""
ORDER_UNKNOWN_SHARE = 0.05
LEAST_MONTHS_TO_DELETE = 6

_TIMES = tuple(f"{m // 60 % 24:02d}:{m % 60:02d}" for m in range(48 * 60))


class SiteLists:
    """All lists of building sites: one delivery a day, some late and some corrected."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("oversiktslister")
        self._noise = world.parameters.noise
        by_project: dict[Project, list[Attendance]] = {}
        for attendance in world.site.attendances:
            by_project.setdefault(attendance.project, []).append(attendance)
        kept = [made for made in world.site.lists.values() if made is not None]
        self._sites = [
            (_Printer(world, made, self._rng), by_project.get(made.project, ()))
            for made in sorted(kept, key=lambda m: m.project.project_id)
        ]
        self._directors = [(f, f.director) for f in world.firms if f.trade.key in ("architect", "electric")]
        self._controllers = [(f, f.director) for f in world.firms if f.public_kind]

    def deliveries(self) -> Iterator[Outgoing]:
        """Ordinary deliveries of all days, and the late and corrected ones of some."""
        for month in self._world.months[-SHARED_MONTHS:]:
            yield from self._month(first_day(month), last_day(month))

    def _month(self, first: date, last: date) -> Iterator[Outgoing]:
        open_sites = [
            (site, [a for a in found if a.first <= last and a.last >= first])
            for site, found in self._sites
            if site.first <= last and site.last >= first
        ]
        working = [d for d in _days(first, last) if not is_closed(d)]
        for number, day in enumerate(working):
            ordinary: list[bytes] = []
            late: list[bytes] = []
            corrected: list[bytes] = []
            for site, found in open_sites:
                rows = self._day(site, found, day)
                draw = self._rng.random()
                if draw < NO_LIST_SHARE * self._noise:
                    continue
                if number in LATE_DAYS and draw > 1 - LATE_SHARE * self._noise:
                    late += rows
                elif number == REPLACED_DAY and rows and draw > 1 - REPLACED_SHARE * self._noise:
                    corrected += rows
                    ordinary += [row for row in rows if self._rng.random() > 0.2]
                else:
                    ordinary += rows
            yield from _delivery(day, "ordinary", day + timedelta(days=1), ordinary)
            yield from _delivery(day, "late", day + timedelta(days=LATE_BY), late)
            yield from _delivery(day, "replacement", day + timedelta(days=REPLACED_AFTER), corrected)

    def _day(self, site: "_Printer", found: list[Attendance], day: date) -> list[bytes]:
        lines: list[tuple[str, str]] = []
        bit, is_july = 1 << day.weekday(), is_summer(day)
        draw = self._rng.getrandbits
        for a in found:
            if not a.first <= day <= a.last or (day not in a.dates if a.dates else not a.weekdays & bit):
                continue
            # A gate of two projects notes one and the same coming and going on both lists.
            luck = draw(32) if a.habit != "one gate" else zlib.crc32(f"{a.person.number}{day}".encode())
            absence = a.absence if not is_july or a.absence == 0 else SUMMER_ABSENCE
            if (luck & 1023) >= absence * 1024:
                lines += site.lines(a, day, luck >> 10)
        if lines and self._rng.random() < VISITS_A_DAY:
            lines += self._visit(site, day)
        if not lines:
            return []
        lines.sort()
        before, after = f"{site.line_lead}{day:%y%m%d}", f";{day};"
        return [f"{before}{n:03d}{after}{text}".encode() for n, (_, text) in enumerate(lines, 1)]

    def _visit(self, site: "_Printer", day: date) -> list[tuple[str, str]]:
        """Somebody from an architect or another firm has a look, or the client's own people do."""
        rng = self._rng
        role, pool = (CONTROL, self._controllers) if rng.random() < 0.25 else (VISITOR, self._directors)
        if not pool:
            return []
        firm, person = rng.choice(pool)
        if person is None or not firm.is_alive(day):
            return []
        begins, minutes = rng.randrange(500, 840), rng.randrange(20, 110)
        visit = Attendance(
            site.project, person, firm, day, day, role=role, is_carded=False, begins=begins, minutes=minutes
        )
        return site.lines(visit, day, rng.getrandbits(22))


class _Printer:
    """Prints the lines of one site; a line comes with what it is sorted by."""

    def __init__(self, world: World, made: SiteList, rng: Random) -> None:
        project = self.project = made.project
        self._made, self._rng, self._noise = made, rng, world.parameters.noise
        self._held = world.site.held
        self.first = max(project.start, lists_from(world))
        self.last = min(project.end, world.closing)
        self.line_lead = f"OL-{project.project_id.removeprefix('P-')}-"
        site = project.site
        place = f"{site.address_text};{site.address_id}"
        self._site = f"{project.project_id};{project.name};{place};{project.client.orgnr}"
        self._clock = {True: "true", False: "false", None: ""}[made.is_clock_checked]
        self._drift = made.drift
        self._employers: dict[tuple[Firm, str, str], str] = {}
        self._people: dict[Attendance, tuple[list[Card], str, str]] = {}

    def lines(self, a: Attendance, day: date, luck: int) -> list[tuple[str, str]]:
        """The lines of one person and day, two when two gates noted him.

        Args:
            a: Who and how.
            day: The day, on which the person comes.
            luck: 22 random bits.
        """
        cards, before, after = self._people.get(a) or self._person(a)
        made = self._made
        number = _shown(cards, day) if cards else ""
        event = (luck >> 10) & 1023
        if not made.is_measured:
            card = number if event < made.shows_cards * 1024 else ""
            text = f"{before}{card};{a.role};;;manuell;manuell;{self._clock};"
            return [(after, text)]
        came = a.begins + self._drift + luck % 23 - 11
        left = came + a.minutes + (luck >> 5) % 19 - 9
        is_shown = bool(number) and event >= CARDLESS_SHARE * self._noise * 1024
        by = "kort" if is_shown and a.habit != "group" else "manuell"
        gates = made.gates
        gate = gates[luck % len(gates)]
        came_text = _TIMES[a.begins + self._drift if a.habit == "group" else came]
        left_text, left_by = _TIMES[left], by
        if a.habit == "group":
            left_text = _TIMES[a.begins + self._drift + a.minutes]
        forgets = event > 1023 - FORGOTTEN_SHARE * self._noise * 1024
        if a.habit == "computed" or (forgets and event % 2):
            left_text, left_by = _TIMES[max(CLOSING_TIME, left + 60)], "beregnet"
        elif forgets:
            left_text, left_by = "", ""
        head = f"{before}{number if is_shown else ''};{a.role};"
        tail = f"{self._clock};"
        text = f"{head}{came_text};{left_text};{by};{left_by};{tail}{gate}"
        found = [(came_text + after, text)]
        doubles = a.habit == "two gates" or 500 < event < 500 + TWO_GATES_SHARE * self._noise * 1024
        if doubles and left_by == "kort":
            other = gates[(luck + 1) % len(gates)]
            again = f"{head}{_TIMES[came + 3]};{_TIMES[left - 4]};{by};{left_by};{tail}{other}"
            found.append((_TIMES[came + 3] + after, again))
        return found

    def _person(self, a: Attendance) -> tuple[list[Card], str, str]:
        """The cards a person may show, the line up to the card, and what lines are sorted by."""
        made, rng, person = self._made, self._rng, a.person
        cards: list[Card] = []
        if a.is_carded:
            cards = [a.card] if a.card is not None else self._held.get((person, a.employer), [])
        name = person.first if a.is_nameless else person.name
        if rng.random() < NAME_VARIANT_SHARE * self._noise and not a.is_nameless:
            name = rng.choice(
                (f"{person.last}, {person.first}", person.name.title(), f"{person.first[0]} {person.last}")
            )
        born = person.born.isoformat() if made.shows_births and not a.is_nameless else ""
        fnr = person.number_on(max(a.first, self.first)) if made.shows_numbers and not a.is_nameless else ""
        before = f"{self._site};{self._employer(a)};{a.hirer.orgnr if a.hirer else ''};{name};{born};{fnr};"
        printed = cards, before, f"{name}{person.born}"
        self._people[a] = printed
        return printed

    def _employer(self, a: Attendance) -> str:
        """Number, foreign id and name of an employer as this site has entered them."""
        firm, key = a.employer, (a.employer, a.foreign_id, a.listed_as)
        if key not in self._employers:
            name = firm.name
            if self._rng.random() < EMPLOYER_VARIANT_SHARE * self._noise:
                name = self._rng.choice((name.title(), name.removesuffix(f" {firm.form}"), name.lower()))
            number = "" if a.foreign_id else a.listed_as or firm.orgnr
            self._employers[key] = f"{number};{a.foreign_id};{name}"
        return self._employers[key]


def _shown(cards: list[Card], day: date) -> str:
    """The newest card that has been issued; before the first one, none."""
    if len(cards) == 1:
        return cards[0].number if cards[0].issued <= day else ""
    issued = [card for card in cards if card.issued <= day]
    return max(issued, key=lambda card: (card.issued, card.number)).number if issued else ""


def _delivery(day: date, kind: str, delivered: date, rows: list[bytes]) -> Iterator[Outgoing]:
    if rows:
        hour = {"ordinary": 4, "late": 5, "replacement": 6}[kind]
        file = Rows("oversiktsliste.csv.gz", rows, HEADER, framing="csv")
        at = instant(delivered, hour)
        yield Outgoing("byggeplass_oversiktslister", day.isoformat(), kind, at, [file])


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


# ---- cards ---------------------------------------------------------------------------------------
def card_deliveries(world: World) -> Iterator[Outgoing]:
    """The card register before the window and at the end of each month; one card is deleted half-way.

    Args:
        world: The finished world.
    """
    rng = world.rng("hmskort")
    cards = sorted(world.site.cards, key=lambda c: c.number)
    unknown = {c.number for c in cards if rng.random() < ORDER_UNKNOWN_SHARE * world.parameters.noise}
    months = [shift(world.months[0], -1), *world.months]
    deleted_in = len(months) // 2 if len(world.months) >= LEAST_MONTHS_TO_DELETE else -1
    deleted = ""
    told: dict[str, tuple[tuple[str, date], bytes]] = {}
    for index, month in enumerate(months):
        day = last_day(month)
        # Counted from the end, so that the last one is a snapshot.
        is_whole = index == 0 or (len(months) - 1 - index) % 2 == 0
        gone = day - timedelta(days=GONE_DAYS)
        rows = []
        for card in cards:
            if card.issued > day or card.number == deleted:
                continue
            state = _state(card, day)
            if state[0] != "aktiv" and state[1] < gone:
                continue
            before = told.get(card.number)
            if before is None or before[0] != state:
                told[card.number] = before = state, _card(card, state, card.number not in unknown)
                rows.append(before[1])
            elif is_whole:
                rows.append(before[1])
        if rows:
            kind, file = "snapshot" if is_whole else "delta", Rows("hmskort.jsonl.gz", rows)
            at = instant(day + timedelta(days=1), 5)
            yield Outgoing("hmskort_register", day.isoformat(), kind, at, [file])
        if index == deleted_in:
            candidates = [
                c for c in cards if c.number in told and not (c.person.is_planted or c.employer.is_planted)
            ]
            if candidates:
                deleted = rng.choice(candidates).number
                yield _deletion(deleted, day + timedelta(days=12))


def _deletion(number: str, day: date) -> Outgoing:
    row = {
        "fil": "hmskort.jsonl.gz",
        "noekkel": {"kortnummer": number},
        "grunn": "rettelse",
        "slettet_hos_eier": (day - timedelta(days=2)).isoformat(),
    }
    file = Rows("slettinger.jsonl.gz", [orjson.dumps(row)])
    return Outgoing("hmskort_register", day.isoformat(), "deletion", instant(day, 5), [file])


def _state(card: Card, day: date) -> tuple[str, date]:
    """State of a card on a day, and since when."""
    found = ("aktiv", card.issued)
    for since, state in card.changes:
        if since <= day:
            found = (state, since)
    if found[0] == "aktiv" and card.valid_to < day:
        return "utloept", card.valid_to + timedelta(days=1)
    return found


def _card(card: Card, state: tuple[str, date], shows_order: bool) -> bytes:
    record: Json = {
        "kortnummer": card.number,
        "fnr": card.person.number_on(card.issued),
        "arbeidsgiver_orgnr": card.employer.orgnr,
        "bransje": card.trade,
        "grunnlag": card.ground,
        "utstedt_dato": card.issued.isoformat(),
        "gyldig_til": card.valid_to.isoformat(),
        "status": state[0],
        "status_dato": state[1].isoformat(),
    }
    if shows_order:
        record["bestilt_dato"] = card.ordered.isoformat()
        orderer: Person | None = card.orderer
        if orderer is not None:
            record["bestiller_fnr"] = orderer.number_on(card.ordered)
        if card.orderer_firm is not None:
            record["bestiller_orgnr"] = card.orderer_firm.orgnr
    return orjson.dumps(record)
