"""Notices that units and roles changed; the records themselves are fetched afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant

Json = dict[str, Any]
Changed = tuple[str, bytes | None, bytes]
"""Number of the unit, what was known of it before, and what is now."""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
ROLE_EVENT = "no.brreg.enhetsregisteret.rolle.oppdatert"
WITHOUT_DETAIL_SHARE = 0.06
"""Part of notices that do not say what changed."""
DATED_BY = ("slettedato", "nedleggelsesdato", "konkursdato", "registreringsdatoEnhetsregisteret")
"""Fields whose day is the day of the notice when they are new."""


class ChangeNotices:
    """Numbers the notices of one district so that a later notice has a higher number in the whole country."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("updates")
        self._used: dict[str, set[int]] = {"enheter": set(), "underenheter": set(), "roller": set()}

    def delivery(self, day: date, changes: Mapping[str, Sequence[Changed]]) -> Iterator[Outgoing]:
        """All notices of one month.

        Args:
            day: Last day of the month.
            changes: What changed in it, by register.
        """
        first = day.replace(day=1)
        files = []
        for register, list_name in (
            ("enheter", "oppdaterteEnheter"),
            ("underenheter", "oppdaterteUnderenheter"),
        ):
            notices = [self._unit(register, first, day, change) for change in changes[register]]
            removal = self._world.entries.removal
            if register == "enheter" and removal is not None and first <= removal.removed <= day:
                at = self._at(removal.removed)
                notices.append(self._notice(register, at, removal.orgnr, "Fjernet"))
            notices.sort(key=lambda notice: notice["oppdateringsid"])
            files.append(
                Rows(
                    f"oppdateringer_{register}_{day:%Y%m}.json.gz",
                    [orjson.dumps(notice) for notice in notices],
                    f'{{"_embedded":{{"{list_name}":[\n'.encode(),
                    "json",
                    b"\n]}}\n",
                )
            )
        events = [self._role(first, day, change) for change in changes["roller"]]
        events.sort(key=lambda event: (event["time"], event["id"]))
        files.append(
            Rows(
                f"oppdateringer_roller_{day:%Y%m}.json.gz",
                [orjson.dumps(event) for event in events],
                framing="json-array",
            )
        )
        kept = [file for file in files if file.rows]
        if kept:
            at = instant(day + timedelta(days=1), 3)
            yield Outgoing("brreg_oppdateringer", day.isoformat(), "delta", at, kept)

    def _unit(self, register: str, first: date, last: date, change: Changed) -> Json:
        orgnr, before, after = change
        now: Json = orjson.loads(after)
        known: Json = {} if before is None else orjson.loads(before)
        on = self._day(first, last, known, now)
        if "slettedato" in now:
            return self._notice(register, self._at(on), orgnr, "Sletting")
        if before is None:
            return self._notice(register, self._at(on), orgnr, "Ny")
        notice = self._notice(register, self._at(on), orgnr, "Endring")
        if self._rng.random() >= WITHOUT_DETAIL_SHARE * self._world.parameters.noise:
            notice["endringer"] = patch(known, now)
        else:
            notice["endringstype"] = "Ukjent"
        return notice

    def _day(self, first: date, last: date, known: Json, now: Json) -> date:
        """The day that the change itself names, if it lies in the month; else some day of it."""
        for name in DATED_BY:
            if name in now and now.get(name) != known.get(name):
                named = date.fromisoformat(now[name])
                return min(max(named, first), last)
        return first + timedelta(days=self._rng.randrange((last - first).days + 1))

    def _role(self, first: date, last: date, change: Changed) -> Json:
        orgnr, _, after = change
        groups: list[Json] = orjson.loads(after)["rollegrupper"]
        latest = max((group["sistEndret"] for group in groups), default=first.isoformat())
        at = self._at(min(max(date.fromisoformat(latest), first), last))
        return {
            "specversion": "1.0",
            "id": f"R-{self._number('roller', at)}",
            "source": "https://data.brreg.no/enhetsregisteret/api/roller",
            "type": ROLE_EVENT,
            "time": _text(at),
            "data": {"organisasjonsnummer": orgnr},
        }

    def _at(self, on: date) -> datetime:
        return instant(on, 4) + timedelta(milliseconds=self._rng.randrange(14 * 3_600_000))

    def _notice(self, register: str, at: datetime, orgnr: str, kind: str) -> Json:
        return {
            "oppdateringsid": self._number(register, at),
            "dato": _text(at),
            "organisasjonsnummer": orgnr,
            "endringstype": kind,
        }

    def _number(self, register: str, at: datetime) -> int:
        """A number that rises with time, out of this district's residue class."""
        district, used = self._world.district, self._used[register]
        tick = int((at - EPOCH).total_seconds())
        while tick in used:
            tick += 1
        used.add(tick)
        return tick * district.makers + district.index


def patch(before: Json, after: Json) -> list[Json]:
    """The changes from one record to the next as a JSON patch of its top-level fields.

    Args:
        before: As it was known.
        after: As it is now.
    """
    changes: list[Json] = []
    for name, value in after.items():
        if name not in before:
            changes.append({"op": "add", "path": f"/{name}", "value": value})
        elif before[name] != value:
            changes.append({"op": "replace", "path": f"/{name}", "value": value})
    changes += [{"op": "remove", "path": f"/{name}"} for name in before if name not in after]
    return changes


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
