"""The keys of pseudonyms: one core key per lake, and one per recipient, purpose and epoch.

A pseudonym without its key says nothing; with it, every national identity number can be tried in a minute.
So there is no default key for real deliveries, no fallback to an unkeyed hash, and a lake refuses every key
but its own.
"""

import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from expectations.errors import NotPermitted, UsageError

logger = logging.getLogger(__name__)

KEY_BYTES = 32
TOKEN_BYTES = 16
TOKEN_CHARACTERS = 26
PREFIX = "p1_"
SYNTHETIC_BASIS = "LB-EKSEMPEL"
DEMONSTRATION_ID = "demo-1"
CHUNK = 50_000


class KeyedLake(Protocol):
    """What a lake knows of keys."""

    @property
    def key_id(self) -> str | None:
        """Id of the key that its pseudonyms are made with; None before the first of them."""

    def bind_key(self, key_id: str) -> None:
        """Remember the key for good.

        Args:
            key_id: Id of the key.

        Raises:
            NotPermitted: Another key is remembered already.
        """


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The two root keys of an installation.

    Attributes:
        key_id: Names the keys without giving anything of them away.
        core: Root of core pseudonyms; lives as long as the lake.
        release: Root of the keys of releases.
    """

    key_id: str
    core: bytes = field(repr=False)
    release: bytes = field(repr=False)

    def core_key(self) -> bytes:
        """The key of the pseudonyms inside the lake."""
        return self.core

    def release_key(self, recipient: str, purpose: str, epoch: str) -> bytes:
        """The key of one recipient's pseudonyms; two recipients' tokens cannot be joined.

        Args:
            recipient: Who receives.
            purpose: What for.
            epoch: How long the pseudonyms hold, for example `2026`.
        """
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        context = b"\0".join(part.encode() for part in (recipient, purpose, epoch))
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=b"kjede release v1", info=context).derive(
            self.release
        )

    @classmethod
    def demonstration(cls) -> "KeyRing":
        """The published keys for synthetic data; they protect nothing."""
        core, release = (
            hashlib.sha256(b"kjede demonstration " + use).digest() for use in (b"core", b"release")
        )
        return cls(DEMONSTRATION_ID, core, release)

    @classmethod
    def create(cls, path: Path) -> "KeyRing":
        """Make new keys and write them to a file that only its owner can read.

        Args:
            path: File that must not exist yet.

        Raises:
            NotPermitted: The file exists: overwriting it would cut every lake off from its key.
        """
        core, release = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
        ring = cls(_key_id(core, release), core, release)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise NotPermitted(f"key file {path} exists; keys are never overwritten") from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"format": 1, "id": ring.key_id, "core": core.hex(), "release": release.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        return ring

    @classmethod
    def read(cls, path: Path) -> "KeyRing":
        """The keys in a file.

        Args:
            path: Key file.

        Raises:
            NotPermitted: Others can read the file, or its keys are not those that its id names.
            UsageError: There is no such file, or it is not a key file.
        """
        try:
            with path.open(encoding="utf-8") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if mode & 0o077:
                    raise NotPermitted(
                        f"key file {path} has mode {mode:04o}; others may read it: chmod 600 it"
                    )
                content = json.load(file)
            core, release = bytes.fromhex(content["core"]), bytes.fromhex(content["release"])
            named, known = content["id"], content["format"] == 1
        except FileNotFoundError:
            raise UsageError(f"no key file {path}; make one with `kjede keys init`") from None
        except (ValueError, KeyError, TypeError):
            known = False
        if not known or len(core) != KEY_BYTES or len(release) != KEY_BYTES:
            raise UsageError(f"{path} is not a key file of this version")
        if named != _key_id(core, release):
            raise NotPermitted(f"key file {path}: its keys are not those that its id {named} names")
        return cls(named, core, release)

    @classmethod
    def for_lake(cls, lake: KeyedLake, key_file: Path | str | None, *, synthetic: bool) -> "KeyRing":
        """The keys that a lake's pseudonyms are made with.

        Args:
            lake: The lake; it remembers the key at the first call.
            key_file: Where the installation's keys lie, if it has any.
            synthetic: Whether every delivery with personal data declares itself synthetic (`LB-EKSEMPEL`).

        Raises:
            NotPermitted: Real data without a key of one's own, or a lake of another key.
        """
        path = Path(key_file).expanduser() if key_file else None
        bound = lake.key_id
        if bound == DEMONSTRATION_ID or (bound is None and synthetic and not (path and path.exists())):
            if not synthetic:
                raise NotPermitted(
                    f"this lake is of the published demonstration key {DEMONSTRATION_ID}, and a delivery is "
                    "not synthetic; use a new lake with keys of your own (`kjede keys init`)"
                )
            ring = cls.demonstration()
        elif path is None or not path.exists():
            need = f"this lake is of key {bound}" if bound else "a delivery with personal data is real"
            found = f"key file {path} does not exist" if path else "no key file is set"
            raise NotPermitted(f"{need}, and {found}; `kjede keys init` makes one")
        else:
            ring = cls.read(path)
        if bound is None:
            lake.bind_key(ring.key_id)
        elif bound != ring.key_id:
            raise NotPermitted(f"this lake is of key {bound}; the key file holds {ring.key_id}")
        return ring


def pseudonym(key: bytes, domain: str, value: str) -> str:
    """The keyed pseudonym of one value.

    Args:
        key: A core or release key.
        domain: What kind of value it is, so that equal text of two kinds stays apart.
        value: The normalised value.
    """
    digest = hmac.digest(key, domain.encode() + b"\0" + value.encode(), "sha256")[:TOKEN_BYTES]
    return PREFIX + base64.b32encode(digest).decode().lower()[:TOKEN_CHARACTERS]


def pseudonyms(key: bytes, domain: str, values: Sequence[str | None]) -> list[str | None]:
    """The keyed pseudonyms of many values, in order; missing stays missing.

    Args:
        key: A core or release key.
        domain: What kind of values they are.
        values: The normalised values; None where there is none.
    """
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    tokens: dict[str | None, str] = {}
    for start in range(0, len(distinct), CHUNK):
        part = distinct[start : start + CHUNK]
        tokens.update(zip(part, _tokens(key, domain, part), strict=True))
    return [tokens.get(value) for value in values]


def _tokens(key: bytes, domain: str, values: list[str]) -> list[str]:
    """As `pseudonym`, with both hash states of HMAC prepared once and base32 done for all together."""
    import numpy as np

    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + domain.encode() + b"\0")
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
    digests = []
    for value in values:
        first, second = inner.copy(), outer.copy()
        first.update(value.encode())
        second.update(first.digest())
        digests.append(second.digest()[:TOKEN_BYTES])
    bits = np.unpackbits(np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, TOKEN_BYTES), axis=1)
    padded = np.pad(bits, ((0, 0), (0, TOKEN_CHARACTERS * 5 - TOKEN_BYTES * 8)))
    fives = padded.reshape(-1, TOKEN_CHARACTERS, 5) @ np.array([16, 8, 4, 2, 1], dtype=np.uint8)
    alphabet = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
    text = alphabet[fives].tobytes().decode()
    return [PREFIX + text[at : at + TOKEN_CHARACTERS] for at in range(0, len(text), TOKEN_CHARACTERS)]


def _key_id(core: bytes, release: bytes) -> str:
    return "k1-" + hashlib.sha256(b"kjede key id\0" + core + release).hexdigest()[:12]
