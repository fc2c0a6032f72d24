"""What a release would hold, before anyone approves it: tables, what is left out and why, what changed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.recipients import RECIPIENTS, permitted
from expectations.sharing import Recipient, contract
from jobs.keys import SYNTHETIC_BASIS, KeyRing
from jobs.lake.content import content_hash
from jobs.lake.manifest import code_version, digest
from jobs.lake.storage import Storage
from jobs.release.compatibility import check_version, data_change
from jobs.release.ledger import MANIFEST, POINTER
from jobs.release.projection import Projection, RunTables, project
from jobs.release.tokens import Tokens, epoch_of

WITHOUT_PERSONS = frozenset({"kodelister"})
"""Sources that are no register of anybody; they may be real in a synthetic run."""
CONTENT_DIGITS = 16
RELEASE_DIGITS = 12


class Delivered(Protocol):
    """What a release asks of a delivery."""

    @property
    def source(self) -> str:
        """Source."""

    @property
    def legal_basis(self) -> str:
        """Legal basis under which it came."""


class Reader(Protocol):
    """What a release reads of one published run."""

    @property
    def run(self) -> Mapping[str, Any]:
        """`month`, `as_of` (RFC 3339), `run_id` and `code_version`."""

    def table(self, name: str, columns: Any = None) -> pa.Table:
        """Rows of a table of the run.

        Args:
            name: Table.
            columns: Columns; None means all.
        """


def is_synthetic(deliveries: Iterable[Delivered]) -> bool:
    """Whether every delivery that could be about anybody says of itself that it is synthetic.

    Args:
        deliveries: Deliveries behind a run; none at all is not synthetic.
    """
    about = [d for d in deliveries if d.source not in WITHOUT_PERSONS]
    return bool(about) and all(d.legal_basis == SYNTHETIC_BASIS for d in about)


def read_tables(reader: Reader) -> RunTables:
    """What a release reads of a run, and no more.

    Args:
        reader: The run.
    """
    return RunTables(
        month=str(reader.run["month"]),
        cases=reader.table("out_flag__cases"),
        findings=reader.table("out_flag__findings"),
        evidence=reader.table("out_flag__evidence"),
        organisations=reader.table("core_org__organisations", ("orgnr", "is_person", "name")),
    )


@dataclass(frozen=True, slots=True)
class Previous:
    """The release that a new one is compared with.

    Attributes:
        release_id: Its id.
        month: Its month.
        manifests: Manifest of each table.
        tables: Each table.
    """

    release_id: str
    month: str
    manifests: dict[str, dict[str, Any]]
    tables: dict[str, pa.Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlan:
    """A release that could be published.

    Attributes:
        recipient: Who receives.
        month: Month.
        as_of: Instant of the run.
        run_id: The run.
        code_version: Version of the code.
        synthetic: Every delivery behind the run is synthetic.
        epoch: How long tokens hold: a calendar year.
        projection: Tables and what was left out.
        previous: The release it is compared with.
        changes: Per table: change of the contract and of the data against the previous release.
        content_key: Digest of all that the content depends on, except the record and the previous release.
        existing: Release of this very content that is published already; empty when none is.
    """

    recipient: Recipient
    month: str
    as_of: datetime
    run_id: str
    code_version: str
    synthetic: bool
    epoch: str
    projection: Projection
    previous: Previous | None
    changes: dict[str, dict[str, Any]]
    content_key: str
    existing: str

    @property
    def rows(self) -> dict[str, int]:
        """Rows per table."""
        return {name: table.num_rows for name, table in self.projection.tables.items()}

    @property
    def tokens_hold_until(self) -> date:
        """Last day on which tokens of persons, dwellings and sole proprietors are the same."""
        return date(int(self.epoch), 12, 31)

    @property
    def expires_on(self) -> date:
        """Day by which the recipient deletes what it got."""
        days = min(contract(shared).retention_days for shared in self.recipient.datasets)
        return self.as_of.date() + timedelta(days=days)

    def release_id(self, record_sha256: str) -> str:
        """Id of the release on the ground of a record; the month first, so that folders sort.

        Args:
            record_sha256: Digest of the record.
        """
        before = self.previous.release_id if self.previous else ""
        return f"{self.month}-{digest([self.content_key, record_sha256, before])[:RELEASE_DIGITS]}"


def plan_release(
    reader: Reader,
    recipient_id: str,
    *,
    storage: Storage,
    ring: KeyRing,
    synthetic: bool,
    recipients: Mapping[str, Recipient] = RECIPIENTS,
) -> ReleasePlan:
    """What a release of a run to a recipient would hold; writes nothing.

    Args:
        reader: The run.
        recipient_id: Who shall receive.
        storage: The lake's storage, for the previous release.
        ring: Keys of the lake.
        synthetic: Every delivery behind the run is synthetic, see `is_synthetic`.
        recipients: Declared recipients.

    Raises:
        NotPermitted: The recipient is unknown or expired, or a legal basis does not carry the release.
        DataRefused: The contract breaks what the previous release promised.
    """
    run = reader.run
    month, as_of = str(run["month"]), datetime.fromisoformat(str(run["as_of"]))
    recipient = permitted(recipient_id, as_of.date(), synthetic=synthetic, recipients=recipients)
    projection = project(recipient, read_tables(reader), Tokens.of(ring, recipient))
    datasets = {shared.name: contract(shared) for shared in recipient.datasets}
    content_key = digest(
        {
            "recipient": recipient.id,
            "purpose": recipient.purpose,
            "month": month,
            "as_of": as_of.isoformat(),
            "run_id": run["run_id"],
            "code_version": code_version(),
            "key_id": ring.key_id,
            "tables": {
                name: [datasets[name].version, table.num_rows, content_hash(table)]
                for name, table in projection.tables.items()
            },
        }
    )[:CONTENT_DIGITS]
    pointer = read_pointer(storage, recipient.id)
    same = pointer.get("months", {}).get(month, {})
    existing = same["release_id"] if same.get("content_key") == content_key else ""
    previous = _previous(storage, recipient, pointer, month, existing)
    changes = {}
    for name, dataset in datasets.items():
        if previous and name in previous.manifests:
            change, what = check_version(previous.manifests[name], dataset)
            data = data_change(previous.tables[name], projection.tables[name], dataset.key)
            changes[name] = {"contract": change, "contract_changes": what, **data}
    return ReleasePlan(
        recipient=recipient,
        month=month,
        as_of=as_of,
        run_id=str(run["run_id"]),
        code_version=code_version(),
        synthetic=synthetic,
        epoch=epoch_of(month),
        projection=projection,
        previous=previous,
        changes=changes,
        content_key=content_key,
        existing=existing,
    )


def read_pointer(storage: Storage, recipient_id: str) -> dict[str, Any]:
    """The recipient's pointer: its newest release, and the newest of each month; empty when there is none.

    Args:
        storage: The lake's storage.
        recipient_id: Recipient.
    """
    found = storage.tagged(f"releases/{recipient_id}/{POINTER}")
    pointer: dict[str, Any] = json.loads(found[0]) if found else {}
    return pointer


def _previous(
    storage: Storage, recipient: Recipient, pointer: Mapping[str, Any], month: str, existing: str
) -> Previous | None:
    """The release of the same month that this one replaces, else that of the nearest month before."""
    months: Mapping[str, Any] = pointer.get("months", {})
    if existing:
        manifest = json.loads(storage.read(f"releases/{recipient.id}/{existing}/{MANIFEST}"))
        before = manifest["previous_release"]
        return _read_release(storage, recipient.id, before) if before else None
    earlier = [known for known in months if known <= month]
    return _read_release(storage, recipient.id, months[max(earlier)]["release_id"]) if earlier else None


def _read_release(storage: Storage, recipient_id: str, release_id: str) -> Previous | None:
    """A release as it was published; None when it has been deleted since."""
    base = f"releases/{recipient_id}"
    try:
        release = json.loads(storage.read(f"{base}/{release_id}/{MANIFEST}"))
        manifests, tables = {}, {}
        for name in release["datasets"]:
            folder = f"{base}/{name}/{release_id}"
            manifests[name] = json.loads(storage.read(f"{folder}/{MANIFEST}"))
            parts = [
                pq.read_table(pa.BufferReader(storage.read(f"{folder}/{file['name']}")))
                for file in manifests[name]["files"]
            ]
            tables[name] = pa.concat_tables(parts)
    except FileNotFoundError:
        return None
    return Previous(release_id, release["month"], manifests, tables)
