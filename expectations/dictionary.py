"""What a table's declaration says, for people and tools: dictionary in two languages, JSON Schema, ODCS.

Everything here is derived from `Dataset`; nothing is written by hand twice.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from expectations.dataset import DAY, INSTANT, TEXT, WHOLE, YES_NO, Column, Dataset, Partition, spark_type
from expectations.recipients import LEGAL_BASES
from expectations.sharing import Recipient, SharedDataset, Treatment, contract

LANGUAGES = ("nb", "en")
ODCS_VERSION = "v3.1.0"
JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
PROMISE = {
    "nb": "MAJOR økes når en kolonne fjernes, får nytt navn, ny type eller ny mening, eller når nøkkelen "
    "endres. "
    "MINOR økes når en kolonne eller kode kommer til. PATCH endrer bare ord. Programmet nekter å utlevere "
    "en "
    "endring som bryter uten ny MAJOR. Tidligere utleveringer beholder sin versjon og kan leses til de "
    "utløper.",
    "en": "MAJOR is raised when a column is removed, renamed, retyped or changes meaning, or when the key "
    "changes. MINOR is raised when a column or code is added. PATCH changes words only. The program "
    "refuses to "
    "release a breaking change without a new MAJOR. Earlier releases keep their version and can be read "
    "until "
    "they expire.",
}
"""What a recipient can rely on; stated in every release."""

WORDS = {
    "column": {"nb": "Kolonne", "en": "Column"},
    "type": {"nb": "Type", "en": "Type"},
    "required": {"nb": "Påkrevd", "en": "Required"},
    "class": {"nb": "Klasse", "en": "Class"},
    "meaning": {"nb": "Betydning", "en": "Meaning"},
    "yes": {"nb": "ja", "en": "yes"},
    "key": {"nb": "nøkkel", "en": "key"},
    "codes": {"nb": "Verdier", "en": "Values"},
    "owner": {"nb": "Eier", "en": "Owner"},
    "source": {"nb": "Kildefelt", "en": "Source field"},
    "keyed": {"nb": "Nøkkel", "en": "Key"},
    "partition": {"nb": "Én versjon gjelder", "en": "One version holds"},
    "month": {"nb": "én måned", "en": "one month"},
    "delivery": {"nb": "én leveranse", "en": "one delivery"},
    "retention": {"nb": "Oppbevaring", "en": "Kept for"},
    "days": {"nb": "dager", "en": "days"},
    "version": {"nb": "Versjon", "en": "Version"},
}


def meaning(column: Column, language: str) -> str:
    """The description in a language; English where a table that stays inside has no Norwegian yet."""
    return (column.description_nb if language == "nb" else "") or column.description


def about(dataset: Dataset, language: str) -> str:
    """What one row is, in a language; English where there is no Norwegian yet."""
    return (dataset.description_nb if language == "nb" else "") or dataset.description


def markdown(dataset: Dataset, language: str, level: int = 2) -> str:
    """The dictionary of one table.

    Args:
        dataset: The table.
        language: `nb` or `en`.
        level: Level of its heading.
    """
    words = {name: both[language] for name, both in WORDS.items()}
    with_source = any(column.source_field for column in dataset.columns)
    head = [words["column"], words["type"], words["required"], words["class"], words["meaning"]]
    if with_source:
        head.append(words["source"])
    held = words["delivery" if dataset.partition is Partition.DELIVERY else "month"]
    keyed = ", ".join(f"`{name}`" for name in dataset.key)
    lines = [
        f"{'#' * level} {dataset.name}",
        "",
        about(dataset, language),
        "",
        f"{words['version']} {dataset.version} · {words['keyed']}: {keyed} · "
        f"{words['owner']}: {dataset.owner} · {words['partition']} {held} · "
        f"{words['retention']} {dataset.retention_days} {words['days']}",
        "",
        "| " + " | ".join(head) + " |",
        "|" + " --- |" * len(head),
    ]
    for column in dataset.columns:
        says = meaning(column, language)
        if column.codes:
            says += f" {words['codes']}: " + ", ".join(f"`{code}`" for code in column.codes) + "."
        needed = words["key"] if column.name in dataset.key else words["yes"] if column.required else ""
        cells = [
            f"`{column.name}`",
            spark_type(column.type).lower(),
            needed,
            column.personal_data.value,
            says,
        ]
        if with_source:
            cells.append(f"`{column.source_field}`" if column.source_field else "")
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def layer_markdown(title: str, datasets: Iterable[Dataset], language: str) -> str:
    """The dictionary of several tables with a list of them on top.

    Args:
        title: First heading.
        datasets: The tables.
        language: `nb` or `en`.
    """
    listed = list(datasets)
    index = [f"- [{d.name}](#{d.name}): {about(d, language)}" for d in listed]
    return "\n".join([f"# {title}", "", *index, "", *(markdown(d, language) for d in listed)])


def dictionary(dataset: Dataset) -> dict[str, Any]:
    """The dictionary of one table as JSON-able values."""
    return {
        "name": dataset.name,
        "version": dataset.version,
        "description_nb": dataset.description_nb or None,
        "description_en": dataset.description,
        "owner": dataset.owner,
        "key": list(dataset.key),
        "partition": dataset.partition.value,
        "retention_days": dataset.retention_days,
        "columns": [
            {
                "name": column.name,
                "type": spark_type(column.type).lower(),
                "required": column.required or column.name in dataset.key,
                "personal_data": column.personal_data.value,
                "description_nb": column.description_nb or None,
                "description_en": column.description,
            }
            | ({"codes": list(column.codes)} if column.codes else {})
            | ({"pattern": column.pattern} if column.pattern else {})
            | ({"source_field": column.source_field} if column.source_field else {})
            for column in dataset.columns
        ],
    }


def json_schema(dataset: Dataset) -> dict[str, Any]:
    """JSON Schema of one row as JSON: dates and instants as ISO text, decimals as text, never rounded."""
    required = [c.name for c in dataset.columns if c.required or c.name in dataset.key]
    return {
        "$schema": JSON_SCHEMA_DIALECT,
        "$id": f"kjede:{dataset.name}:{dataset.version}",
        "title": dataset.name,
        "description": dataset.description,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {c.name: _property(c, nullable=c.name not in required) for c in dataset.columns},
    }


def _property(column: Column, *, nullable: bool) -> dict[str, Any]:
    found = _json_type(column.type)
    limits = {"minimum": column.minimum, "maximum": column.maximum}
    found |= {name: value for name, value in limits.items() if value is not None}
    if column.pattern:
        found["pattern"] = f"^(?:{column.pattern})$"
    if column.codes:
        found["enum"] = [*column.codes, None] if nullable else list(column.codes)
    if nullable:
        found["type"] = [found["type"], "null"]
    return {"description": column.description, **found}


def _json_type(kind: pa.DataType) -> dict[str, Any]:
    simple: dict[pa.DataType, dict[str, Any]] = {
        TEXT: {"type": "string"},
        WHOLE: {"type": "integer"},
        YES_NO: {"type": "boolean"},
        DAY: {"type": "string", "format": "date"},
        INSTANT: {"type": "string", "format": "date-time"},
    }
    if kind in simple:
        return dict(simple[kind])
    if pa.types.is_decimal128(kind):
        return {
            "type": "string",
            "pattern": rf"^-?\d{{1,{kind.precision - kind.scale}}}(\.\d{{1,{kind.scale}}})?$",
        }
    if pa.types.is_list(kind):
        return {"type": "array", "items": _json_type(kind.value_type)}
    if pa.types.is_map(kind):
        return {"type": "object", "additionalProperties": _json_type(kind.item_type)}
    raise ValueError(f"type {kind} is not one that all readers share")


def odcs(recipient: Recipient, shared: SharedDataset) -> dict[str, Any]:
    """The ODCS contract of one table for one recipient.

    Args:
        recipient: Who receives.
        shared: What it gets of the table.
    """
    dataset = contract(shared)
    treated = {column.name: column for column in shared.columns}
    return {
        "apiVersion": ODCS_VERSION,
        "kind": "DataContract",
        "id": f"kjede:{recipient.id}:{dataset.name}",
        "name": dataset.name,
        "version": dataset.version,
        "status": "active",
        "domain": "labour-market crime",
        "dataProduct": f"directed release to {recipient.name_en}",
        "description": {
            "purpose": recipient.purpose_en,
            "usage": recipient.rows.description_en,
            "limitations": "An indication that a human must assess, never a conclusion. Persons may be "
            "affected parties. "
            "Not for any other purpose. " + PROMISE["en"],
        },
        "team": {"name": recipient.controller, "description": "Controller until the data is handed over."},
        "roles": [{"role": recipient.id, "access": "read", "description": recipient.name_en}],
        "schema": [
            {
                "name": dataset.name,
                "physicalName": f"{dataset.name}/<release id>/part-00000.parquet",
                "physicalType": "file",
                "logicalType": "object",
                "description": dataset.description,
                "dataGranularityDescription": dataset.description,
                "customProperties": _custom({"descriptionNb": dataset.description_nb}),
                "properties": [_odcs_property(dataset, treated, column) for column in dataset.columns],
                "quality": [
                    {
                        "type": "library",
                        "metric": "duplicateValues",
                        "mustBe": 0,
                        "arguments": {"properties": list(dataset.key)},
                        "description": "The key identifies a row.",
                    }
                ],
            }
        ],
        "slaProperties": [
            {"property": "retention", "value": dataset.retention_days, "unit": "d", "driver": "regulatory"},
            {"property": "frequency", "value": 1, "unit": "month", "driver": "operational"},
        ],
        "customProperties": _custom(
            {
                "recipient": recipient.id,
                "purposeId": recipient.purpose,
                "purposeNb": recipient.purpose_nb,
                "rowsNb": recipient.rows.description_nb,
                "indicators": list(recipient.rows.indicators),
                "legalBasis": list(shared.legal_basis),
                "legalBasisConfirmed": all(LEGAL_BASES[b].is_confirmed for b in shared.legal_basis),
                "controller": recipient.controller,
                "validFrom": recipient.valid_from.isoformat(),
                "validTo": recipient.valid_to.isoformat(),
                "persons": recipient.persons.value,
                "dwellings": recipient.dwellings.value,
                "soleProprietors": recipient.sole_proprietors.value,
                "pseudonymEpoch": "calendar year of the month; case references hold as long as the case "
                "lives",
                "potentiallyAffectedPersons": True,
                "leftOut": {c.name: c.reason_en for c in shared.columns if c.treatment is Treatment.DROP},
            }
        ),
    }


def _odcs_property(dataset: Dataset, treated: Mapping[str, Any], column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, **_odcs_type(column)}
    found["required"] = column.required or column.name in dataset.key
    if column.name in dataset.key:
        found |= {"primaryKey": True, "primaryKeyPosition": dataset.key.index(column.name) + 1}
    found |= {"description": column.description, "classification": column.personal_data.value}
    if column.codes:
        found["quality"] = [
            {
                "type": "library",
                "metric": "invalidValues",
                "arguments": {"validValues": list(column.codes)},
                "mustBe": 0,
            }
        ]
    shared = treated[column.name]
    custom: dict[str, Any] = {
        "descriptionNb": column.description_nb,
        "treatment": shared.treatment.value,
        "legalBasis": list(shared.legal_basis),
    }
    if shared.withheld_for:
        custom |= {"withheldFor": list(shared.withheld_for), "withheldReason": shared.reason_en}
    return found | {"customProperties": _custom(custom)}


def _odcs_type(column: Column) -> dict[str, Any]:
    kind = column.type
    if pa.types.is_list(kind):
        return {"logicalType": "array", "items": {"logicalType": "string", "physicalType": "VARCHAR"}}
    if pa.types.is_decimal128(kind):
        return {"logicalType": "number", "physicalType": f"DECIMAL({kind.precision},{kind.scale})"}
    simple: dict[pa.DataType, dict[str, Any]] = {
        TEXT: {"logicalType": "string", "physicalType": "VARCHAR"},
        WHOLE: {"logicalType": "integer", "physicalType": "BIGINT"},
        YES_NO: {"logicalType": "boolean", "physicalType": "BOOLEAN"},
        DAY: {"logicalType": "date", "physicalType": "DATE"},
        # A physical name for instants breaks common contract tools; UTC is said in the options.
        INSTANT: {
            "logicalType": "timestamp",
            "logicalTypeOptions": {"timezone": True, "defaultTimezone": "Etc/UTC"},
        },
    }
    found: dict[str, Any] = {**simple[kind]}
    if kind == TEXT and column.pattern:
        found["logicalTypeOptions"] = {"pattern": f"^(?:{column.pattern})$"}
    if kind == WHOLE and column.minimum is not None:
        found["logicalTypeOptions"] = {"minimum": column.minimum, "format": "i64"}
    return found


def _custom(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]


def yaml_text(value: Any, indent: int = 0) -> str:
    """JSON-able values as YAML: blocks of mappings and lists, every text in double quotes."""
    pad = "  " * indent
    if isinstance(value, Mapping) and value:
        return "".join(f"{pad}{key}:{_nested(item, indent)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        return "".join(f"{pad}-{_in_list(item, indent)}" for item in value)
    return f"{pad}{json.dumps(value, ensure_ascii=False)}\n"


def _nested(value: Any, indent: int) -> str:
    if isinstance(value, Mapping | list | tuple) and value:
        return "\n" + yaml_text(value, indent + 1)
    return f" {json.dumps(value, ensure_ascii=False)}\n"


def _in_list(value: Any, indent: int) -> str:
    if isinstance(value, Mapping | list | tuple) and value:
        return " " + yaml_text(value, indent + 1).lstrip(" ")
    return f" {json.dumps(value, ensure_ascii=False)}\n"
