"""A whole month whose deliveries and lake lie in a bucket equals the one in folders, byte for byte."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.ingest.landing import open_landing
from jobs.lake.storage import open_storage
from jobs.synth.generate import generate
from tests.integration.s3_server import BUCKET, USERS, S3Server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

MONTH = "2026-01"


def kjede(*words: str, cwd: Path) -> str:
    """What a command says; a process of its own, because its engine keeps the first server that it saw."""
    path = os.pathsep.join(part for part in sys.path if part)
    done = subprocess.run(
        [sys.executable, "-m", "jobs.cli", *words],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, "KJEDE_HOME": str(cwd / "home")},
    )
    assert done.returncode == 0, done.stderr
    assert not any(secret in done.stdout + done.stderr for keys in USERS.values() for secret in keys)
    return done.stdout


def digests(uri: str) -> dict[str, str]:
    """Digest of every file but those about when something was done."""
    storage = open_storage(uri)
    keys = [
        entry.key for entry in storage.walk("") if not entry.key.startswith(("log/", "_staging", "_locks"))
    ]
    return {key: hashlib.sha256(storage.read(key)).hexdigest() for key in keys}


def _empty_landing(server: S3Server) -> None:
    """Other tests deliver to the same bucket."""
    client = server.client()
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="landing/"):
        for entry in page.get("Contents", ()):
            client.delete_object(Bucket=BUCKET, Key=entry["Key"])


def test_a_month_in_a_bucket_equals_the_one_in_folders(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3_server.environment(USERS["pipeline"]).items():
        monkeypatch.setenv(name, value)
    generate(tmp_path / "W", firms=200, months=2, seed=3)
    _empty_landing(s3_server)
    landing = open_landing(f"s3://{BUCKET}/landing")
    for envelope in sorted((tmp_path / "W/landing").glob("*/*/*/delivery.json")):
        landing.deliver(envelope.parent)
    lake = f"s3://{BUCKET}/lake/month"
    kjede("run", "--landing", landing.uri, "--lake", lake, "--month", MONTH, cwd=tmp_path)
    kjede("run", "--landing", "W/landing", "--lake", "L", "--month", MONTH, cwd=tmp_path)
    in_bucket, in_folder = digests(lake), digests(str(tmp_path / "L"))
    assert len(in_folder) > 200
    assert in_bucket == in_folder
    kjede("verify", "--lake", lake, cwd=tmp_path)
    compared = kjede("diff", "--lake", lake, "--other", "L", "--month", MONTH, cwd=tmp_path)
    assert compared.startswith("identical:")
    kjede("doctor", "--lake", lake, "--landing", landing.uri, cwd=tmp_path)
    # Once more: nothing new lies there, and nothing changes.
    kjede("run", "--landing", landing.uri, "--lake", lake, "--month", MONTH, cwd=tmp_path)
    assert digests(lake) == in_folder
