"""Kartverket's download of addresses on dwelling level: a zip archive with a folder and one CSV file.

The columns are those of the real file, which has no `lokalid` and calls the unit `bruksenhetsnummerTekst`.
"""

import hashlib
import io
import zipfile
from collections.abc import Sequence

from tests.replay.server import Answer, Replay, Request

PATH = (
    "/geonorge/Basisdata/MatrikkelenAdresseLeilighetsniva/CSV/"
    "Basisdata_0000_Norge_25833_MatrikkelenAdresseLeilighetsniva_CSV.zip"
)
MEMBER = f"{PATH.rsplit('/', 1)[1].removesuffix('.zip')}/matrikkelenAdresseLeilighetsniva.csv"
COLUMNS = (
    "kommunenummer;kommunenavn;adressetype;adressetilleggsnavn;adressetilleggsnavnKilde;adressekode;"
    "adressenavn;nummer;bokstav;gardsnummer;bruksnummer;festenummer;seksjonsnummer;undernummer;bruksenhetid;"
    "bruksenhetsnummerTekst;adresseTekst;adresseTekstUtenAdressetilleggsnavn;EPSG-kode;Nord;Øst;postnummer;"
    "poststed;grunnkretsnummer;grunnkretsnavn;oppdateringsdato;datauttaksdato;adresseId;uuidAdresse"
)

Dwelling = tuple[str, int, str]
"""Municipality, address id, unit."""


class Addresses:
    """The file: change it, and it has another tag.

    Attributes:
        dwellings: What is in it.
        taken: Day of the extract, as the file writes it.
        content: The archive itself instead, when it is not to be made from the dwellings.
        has_tag: Whether the server says which version it has.
    """

    def __init__(self, dwellings: Sequence[Dwelling] = ()) -> None:
        self.dwellings: list[Dwelling] = list(dwellings) or [
            ("3420", 399500000, "H0101"),
            ("3420", 399500000, "H0201"),
            ("3420", 399500001, ""),
            ("0301", 399500002, "K0101"),
        ]
        self.taken = "12.01.2026"
        self.content = b""
        self.has_tag = True

    def csv(self) -> bytes:
        """The file in the archive."""
        rows = [
            f"{place};STED;vegadresse;;;3390;Eksempelvegen;1;;19;1;;;;{900 + at};{unit};"
            f"Eksempelvegen 1;Eksempelvegen 1;25833;6770754.69;310012.98;2406;ELVERUM;34200104;Svanåsen;"
            f"29.03.2023 22:05:36.367;{self.taken} 09:03:43;{address};"
            for at, (place, address, unit) in enumerate(self.dwellings)
        ]
        return ("\ufeff" + "\r\n".join([COLUMNS, *rows, ""])).encode()

    def answer(self, request: Request) -> Answer:
        """The archive."""
        body = self.content or packed({MEMBER: self.csv()})
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if self.has_tag else ""
        return Answer(body=body, content_type="application/zip", etag=etag)


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with its folder entry, always the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr(zipfile.ZipInfo(f"{MEMBER.split('/')[0]}/"), b"")
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            archive.writestr(info, content)
    return out.getvalue()


def routes(replay: Replay, addresses: Addresses | None = None) -> Addresses:
    """Add the download to a server.

    Returns:
        The file behind it.
    """
    known = addresses or Addresses()
    replay.route(PATH.replace(".", r"\."), known.answer)
    return known
