"""What a fetcher remembers from one run to the next: ETags and cursors, one small file each in the lake."""

import copy
from typing import Any

from jobs.lake.lake import Lake
from jobs.lake.manifest import sealed, unsealed

FOLDER = "fetch"


class FetchState:
    """The memory of one fetcher; two runs at once cannot both change it.

    Attributes:
        name: Fetcher.
        values: JSON-able values; change them and `save`.
    """

    def __init__(self, name: str, values: dict[str, Any], tag: str | None) -> None:
        """A state as it was read; use `load`.

        Args:
            name: Fetcher.
            values: Its values.
            tag: What the storage says of the file that they came from; None when there was none.
        """
        self.name = name
        self.values = values
        self._tag = tag
        self._read = copy.deepcopy(values)

    @classmethod
    def load(cls, lake: Lake, name: str) -> "FetchState":
        """The state of a fetcher; empty before its first run.

        Args:
            lake: Lake.
            name: Fetcher.

        Raises:
            DataRefused: The file is not what was written.
        """
        found = lake.storage.tagged(_key(name))
        if found is None:
            return cls(name, {}, None)
        return cls(name, unsealed(found[0], _key(name)), found[1])

    def save(self, lake: Lake) -> None:
        """Store the values; nothing is written when nothing changed.

        Args:
            lake: Lake.

        Raises:
            Superseded: Another run changed them first; nothing was overwritten.
        """
        if self.values == self._read:
            return
        lake.storage.swap(_key(self.name), sealed(self.values), self._tag)
        found = lake.storage.tagged(_key(self.name))
        self._tag = found[1] if found else None
        self._read = copy.deepcopy(self.values)


def _key(name: str) -> str:
    return f"{FOLDER}/{name}.json"
