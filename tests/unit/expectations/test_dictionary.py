import json

import pytest

from expectations import dictionary
from expectations.catalogue import datasets
from expectations.dataset import Dataset
from expectations.recipients import RECIPIENTS, SKATTEETATEN
from expectations.sharing import SharedDataset, contract
from expectations.tables_share import CASES

Draft202012Validator = pytest.importorskip("jsonschema").Draft202012Validator
yaml = pytest.importorskip("yaml")
SHARED = [pytest.param(s, id=s.name) for s in SKATTEETATEN.datasets]
ALL = list(datasets().values())


@pytest.mark.parametrize("table", ALL, ids=lambda t: t.name)
def test_every_table_has_a_dictionary_in_both_languages(table: Dataset) -> None:
    for language in dictionary.LANGUAGES:
        text = dictionary.markdown(table, language)
        assert text.startswith(f"## {table.name}\n")
        assert all(f"| `{name}` |" in text for name in table.names)
    listed = dictionary.dictionary(table)
    assert [c["name"] for c in listed["columns"]] == table.names
    json.dumps(listed)


@pytest.mark.parametrize("table", ALL, ids=lambda t: t.name)
def test_every_table_has_a_valid_json_schema(table: Dataset) -> None:
    schema = dictionary.json_schema(table)
    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == set(table.names)


def test_the_json_schema_accepts_a_row_and_refuses_a_wrong_one() -> None:
    row = {
        "case_ref": "t1_" + "a" * 26,
        "month": "2026-01",
        "as_of": "2026-02-14T23:00:00Z",
        "rank": 1,
        "band": "A",
        "indicators": ["A02"],
        "groups": ["A"],
        "findings_n": 1,
        "companies": [],
        "dwellings": [],
        "persons_n": None,
        "persons_band": None,
        "first_seen_month": "2026-01",
        "state": "new",
        "change": "new",
        "headline_nb": "x",
        "headline_en": "x",
    }
    validator = Draft202012Validator(dictionary.json_schema(CASES))
    assert validator.is_valid(row)
    assert validator.is_valid(row | {"persons_band": "1-4"})
    for wrong in ({"persons_band": "2"}, {"rank": 0}, {"case_ref": "K2601"}, {"extra": 1}, {"month": None}):
        assert not validator.is_valid(row | wrong)


def test_norwegian_falls_back_to_english_only_where_there_is_none() -> None:
    for column in CASES.columns:
        assert dictionary.meaning(column, "nb") == column.description_nb
        assert dictionary.meaning(column, "en") == column.description


@pytest.mark.parametrize("shared", SHARED)
def test_the_odcs_contract_says_what_the_declaration_says(shared: SharedDataset) -> None:
    found = dictionary.odcs(SKATTEETATEN, shared)
    table = contract(shared)
    properties = {p["name"]: p for p in found["schema"][0]["properties"]}
    assert found["apiVersion"] == "v3.1.0"
    assert found["kind"] == "DataContract"
    assert found["version"] == shared.version
    assert list(properties) == table.names
    for name, said in properties.items():
        assert said["required"] is not table.arrow_schema.field(name).nullable
        custom = {c["property"]: c["value"] for c in said["customProperties"]}
        assert custom["legalBasis"]
        assert custom["descriptionNb"] == table.column(name).description_nb
    custom = {c["property"]: c["value"] for c in found["customProperties"]}
    assert custom["recipient"] == "skatteetaten"
    assert custom["legalBasisConfirmed"] is False


@pytest.mark.parametrize("shared", SHARED)
def test_the_contract_as_yaml_reads_back_the_same(shared: SharedDataset) -> None:
    found = dictionary.odcs(SKATTEETATEN, shared)
    assert yaml.safe_load(dictionary.yaml_text(found)) == json.loads(json.dumps(found))


def test_yaml_of_awkward_values_reads_back_the_same() -> None:
    value = {
        "a": [],
        "b": {},
        "c": [[1, [2]], {"x": None}],
        "d": 'no: "yes" #\n- æ',
        "e": [{"f": [True]}],
        "g": "1",
    }
    assert yaml.safe_load(dictionary.yaml_text(value)) == value


def test_the_dictionary_never_uses_words_of_guilt() -> None:
    texts = [
        dictionary.layer_markdown("x", [contract(s) for s in r.datasets], lang)
        for r in RECIPIENTS.values()
        for lang in dictionary.LANGUAGES
    ]
    for word in ("fraud", "criminal", "suspect", "svindel", "kriminell", "mistenk"):
        assert not any(word in text.lower() for text in texts)
