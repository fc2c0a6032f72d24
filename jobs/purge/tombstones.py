"""What must be gone, as keyed tokens only.

A tombstone is written before anything is removed, so that a delivery that is taken in later but was delivered
earlier loses the same rows: the state never depends on the order of arrival.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from expectations.contract import source as source_spec
from jobs.ingest.hooks import REMOVING
from jobs.ingest.tables import raw_tables
from jobs.ingest.tokens import Tokens
from jobs.lake.lake import Lake
from jobs.lake.manifest import sealed, unsealed

FOLDER = "tombstones"
ADDRESSES_OF_PERSONS = "raw_folkeregisteret_bosted__residences"
"""The table that loses the earlier rows of a person who came under protection."""
RESIDENTS_OF_NOTICES = "raw_innkvartering_meldinger__residents"
"""The table that loses every row of such a person: its source does not know of gradings."""

ORGANISATION = "organisation"
"""Record type in the token of an organisation number that is purged everywhere."""
UNIT = "organisasjonsnummer"
REGISTERS_OF_UNITS = frozenset({"brreg_enheter", "brreg_underenheter"})
"""A deletion that names a unit here says that the unit must be forgotten, not that one notice was wrong."""
REMOVED = "Fjernet"

IN_PASSING = frozenset(
    {
        ("raw_brreg_enheter__units", "parent_orgnr"),
        ("raw_arbeidstilsynet_registre__staffing", "parent_orgnr"),
        ("raw_arbeidstilsynet_registre__car_care", "parent_orgnr"),
        ("raw_kontraktskjede__projects", "verified_by_orgnr"),
        ("raw_byggeplass_oversiktslister__presences", "hirer_orgnr"),
        ("raw_skatteetaten_oppdrag__assignments", "main_client_orgnr"),
        ("raw_skatteetaten_oppdrag__assignments", "client_above_orgnr"),
        ("raw_skatteetaten_seriositet__vat_filing_answers", "responsible_orgnr"),
        ("raw_skatteetaten_seriositet__filing_duties", "filed_by_orgnr"),
        ("raw_hmskort_register__cards", "orderer_orgnr"),
        ("raw_innkvartering_meldinger__notices", "owner_orgnr"),
    }
)
"""Columns in which a record about one unit names another; there only the value goes, not the record."""

Order = tuple[str, str]
Fields = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What one delivery removed.

    Attributes:
        source: Source.
        delivery_id: The delivery that removes.
        delivered_at: When it was delivered: the purge time.
        keys: Record type and names of key fields, with the tokens of the keys.
        persons: Tokens of persons whose addresses are protected.
        organisations: Tokens of organisation numbers that go from every source.
    """

    source: str
    delivery_id: str
    delivered_at: str
    keys: Mapping[tuple[str, Fields], frozenset[str]]
    persons: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()

    @property
    def order(self) -> Order:
        """Its place in time; it removes from deliveries before it."""
        return self.delivered_at, self.delivery_id

    @property
    def key(self) -> str:
        """Where it lies."""
        return f"{FOLDER}/{self.source}/{self.delivery_id}.json"

    def reaches(self, source: str, delivery_id: str, delivered_at: str) -> bool:
        """Whether it removes rows of a delivery: of those before it, and of its own.

        Args:
            source: Source of the delivery.
            delivery_id: The delivery.
            delivered_at: When it was delivered.
        """
        is_own = (source, delivery_id) == (self.source, self.delivery_id)
        return is_own or (delivered_at, delivery_id) < self.order

    def to_dict(self) -> dict[str, Any]:
        """The tombstone as JSON-able values."""
        return {
            "source": self.source,
            "delivery_id": self.delivery_id,
            "delivered_at": self.delivered_at,
            "keys": [
                {"record": record, "fields": list(fields), "tokens": sorted(tokens)}
                for (record, fields), tokens in sorted(self.keys.items())
            ],
            "persons": sorted(self.persons),
            "organisations": sorted(self.organisations),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Tombstone":
        """The tombstone that `to_dict` gave.

        Args:
            values: Its fields.
        """
        keys = {(e["record"], tuple(e["fields"])): frozenset(e["tokens"]) for e in values["keys"]}
        return cls(
            values["source"],
            values["delivery_id"],
            values["delivered_at"],
            keys,
            frozenset(values["persons"]),
            frozenset(values.get("organisations", ())),
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A key that a record says must be purged.

    Attributes:
        source: Source whose rows are meant.
        record: Record type.
        key: Key fields with their values.
        everywhere: The key is an organisation number that goes from every source.
    """

    source: str
    record: str
    key: Mapping[str, str] = field(repr=False)
    everywhere: bool = False


def write(lake: Lake, tombstone: Tombstone) -> None:
    """Store a tombstone; from then on no intake lets its rows in.

    Args:
        lake: Lake.
        tombstone: What is removed.
    """
    content = sealed(tombstone.to_dict())
    current = lake.storage.tagged(tombstone.key)
    if current is None or current[0] != content:
        lake.storage.swap(tombstone.key, content, current[1] if current else None)


def every_tombstone(lake: Lake) -> list[Tombstone]:
    """All tombstones, in the order of their sources and deliveries.

    Args:
        lake: Lake.
    """
    return [
        Tombstone.from_dict(unsealed(lake.storage.read(entry.key), entry.key))
        for entry in lake.storage.walk(FOLDER)
    ]


def tombstones(lake: Lake, source: str) -> list[Tombstone]:
    """The tombstones that concern a source; of another source's, only what goes from every source.

    Args:
        lake: Lake.
        source: Source.
    """
    return [own for stone in every_tombstone(lake) if (own := seen_by(stone, source)) is not None]


def seen_by(stone: Tombstone, source: str) -> Tombstone | None:
    """The part of a tombstone that concerns a source; None when no part does.

    Args:
        stone: Tombstone.
        source: Source.
    """
    if stone.source == source:
        return stone
    shields = any(
        d.name in (ADDRESSES_OF_PERSONS, RESIDENTS_OF_NOTICES) for d in raw_tables().get(source, ())
    )
    persons = stone.persons if shields else frozenset()
    if not persons and not stone.organisations:
        return None
    return Tombstone(stone.source, stone.delivery_id, stone.delivered_at, {}, persons, stone.organisations)


def protected_persons(lake: Lake) -> list[str]:
    """Tokens of all persons whose address is protected in any delivery, sorted.

    Protection is not bound to an as_of: an address that must not be shown may not be shown as it was either.

    Args:
        lake: Lake.
    """
    return sorted({person for stone in every_tombstone(lake) for person in stone.persons})


def read_deletion(source: str, row: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Record type and key fields that a row of a deletion names; None when it names none of the source.

    Args:
        source: Source.
        row: Checked row of `slettinger.jsonl`.
    """
    spec = next(
        (f for f in source_spec(source).files if row["fil"] == f.pattern or f.matches(row["fil"])), None
    )
    key = {name: value for name, value in row["noekkel"].items() if value not in (None, "")}
    if spec is None or not key or not key.keys() <= set(spec.key):
        return None
    return spec.record, key


def organisation_of(source: str, key: Mapping[str, Any]) -> str | None:
    """The organisation number that a deleted key means for every source; None when it means its own rows.

    Args:
        source: Source of the deletion.
        key: Key fields with their values.
    """
    return str(key[UNIT]) if source in REGISTERS_OF_UNITS and set(key) == {UNIT} else None


def organisation_token(tokens: Tokens, orgnr: str) -> str:
    """The token by which an organisation number is purged from every source.

    Args:
        tokens: Makes the tokens.
        orgnr: Organisation number.
    """
    return tokens.of_key(ORGANISATION, {UNIT: orgnr})


def named_by(source: str, record_type: str, record: Mapping[str, Any], file_name: str = "") -> list[Named]:
    """What a record says must be purged: the unit that a notice of `Fjernet` names, everywhere.

    Args:
        source: Source of the record.
        record_type: Its record type.
        record: Checked record.
        file_name: Its file; tells notices of establishments from those of units.
    """
    if (source, record_type) not in REMOVING or record.get("endringstype") != REMOVED:
        return []
    key = {UNIT: str(record[UNIT])}
    own = Named(source, record_type, key, everywhere=True)
    if "underenheter" in file_name:
        return [Named("brreg_underenheter", "underenhet", key, everywhere=True), own]
    units = [Named("brreg_enheter", "enhet", key, everywhere=True)]
    return [*units, Named("brreg_roller", "enhetsroller", key, everywhere=True), own]
