"""What says that a version of a table exists, of what it is made, and that it is whole."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import expectations
import graph
import jobs
from expectations.dataset import Dataset, Partition
from expectations.errors import DataRefused, UsageError

MANIFEST = "_manifest.json"
FORMAT = 1
SEAL = "digest"
VERSION_DIGITS = 16
PACKAGES = (expectations, graph, jobs)
CODE_SUFFIXES = (".py", ".json", ".csv")
NOT_CODE = frozenset({"__pycache__", "examples", "examples_broken"})


@dataclass(frozen=True, slots=True, order=True)
class TableRef:
    """Names exactly one stored version of one partition of a table.

    Attributes:
        table: Table. partition: Month, or delivery id of a raw table. version: Version id; of a raw table
        the first digits of its content hash. rows: Rows. content_hash: Digest of the content, the same for
        equal rows whatever engine and row order they came from. manifest_sha256: Digest of the manifest,
        which holds the digests of the files.
    """

    table: str
    partition: str
    version: str
    rows: int
    content_hash: str
    manifest_sha256: str

    @property
    def id(self) -> str:
        """`table/partition/version`: what other versions name as their input."""
        return f"{self.table}/{self.partition}/{self.version}"

    @property
    def folder(self) -> str:
        """Where it lies in the lake."""
        if self.table.startswith("raw_"):
            return raw_folder(self.table, self.partition)
        return version_folder(self.table, self.partition, self.version)

    def to_dict(self) -> dict[str, Any]:
        """The reference as JSON-able values."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TableRef":
        """The reference that `to_dict` gave.

        Args:
            values: Its fields; others are ignored.
        """
        return cls(**{name: values[name] for name in cls.__slots__})


def version_folder(table: str, partition: str, version: str) -> str:
    """Where a version of a month lies.

    Args:
        table: Table.
        partition: Month.
        version: Version id.
    """
    return f"tables/{table}/month={partition}/{version}"


def raw_folder(table: str, partition: str) -> str:
    """Where the rows of a delivery lie.

    Args:
        table: Raw table.
        partition: Delivery id.
    """
    return f"raw/{table}/{partition}"


def canonical(value: object) -> bytes:
    """JSON bytes that are equal for equal values.

    Args:
        value: JSON-able.
    """
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of a value.

    Args:
        value: JSON-able.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def sealed(value: Mapping[str, Any]) -> bytes:
    """The canonical JSON of a value with its own digest in it, so that any changed byte shows.

    Args:
        value: JSON-able.
    """
    return canonical(dict(value) | {SEAL: digest(dict(value))})


def is_whole(content: bytes) -> bool:
    """Whether content is exactly what `sealed` wrote.

    Args:
        content: A stored file.
    """
    try:
        value = json.loads(content)
        value.pop(SEAL)
    except (ValueError, KeyError, AttributeError, TypeError):
        return False
    return sealed(value) == content


def unsealed(content: bytes, key: str) -> dict[str, Any]:
    """The value in content that `sealed` wrote.

    Args:
        content: A stored file.
        key: Where it lies, for the message.

    Raises:
        DataRefused: It is not what was written.
    """
    if not is_whole(content):
        raise DataRefused("lake_not_whole", f"{key} is not what was written; `kjede verify` checks the rest")
    value: dict[str, Any] = json.loads(content)
    del value[SEAL]
    return value


def schema_fingerprint(dataset: Dataset) -> str:
    """Changes when a column's name, place, type or nullability, or the key changes; wording does not count.

    Args:
        dataset: Declaration of the table.
    """
    columns = [[field.name, str(field.type), field.nullable] for field in dataset.arrow_schema]
    return digest({"columns": columns, "key": list(dataset.key)})[:VERSION_DIGITS]


def version_id(
    dataset: Dataset, partition: str, inputs: Iterable[str], parameters: Mapping[str, str], code_version: str
) -> str:
    """The id of the version that these inputs, parameters and code make.

    Args:
        dataset: Declaration of the table.
        partition: Month.
        inputs: Ids of the versions read; order and repetition do not count.
        parameters: Everything else that the content depends on.
        code_version: Version of the code.
    """
    return digest(
        {
            "table": dataset.name,
            "partition": partition,
            "schema": [dataset.version, schema_fingerprint(dataset)],
            "inputs": sorted(set(inputs)),
            "parameters": dict(parameters),
            "code_version": code_version,
        }
    )[:VERSION_DIGITS]


@cache
def code_version() -> str:
    """Digest of the source of the program and of the code lists and schemas that it ships with.

    It depends on file names and contents only, so that a checkout and an installed wheel agree.
    """
    whole = hashlib.sha256()
    for package in PACKAGES:
        folder = Path(package.__path__[0])
        for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
            inside = path.relative_to(folder)
            if path.suffix in CODE_SUFFIXES and NOT_CODE.isdisjoint(inside.parts) and path.is_file():
                content = path.read_bytes().replace(b"\r\n", b"\n")
                whole.update(f"{package.__name__}/{inside.as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()[:VERSION_DIGITS]


def build_manifest(
    dataset: Dataset,
    partition: str,
    version: str,
    *,
    rows: int,
    content_hash: str,
    files: Sequence[Mapping[str, Any]],
    inputs: Iterable[str],
    parameters: Mapping[str, str],
    code: str,
    verdict: Mapping[str, Any],
) -> dict[str, Any]:
    """The content of a manifest; no clock, no machine, no path in it.

    Args:
        dataset: Declaration of the table.
        partition: Month or delivery id.
        version: Version id.
        rows: Rows.
        content_hash: Digest of the content.
        files: Name, sha256, bytes and rows of each.
        inputs: Ids of the versions read.
        parameters: Everything else that the content depends on.
        code: Version of the code.
        verdict: What the audit found.
    """
    return {
        "format": FORMAT,
        "table": dataset.name,
        "partition": partition,
        "version": version,
        "schema_version": dataset.version,
        "schema_fingerprint": schema_fingerprint(dataset),
        "key": list(dataset.key),
        "rows": rows,
        "content_hash": content_hash,
        "files": list(files),
        "inputs": sorted(set(inputs)),
        "parameters": dict(parameters),
        "code_version": code,
        "config_hash": digest(dict(parameters))[:VERSION_DIGITS],
        "verdict": dict(verdict),
    }


def ref_of(content: bytes, key: str) -> TableRef:
    """The reference to the version that a manifest describes.

    Args:
        content: The manifest as stored.
        key: Where it lies, for the message.

    Raises:
        DataRefused: The manifest is not what was written.
        UsageError: The manifest is of another format.
    """
    manifest = unsealed(content, key)
    if manifest["format"] != FORMAT:
        raise UsageError(
            f"{manifest['table']}: manifest of format {manifest['format']}, this program reads {FORMAT}"
        )
    return TableRef.from_dict(manifest | {"manifest_sha256": hashlib.sha256(content).hexdigest()})


def check_partition(dataset: Dataset, partition: str) -> None:
    """Refuse a partition of the wrong kind before it becomes a folder name.

    Args:
        dataset: Declaration of the table.
        partition: Month or delivery id.

    Raises:
        UsageError: Not a month where months are stored, or not a plain name.
    """
    plain = partition.replace("-", "").replace("_", "").replace(".", "")
    if not plain.isalnum() or not plain.isascii() or partition.startswith("."):
        raise UsageError(f"{dataset.name}: {partition!r} cannot name a partition")
    if dataset.partition is Partition.MONTH:
        year, _, month = partition.partition("-")
        if len(partition) != 7 or not year.isdigit() or not month.isdigit() or not 1 <= int(month) <= 12:
            raise UsageError(f"{dataset.name}: {partition!r} is not a month (YYYY-MM)")
