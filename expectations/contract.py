"""The input contract as data: sources, their files and records, JSON Schemas, legal bases, indicators."""

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from expectations.errors import UsageError

FOLDER = Path(__file__).with_name("contract")
"""Where the vendored contract lies."""

TIME_OF_DAY = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
"""A cell of the type `time`, local to where it was taken."""

MAJOR, MINOR = 1, 0
"""Version of the contract that intake reads."""

DELETION_FILES = ("slettinger.jsonl", "slettinger.jsonl.gz")
DELETION_RECORD = "sletting"

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """One kind of file of a source.

    Attributes:
        pattern: Shell pattern that the file name matches.
        framing: `json-array`, `json`, `jsonl`, `csv` or `xml`.
        media_type: Media type in the envelope.
        record: Record type.
        key: Paths of the fields that identify a record.
        is_gzip: Whether the stored file is compressed.
        list_path: Path of the record list in a JSON document.
        element: Name of the record element in an XML document.
        required: Whether a delivery without such a file is refused.
    """

    pattern: str
    framing: str
    media_type: str
    record: str
    key: tuple[str, ...]
    is_gzip: bool = False
    list_path: str = ""
    element: str = ""
    required: bool = False

    def matches(self, name: str) -> bool:
        """Whether a file of this name is of this kind.

        Args:
            name: File name without folder.
        """
        return fnmatch.fnmatchcase(name, self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One delivered source.

    Attributes:
        name: Source name, which is the folder in the landing zone.
        owner: Who owns the data.
        status: How well the shape is known: `REAL`, `REAL-TRIMMED` or `UNVERIFIED`.
        period: Form of the period, such as `YYYY-MM`.
        cadence: When it comes.
        kinds: Kinds of delivery that are allowed.
        update: How a delivery changes the state.
        max_quarantine_share: Largest share of refused records that goes in without a human.
        schema: File name of its JSON Schema.
        files: Kinds of file.
    """

    name: str
    owner: str
    status: str
    period: str
    cadence: str
    kinds: tuple[str, ...]
    update: str
    max_quarantine_share: float
    schema: str
    files: tuple[FileSpec, ...]

    def file(self, name: str) -> FileSpec | None:
        """The kind of a file by its name; None when the source has no such file.

        Args:
            name: File name without folder.
        """
        return next((spec for spec in self.files if spec.matches(name)), None)


@cache
def _document(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def sources() -> Mapping[str, Source]:
    """All sources of the contract by name."""
    return {entry["source"]: _source(entry) for entry in _document("sources.json")["sources"]}


def _source(entry: Mapping[str, Any]) -> Source:
    return Source(
        name=entry["source"],
        owner=entry["owner"],
        status=entry["status"],
        period=entry["period"],
        cadence=entry["cadence"],
        kinds=tuple(entry["kinds"]),
        update=entry["update"],
        max_quarantine_share=entry["max_quarantine_share"],
        schema=entry["schema"],
        files=tuple(
            FileSpec(
                pattern=file["pattern"],
                framing=file["framing"],
                media_type=file["media_type"],
                record=file["record"],
                key=tuple(file["key"]),
                is_gzip=file.get("compression") == "gzip",
                list_path=file.get("list_path", ""),
                element=file.get("element", ""),
                required=file["required"],
            )
            for file in entry["files"]
        ),
    )


def source(name: str) -> Source:
    """One source by name.

    Args:
        name: Source name.

    Raises:
        UsageError: The contract has no such source.
    """
    try:
        return sources()[name]
    except KeyError:
        raise UsageError(f"the input contract has no source {name}") from None


@cache
def legal_bases() -> Mapping[str, Mapping[str, Any]]:
    """The register of legal bases by id."""
    return {entry["id"]: entry for entry in _document("rettsgrunnlag.json")["rettsgrunnlag"]}


def envelope_schema() -> Schema:
    """JSON Schema of `delivery.json`."""
    return _document("delivery.schema.json")  # type: ignore[no-any-return]


def indicators() -> Any:
    """The indicator list of the contract as it stands."""
    return _document("indicators.json")


@cache
def record_schema(source_name: str, record: str) -> Schema:
    """JSON Schema of one record, for CSV of the row after its columns have been typed.

    Args:
        source_name: Source; the pseudo-source `deletion` has the record `sletting`.
        record: Record type.

    Raises:
        UsageError: The source has no such record.
    """
    document = _document("deletion.schema.json" if source_name == "deletion" else source(source_name).schema)
    if record in document.get("$defs", {}):
        return document["$defs"][record]  # type: ignore[no-any-return]
    resource = csv_resource(source_name, record)
    if resource is None:
        raise UsageError(f"{source_name} has no record {record}")
    fields = resource["schema"]["fields"]
    return {
        "type": "object",
        "required": [f["name"] for f in fields if f.get("constraints", {}).get("required")],
        "properties": {f["name"]: _csv_property(f) for f in fields},
    }


def csv_resource(source_name: str, record: str) -> Schema | None:
    """The table description of a CSV file: dialect and fields; None when the record is not CSV.

    Args:
        source_name: Source.
        record: Record type.
    """
    resources = _document(source(source_name).schema).get("resources", [])
    return next((r for r in resources if r["name"] == record), None)


def _csv_property(field: Mapping[str, Any]) -> Schema:
    kinds = {"integer": "integer", "number": "number", "boolean": "boolean"}
    limits = {
        k: v
        for k, v in field.get("constraints", {}).items()
        if k in ("pattern", "enum", "minimum", "maximum")
    }
    checked = {"x-check": "date"} if field["type"] == "date" else {}
    if field["type"] == "time":
        limits["pattern"] = f"^{TIME_OF_DAY}$"
    notes = {k: v for k, v in field.items() if k.startswith("x-")}
    return {"type": kinds.get(field["type"], "string"), **limits, **checked, **notes}
