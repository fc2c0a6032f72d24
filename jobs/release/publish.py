"""Publishes an approved release: entered in the ledger first, then written whole, then pointed to.

Nothing that is published is ever changed. The same plan and record give the same bytes; who approved and when
stands in the ledger, not in the data. A publish that was interrupted is finished by running it again.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.dataset import Dataset
from expectations.dictionary import PROMISE, odcs, yaml_text
from expectations.errors import DataRefused, NotPermitted
from expectations.recipients import permitted
from expectations.sharing import contract
from jobs.keys import KeyRing
from jobs.lake.content import content_hash
from jobs.lake.manifest import canonical, schema_fingerprint
from jobs.lake.rows import GROUP_ROWS, conform, described_schema, sort_by_key
from jobs.lake.storage import Storage, update
from jobs.release import ledger
from jobs.release.compatibility import contract_columns
from jobs.release.documents import indicators_document, readme, recipient_dictionary
from jobs.release.ledger import MANIFEST, POINTER
from jobs.release.plan import ReleasePlan
from jobs.release.readers import readers
from jobs.release.record import NecessityRecord, check_not_copied, check_record, store_record, stored_records
from jobs.release.scrub import check_nothing_leaks

logger = logging.getLogger(__name__)

FORMAT = 1
PART = "part-00000.parquet"


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A release as it lies in the lake.

    Attributes:
        release_id: Its id.
        folder: Where its manifest, README and readers lie.
        rows: Rows per table.
        manifest_sha256: Digest of its manifest.
        ledger_seq: Its line in the ledger.
        created: False when it was there already.
    """

    release_id: str
    folder: str
    rows: dict[str, int]
    manifest_sha256: str
    ledger_seq: int
    created: bool


def publish_release(
    storage: Storage,
    plan: ReleasePlan,
    *,
    ring: KeyRing,
    record: NecessityRecord,
    approved_by: str,
    prepared_by: str,
    at: datetime,
) -> PublishedRelease:
    """Publish a planned release on the ground of a record and an approval.

    Args:
        storage: The lake's storage.
        plan: What is released.
        ring: Keys of the lake.
        record: Record of necessity and proportionality.
        approved_by: Who approves.
        prepared_by: Who prepared the release.
        at: When it is approved; goes into the ledger only.

    Raises:
        NotPermitted: The record does not carry the release, or it is approved by who prepared it.
        DataRefused: A value would disclose what the recipient may not see.
    """
    _check_approval(storage, plan, record, approved_by, prepared_by, at)
    release_id = plan.existing or plan.release_id(record.sha256)
    files = _files(plan, release_id, record)
    base = f"releases/{plan.recipient.id}"
    manifest_key = f"{base}/{release_id}/{MANIFEST}"
    if plan.existing and storage.read(manifest_key) != files[manifest_key]:
        raise NotPermitted(
            f"{plan.recipient.id} {plan.month}: released as {plan.existing} already, on another record"
        )
    manifest_sha256 = hashlib.sha256(files[manifest_key]).hexdigest()
    store_record(storage, record)
    entry, added = ledger.append(
        storage,
        ledger.ledger_key(ring),
        {
            "event": "release",
            "at": at.isoformat(timespec="seconds"),
            "recipient": plan.recipient.id,
            "release_id": release_id,
            "month": plan.month,
            "as_of": plan.as_of.isoformat(),
            "run_id": plan.run_id,
            "purpose": plan.recipient.purpose,
            "legal_basis": list(plan.recipient.legal_basis),
            "record_id": record.record_id,
            "record_sha256": record.sha256,
            "prepared_by": prepared_by,
            "approved_by": approved_by,
            "synthetic": plan.synthetic,
            "rows": plan.rows,
            "manifest_sha256": manifest_sha256,
        },
    )
    # The manifest says that the release exists, so it is written last.
    for key in [*(k for k in files if k != manifest_key), manifest_key]:
        if not storage.put_if_absent(key, files[key]) and storage.read(key) != files[key]:
            raise DataRefused(
                "release_conflict", f"{key} lies in the lake with other content; nothing was changed"
            )
    _point(storage, plan, release_id, manifest_sha256, entry)
    logger.info(
        "release %s to %s: %s rows, ledger line %s, new: %s",
        release_id,
        plan.recipient.id,
        sum(plan.rows.values()),
        entry["seq"],
        added,
    )
    return PublishedRelease(
        release_id, f"{base}/{release_id}", plan.rows, manifest_sha256, entry["seq"], created=added
    )


def _check_approval(
    storage: Storage,
    plan: ReleasePlan,
    record: NecessityRecord,
    approved_by: str,
    prepared_by: str,
    at: datetime,
) -> None:
    days = [plan.as_of.date()]
    if not plan.synthetic:
        # Real data also needs a basis and a record that hold on the day it is handed over.
        days.append(at.date())
        permitted(
            plan.recipient.id, at.date(), synthetic=False, recipients={plan.recipient.id: plan.recipient}
        )
    check_record(record, plan.recipient, plan.month, days, synthetic_run=plan.synthetic)
    check_not_copied(record, stored_records(storage, plan.recipient.id))
    approver = approved_by.strip().casefold()
    if not approver:
        raise NotPermitted(f"release to {plan.recipient.id} {plan.month}: nobody approved it")
    if not prepared_by.strip():
        raise NotPermitted(f"release to {plan.recipient.id} {plan.month}: it does not say who prepared it")
    if approver in {prepared_by.strip().casefold(), record.prepared_by.strip().casefold()}:
        raise NotPermitted(f"release to {plan.recipient.id} {plan.month}: nobody approves what they prepared")


def _files(plan: ReleasePlan, release_id: str, record: NecessityRecord) -> dict[str, bytes]:
    """Every file of the release by key, the same for the same plan and record."""
    base = f"releases/{plan.recipient.id}"
    files: dict[str, bytes] = {}
    datasets: dict[str, dict[str, Any]] = {}
    read_back: dict[str, pa.Table] = {}
    for shared in plan.recipient.datasets:
        dataset, folder = contract(shared), f"{base}/{shared.name}/{release_id}"
        where = f"release {release_id} {shared.name}"
        table = sort_by_key(dataset, conform(dataset, plan.projection.tables[shared.name], where), where)
        content = _parquet(dataset, table, plan, release_id, record)
        read_back[shared.name] = pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
        if not read_back[shared.name].schema.equals(dataset.arrow_schema, check_metadata=False):
            raise DataRefused("staged_corrupt", f"{where} was read back with another schema")
        manifest = canonical(
            _dataset_manifest(plan, dataset, shared.legal_basis, table, content, release_id, record)
        )
        files |= {f"{folder}/{PART}": content, f"{folder}/{MANIFEST}": manifest}
        datasets[shared.name] = {
            "folder": f"{shared.name}/{release_id}",
            "rows": table.num_rows,
            "contract_version": dataset.version,
            "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        }
    check_nothing_leaks(read_back, plan.recipient, plan.projection.parties, plan.projection.internal_ids)
    documents = _documents(plan, release_id, record)
    files |= {f"{base}/{release_id}/{name}": content for name, content in documents.items()}
    files[f"{base}/{release_id}/{MANIFEST}"] = canonical(
        {
            **_common(plan, release_id, record),
            "legal_basis": list(plan.recipient.legal_basis),
            "datasets": datasets,
            "documents": {name: hashlib.sha256(content).hexdigest() for name, content in documents.items()},
            "content_key": plan.content_key,
            "previous_release": plan.previous.release_id if plan.previous else None,
        }
    )
    return files


def _common(plan: ReleasePlan, release_id: str, record: NecessityRecord) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "release_id": release_id,
        "recipient": plan.recipient.id,
        "purpose": plan.recipient.purpose,
        "controller": plan.recipient.controller,
        "month": plan.month,
        "as_of": plan.as_of.isoformat(),
        "run_id": plan.run_id,
        "code_version": plan.code_version,
        "synthetic": plan.synthetic,
        "record_id": record.record_id,
        "record_sha256": record.sha256,
        "expires_on": plan.expires_on.isoformat(),
        "pseudonyms": {
            "prefix": "t1_",
            "epoch": plan.epoch,
            "hold_until": plan.tokens_hold_until.isoformat(),
            "case_ref": "holds as long as the case lives",
        },
        "compatibility_promise": PROMISE,
    }


def _dataset_manifest(
    plan: ReleasePlan,
    dataset: Dataset,
    legal_basis: tuple[str, ...],
    table: pa.Table,
    content: bytes,
    release_id: str,
    record: NecessityRecord,
) -> dict[str, Any]:
    return {
        **_common(plan, release_id, record),
        "dataset": dataset.name,
        "contract_version": dataset.version,
        "schema_fingerprint": schema_fingerprint(dataset),
        "legal_basis": list(legal_basis),
        "columns": contract_columns(dataset),
        "key": list(dataset.key),
        "rows": table.num_rows,
        "content_hash": content_hash(table),
        "files": [
            {
                "name": PART,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "rows": table.num_rows,
            }
        ],
        "changes": plan.changes.get(dataset.name),
    }


def _parquet(
    dataset: Dataset, table: pa.Table, plan: ReleasePlan, release_id: str, record: NecessityRecord
) -> bytes:
    """One Parquet file whose footer says what it is and on what ground it was released."""
    words = {
        "release_id": release_id,
        "recipient": plan.recipient.id,
        "purpose": plan.recipient.purpose,
        "legal_basis": ",".join(plan.recipient.dataset(dataset.name).legal_basis),
        "record_id": record.record_id,
        "record_sha256": record.sha256,
        "month": plan.month,
        "as_of": plan.as_of.isoformat(),
        "expires_on": plan.expires_on.isoformat(),
        "pseudonym_epoch": plan.epoch,
        "synthetic": str(plan.synthetic).lower(),
    }
    described = described_schema(dataset)
    kept = {name.decode(): text.decode() for name, text in (described.metadata or {}).items()}
    schema = described.with_metadata({**kept, **words})
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=3,
        write_page_index=True,
        write_page_checksum=True,
        # Key columns stand first and are not nested, so their place is also their place among the leaves.
        sorting_columns=[pq.SortingColumn(dataset.names.index(name)) for name in dataset.key],
    ) as writer:
        writer.write_table(table.cast(schema), row_group_size=GROUP_ROWS)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _documents(plan: ReleasePlan, release_id: str, record: NecessityRecord) -> dict[str, bytes]:
    recipient = plan.recipient
    texts = {
        "README.md": readme(plan, release_id, record.record_id),
        "dictionary.md": recipient_dictionary(recipient),
        "indicators.md": indicators_document(recipient),
        **{f"contracts/{s.name}.odcs.yaml": yaml_text(odcs(recipient, s)) for s in recipient.datasets},
        **{f"readers/{name}": text for name, text in readers(recipient.id, release_id, plan.rows).items()},
    }
    changes = {
        "previous_release": plan.previous.release_id if plan.previous else None,
        "replaces_same_month": bool(plan.previous and plan.previous.month == plan.month),
        "datasets": plan.changes,
    }
    return {name: text.encode() for name, text in texts.items()} | {"changes.json": canonical(changes)}


def _point(
    storage: Storage, plan: ReleasePlan, release_id: str, manifest_sha256: str, entry: dict[str, Any]
) -> None:
    """Let the recipient's pointer name the release, and the line of the ledger as an anchor."""

    def moved(content: bytes | None) -> bytes:
        pointer: dict[str, Any] = json.loads(content) if content else {}
        months = dict(pointer.get("months", {}))
        months[plan.month] = {
            "release_id": release_id,
            "content_key": plan.content_key,
            "manifest": f"{release_id}/{MANIFEST}",
            "manifest_sha256": manifest_sha256,
        }
        newest = max(months)
        anchor = {"seq": entry["seq"], "mac": entry["mac"]}
        if pointer and pointer["ledger"]["seq"] > anchor["seq"]:
            anchor = pointer["ledger"]
        return canonical({"latest": {"month": newest, **months[newest]}, "months": months, "ledger": anchor})

    update(storage, f"releases/{plan.recipient.id}/{POINTER}", moved)
