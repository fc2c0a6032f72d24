"""The lake and the landing zone in a bucket of a real S3 server: what it promises, and what it survives."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from expectations.dataset import TEXT, WHOLE, Column, Dataset
from expectations.errors import DataRefused, NotPermitted
from jobs.engine import Engine
from jobs.ingest.delivery import ENVELOPE, UNFINISHED_AFTER_SECONDS, verify
from jobs.ingest.landing import Landing, open_landing
from jobs.ingest.landing_s3 import S3Landing
from jobs.lake.delivery_writer import json_array, write_delivery
from jobs.lake.lake import Lake
from jobs.lake.storage_s3 import S3Storage
from tests.integration.s3_server import ADMIN, BUCKET, USERS, S3Server
from tests.unit.jobs.ingest.landing_contract import FILE, FOLDER, NOW, LandingContract, envelope, made
from tests.unit.jobs.lake.storage_contract import StorageContract

JAVA = shutil.which("java")
pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture
def server(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, with this process as its administrator."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.fixture
def storage(server: S3Server) -> Iterator[S3Storage]:
    """An empty place in the bucket."""
    place = S3Storage(f"s3://{BUCKET}/tests/{uuid4().hex[:12]}")
    yield place
    place.delete("")


class TestS3Storage(StorageContract):
    pass


ROWS = pa.table({"n": range(50), "text": [f"t{n}" for n in range(50)]})
TABLE = Dataset(
    name="core_test__things",
    description="One row per thing.",
    owner="tests",
    key=("n",),
    columns=(
        Column(name="n", type=WHOLE, description="d"),
        Column(name="text", type=TEXT, required=True, description="d"),
    ),
)


@pytest.mark.parametrize(
    "setting",
    [
        "sail",
        pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.skipif(not JAVA, reason="needs Java")]),
    ],
)
def test_engines_of_this_machine_read_a_lake_in_a_bucket(
    storage: S3Storage, server: S3Server, setting: str
) -> None:
    lake = Lake.open(storage.uri)
    ref = lake.publish(TABLE, ROWS, partition="2026-01")
    assert read_by(setting, lake.files(ref)) == ["50", "1225"]


def read_by(setting: str, files: list[str]) -> list[str]:
    """Rows and sum of what an engine reads, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", READING, setting, *files],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)},
    )
    assert done.returncode == 0, done.stderr
    assert ADMIN[1] not in done.stderr
    return done.stdout.split()


def test_sail_reads_with_the_credentials_of_a_profile(
    storage: S3Storage, server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Lake.open(storage.uri).files(Lake.open(storage.uri).publish(TABLE, ROWS, partition="2026-01"))
    key, secret = ADMIN
    profile = f"[work]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    (tmp_path / "credentials").write_text(profile)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert read_by("sail", files) == ["50", "1225"]


READING = """
import sys
from jobs.engine import open_engine
from tests.integration.test_s3 import TABLE
with open_engine(sys.argv[1]) as engine:
    rows = engine.read(TABLE, sys.argv[2:]).toArrow()
print(rows.num_rows, sum(rows["n"].to_pylist()))
"""


def test_a_cluster_gets_addresses_that_its_own_connector_reads() -> None:
    engine = Engine("sc://host:15002", spark=None)  # type: ignore[arg-type]
    assert engine.within_reach(["s3://b/p/x.parquet", "/local"]) == ["s3a://b/p/x.parquet", "/local"]


@dataclass
class S3Zone:
    storage: S3Storage
    landing: Landing

    def put(self, key: str, content: bytes) -> None:
        self.storage.client.put_object(
            Bucket=self.storage.bucket, Key=self.storage.prefix + key, Body=content
        )

    def age(self) -> float:
        return max(entry.modified_at for entry in self.storage.walk("")) + UNFINISHED_AFTER_SECONDS


@pytest.fixture
def zone(storage: S3Storage) -> S3Zone:
    return S3Zone(storage, open_landing(storage.uri))


class TestS3Landing(LandingContract):
    pass


def test_case_13_what_changed_between_listing_and_reading_is_refused(zone: S3Zone, tmp_path: Path) -> None:
    zone.landing.deliver(made(tmp_path))
    ((found,), _) = zone.landing.find(NOW)
    zone.put(f"{FOLDER}/{FILE}", (tmp_path / FOLDER / FILE).read_bytes()[::-1])
    with pytest.raises(DataRefused, match=f"delivery_changed: .*{FILE}"), zone.landing.local(found):
        pass
    zone.storage.delete(f"{FOLDER}/{FILE}")
    with pytest.raises(DataRefused, match=f"delivery_changed: .*{FILE}"), zone.landing.local(found):
        pass


@pytest.mark.parametrize(
    ("more", "told"), [(b"", ""), (b"x", "delivery_corrupt: .*bytes: 3 expected, 4 found")]
)
def test_a_file_larger_than_its_envelope_says_is_not_downloaded(
    zone: S3Zone, tmp_path: Path, more: bytes, told: str
) -> None:
    folder = made(tmp_path)
    file = json.loads((folder / ENVELOPE).read_bytes())["files"][0]
    zone.put(f"{FOLDER}/{FILE}", b"abc" + more)
    file |= {"bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    zone.put(f"{FOLDER}/{ENVELOPE}", envelope(folder, files=[file]))
    ((found,), _) = zone.landing.find(NOW)
    with (
        pytest.raises(DataRefused, match=told) if told else nullcontext(),
        zone.landing.local(found) as local,
    ):
        assert (local / FILE).read_bytes() == b"abc"


def test_watching_a_zone_asks_only_for_new_envelopes(zone: S3Zone, tmp_path: Path) -> None:
    for serial in (1, 2, 3):
        zone.landing.deliver(made(tmp_path, serial=serial))
    asked = []
    again = S3Landing(zone.storage.uri)
    again._storage.client.meta.events.register("before-send.s3.GetObject", lambda **_: asked.append(1))
    assert len(again.find(NOW)[0]) == len(again.find(NOW)[0]) == len(asked) == 3
    zone.put(f"{FOLDER}/{ENVELOPE}", envelope(tmp_path / FOLDER, kind="late"))
    assert [d.kind for d in again.find(NOW)[0]] == ["late", "ordinary", "ordinary"]
    assert len(asked) == 4


def test_scratch_folders_of_downloads_are_gone(
    zone: S3Zone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    zone.landing.deliver(made(tmp_path / "out"))
    ((found,), _) = zone.landing.find(NOW)
    with zone.landing.local(found) as folder:
        assert folder.is_relative_to(tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


DELIVERERS = ("deliver:brreg_enheter", "deliver:brreg_underenheter")


@pytest.mark.parametrize("own", DELIVERERS)
def test_deliverers_see_and_write_only_their_own_landing(server: S3Server, own: str) -> None:
    """Also where one name is the beginning of the other: a prefix without its slash would let it through."""
    admin, client = server.client(), server.client(USERS[own])
    names = [name.partition(":")[2] for name in DELIVERERS]
    for name in (*names, "brreg_enheter2"):
        admin.put_object(Bucket=BUCKET, Key=f"landing/{name}/2026-01/x/data", Body=b"x")
    admin.put_object(Bucket=BUCKET, Key="lake/_lake.json", Body=b"x")
    mine = own.partition(":")[2]

    def allowed(call: Callable[..., Any], **more: Any) -> bool:
        try:
            call(Bucket=BUCKET, **more)
        except ClientError as problem:
            if problem.response["ResponseMetadata"]["HTTPStatusCode"] != 403:
                raise
            return False
        return True

    def rights(folder: str) -> dict[str, bool]:
        key = f"{folder}/2026-01/x/data"
        source = {"Bucket": BUCKET, "Key": key}
        return {
            "get": allowed(client.get_object, Key=key),
            "head": allowed(client.head_object, Key=key),
            "list": allowed(client.list_objects_v2, Prefix=f"{folder}/"),
            "copy": allowed(client.copy_object, Key=f"landing/{mine}/copied", CopySource=source),
            "put": allowed(client.put_object, Key=f"{folder}/2026-01/x/new", Body=b"x"),
            "upload": allowed(client.create_multipart_upload, Key=f"{folder}/2026-01/x/big"),
        }

    assert set(rights(f"landing/{mine}").values()) == {True}
    for other in {*names, "brreg_enheter2"} - {mine}:
        assert set(rights(f"landing/{other}").values()) == {False}, other
    assert not allowed(client.get_object, Key="lake/_lake.json")
    assert not allowed(client.list_objects_v2)
    assert not allowed(client.list_objects_v2, Prefix="landing/")


def test_a_deliverer_lands_with_its_own_key_and_the_pipeline_reads_it(
    server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    row = [b"{}"]
    folder = write_delivery(
        tmp_path,
        "brreg_enheter",
        "2026-02-10",
        "snapshot",
        datetime(2026, 2, 10, 4, 15, tzinfo=UTC),
        1,
        [json_array("enheter_alle.json.gz", "application/json+gzip", row)],
        "LB-EKSEMPEL",
    )
    for name, value in server.environment(USERS["deliver:brreg_enheter"]).items():
        monkeypatch.setenv(name, value)
    place = open_landing(f"s3://{BUCKET}/landing").deliver(folder)
    with pytest.raises(NotPermitted, match=f"bucket {BUCKET}, prefix landing/") as told:
        open_landing(f"s3://{BUCKET}/landing").find(NOW)
    assert "enheterkey" not in str(told.value)
    for name, value in server.environment(USERS["pipeline"]).items():
        monkeypatch.setenv(name, value)
    landing = open_landing(f"s3://{BUCKET}/landing")
    (found,) = [d for d in landing.find(NOW)[0] if d.place == place]
    with landing.local(found) as local:
        assert verify(found, local)[1] == []
