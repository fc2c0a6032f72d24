"""What `kjede doctor` sees of a bucket."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from infra.s3_policies import lifecycle
from jobs.doctor import bucket, holdings
from jobs.doctor.examination import Check, Patient, examine
from jobs.lake.lake import Lake
from jobs.lake.storage_s3 import S3Storage
from jobs.settings import Settings
from tests.integration.s3_server import USERS, S3Server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(200)]

OWN = "kjede-doctor"
DAY = bucket.LEFT_AFTER_SECONDS


@pytest.fixture
def client(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An administrator's client, with a bucket of these tests' own."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    client = s3_server.client()
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=OWN)
    whole = S3Storage(f"s3://{OWN}")
    yield client
    whole.delete("")
    for item in client.list_multipart_uploads(Bucket=OWN).get("Uploads", []):
        client.abort_multipart_upload(Bucket=OWN, Key=item["Key"], UploadId=item["UploadId"])
    client.delete_bucket_lifecycle(Bucket=OWN)


@pytest.fixture
def patient(client: Any, tmp_path: Path) -> Patient:
    Lake.open(f"s3://{OWN}/lake")
    return Patient(Settings(home=tmp_path), f"s3://{OWN}/lake", f"s3://{OWN}/landing")


def found(check: Check, patient: Patient) -> dict[tuple[str, str], str]:
    """Status by check and what was looked at."""
    return {
        (row.check, row.what.rsplit(f"s3://{OWN}/", 1)[-1]): row.status for row in examine(patient, [check])
    }


def of(check: str, patient: Patient) -> list[str]:
    return [row.status.value for row in examine(patient, [bucket.bucket]) if row.check == check]


def test_a_lake_in_a_bucket_can_be_read_and_written(patient: Patient) -> None:
    assert set(found(holdings.lake, patient).values()) == {"ok"}
    assert set(found(holdings.control_files, patient).values()) == {"ok"}
    assert list(S3Storage(f"{patient.lake_uri}/_staging").walk("")) == []


def test_case_11_a_leftover_multipart_is_found_once_it_is_a_day_old(client: Any, patient: Patient) -> None:
    assert of("uploads", patient) == ["ok", "ok"]
    upload = client.create_multipart_upload(Bucket=OWN, Key="lake/raw/big")["UploadId"]
    client.upload_part(Bucket=OWN, Key="lake/raw/big", UploadId=upload, PartNumber=1, Body=b"x" * 1000)
    assert of("uploads", patient) == ["ok", "ok"]
    assert not S3Storage(patient.lake_uri).exists("raw/big")
    patient.now = time.time() + DAY + 60
    assert of("uploads", patient) == ["warning", "ok"]


def test_case_11_the_lifecycle_rule_of_infra_is_enough(client: Any, patient: Patient) -> None:
    assert of("lifecycle", patient) == ["warning", "warning"]
    client.put_bucket_lifecycle_configuration(Bucket=OWN, LifecycleConfiguration=lifecycle())
    assert of("lifecycle", patient) == ["ok", "ok"]


def test_a_versioned_bucket_keeps_what_a_purge_deletes(client: Any, patient: Patient) -> None:
    assert of("old_versions", patient) == ["ok"]
    client.put_bucket_versioning(Bucket=OWN, VersioningConfiguration={"Status": "Enabled"})
    try:
        assert of("old_versions", patient) == ["error"]
        rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "lake/"}}
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": 1}
        client.put_bucket_lifecycle_configuration(Bucket=OWN, LifecycleConfiguration={"Rules": [rule]})
        assert of("old_versions", patient) == ["ok"]
    finally:
        client.put_bucket_versioning(Bucket=OWN, VersioningConfiguration={"Status": "Suspended"})
        for item in client.list_object_versions(Bucket=OWN).get("Versions", []):
            client.delete_object(Bucket=OWN, Key=item["Key"], VersionId=item["VersionId"])


def test_the_clock_of_the_server(patient: Patient) -> None:
    assert of("clock", patient) == ["ok", "ok"]


def test_who_may_not_look_is_told(
    s3_server: S3Server, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3_server.environment(USERS["receive:skatteetaten"]).items():
        monkeypatch.setenv(name, value)
    rows = examine(patient, [bucket.bucket, holdings.lake, holdings.landing])
    assert {row.status.value for row in rows} == {"error"}
    assert all("does not permit it" in row.what for row in rows)
    assert not any("receivekey" in row.what or "receivesecret" in row.what for row in rows)
