"""Enhetsregisteret's open API with synthetic units: bulk files, look-ups, and the three feeds of changes."""

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from expectations.contract import FOLDER
from tests.replay.server import Answer, Replay, Request, as_json

API = "/enhetsregisteret/api"
OWNER = "https://data.brreg.no" + API
FIRST = datetime(2026, 2, 2, 4, 1, 39, 613000, tzinfo=UTC)
LAST_MODIFIED = "Sun Feb 01 04:27:17 CET 2026"
"""The register writes no HTTP date but this."""

Record = dict[str, Any]


class Brreg:
    """The register: change it, and the API tells of it.

    Attributes:
        records: Records by kind (`enheter`, `underenheter`, `roller`) and organisation number.
        gone: Organisation numbers that are answered with 410, by kind.
        feeds: Notices by kind, oldest first.
        last_modified: Of the bulk files.
    """

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Record]] = {
            "enheter": _by_number("brreg_enheter", "enheter_alle.json.gz"),
            "underenheter": _by_number("brreg_underenheter", "underenheter_alle.json.gz"),
            "roller": _by_number("brreg_roller", "roller_totalbestand.json.gz"),
        }
        self.gone: dict[str, set[str]] = {kind: set() for kind in self.records}
        self.feeds: dict[str, list[Record]] = {kind: [] for kind in self.records}
        self.last_modified = LAST_MODIFIED
        self._ids = {"enheter": 99_000_000, "underenheter": 14_757_000, "roller": 500}

    def notice(self, kind: str, orgnr: str, what: str = "Endring") -> Record:
        """Tell of a change; ids leave gaps, as they really do."""
        self._ids[kind] += 3
        number = self._ids[kind]
        when = FIRST + timedelta(seconds=len(self.feeds[kind]))
        instant = f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"
        if kind == "roller":
            found: Record = {
                "specversion": "1.0",
                "id": str(number),
                "source": f"{OWNER}/enheter/{orgnr}/roller",
                "type": "no.brreg.enhetsregisteret.rolle.oppdatert",
                "time": instant,
                "data": {"organisasjonsnummer": orgnr},
            }
        else:
            one = kind.removesuffix("er")
            found = {
                "oppdateringsid": number,
                "dato": instant,
                "organisasjonsnummer": orgnr,
                "endringstype": what,
                "_links": {one: {"href": f"{OWNER}/{kind}/{orgnr}"}},
            }
        self.feeds[kind].append(found)
        return found

    def change(self, kind: str, orgnr: str, **fields: Any) -> None:
        """Change a record, and tell."""
        self.records[kind][orgnr] |= fields
        self.notice(kind, orgnr)

    def end(self, kind: str, orgnr: str, day: str) -> None:
        """End a unit: it still answers, with little but the day."""
        known = self.records[kind][orgnr]
        kept = ("organisasjonsnummer", "navn", "organisasjonsform")
        self.records[kind][orgnr] = {name: known[name] for name in kept} | {"slettedato": day}
        self.notice(kind, orgnr, "Sletting")

    def remove(self, kind: str, orgnr: str, told: str = "Fjernet") -> None:
        """Remove a unit for legal reasons: 410 from now on."""
        self.records[kind].pop(orgnr, None)
        self.gone[kind].add(orgnr)
        if kind == "enheter":
            self.records["roller"].pop(orgnr, None)
            self.gone["roller"].add(orgnr)
        self.notice(kind, orgnr, told)

    def bulk(self, kind: str) -> Answer:
        """The whole register as one compressed file."""
        body = gzip.compress(json.dumps(list(self.records[kind].values())).encode(), mtime=0)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        media = {"enheter": "enhet.v2", "underenheter": "underenhet.v2", "roller": "rolle.v1"}[kind]
        return Answer(
            body=body,
            content_type=f"application/vnd.brreg.enhetsregisteret.{media}+gzip;charset=UTF-8",
            etag=etag,
            last_modified=self.last_modified,
        )

    def lookup(self, request: Request) -> Answer:
        """One unit, or the roles of one."""
        kind, orgnr, *more = request.path.removeprefix(f"{API}/").split("/")
        kind = "roller" if more else kind
        if orgnr in self.gone[kind]:
            told = {"feilmelding": "Enheten er fjernet av juridiske årsaker", "statuskode": "410"}
            return as_json(told, 410)
        found = self.records[kind].get(orgnr)
        if found is None:
            return as_json({"status": 404, "error": "Not Found"}, 404)
        links = {"_links": {"self": {"href": f"{OWNER}{request.path.removeprefix(API)}"}}}
        hidden = {"organisasjonsnummer"} if kind == "roller" else set()
        return as_json({name: value for name, value in found.items() if name not in hidden} | links)

    def page(self, request: Request) -> Answer:
        """A page of notices about units or establishments."""
        kind, query = request.path.rsplit("/", 1)[1], request.query
        size, first = int(query.get("size", 100)), int(query.get("oppdateringsid", 0))
        found = [
            notice
            for notice in self.feeds[kind]
            if notice["oppdateringsid"] >= first and notice["dato"] >= query.get("dato", "")
        ]
        here = f"{OWNER}/oppdateringer/{kind}"
        document: Record = {"_links": {"self": {"href": here}}}
        if found:
            document["_embedded"] = {f"oppdaterte{kind.capitalize()}": found[:size]}
        pages = -(-len(found) // size)
        document["page"] = {"size": size, "totalElements": len(found), "totalPages": pages, "number": 0}
        return as_json(document)

    def events(self, request: Request) -> Answer:
        """A list of notices about roles."""
        query = request.query
        after, since = int(query.get("afterId", 0)), query.get("afterTime", "")
        found = [
            event for event in self.feeds["roller"] if int(event["id"]) > after and event["time"] > since
        ]
        return as_json(found[: int(query.get("size", 100))])


def routes(replay: Replay, register: Brreg | None = None) -> Brreg:
    """Add the API to a server.

    Returns:
        The register behind it.
    """
    known = register or Brreg()
    replay.route(f"{API}/(enheter|underenheter)/[0-9]+(/roller)?", known.lookup)
    replay.route(f"{API}/enheter/lastned", lambda _: known.bulk("enheter"))
    replay.route(f"{API}/underenheter/lastned", lambda _: known.bulk("underenheter"))
    replay.route(f"{API}/roller/totalbestand", lambda _: known.bulk("roller"))
    replay.route(f"{API}/oppdateringer/(enheter|underenheter)", known.page)
    replay.route(f"{API}/oppdateringer/roller", known.events)
    return known


def _by_number(source: str, file: str) -> dict[str, Record]:
    path = sorted((FOLDER / "examples" / source).glob(f"*/*/{file}"))[0]
    found: list[Record] = json.loads(gzip.decompress(path.read_bytes()))
    return {record["organisasjonsnummer"]: record for record in found}
