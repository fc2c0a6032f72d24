"""How answers of the tax authority arrive: most in time, some late, a few refused, a few corrected."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import date

import orjson

from jobs.synth.model import Firm
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

SOURCE = "skatteetaten_seriositet"
ORDINARY_DAY, LATE_DAY, AFTERWARDS_DAY, CORRECTED_DAY = 12, 14, 25, 22
LATE_SHARE, AFTERWARDS_SHARE = 0.008, 0.002
"""Part of firms and months for which services answer two days, or a fortnight, after the others."""
CORRECTED_SHARE = 0.006
"""Part of firms and months whose arrears hold a payment that was not booked yet."""
REFUSED_SHARE = 0.004
"""Part of firms about which a service may not answer, as long as they live."""
UNBOOKED = (3_000, 14_000)
REFUSABLE = (
    "aapne_krav", "mva_meldingsopplysning", "mva_melding", "arbeidsgiveravgift", "naeringsspesifikasjon",
    "betalinger_naering",
)  # fmt: skip
"""Services that refuse by themselves; arrears are refused where they are asked for."""
KEPT = ("forespurteOrganisasjon", "levert", "inntektsaar", "skattleggingsperiode")
"""What a refused answer still says: whom, when, and about which year or term."""
_OPENING = b'{"forespurteOrganisasjon":"'
_DIGITS = slice(len(_OPENING), len(_OPENING) + 9)


class Arrivals:
    """Sorts the answers of one world into deliveries."""

    def __init__(self, world: World, asked: Sequence[Firm]) -> None:
        """Decide which services may not answer about whom.

        Args:
            world: The world.
            asked: Firms that are asked about.
        """
        self._noise = world.parameters.noise
        self._asked = [firm.orgnr for firm in asked]
        share = REFUSED_SHARE * self._noise
        self._refused = {
            name: {orgnr.encode() for orgnr in self._asked if _draw(f"{name}/{orgnr}") < share}
            for name in REFUSABLE
        }

    def of(self, month: str, files: Sequence[Rows]) -> Iterator[Outgoing]:
        """The deliveries about a month: the ordinary one, late ones, and corrections.

        Args:
            month: `YYYY-MM`.
            files: All answers as of the ordinary day; emptied of what comes late.
        """
        late, afterwards, wrong = self._unusual(month)
        batches: dict[int, list[Rows]] = {LATE_DAY: [], AFTERWARDS_DAY: [], CORRECTED_DAY: []}
        before = month_after(month, ORDINARY_DAY)
        for file in files:
            name = file.name.partition(".")[0]
            refused: set[bytes] = self._refused.get(name, set())
            kept: list[bytes] = []
            found: dict[int, list[bytes]] = {day: [] for day in batches}
            for row in file.rows:
                # Two files are not about one organisation; their rows begin otherwise.
                orgnr = row[_DIGITS] if row.startswith(_OPENING) else b""
                if orgnr in refused:
                    row = _refusal(row)
                if orgnr in late:
                    found[LATE_DAY].append(row)
                elif orgnr in afterwards:
                    found[AFTERWARDS_DAY].append(row)
                elif orgnr in wrong and name == "restanser" and b'"data"' in row:
                    kept.append(_unbooked(row, wrong[orgnr]))
                    found[CORRECTED_DAY].append(row)
                else:
                    kept.append(row)
            file.rows = kept
            for day, rows in found.items():
                if rows:
                    later = [_answered(row, before, month_after(month, day)) for row in rows]
                    batches[day].append(Rows(file.name, later))
        yield Outgoing(SOURCE, month, "ordinary", instant(before, 6), [f for f in files if f.rows])
        for day, listed in batches.items():
            if listed:
                kind = "replacement" if day == CORRECTED_DAY else "late"
                yield Outgoing(SOURCE, month, kind, instant(month_after(month, day), 6), listed)

    def _unusual(self, month: str) -> tuple[set[bytes], set[bytes], dict[bytes, int]]:
        """Firms whose answers come late, and very late, and those whose arrears are wrong by how much."""
        late, afterwards, wrong = LATE_SHARE, LATE_SHARE + AFTERWARDS_SHARE, CORRECTED_SHARE
        first: set[bytes] = set()
        second: set[bytes] = set()
        third: dict[bytes, int] = {}
        for orgnr in self._asked:
            draw = _draw(f"{month}/{orgnr}")
            if draw < late * self._noise:
                first.add(orgnr.encode())
            elif draw < afterwards * self._noise:
                second.add(orgnr.encode())
            elif draw > 1 - wrong * self._noise:
                low, high = UNBOOKED
                third[orgnr.encode()] = low + int(_draw(f"unbooked/{month}/{orgnr}") * (high - low))
        return first, second, third


def _refusal(row: bytes) -> bytes:
    answer = orjson.loads(row)
    told = {key: answer[key] for key in KEPT if key in answer}
    return orjson.dumps(
        {"forespurteOrganisasjon": told["forespurteOrganisasjon"], "svarstatus": "avslag"} | told
    )


def _unbooked(row: bytes, amount: int) -> bytes:
    """The same answer with a payment of VAT not booked yet, though it had come in."""
    answer = orjson.loads(row)
    owed = answer["restanser"].setdefault("merverdiavgift", {})
    for key in ("forfaltOgUbetalt", "forfaltOgUbetaltKrav"):
        owed[key] = owed.get(key, 0) + amount
    owed.setdefault("forfaltOgUbetaltRenter", 0)
    return orjson.dumps(answer)


def _answered(row: bytes, before: date, day: date) -> bytes:
    """The same answer, given on another day."""
    return row.replace(f'"levert":"{before.isoformat()}'.encode(), f'"levert":"{day.isoformat()}'.encode(), 1)


def _draw(text: str) -> float:
    """A number in [0, 1) that belongs to a text, whoever asks and when."""
    return zlib.crc32(text.encode()) / 2**32
