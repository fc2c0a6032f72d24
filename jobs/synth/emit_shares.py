"""The yearly list of shareholders: who held which class of shares on 31 December, and a corrected edition."""

import zlib
from collections.abc import Iterator
from datetime import date

from jobs.synth.firms import SHARES
from jobs.synth.model import Firm, Person
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.registration import owners_on
from jobs.synth.world import World, instant

HEADER = (
    "Orgnr;Selskap;Aksjeklasse;Navn aksjonær;Fødselsår/orgnr;Postnr/sted;Landkode;"
    "Antall aksjer;Antall aksjer selskap"
)
DELIVERED, REPLACED = (5, 20), (9, 15)
"""Month and day, in the year after, of the list and of its corrected edition."""
TWO_CLASSES_SHARE = 0.06
"""Part of companies with shares with and without votes."""
ABROAD_SHARE = 0.015
"""Part of holding people who live abroad; drawn for each person alone."""
NO_BIRTH_YEAR_SHARE = 0.5
"""Part of them whose year of birth the list lacks."""
MISTAKE_SHARE = 0.015
"""Part of companies whose first list has a holder too few."""
ABROAD = (
    ("SWE", "21120 MALMÖ"), ("DNK", "2100 KØBENHAVN"), ("FIN", "00100 HELSINKI"), ("ISL", "101 REYKJAVÍK"),
    ("DEU", "20095 HAMBURG"), ("GBR", ""), ("NLD", "1011 AMSTERDAM"), ("ESP", "03501 BENIDORM"),
    ("USA", ""), ("POL", "80-001 GDAŃSK"),
)  # fmt: skip
"""Countries of addresses; no act and no look-alike depends on them."""
ORDINARY, VOTING, NON_VOTING = "Ordinære aksjer", "A-aksjer", "B-aksjer"


def share_deliveries(world: World) -> Iterator[Outgoing]:
    """Holders on 31 December of every income year that is out before the last month ends.

    The newest year that has been corrected comes a second time, whole.

    Args:
        world: The finished world.
    """
    first = world.opening.year - 2
    years = [y for y in range(first, world.closing.year) if date(y + 1, *DELIVERED) <= world.closing]
    corrected = [y for y in years if date(y + 1, *REPLACED) <= world.closing][-1:]
    for year in years:
        rows = list(_rows(world, year, is_final=False))
        if rows:
            yield _delivery(year, "snapshot", date(year + 1, *DELIVERED), rows)
        if rows and year in corrected:
            yield _delivery(
                year, "replacement", date(year + 1, *REPLACED), list(_rows(world, year, is_final=True))
            )


def _delivery(year: int, kind: str, out: date, rows: list[tuple[tuple[str, ...], bytes]]) -> Outgoing:
    listed = [row for _, row in sorted(rows)]
    header = b"\xef\xbb\xbf" + HEADER.encode()
    file = Rows(f"aksjeeierbok_{year}.csv.gz", listed, header, framing="csv")
    return Outgoing("skatteetaten_aksjonaerer", str(year), kind, instant(out, 8), [file])


def _rows(world: World, year: int, *, is_final: bool) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """One row per holder and class, with what it is sorted by."""
    day = date(year, 12, 31)
    for firm in world.firms:
        if firm.registered > day or (firm.deleted is not None and firm.deleted <= day):
            continue
        owners = owners_on(world, firm, day)
        if not is_final and len(owners) > 1 and _chance(firm, year) < MISTAKE_SHARE * world.parameters.noise:
            owners = owners[:-1]
        for holder, shares in owners:
            key, place, country = _holder(holder, day)
            for name, count in _classes(firm, owners, holder, shares):
                fields = (
                    firm.orgnr, _name_on(firm, day), name, holder.name, key, place, country, str(count),
                    str(SHARES),
                )  # fmt: skip
                yield (firm.orgnr, holder.name, key, name), ";".join(fields).encode()


def _name_on(firm: Firm, day: date) -> str:
    return firm.earlier_name[0] if firm.earlier_name and day < firm.earlier_name[1] else firm.name


def _holder(holder: Person | Firm, day: date) -> tuple[str, str, str]:
    """Birth year or organisation number, postcode and place, and country of the address."""
    if not isinstance(holder, Person):
        return holder.orgnr, f"{holder.address.postcode} {holder.address.place}", "NOR"
    born, is_open = str(holder.born.year), holder.grading == "ugradert"
    if is_open and _draw(f"abroad/{holder.number}") < ABROAD_SHARE:
        country, place = ABROAD[int(_draw(f"country/{holder.number}") * len(ABROAD))]
        return "" if _draw(f"born/{holder.number}") < NO_BIRTH_YEAR_SHARE else born, place, country
    home = next((s.dwelling.building for s in holder.stays if s.since <= day), None)
    return born, f"{home.postcode} {home.place}" if home and is_open else "", "NOR"


def _classes(
    firm: Firm, owners: list[tuple[Person | Firm, int]], holder: Person | Firm, shares: int
) -> list[tuple[str, int]]:
    """Shares of a holder by class; the first holder has most votes, the others most of the other class."""
    if _draw(f"classes/{firm.orgnr}") >= TWO_CLASSES_SHARE:
        return [(ORDINARY, shares)]
    voting = shares * 2 // 3 if holder is owners[0][0] else shares // 4
    return [(name, n) for name, n in ((VOTING, voting), (NON_VOTING, shares - voting)) if n]


def _chance(firm: Firm, year: int) -> float:
    return _draw(f"list/{year}/{firm.orgnr}")


def _draw(text: str) -> float:
    """A number in [0, 1) that belongs to a text, whoever asks and when."""
    return zlib.crc32(text.encode()) / 2**32
