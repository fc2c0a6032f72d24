"""What still rests on rows that were purged: versions, runs and drafts, found from what they name as inputs.

Nothing has to remember what a purge touched. A stored delivery has one version of its rows; whatever names
another one of them was made before the purge, and so was whatever was made of that.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.catalogue import datasets
from expectations.errors import KjedeError
from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.deliveries import PURGING
from jobs.lake.history import DOOMED
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, TableRef, unsealed
from jobs.lake.pointer import FOLDER as RUNS
from jobs.lake.pointer import POINTER, RUN
from jobs.purge.proofs import retained_versions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaintedRun:
    """A run that read rows which are purged by now.

    Attributes:
        month: Month.
        as_of: As_of key.
        run_id: Its id.
        tables: Ids of all versions it names.
        has_lost_inputs: Deliveries it read are gone by retention, so that it cannot be made again.
    """

    month: str
    as_of: str
    run_id: str
    tables: tuple[str, ...]
    has_lost_inputs: bool

    @property
    def folder(self) -> str:
        """Where it lies."""
        return f"{RUNS}/{self.month}/{self.as_of}/{self.run_id}"


@dataclass(frozen=True, slots=True)
class Taint:
    """All that rests on purged rows.

    Attributes:
        versions: Folder of each version by its id.
        runs: Runs, by month and as_of.
        drafts: Keys of drafts.
    """

    versions: Mapping[str, str]
    runs: tuple[TaintedRun, ...]
    drafts: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.versions or self.runs or self.drafts)


class _Raw:
    """Which stored rows of deliveries are still what versions name."""

    def __init__(self, lake: Lake) -> None:
        self.retained = retained_versions(lake)
        self._living: set[str] = set()
        self._known: set[tuple[str, str]] = set()
        for receipt in lake.deliveries.receipts():
            self._known.add((receipt["source"], receipt["delivery_id"]))
            self._living |= {TableRef.from_dict(ref).id for ref in receipt.get("tables", ())}
        for entry in lake.storage.walk(DELIVERIES):
            if entry.key.endswith(PURGING):
                source, name = entry.key.split("/")[-2:]
                self._known.add((source, name.removesuffix(PURGING)))

    def is_dead(self, name: str) -> bool:
        """Whether rows were stored anew without something; rows that are merely missing are no purge."""
        if not name.startswith("raw_") or name in self._living or name in self.retained:
            return False
        table, delivery_id, _ = name.split("/")
        declared = datasets().get(table)
        return declared is not None and (declared.source, delivery_id) in self._known


def tainted(lake: Lake) -> Taint:
    """All versions, runs and drafts that rest on purged rows.

    Args:
        lake: Lake.
    """
    raw = _Raw(lake)
    inputs: dict[str, set[str]] = {}
    folders: dict[str, str] = {}
    for entry in lake.storage.walk("tables"):
        folder, name = entry.key.rsplit("/", 1)
        manifest = _manifest(lake, entry.key) if name in (MANIFEST, DOOMED) else None
        if manifest is not None:
            version = f"{manifest['table']}/{manifest['partition']}/{manifest['version']}"
            inputs[version], folders[version] = set(manifest["inputs"]), folder
    bad = {version for version, names in inputs.items() if any(map(raw.is_dead, names))}
    fresh = bad
    while fresh:
        fresh = {version for version, names in inputs.items() if version not in bad and names & fresh}
        bad = bad | fresh
    runs, drafts = [], []
    for entry in lake.storage.walk(RUNS):
        folder, name = entry.key.rsplit("/", 1)
        body = _manifest(lake, entry.key) if name != POINTER else None
        if body is None:
            continue
        tables = tuple(TableRef.from_dict(ref).id for ref in body["tables"])
        read = [TableRef.from_dict(one["ref"]).id for one in body["deliveries"]]
        if not bad & set(tables) and not any(map(raw.is_dead, read)):
            continue
        if name == RUN:
            month, as_of, run_id = folder.split("/")[-3:]
            runs.append(TaintedRun(month, as_of, run_id, tables, bool(raw.retained & set(read))))
        else:
            drafts.append(entry.key)
    return Taint({version: folders[version] for version in sorted(bad)}, tuple(runs), tuple(drafts))


def _manifest(lake: Lake, key: str) -> dict[str, Any] | None:
    try:
        return unsealed(lake.storage.read(key), key)
    except (KjedeError, FileNotFoundError) as problem:
        log.warning("%s cannot be read: %s", key, problem)
        return None
