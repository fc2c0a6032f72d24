"""What an intake needs of purges: tombstones, the rows they keep out, and how a delivery is stored anew."""

from jobs.ingest.hooks import REMOVING
from jobs.purge.filters import Grave, RowFilter
from jobs.purge.redaction import apply, catch_up, finish, redact, resume, unfinished
from jobs.purge.tombstones import (
    ADDRESSES_OF_PERSONS,
    FOLDER,
    UNIT,
    Named,
    Tombstone,
    every_tombstone,
    named_by,
    organisation_of,
    organisation_token,
    protected_persons,
    read_deletion,
    tombstones,
    write,
)

__all__ = [
    "ADDRESSES_OF_PERSONS",
    "FOLDER",
    "REMOVING",
    "UNIT",
    "Grave",
    "Named",
    "RowFilter",
    "Tombstone",
    "apply",
    "catch_up",
    "every_tombstone",
    "finish",
    "named_by",
    "organisation_of",
    "organisation_token",
    "protected_persons",
    "read_deletion",
    "redact",
    "resume",
    "tombstones",
    "unfinished",
    "write",
]
