"""Every record of a small county holds what the input contract asks for, the spoiled ones excepted."""

import fnmatch
import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from expectations import contract
from expectations.identifiers import is_fnr, is_orgnr, is_synthetic_fnr, is_synthetic_orgnr

jsonschema = pytest.importorskip("jsonschema")

SOURCES = (
    "brreg_enheter",
    "brreg_underenheter",
    "brreg_roller",
    "brreg_oppdateringer",
    "brreg_reelle_rettighetshavere",
    "skatteetaten_aksjonaerer",
    "skatteetaten_amelding",
    "skatteetaten_seriositet",
    "kontraktskjede",
    "byggeplass_oversiktslister",
    "hmskort_register",
    "arbeidstilsynet_registre",
    "skatteetaten_oppdrag",
    "doffin_kunngjoringer",
    "kartverket_matrikkel",
    "folkeregisteret_bosted",
    "innkvartering_meldinger",
    "tilsyn_utfall",
    "kodelister",
)
MOST_RECORDS = 250
"""Larger files are sampled evenly."""


def holds(kind: str, value: str) -> bool:
    """The contract's `x-check`, written down a second time."""
    if kind == "date":
        try:
            return bool(date.fromisoformat(value))
        except ValueError:
            return False
    if kind == "orgnr_mellomrom":
        return is_orgnr(value.replace(" ", ""))
    if kind == "aar_eller_orgnr":
        return len(value) == 4 or is_orgnr(value)
    if kind == "orgnr" or (kind == "ident" and len(value) == 9):
        return is_orgnr(value)
    return is_fnr(value)


def checked(validator: Any, kind: str, instance: Any, schema: Any) -> Any:
    if isinstance(instance, str) and not holds(kind, instance):
        yield jsonschema.ValidationError(f"x-check {kind}: {instance!r}")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"x-check": checked})


def typed(schema: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A CSV row with its numbers as numbers and its empty fields left out."""
    kinds = {name: field["type"] for name, field in schema["properties"].items()}
    read: dict[str, Callable[[str], Any]] = {
        "integer": int, "number": float, "boolean": {"true": True, "false": False}.get,
    }  # fmt: skip
    return {k: read.get(kinds.get(k, "string"), str)(v) for k, v in row.items() if v != ""}


def record_of(source: str, kind: str, name: str) -> tuple[str, str, str]:
    if kind == "deletion":
        return "deletion", contract.DELETION_RECORD, "jsonl"
    found = next(f for f in contract.source(source).files if fnmatch.fnmatchcase(name, f.pattern))
    return source, found.record, found.framing


def test_all_sources_are_there(county: Any) -> None:
    assert {e["source"] for _, e in county.deliveries()} == set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_every_record_holds_the_contract(county: Any, source: str) -> None:
    spoiled, seen = county.spoiled(), 0
    for folder, envelope in county.deliveries(source):
        for file in envelope["files"]:
            where, record, framing = record_of(source, envelope["kind"], file["name"])
            schema = contract.record_schema(where, record)
            validator = Validator(schema)
            step = max(file["records"] // MOST_RECORDS, 1)
            for number, row in county.file(folder, file["name"]):
                is_bad = (source, envelope["delivery_id"], file["name"], number) in spoiled
                if number % step and not is_bad:
                    continue
                content = typed(schema, row) if framing == "csv" else row
                assert validator.is_valid(content) is not is_bad, (
                    envelope["delivery_id"],
                    file["name"],
                    number,
                    row,
                )
                seen += 1
    assert seen


def test_every_envelope_holds_the_contract_and_what_is_stored(county: Any) -> None:
    schema = jsonschema.Draft202012Validator(contract.envelope_schema())
    for folder, envelope in county.deliveries():
        schema.validate(envelope)
        source = contract.source(envelope["source"])
        assert (envelope["source"], envelope["period"], envelope["delivery_id"]) == folder.parts[-3:]
        assert envelope["kind"] in source.kinds
        basis = "LB-OPEN-01" if envelope["source"] == "kodelister" else "LB-EKSEMPEL"
        assert envelope["legal_basis"] == basis
        assert {f["name"] for f in envelope["files"]} | {"delivery.json"} == {
            p.name for p in folder.iterdir()
        }
        for file in envelope["files"]:
            stored = (folder / file["name"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(stored), hashlib.sha256(stored).hexdigest())
            if envelope["kind"] != "deletion":
                found = next(f for f in source.files if fnmatch.fnmatchcase(file["name"], f.pattern))
                assert file["media_type"] == found.media_type


def test_all_identifiers_are_synthetic(county: Any) -> None:
    for source in SOURCES[:-1]:
        for _, _, row in county.rows(source, ""):
            text = json.dumps(row)
            assert all(is_synthetic_orgnr(n) for n in re.findall(r'"(\d{9})"', text) if is_orgnr(n)), row
            assert all(is_synthetic_fnr(n) for n in re.findall(r'"(\d{11})"', text) if is_fnr(n)), row


def test_bad_records_stay_far_below_the_share_that_holds_a_delivery(county: Any) -> None:
    bad: dict[tuple[str, str], int] = {}
    for source, delivery_id, _, _ in county.spoiled():
        bad[source, delivery_id] = bad.get((source, delivery_id), 0) + 1
    assert bad
    for _, envelope in county.deliveries():
        count = bad.get((envelope["source"], envelope["delivery_id"]), 0)
        assert count <= 0.0125 * sum(f["records"] for f in envelope["files"])


def test_one_record_is_repeated(county: Any) -> None:
    repeated = [n for n in county.truth("noise.jsonl") if n["what"].startswith("repeated")]
    assert repeated
    for noise in repeated:
        rows = [
            json.dumps(row)
            for envelope, _, row in county.rows(noise["source"], noise["file"])
            if envelope["delivery_id"] == noise["delivery_id"]
        ]
        assert rows.count(rows[noise["record_no"] - 1]) == 2


def test_code_lists_come_first_and_unchanged(county: Any) -> None:
    at = {e["source"]: e["delivered_at"] for _, e in county.deliveries() if e["source"] == "kodelister"}
    assert all(e["delivered_at"] >= at["kodelister"] for _, e in county.deliveries())
    ((folder, _),) = county.deliveries("kodelister")
    from importlib import resources

    lists = resources.files("expectations") / "contract" / "kodelister"
    for path in folder.glob("*.csv"):
        assert path.read_bytes() == (lists / path.name).read_bytes()
