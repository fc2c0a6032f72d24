"""A real S3 server for tests: SeaweedFS on 127.0.0.1, with identities that may do different things."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "kjede"
ADMIN = ("adminkey", "adminsecret")
USERS = {
    "pipeline": ("pipelinekey", "pipelinesecret"),
    "deliver:brreg_enheter": ("enheterkey", "enhetersecret"),
    "deliver:brreg_underenheter": ("underkey", "undersecret"),
    "receive:skatteetaten": ("receivekey", "receivesecret"),
}
"""Users besides the administrator, with their keys."""
STARTS_WITHIN_SECONDS = 90


@dataclass(frozen=True)
class S3Server:
    """A running server.

    Attributes:
        port: Where it listens.
        process: Its process.
    """

    port: int
    process: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, keys: tuple[str, str] = ADMIN, port: int = 0) -> dict[str, str]:
        """What a process needs to see this server, or a proxy before it, as one of its users."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port or self.port}",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": keys[0],
            "AWS_SECRET_ACCESS_KEY": keys[1],
            # Nothing of whoever runs the tests: no profile, no question to a metadata service.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, keys: tuple[str, str] = ADMIN) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
            config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
        )


def binary() -> str | None:
    """The server's program, from its wheel beside this Python or from the path."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


@contextmanager
def started(folder: Path, identities: Mapping[str, Any]) -> Iterator[S3Server]:
    """A server with a bucket, gone when the context ends.

    Args:
        folder: Where it keeps its data.
        identities: The users besides the administrator, as in `infra/s3.py`.
    """
    admin = {
        "name": "admin",
        "credentials": [{"accessKey": ADMIN[0], "secretKey": ADMIN[1]}],
        "actions": ["Admin"],
    }
    config = folder / "identities.json"
    config.write_text(json.dumps({"identities": [admin, *identities.get("identities", [])]}))
    ports = free_ports(8)
    flags = [f"{part}.port{kind}" for part in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")]
    # Only the S3 port asks who is there, so that no other may be reachable from outside.
    command = [
        binary() or "weed",
        "-v=0",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        f"-s3.config={config}",
        "-s3.autoCreateBucket=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-volume.max=30",
        "-master.volumeSizeLimitMB=128",
        *(f"-{flag}={port}" for flag, port in zip(flags, ports, strict=True)),
    ]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    server = S3Server(ports[6], process.pid)
    try:
        _await(server, process, folder / "server.log")
        server.client().create_bucket(Bucket=BUCKET)
        yield server
    finally:
        process.kill()  # asked politely it takes 20 s, and its data is thrown away
        process.wait()


def _await(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urlopen(server.endpoint, timeout=2).close()
        except HTTPError:
            try:
                server.client().list_buckets()
            except (BotoCoreError, ClientError):  # it answers, but knows its users only a little later
                time.sleep(0.3)
                continue
            return
        except (URLError, OSError):
            time.sleep(0.3)
            continue
        return
    raise RuntimeError(f"SeaweedFS did not start: {log.read_text()[-2000:]}")


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on, all different."""
    held = []
    for _ in range(count):
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        held.append(one)
    found = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return found
