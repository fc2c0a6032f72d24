"""Doffin's search with synthetic announcements: key, filters, pages, the cap, and its bad habits.

It has three announcements for every weekday of every year, so that any month can be asked for. Texts hold raw
line breaks, which makes the answers something that a strict JSON reader refuses.
"""

import json
from datetime import date
from typing import Any

from tests.replay.server import Answer, Replay, Request, as_json

PATH = "/public/v2/search"
KEY = "synthetic-key"
TYPE = "ANNOUNCEMENT_OF_CONCLUSION_OF_CONTRACT"
CAP = 1000
WINNERS = ("310000205", "310000302", "310000507")

Notice = dict[str, Any]


class Notices:
    """The notices: change them, and the next search tells.

    Attributes:
        more: Notices of a day beyond the regular ones.
        changed: Fields that are another for some notices, by id.
        hidden: Ids that are not shown (yet).
        is_stable: Whether the pages of a search are cut out of one order.
    """

    def __init__(self) -> None:
        self.more: dict[str, int] = {}
        self.changed: dict[str, dict[str, Any]] = {}
        self.hidden: set[str] = set()
        self.is_stable = True

    def of(self, day: date) -> list[Notice]:
        """What was issued on a day."""
        count = (3 if day.weekday() < 5 else 0) + self.more.get(day.isoformat(), 0)
        notices = [_notice(day, number) for number in range(count)]
        shown = [notice for notice in notices if notice["id"] not in self.hidden]
        return [notice | self.changed.get(notice["id"], {}) for notice in shown]

    def search(self, request: Request) -> Answer:
        """One page."""
        key = request.header("Ocp-Apim-Subscription-Key")
        if key != KEY:
            what = f"Access denied due to {'invalid' if key else 'missing'} subscription key."
            return as_json({"statusCode": 401, "message": what}, 401)
        query = request.query
        first, last = (date.fromisoformat(query[f"issueDate{end}"]) for end in ("From", "To"))
        days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
        found = [notice for day in days for notice in self.of(day)] if query["type"] == TYPE else []
        found = found if query["sortBy"].endswith("_ASC") else found[::-1]
        size, page = min(int(query["numHitsPerPage"]), 100), int(query["page"])
        start = (page - 1) * size
        if not self.is_stable and start:
            start -= size // 2  # the second page begins in the middle of the first
        hits = found[start : start + size] if page <= CAP // size else []
        body = json.dumps(
            {"numHitsTotal": len(found), "numHitsAccessible": min(len(found), CAP), "hits": hits},
            ensure_ascii=False,
        )
        return Answer(body=body.replace("\\n", "\n").encode())


def _notice(day: date, number: int) -> Notice:
    winner = {"id": f"w{number}", "organizationId": WINNERS[number % len(WINNERS)], "name": "VINNER"}
    return {
        "id": f"{day.year}-{day.timetuple().tm_yday * 10_000 + number}",
        "buyer": [{"id": "b1", "organizationId": "310 000 108", "name": "Eksempel kommune"}],
        "heading": "Renhold",
        "description": "Renhold av\nskoler",
        "locationId": ["NO020"],
        "estimatedValue": {"currencyCode": "NOK", "amount": 2_500_000.0},
        "type": TYPE,
        "allTypes": ["RESULT", TYPE],
        "status": None,
        "issueDate": f"{day}T14:12:39+02:00",
        "publicationDate": day.isoformat(),
        "receivedTenders": 4,
        "cpvCodes": ["90910000"],
        "lots": [{"heading": "Renhold", "description": "Renhold", "winner": [winner]}],
    }


def routes(replay: Replay, notices: Notices | None = None) -> Notices:
    """Add the search to a server.

    Returns:
        The notices behind it.
    """
    known = notices or Notices()
    replay.route(PATH, known.search)
    return known
