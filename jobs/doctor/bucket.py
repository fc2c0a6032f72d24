"""The S3 store: what uploads that died have left, whether it clears that itself, and whose clock is wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from jobs.doctor.examination import Patient, Row, Status
from jobs.lake.storage_s3 import S3Storage

LEFT_AFTER_SECONDS = 24 * 3600
SKEW_WARNING_SECONDS, SKEW_ERROR_SECONDS = 30, 300
"""S3 refuses signed requests from 900 s on; as_of instants want a right clock long before that."""


def bucket(patient: Patient) -> Iterator[Row]:
    """All checks of each place that lies in a bucket."""
    for uri in dict.fromkeys((patient.lake_uri, patient.landing_uri)):
        if uri.startswith("s3://"):
            storage = S3Storage(uri, tries=2)
            yield from clock(storage)
            yield from uploads(storage, patient.now)
            yield from lifecycle(storage)
            if uri == patient.lake_uri:
                yield from old_versions(storage)


def clock(storage: S3Storage) -> Iterator[Row]:
    """This machine's clock against the server's.

    Args:
        storage: Place in a bucket.
    """
    asked = datetime.now(UTC)
    with storage.told("list", ""):
        answer = storage.client.list_objects_v2(Bucket=storage.bucket, Prefix=storage.prefix, MaxKeys=1)
    yield skew(asked, answer["ResponseMetadata"]["HTTPHeaders"].get("date", ""))


def skew(here: datetime, told: str) -> Row:
    """How far two clocks are apart.

    Args:
        here: This machine's.
        told: The server's, as in its `Date` header.
    """
    try:
        seconds = abs((parsedate_to_datetime(told) - here).total_seconds())
    except ValueError:
        return Row("clock", Status.WARNING, "the server tells no time")
    what = f"this machine's clock and the server's are {seconds:.0f} s apart"
    if seconds > SKEW_ERROR_SECONDS:
        return Row("clock", Status.ERROR, what, "set the clock; use NTP")
    if seconds > SKEW_WARNING_SECONDS:
        return Row("clock", Status.WARNING, what, "use NTP")
    return Row("clock", Status.OK, what)


def uploads(storage: S3Storage, now: float) -> Iterator[Row]:
    """Parts of uploads that were never finished: invisible, and paid for.

    Args:
        storage: Place in a bucket.
        now: The clock.
    """
    pages = storage.client.get_paginator("list_multipart_uploads")
    try:
        found = [
            item
            for page in pages.paginate(Bucket=storage.bucket, Prefix=storage.prefix)
            for item in page.get("Uploads", [])
        ]
    except (ClientError, BotoCoreError) as problem:
        yield _not_told("uploads", storage, problem, "s3:ListBucketMultipartUploads")
        return
    old = [item for item in found if now - item["Initiated"].timestamp() > LEFT_AFTER_SECONDS]
    if old:
        eldest = (now - min(item["Initiated"].timestamp() for item in old)) / 3600
        what = f"{len(old)} unfinished uploads below {storage.uri}, the oldest {eldest:.0f} hours old"
        yield Row(
            "uploads",
            Status.WARNING,
            what,
            "abort them: aws s3api abort-multipart-upload, or a lifecycle rule",
        )
    else:
        yield Row(
            "uploads", Status.OK, f"{len(found)} uploads under way below {storage.uri}, none older than a day"
        )


def lifecycle(storage: S3Storage) -> Iterator[Row]:
    """Whether the bucket clears unfinished uploads itself.

    Args:
        storage: Place in a bucket.
    """
    try:
        rules = _rules(storage)
    except (ClientError, BotoCoreError) as problem:
        yield _not_told("lifecycle", storage, problem, "s3:GetLifecycleConfiguration")
        return
    if any("AbortIncompleteMultipartUpload" in rule for rule in rules):
        yield Row("lifecycle", Status.OK, f"unfinished uploads below {storage.uri} are cleared by the bucket")
    else:
        what = f"no lifecycle rule clears unfinished uploads below {storage.uri}"
        yield Row("lifecycle", Status.WARNING, what, "set infra's lifecycle.json on the bucket")


def old_versions(storage: S3Storage) -> Iterator[Row]:
    """Whether what a purge deletes is really gone: a versioned bucket keeps it.

    Args:
        storage: The lake's place.
    """
    try:
        status = storage.client.get_bucket_versioning(Bucket=storage.bucket).get("Status", "")
        rules = _rules(storage) if status else []
    except (ClientError, BotoCoreError) as problem:
        yield _not_told("old_versions", storage, problem, "s3:GetBucketVersioning")
        return
    days = [
        rule["NoncurrentVersionExpiration"].get("NoncurrentDays", 0)
        for rule in rules
        if "NoncurrentVersionExpiration" in rule
    ]
    if not status:
        yield Row("old_versions", Status.OK, "the bucket keeps no old versions: what is purged is gone")
    elif days:
        yield Row("old_versions", Status.OK, f"old versions are deleted after {min(days)} days")
    else:
        what = f"the bucket's versioning is {status.lower()}: what is purged stays as an old version"
        yield Row(
            "old_versions", Status.ERROR, what, "add a rule with NoncurrentVersionExpiration for the lake"
        )


def _rules(storage: S3Storage) -> list[dict[str, Any]]:
    """Enabled lifecycle rules for everything below a place."""
    try:
        found = storage.client.get_bucket_lifecycle_configuration(Bucket=storage.bucket)["Rules"]
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return []
        raise
    return [rule for rule in found if rule["Status"] == "Enabled" and _covers(rule, storage.prefix)]


def _covers(rule: dict[str, Any], prefix: str) -> bool:
    condition = rule.get("Filter", {})
    if set(condition) - {"Prefix"}:
        return False  # only for tagged or large objects
    return prefix.startswith(condition.get("Prefix", rule.get("Prefix", "")))


def _not_told(check: str, storage: S3Storage, problem: Exception, right: str) -> Row:
    code = problem.response["Error"]["Code"] if isinstance(problem, ClientError) else type(problem).__name__
    return Row(check, Status.WARNING, f"bucket {storage.bucket} does not say: {code}", f"grant {right}")
