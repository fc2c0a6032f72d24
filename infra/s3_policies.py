"""Who may do what in the bucket: policies for AWS IAM, and the same as users of SeaweedFS.

    python infra/s3_policies.py --bucket kjede --out infra/s3

writes one policy per delivering source and per recipient, one for the pipeline, one for the bucket itself,
and `identities.json` for the SeaweedFS of compose.yaml with new random keys (mode 0600; never commit it).
"""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations import contract
from expectations.recipients import RECIPIENTS

LANDING, LAKE = "landing", "lake"
Policy = dict[str, Any]


def delivery_policy(bucket: str, source: str) -> Policy:
    """A deliverer puts its own deliveries and sees what it has put; nothing of anyone else.

    Args:
        bucket: Bucket.
        source: Source that it delivers.
    """
    return _policy(
        _objects(bucket, f"{LANDING}/{source}/", "GetObject", "PutObject", "AbortMultipartUpload"),
        _listing(bucket, f"{LANDING}/{source}/"),
    )


def recipient_policy(bucket: str, recipient: str) -> Policy:
    """A recipient reads its own releases.

    Args:
        bucket: Bucket.
        recipient: Recipient.
    """
    prefix = f"{LAKE}/releases/{recipient}/"
    return _policy(_objects(bucket, prefix, "GetObject"), _listing(bucket, prefix))


def pipeline_policy(bucket: str) -> Policy:
    """The pipeline reads all deliveries, lands those it fetches, and owns the lake.

    Args:
        bucket: Bucket.
    """
    whole = {"Effect": "Allow", "Resource": f"arn:aws:s3:::{bucket}"}
    return _policy(
        _objects(bucket, f"{LANDING}/", "GetObject", "PutObject", "AbortMultipartUpload"),
        _objects(bucket, f"{LAKE}/", "GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload"),
        whole
        | {
            "Action": [
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:GetLifecycleConfiguration",
                "s3:GetBucketVersioning",
            ],
        },
    )


def bucket_policy(bucket: str) -> Policy:
    """What nobody may do: speak without TLS, or write over a delivery that has landed.

    Args:
        bucket: Bucket.
    """
    everything = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    deny = {"Effect": "Deny", "Principal": "*"}
    return _policy(
        deny
        | {"Sid": "OnlyTls", "Action": "s3:*", "Resource": everything}
        | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        deny
        | {"Sid": "EnvelopesOnce", "Action": "s3:PutObject"}
        | {"Resource": f"arn:aws:s3:::{bucket}/{LANDING}/*/delivery.json"}
        | {"Condition": {"Null": {"s3:if-none-match": "true"}}},
    )


def lifecycle() -> dict[str, Any]:
    """The rule that clears what uploads that died have left; `kjede doctor` asks for it."""
    rule = {"ID": "abort-unfinished-uploads", "Status": "Enabled", "Filter": {"Prefix": ""}}
    return {"Rules": [rule | {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}]}


def identities(bucket: str, keys: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Users of SeaweedFS with the rights of the policies above.

    Args:
        bucket: Bucket.
        keys: Access key and secret by user: `pipeline`, `deliver:<source>` or `receive:<recipient>`.
    """
    users = []
    for name, (access, secret) in keys.items():
        role, _, own = name.partition(":")
        if role == "pipeline":
            actions = [f"{right}:{bucket}/{LAKE}/*" for right in ("Read", "Write", "List")]
            actions += [f"{right}:{bucket}/{LANDING}/*" for right in ("Read", "Write", "List")]
            actions += [f"List:{bucket}", f"Read:{bucket}"]
        elif role == "deliver":
            actions = [f"{right}:{bucket}/{LANDING}/{own}/*" for right in ("Read", "Write", "List")]
        else:
            actions = [f"{right}:{bucket}/{LAKE}/releases/{own}/*" for right in ("Read", "List")]
        users.append(
            {"name": name, "credentials": [{"accessKey": access, "secretKey": secret}], "actions": actions}
        )
    return {"identities": users}


def _objects(bucket: str, prefix: str, *actions: str) -> Policy:
    return {
        "Effect": "Allow",
        "Action": [f"s3:{action}" for action in actions],
        "Resource": f"arn:aws:s3:::{bucket}/{prefix}*",
    }


def _listing(bucket: str, prefix: str) -> Policy:
    return {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}",
        # The slash at its end keeps `arbeid/` from being the beginning of `arbeidstilsynet/`.
        "Condition": {"StringLike": {"s3:prefix": f"{prefix}*"}},
    }


def _policy(*statements: Policy) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def main() -> None:
    """Writes all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--out", required=True, type=Path)
    asked = parser.parse_args()
    sources, recipients = sorted(contract.sources()), sorted(RECIPIENTS)
    files = {
        "bucket.json": bucket_policy(asked.bucket),
        "lifecycle.json": lifecycle(),
        "pipeline.json": pipeline_policy(asked.bucket),
        **{f"deliver_{source}.json": delivery_policy(asked.bucket, source) for source in sources},
        **{f"receive_{name}.json": recipient_policy(asked.bucket, name) for name in recipients},
    }
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (asked.out / name).write_text(json.dumps(content, indent=2) + "\n")
    users = ["pipeline", *(f"deliver:{name}" for name in sources), *(f"receive:{r}" for r in recipients)]
    keys = {user: (secrets.token_hex(10), secrets.token_urlsafe(30)) for user in users}
    secret = asked.out / "identities.json"
    try:
        handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        sys.exit(f"{secret} exists; its keys are in use, nothing was overwritten")
    with os.fdopen(handle, "w") as file:
        json.dump(identities(asked.bucket, keys), file, indent=2)


if __name__ == "__main__":
    main()
