"""Checks one record against the input contract: what is missing, unknown or wrong, and where."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import isinf
from typing import Any

import jsonschema_rs

from expectations import contract
from expectations.identifiers import is_fnr, is_orgnr
from jobs.ingest import paths

Record = dict[str, Any]
Schema = Mapping[str, Any]

_EXCERPT_CHARACTERS = 60
_PATIENCE = 256
"""Records in a row that needed tidying, after which the short way is given up."""
_DIGITS_OF_A_PERSON = re.compile(r"\d{11}")

_CHECKS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "orgnr": (is_orgnr, "bad_check_digit", "organisation number with a wrong check digit"),
    "fnr": (is_fnr, "bad_check_digit", "identity number with a wrong check digit or date"),
    "ident": (
        lambda text: is_orgnr(text) if len(text) == 9 else is_fnr(text),
        "bad_check_digit",
        "identifier with a wrong check digit or date",
    ),
    "aar_eller_orgnr": (
        lambda text: len(text) != 9 or is_orgnr(text),
        "bad_check_digit",
        "organisation number with a wrong check digit",
    ),
    "orgnr_mellomrom": (
        lambda text: is_orgnr(text.replace(" ", "")),
        "bad_check_digit",
        "organisation number with a wrong check digit",
    ),
}
"""Checks of the contract's `x-check` beyond `date`: function, reason code, and what is said."""

_REASONS = {
    "required": "missing_required",
    "type": "wrong_type",
    "enum": "unknown_code",
    "pattern": "bad_form",
    "minLength": "bad_form",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "minProperties": "missing_required",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a record.

    Attributes:
        code: Machine-readable reason.
        path: JSON path in the record.
        message: What was expected; never a personal value.
        excerpt: The value where its field is open to all, else None.
    """

    code: str
    path: str
    message: str
    excerpt: str | None = None


class RecordCheck:
    """The checks of one record type, compiled once."""

    def __init__(self, schema: Schema) -> None:
        """Compile a schema of the contract.

        Args:
            schema: JSON Schema of one record with the contract's annotations.
        """
        self._schema = schema
        formats = {f"x-{name}": function for name, (function, _, _) in _CHECKS.items()}
        self._validator = jsonschema_rs.Draft202012Validator(
            _with_formats(schema), formats=formats, validate_formats=True
        )
        self._whole = jsonschema_rs.Draft202012Validator(
            _without_missing(_with_formats(schema)), formats=formats, validate_formats=True
        )
        self._shape = _shape(schema)
        self._luck = _PATIENCE

    def checked(self, record: Any, unknown: dict[str, int]) -> tuple[Any, list[Fault]]:
        """The tidied record and what is wrong with it.

        Most records need no tidying, which one walk through them by the validator finds out.

        Args:
            record: Record as read; not changed where something is left out.
            unknown: Fields that the contract does not know, with how often they came; added to.
        """
        if self._luck > 0:
            if self._whole.is_valid(record):
                self._luck = _PATIENCE
                return record, []
            # Where every record has an empty or a new field, trying is lost time.
            self._luck -= 1
        record = self.tidy(record, unknown)
        return record, self.faults(record)

    def tidy(self, record: Any, unknown: dict[str, int]) -> Any:
        """The record without null and empty text, which mean missing.

        Args:
            record: Record as read; not changed where something is left out.
            unknown: Fields that the contract does not know, with how often they came; added to.
        """
        if not isinstance(record, dict) or self._shape is None:
            return record
        return _tidied(record, self._shape, "", unknown)

    def faults(self, record: Any) -> list[Fault]:
        """What is wrong with a tidied record, ordered by path.

        Args:
            record: Tidied record.
        """
        if self._validator.is_valid(record):
            return []
        found = []
        for error in self._validator.iter_errors(record):
            kind: Any = error.kind
            steps = list(error.instance_path)
            if kind.name == "required":
                steps.append(kind.property)
            node = _node(self._schema, steps)
            # Asked of the record: the validator's own copy has no infinite numbers.
            value = None if kind.name == "required" else _value(record, steps)
            code, message = _told(kind, node, value)
            order = ([str(step) for step in steps], kind.name == "format", code)
            found.append((order, Fault(code, json_path(steps), message, _excerpt(kind, node, value))))
        return [fault for _, fault in sorted(found, key=lambda pair: pair[0])]


@cache
def check_of(source: str, record: str) -> RecordCheck:
    """The checks of one record type.

    Args:
        source: Source, or `deletion`.
        record: Record type.
    """
    return RecordCheck(contract.record_schema(source, record))


def json_path(steps: Iterable[str | int]) -> str:
    """A JSON path such as `$.a[0].b`; a name that is not a plain word is quoted.

    Args:
        steps: Names and positions.
    """
    return "".join(["$", *(f"[{step}]" if isinstance(step, int) else paths.step(step) for step in steps)])


def _with_formats(schema: Any) -> Any:
    """The schema with `x-check` as formats, which the validator runs; other annotations are left out."""
    if isinstance(schema, list):
        return [_with_formats(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: _with_formats(value) for name, value in schema.items() if not name.startswith("x-")}
    if check := schema.get("x-check"):
        out["format"] = "date" if check == "date" else f"x-{check}"
    return out


def _without_missing(schema: Any) -> Any:
    """The schema for records that tidying would leave as they are: no null, no empty text, no unknown field.

    Only where the schema of a field says what it holds; any other field passes through tidying.
    """
    kind = schema.get("type")
    kinds = [name for name in ([kind] if isinstance(kind, str) else kind or ()) if name != "null"]
    out = {**schema, "type": kinds or ["boolean"]}
    if "string" in kinds:
        out["minLength"] = max(1, schema.get("minLength", 1))
    if "enum" in schema:
        out["enum"] = [option for option in schema["enum"] if option not in (None, "")]
        out["type"] = kinds or ["string", "number", "boolean"]
    if properties := schema.get("properties"):
        out["properties"] = {name: _without_missing(child) for name, child in properties.items()}
        out["additionalProperties"] = False
    if "items" in schema:
        out["items"] = _without_missing(schema["items"])
    return out


_Shape = tuple[frozenset[str], tuple[tuple[str, "_Shape | None", bool], ...]]


def _shape(schema: Schema) -> _Shape | None:
    """Names of an object's fields, and those of them that hold objects or lists of them."""
    properties = schema.get("properties")
    if not properties:
        return None
    inner: list[tuple[str, _Shape | None, bool]] = []
    for name, child in properties.items():
        if shape := _shape(child):
            inner.append((name, shape, False))
        elif shape := _shape(child.get("items", {})):
            inner.append((name, shape, True))
        elif "items" in child:
            inner.append((name, None, True))
    return frozenset(properties), tuple(inner)


def _tidied(node: Record, shape: _Shape, path: str, unknown: dict[str, int]) -> Record:
    names, inner = shape
    values = node.values()
    if None in values or "" in values:
        node = {name: value for name, value in node.items() if value is not None and value != ""}
    if not node.keys() <= names:
        for name in node.keys() - names:
            unknown[f"{path}{name}"] = unknown.get(f"{path}{name}", 0) + 1
    for name, child_shape, is_list in inner:
        child = node.get(name)
        if child is None:
            continue
        if is_list:
            if isinstance(child, list):
                items = _tidied_items(child, child_shape, f"{path}{name}[].", unknown)
                if items is not child:
                    node = {**node, name: items}
        elif isinstance(child, dict) and child_shape is not None:
            tidied = _tidied(child, child_shape, f"{path}{name}.", unknown)
            if tidied is not child:
                node = {**node, name: tidied}
    return node


def _tidied_items(items: list[Any], shape: _Shape | None, path: str, unknown: dict[str, int]) -> list[Any]:
    if shape is None:
        return [item for item in items if item is not None] if None in items else items
    tidied = [
        _tidied(item, shape, path, unknown) if isinstance(item, dict) else item
        for item in items
        if item is not None
    ]
    same = len(tidied) == len(items) and all(new is old for new, old in zip(tidied, items, strict=True))
    return items if same else tidied


def _node(schema: Schema, steps: Iterable[str | int]) -> Schema:
    node = schema
    for step in steps:
        node = node.get("items", {}) if isinstance(step, int) else node.get("properties", {}).get(step, {})
    return node


def _told(kind: Any, node: Schema, value: Any) -> tuple[str, str]:
    """Reason code and message of an error; the message is made here, so that it never quotes the value."""
    if kind.name == "format":
        if kind.format == "date":
            return "impossible_date", "no such date"
        _, code, message = _CHECKS[kind.format.removeprefix("x-")]
        return code, message
    code = _REASONS.get(kind.name, "invalid")
    if kind.name == "required":
        return code, f"{kind.property} is a required property"
    if kind.name == "enum":
        options = ", ".join(str(option) for option in node.get("enum", ()) if option is not None)
        return code, f"is not one of {options}"
    if kind.name == "type":
        wanted = node.get("type", "another type")
        if (
            isinstance(value, float)
            and isinf(value)
            and not {"number", "integer"}.isdisjoint(_listed(wanted))
        ):
            return "out_of_range", "the number does not fit 64 bits"
        return code, f"is not of type {' or '.join(_listed(wanted))}"
    if kind.name == "pattern":
        return code, f"does not match {node.get('pattern')}"
    return code, f"breaks {kind.name} of the schema"


def _value(record: Any, steps: Iterable[str | int]) -> Any:
    value = record
    for step in steps:
        value = value[step]
    return value


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def _excerpt(kind: Any, node: Schema, value: Any) -> str | None:
    """The value of an open field, never what could be a person's number or is personal for some."""
    if kind.name == "required" or node.get("x-pd") != "open" or "x-pd-when-ENK" in node:
        return None
    if isinstance(value, dict | list):
        return None
    text = str(value)
    return None if _DIGITS_OF_A_PERSON.search(re.sub(r"\s", "", text)) else text[:_EXCERPT_CHARACTERS]
