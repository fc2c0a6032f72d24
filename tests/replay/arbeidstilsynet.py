"""Arbeidstilsynet's three registers with the companies of the contract's examples, each at its real path."""

import gzip
import json
from typing import Any
from xml.sax.saxutils import escape

from defusedxml import ElementTree as SafeTree

from expectations.contract import FOLDER
from tests.replay.server import Answer, Replay, Request, as_json

CLEANING = "/renhold.xml"
STAFFING = "/bemanningsforetaksregisteret2/api/virksomheter"
CAR_CARE = "/bilpleieregisteret/api/virksomheter/"


class Registers:
    """The registers: change them, and the next answer tells.

    Attributes:
        cleaning: Organisation number and status of the cleaning companies.
        staffing, car_care: Records as they are answered.
        made_at: Instant in the answers; rises with every answer, as it does in truth.
    """

    def __init__(self) -> None:
        root = SafeTree.fromstring(gzip.decompress(_example("renhold.xml.gz")))
        self.cleaning = {
            str(company.findtext("Organisasjonsnummer")): str(company.findtext("Status")) for company in root
        }
        self.staffing: list[dict[str, Any]] = _records("bemanning.json.gz")
        self.car_care: list[dict[str, Any]] = _records("bilpleie.json.gz")
        self.made_at = 0

    def cleaning_register(self, request: Request) -> Answer:
        """The XML form, which has no instant in it."""
        companies = "".join(
            f"<Renholdsvirksomhet><Organisasjonsnummer>{number}</Organisasjonsnummer><Navn>REN AS</Navn>"
            f"<Adresse/><Underavdelinger/><Status>{escape(status)}</Status></Renholdsvirksomhet>"
            for number, status in self.cleaning.items()
        )
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<ArrayOfRenholdsvirksomhet>{companies}'
        return Answer(
            body=f"{text}</ArrayOfRenholdsvirksomhet>".encode(), content_type="text/xml", etag='"renhold"'
        )

    def json_register(self, title: str, companies: list[dict[str, Any]]) -> Answer:
        """The JSON form."""
        self.made_at += 1
        made = {"versjon": "2.2", "datoTidGenerert": f"2026-02-01T05:00:00.{self.made_at:07d}Z"}
        return as_json({"metadata": made, "registernavn": title, "data": companies})


def routes(replay: Replay, registers: Registers | None = None) -> Registers:
    """Add the registers to a server.

    Returns:
        The registers behind it.
    """
    known = registers or Registers()
    replay.route(CLEANING, known.cleaning_register)
    replay.route(STAFFING, lambda _: known.json_register("bemanningsforetaksregisteret", known.staffing))
    replay.route(CAR_CARE, lambda _: known.json_register("bilpleieregisteret", known.car_care))
    return known


def _example(file: str) -> bytes:
    return sorted((FOLDER / "examples" / "arbeidstilsynet_registre").glob(f"*/*/{file}"))[0].read_bytes()


def _records(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gzip.decompress(_example(file)))["data"]
    return found
