"""Who this process is to an S3 server, and where the server is: one answer for boto3, pyarrow and the engine.

It comes from the standard AWS environment, files and roles. No key is logged or becomes part of an address.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from pyarrow import fs

TRIES = 6
"""Requests sent before giving up: with the pauses of botocore's standard mode, about half a minute."""
CONNECT_SECONDS, READ_SECONDS = 10, 60


def connect(tries: int = TRIES) -> Any:
    """A client by the standard AWS environment, with bounded patience.

    Args:
        tries: Requests sent before giving up; only what may pass by waiting is sent again.
    """
    limits = Config(
        retries={"mode": "standard", "total_max_attempts": tries},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=32,
    )
    session = boto3.session.Session()
    region = session.region_name or "us-east-1"
    client = session.client("s3", region_name=region, config=limits)
    if not _is_aws(client):
        # Servers of one's own seldom have a name for every bucket.
        limits = limits.merge(Config(s3={"addressing_style": "path"}))
        client = session.client("s3", region_name=region, config=limits)
    return client


def arrow_filesystem(client: Any) -> fs.FileSystem:
    """Pyarrow's own client, with what boto3 resolved, so that both see the same server as the same user."""
    address = urlsplit(client.meta.endpoint_url)
    options: dict[str, str] = {}
    if not _is_aws(client):
        options = {"scheme": address.scheme, "endpoint_override": address.netloc}
    if authorities := botocore.session.get_session().get_config_variable("ca_bundle"):
        options["tls_ca_file_path"] = authorities
    found = boto3.session.Session().get_credentials()
    if found is not None:
        keys = found.get_frozen_credentials()
        options |= {"access_key": keys.access_key, "secret_key": keys.secret_key}
        options |= {"session_token": keys.token} if keys.token else {}
    return _arrow_client(client.meta.region_name, tuple(sorted(options.items())))


@lru_cache(maxsize=4)
def _arrow_client(region: str, options: tuple[tuple[str, str], ...]) -> fs.FileSystem:
    """Kept, because each has connections of its own; credentials that were renewed make another."""
    return fs.S3FileSystem(
        region=region,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=READ_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=TRIES),
        **dict(options),
    )


def engine_environment() -> dict[str, str]:
    """What an engine that reads `s3://` itself must find in its environment to see what boto3 sees."""
    client = connect()
    address = urlsplit(client.meta.endpoint_url)
    wanted = {"AWS_REGION": client.meta.region_name}
    if not _is_aws(client):
        wanted |= {
            "AWS_ENDPOINT": client.meta.endpoint_url,
            "AWS_ALLOW_HTTP": str(address.scheme == "http").lower(),
        }
    found = boto3.session.Session().get_credentials()
    if found is not None and found.method in ("shared-credentials-file", "config-file"):
        keys = found.get_frozen_credentials()
        wanted |= {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key}
        wanted |= {"AWS_SESSION_TOKEN": keys.token} if keys.token else {}
    return wanted


def host(client: Any) -> str:
    """The name of the server that a client speaks to.

    Args:
        client: The boto3 client.
    """
    return urlsplit(client.meta.endpoint_url).hostname or ""


def _is_aws(client: Any) -> bool:
    return host(client).endswith((".amazonaws.com", ".amazonaws.com.cn"))
