"""Records that come again in a delivery (S8): the same once more is a duplicate, another with its key wins.

Nothing is kept of a record but its number and two digests of 8 bytes, and all is decided at the end by
sorting: 25 MB for a million records.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

Numbers = npt.NDArray[np.int64]
Digests = npt.NDArray[np.uint64]
Record = dict[str, Any]

DIGEST_BYTES = 8


def digests(records: Sequence[Record], keys: Sequence[Callable[[Record], Any]]) -> tuple[Digests, Digests]:
    """Digests of the key and of the content of records; the order of fields does not count.

    Args:
        records: Checked records.
        keys: Give the key fields of a record.
    """
    blake = hashlib.blake2b
    found = b"".join(
        [
            blake("\x1f".join([str(get(record)) for get in keys]).encode(), digest_size=DIGEST_BYTES).digest()
            for record in records
        ]
    )
    contents = b"".join([blake(_content(record), digest_size=DIGEST_BYTES).digest() for record in records])
    return np.frombuffer(found, np.uint64), np.frombuffer(contents, np.uint64)


def _content(record: Record) -> bytes:
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # A number of more than 64 bits, in a field that no table holds.
        return json.dumps(record, sort_keys=True).encode()


@dataclass(slots=True)
class Fates:
    """What became of the records with a key.

    Attributes:
        duplicates: Records that say the same as the one before with their key, by file.
        superseded: Records that a later one with their key replaces, by file.
        first: File and number of the first record that replaced another; None when none did.
    """

    duplicates: dict[int, Numbers] = field(default_factory=dict)
    superseded: dict[int, Numbers] = field(default_factory=dict)
    first: tuple[int, int] | None = None

    @property
    def dropped(self) -> dict[int, Numbers]:
        """Records that are not to be stored, by file."""
        files = sorted(self.duplicates.keys() | self.superseded.keys())
        none = np.empty(0, np.int64)
        return {
            file_no: np.union1d(self.duplicates.get(file_no, none), self.superseded.get(file_no, none))
            for file_no in files
        }


@dataclass(slots=True)
class _Scope:
    """Records that share one space of keys."""

    files: list[int] = field(default_factory=list)
    numbers: list[Numbers] = field(default_factory=list)
    keys: list[Digests] = field(default_factory=list)
    contents: list[Digests] = field(default_factory=list)


class Repeats:
    """Collects the records of a delivery."""

    def __init__(self) -> None:
        """Begin with none."""
        self._scopes: dict[str, _Scope] = {}

    def add(self, scope: str, file_no: int, numbers: Numbers, keys: Digests, contents: Digests) -> None:
        """Take note of the records of a block.

        Args:
            scope: Space of keys.
            file_no: File, in the order that decides which record is the last.
            numbers: Their numbers in the file.
            keys: Digests of their keys.
            contents: Digests of their contents.
        """
        own = self._scopes.setdefault(scope, _Scope())
        own.files.append(file_no)
        own.numbers.append(numbers)
        own.keys.append(keys)
        own.contents.append(contents)

    def fates(self) -> Fates:
        """Decide about all of them."""
        fates = Fates()
        for scope in self._scopes.values():
            _decide(scope, fates)
        return fates


def _decide(scope: _Scope, fates: Fates) -> None:
    keys = np.concatenate(scope.keys)
    by_key = np.argsort(keys, kind="stable")
    sorted_keys = keys[by_key]
    if not len(keys) or not (sorted_keys[1:] == sorted_keys[:-1]).any():
        return
    counts = [len(numbers) for numbers in scope.numbers]
    files = np.repeat(np.array(scope.files, np.int64), counts)
    numbers, contents = np.concatenate(scope.numbers), np.concatenate(scope.contents)
    # By key, and within a key in the order of the files and of the records in them.
    order = np.lexsort((numbers, files, keys))
    keys, contents, files, numbers = keys[order], contents[order], files[order], numbers[order]
    same_key = keys[1:] == keys[:-1]
    is_duplicate = np.concatenate(([False], same_key & (contents[1:] == contents[:-1])))
    told = np.flatnonzero(~is_duplicate)
    followed = keys[told][1:] == keys[told][:-1]
    superseded, replacing = told[:-1][followed], told[1:][followed]
    for places, found in ((np.flatnonzero(is_duplicate), fates.duplicates), (superseded, fates.superseded)):
        for file_no in np.unique(files[places]).tolist():
            own = numbers[places][files[places] == file_no]
            found[file_no] = np.union1d(found.get(file_no, np.empty(0, np.int64)), own)
    if len(replacing):
        first = min(zip(files[replacing].tolist(), numbers[replacing].tolist(), strict=True))
        fates.first = first if fates.first is None else min(fates.first, first)
