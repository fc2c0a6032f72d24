"""SSB's KLASS with the codes of the contract's own lists: the table of industry codes, the municipalities."""

from datetime import date, timedelta
from typing import Any

from expectations.codelists import rows
from tests.replay.server import Answer, Replay, Request, as_json

INDUSTRY = "/api/klass/v1/correspondencetables/2919"
MUNICIPALITIES = "/api/klass/v1/classifications/131"

Item = dict[str, Any]


class Klass:
    """The classifications: change them, and the next answer tells.

    Attributes:
        maps: Pairs of the table, from SN2025 to SN2007.
        codes: Municipality numbers in periods; the end is the first day after.
        changes: Which number became which.
    """

    def __init__(self) -> None:
        self.maps = _maps()
        self.codes = [_code(row) for row in rows("kommune")]
        self.changes = _changes(self.codes)

    def industry(self, request: Request) -> Answer:
        """The table."""
        return as_json({"name": "Næringsgruppering (SN) 2025 - 2007", "correspondenceMaps": self.maps})


def _maps() -> list[Item]:
    """The shipped list as KLASS has it: lowest level, and unchanged codes beside the changed ones."""
    shipped = rows("naering")
    maps = [
        {
            "sourceCode": row["sn2025"],
            "sourceName": row["sn2025_navn"],
            "targetCode": row["sn2007"],
            "targetName": row["sn2007_navn"],
        }
        for row in shipped
        if len(row["sn2007"]) == 6
    ]
    # A group that the list does not have holds a code that did not change.
    changed = {str(pair["targetCode"]) for pair in maps}
    listed = {row["sn2007"] for row in shipped}
    kept: list[str] = []
    for group in sorted({code[:length] for code in changed for length in (2, 4, 5)} - listed, key=len)[::-1]:
        if not any(code.startswith(group) for code in kept):
            kept.append(_unchanged(group, changed, listed))
    maps += [
        {"sourceCode": code, "sourceName": "Som før", "targetCode": code, "targetName": "Som før"}
        for code in kept
    ]
    return maps[::-1]


def _unchanged(group: str, changed: set[str], listed: set[str]) -> str:
    start = group if len(group) > 2 else f"{group}."
    width = 6 - len(start)
    codes = (f"{start}{number:0{width}d}" for number in range(10**width))
    return next(code for code in codes if code not in changed and not {code[:4], code[:5]} & listed)


def _code(row: Any) -> Item:
    last = row["gyldig_til"]
    return {
        "code": row["kommunenummer"],
        "parentCode": None,
        "level": "1",
        "name": row["navn"],
        "validFrom": None,
        "validTo": None,
        "validFromInRequestedRange": row["gyldig_fra"],
        "validToInRequestedRange": str(date.fromisoformat(last) + timedelta(days=1)) if last else None,
    }


def _changes(codes: list[Item]) -> list[Item]:
    begun = {(code["code"], code["validFromInRequestedRange"]): code["name"] for code in codes}
    found = []
    for row in rows("kommune"):
        if row["gyldig_til"] and row["neste"]:
            day = str(date.fromisoformat(row["gyldig_til"]) + timedelta(days=1))
            found.append(
                {
                    "oldCode": row["kommunenummer"],
                    "oldName": row["navn"],
                    "newCode": row["neste"],
                    "newName": begun.get((row["neste"], day), ""),
                    "changeOccurred": day,
                }
            )
    return found


def routes(replay: Replay, klass: Klass | None = None) -> Klass:
    """Add the API to a server.

    Returns:
        The classifications behind it.
    """
    known = klass or Klass()
    replay.route(INDUSTRY, known.industry)
    replay.route(f"{MUNICIPALITIES}/codes", lambda _: as_json({"codes": known.codes}))
    replay.route(f"{MUNICIPALITIES}/changes", lambda _: as_json({"codeChanges": known.changes}))
    return known
