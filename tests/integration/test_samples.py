"""The readers on real and real-shaped register files, where `shared/samples` lies beside the project.

Most of the fictive numbers in those files fail their check digit, and that must show as quarantine.
"""

import gzip
import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from expectations.contract import FOLDER, source
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.fetch import fetch_file
from jobs.ingest.intake import ingest
from jobs.ingest.landing import LocalLanding
from jobs.ingest.tables import raw_tables
from jobs.keys import KeyRing
from jobs.lake.delivery_writer import DataFile, json_array, stored_file, write_delivery
from jobs.lake.lake import Lake

AT = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)
DAY = "2026-02-01"
ROLES_OF = "923609016"


def samples_folder() -> Path | None:
    if told := os.environ.get("SAMPLES_FOLDER"):
        return Path(told)
    beside = (parent / "shared" / "samples" for parent in Path(__file__).resolve().parents)
    return next((folder for folder in beside if folder.is_dir()), None)


SAMPLES = samples_folder() or Path("no-samples")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not SAMPLES.is_dir(), reason="no shared/samples beside the project, nor SAMPLES_FOLDER"
    ),
]


class Samples:
    """A landing zone with one delivery per register, and the lake they were taken into."""

    def __init__(self, root: Path) -> None:
        self.landing, self.lake = root / "landing", Lake.open(root / "lake")
        self.folders = {
            "units": self._array("brreg_enheter", "enheter_alle.json.gz", self._units()),
            "roles": self._array("brreg_roller", "roller_totalbestand.json.gz", [self._roles()]),
            "establishments": Path(
                fetch_file(
                    SAMPLES / "brreg/underenheter_lastned_alle.json.gz", LocalLanding(self.landing), AT, DAY
                ).place
            ),
            "approvals": self._land("arbeidstilsynet_registre", self._approvals()),
            "addresses": self._land("kartverket_matrikkel", [self._addresses()]),
            "updates": self._land("brreg_oppdateringer", [self._updates()], "delta"),
        }
        self.report = ingest(self.landing, self.lake, ring=KeyRing.create(root / "keys.json"), workers=1)

    def _units(self) -> list[Any]:
        brreg = SAMPLES / "brreg"
        page = json.loads((brreg / "enheter_real_search_5.json").read_text())["_embedded"]["enheter"]
        single = ("enhet_real_923609016.json", "fictive_enhet.json", "fictive_enhet_deleted.json")
        return [*page, *(json.loads((brreg / name).read_text()) for name in single)]

    def _roles(self) -> Any:
        # The look-up of one unit leaves out its number; the whole register has it.
        return {"organisasjonsnummer": ROLES_OF} | json.loads(
            (SAMPLES / "brreg/roller_real_redacted_923609016.json").read_text()
        )

    def _approvals(self) -> list[DataFile]:
        found = []
        for name, sample, count in (
            ("renhold.xml.gz", "renholdsregister.xml", 5),
            ("bemanning.json.gz", "bemanningsforetaksregister.json", 1),
            ("bilpleie.json.gz", "bilpleieregister.json", 2),
        ):
            packed = gzip.compress((SAMPLES / "arbeidstilsynet" / sample).read_bytes(), mtime=0)
            found.append(DataFile(name, "application/x+gzip", iter([(packed, count)]), is_stored_form=True))
        return found

    def _addresses(self) -> DataFile:
        path = next((SAMPLES / "kartverket").glob("*.csv.gz"))
        return stored_file("adresser_leilighetsniva.csv.gz", "text/csv+gzip", path, 2000)

    def _updates(self) -> DataFile:
        packed = gzip.compress((SAMPLES / "brreg/oppdateringer_underenheter.json").read_bytes(), mtime=0)
        name = "oppdateringer_underenheter_0001.json.gz"
        return DataFile(name, "application/json+gzip", iter([(packed, 10)]), is_stored_form=True)

    def _array(self, name: str, file: str, records: list[Any]) -> Path:
        rows = [json.dumps(record, ensure_ascii=False).encode() for record in records]
        return self._land(name, [json_array(file, "application/json+gzip", rows)])

    def _land(self, name: str, files: list[DataFile], kind: str = "snapshot") -> Path:
        return write_delivery(self.landing, name, DAY, kind, AT, 1, files, "LB-OPEN-01")

    def counts(self, register: str) -> dict[str, int]:
        folder = self.folders[register]
        receipt = self.lake.deliveries.receipt(folder.parts[-3], folder.name)
        assert receipt is not None
        return {fate: count for fate, count in receipt["dispositions"].items() if count}

    def rows(self, table: str) -> list[dict[str, Any]]:
        refs = self.lake.deliveries.raw(table)
        found: list[dict[str, Any]] = self.lake.read(refs).to_pylist() if refs else []
        return found


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return Samples(tmp_path_factory.mktemp("samples"))


def test_every_sample_is_taken_in(samples: Samples) -> None:
    assert [outcome.message for outcome in samples.report.refused] == []


def test_real_units_go_in_and_fictive_numbers_fail_their_check_digit(samples: Samples) -> None:
    assert samples.counts("units") == {"in": 8, "accepted": 6, "quarantined": 2}
    units = {row["orgnr"]: row for row in samples.rows("raw_brreg_enheter__units")}
    assert ROLES_OF in units
    assert {row["industry_standard"] for row in units.values()} == {"SN2025"}
    assert all(row["form_code"] and row["registered_on"] for row in units.values())
    assert units[ROLES_OF]["business_address_key"].count("|") == 2


def test_redacted_roles_of_a_real_unit(samples: Samples) -> None:
    assert samples.counts("roles") == {"in": 1, "accepted": 1}
    roles = samples.rows("raw_brreg_roller__roles")
    persons = [row for row in roles if row["person_last_name"]]
    assert len(persons) == 15
    assert all(row["name_token"].startswith("p1_") for row in persons)
    assert {row["group_code"] for row in roles} >= {"DAGL", "STYR", "REVI"}
    assert [row["orgnr"] for row in samples.rows("raw_brreg_roller__units")] == [ROLES_OF]


def test_the_bulk_file_of_establishments_is_fictive_and_is_set_aside(samples: Samples) -> None:
    assert samples.counts("establishments") == {"in": 2, "quarantined": 2}


def test_fictive_approvals_are_set_aside_by_check_digit(samples: Samples) -> None:
    assert samples.counts("approvals") == {"in": 8, "accepted": 6, "quarantined": 2}
    found = [row for row in samples.rows(QUARANTINE.name) if row["source"] == "arbeidstilsynet_registre"]
    assert {row["reason_code"] for row in found} == {"bad_check_digit"}


def test_two_thousand_real_addresses_of_the_building_level_file(samples: Samples) -> None:
    assert samples.counts("addresses") == {"in": 2000, "accepted": 2000}
    rows = samples.rows("raw_kartverket_matrikkel__addresses")
    assert {row["municipality_no"] for row in rows} == {"3420"}
    assert {row["unit_no"] for row in rows} == {None}
    first = min(rows, key=lambda row: row["record_no"])
    assert first["cadastre_key"] == "3420-19/1/0/0"
    assert first["north_m"] == Decimal("6770754.69")
    assert first["updated_at"].date() == date(2023, 3, 29)
    receipt = samples.lake.deliveries.receipts("kartverket_matrikkel")[0]
    assert {"tettstednavn", "soknenavn"} <= set(receipt["unknown_fields"])


def test_a_page_of_fictive_notices_of_establishments(samples: Samples) -> None:
    """Nine of the ten made-up numbers pass their check digit; one notice says that its unit was removed."""
    assert samples.counts("updates") == {"in": 10, "accepted": 8, "purged": 1, "quarantined": 1}
    notices = samples.rows("raw_brreg_oppdateringer__establishment_updates")
    assert len(notices) == 8
    assert {row["change_kind"] for row in notices} == {"Sletting", "Endring"}
    assert samples.rows("raw_brreg_oppdateringer__unit_updates") == []
    assert min(row["noticed_at"] for row in notices).year == 2022


def test_every_fault_names_an_identifier_and_shows_only_open_values(samples: Samples) -> None:
    found = samples.rows(QUARANTINE.name)
    assert {row["reason_code"] for row in found} == {"bad_check_digit"}
    assert all(
        "rganisasjonsnummer" in row["json_path"] or "overordnetEnhet" in row["json_path"] for row in found
    )


def test_the_registers_of_the_samples_are_read_by_this_version() -> None:
    assert {"brreg_enheter", "arbeidstilsynet_registre", "kartverket_matrikkel"} <= raw_tables().keys()
    assert source("brreg_roller").schema in {path.name for path in FOLDER.iterdir()}
