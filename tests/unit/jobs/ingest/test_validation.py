from collections.abc import Callable
from typing import Any

import pytest

from expectations import contract
from jobs.ingest.validation import Fault, RecordCheck, check_of, json_path

Record = dict[str, Any]
Example = Callable[[str, str], list[Record]]


def faults(source: str, record: str, value: Any) -> list[Fault]:
    check = check_of(source, record)
    return check.faults(check.tidy(value, {}))


@pytest.fixture
def report(example: Example) -> Record:
    return example("skatteetaten_amelding", "amelding_*.jsonl.gz")[0]


def worker(report: Record) -> Record:
    found: Record = report["oppgave"]["virksomhet"][0]["inntektsmottaker"][0]
    return found


def test_a_good_record_has_no_faults(report: Record) -> None:
    assert faults("skatteetaten_amelding", "leveranse", report) == []


@pytest.mark.parametrize("missing", [None, ""])
def test_null_and_empty_text_mean_missing(report: Record, missing: str | None) -> None:
    worker(report)["norskIdentifikator"] = missing
    assert faults("skatteetaten_amelding", "leveranse", report) == []
    report["kalendermaaned"] = missing
    assert [(f.code, f.path) for f in faults("skatteetaten_amelding", "leveranse", report)] == [
        ("missing_required", "$.kalendermaaned")
    ]


BASE = "$.oppgave.virksomhet[0].inntektsmottaker[0]"


@pytest.mark.parametrize(
    ("change", "code", "path", "message"),
    [
        (
            lambda w: w.update(norskIdentifikator="12858831082"),
            "bad_check_digit",
            f"{BASE}.norskIdentifikator",
            "digit",
        ),
        (
            lambda w: w.update(norskIdentifikator="1285883108"),
            "bad_form",
            f"{BASE}.norskIdentifikator",
            "match",
        ),
        (
            lambda w: w["arbeidsforhold"][0].update(startdato="2025-02-30"),
            "impossible_date",
            f"{BASE}.arbeidsforhold[0].startdato",
            "no such date",
        ),
        (
            lambda w: w["inntekt"][0].update(fordel="gave"),
            "unknown_code",
            f"{BASE}.inntekt[0].fordel",
            "is not one of kontantytelse, naturalytelse, utgiftsgodtgjoerelse",
        ),
        (
            lambda w: w["inntekt"][0].update(beloep="mye"),
            "wrong_type",
            f"{BASE}.inntekt[0].beloep",
            "is not of type number",
        ),
        (
            lambda w: w["arbeidsforhold"][0].update(antallTimerPerUkeSomEnFullStillingTilsvarer=-1),
            "out_of_range",
            f"{BASE}.arbeidsforhold[0].antallTimerPerUkeSomEnFullStillingTilsvarer",
            "minimum",
        ),
        (lambda w: w.update(arbeidsforhold="ett"), "wrong_type", f"{BASE}.arbeidsforhold", "array"),
    ],
)
def test_each_kind_of_fault_has_its_code_and_place(
    report: Record, change: Callable[[Record], None], code: str, path: str, message: str
) -> None:
    change(worker(report))
    found = faults("skatteetaten_amelding", "leveranse", report)[0]
    assert (found.code, found.path) == (code, path)
    assert message in found.message


def test_all_faults_are_told_in_order_of_path(report: Record) -> None:
    del report["meldingsId"]
    worker(report)["inntekt"][0]["beloep"] = "x"
    report["opplysningspliktig"]["norskIdentifikator"] = "310000206"
    paths = [f.path for f in faults("skatteetaten_amelding", "leveranse", report)]
    assert paths == [
        "$.meldingsId",
        f"{BASE}.inntekt[0].beloep",
        "$.opplysningspliktig.norskIdentifikator",
    ]


def test_no_message_or_excerpt_repeats_a_personal_value(report: Record) -> None:
    worker(report)["norskIdentifikator"] = "12858831082"
    worker(report)["identifiserendeInformasjon"]["foedselsdato"] = "1988-13-45"
    worker(report)["arbeidsforhold"][0]["yrke"] = "snekker"
    told = repr(faults("skatteetaten_amelding", "leveranse", report))
    for value in ("12858831082", "1988-13-45", "snekker"):
        assert value not in told


def test_the_value_of_an_open_field_is_shown_but_never_a_person_s_number() -> None:
    unit = {"organisasjonsnummer": "310000206", "navn": "X", "organisasjonsform": {"kode": "AS"}}
    assert faults("brreg_enheter", "enhet", unit)[0].excerpt == "310000206"
    assert faults("brreg_enheter", "enhet", unit | {"organisasjonsnummer": "128588 31081"})[0].excerpt is None
    named = unit | {"organisasjonsnummer": "310000205", "navn": 7}
    assert faults("brreg_enheter", "enhet", named)[0].excerpt is None


def test_unknown_fields_are_counted_by_path_and_tolerated(report: Record) -> None:
    check, unknown = check_of("skatteetaten_amelding", "leveranse"), dict[str, int]()
    report["nytt"] = 1
    worker(report)["statsborgerskap"] = "XX"
    worker(report)["inntekt"].append(worker(report)["inntekt"][0] | {"ekstra": {"dypt": None}})
    for _ in range(2):
        assert check.faults(check.tidy(report, unknown)) == []
    base = "oppgave.virksomhet[].inntektsmottaker[]"
    assert unknown == {"nytt": 2, f"{base}.statsborgerskap": 2, f"{base}.inntekt[].ekstra": 2}


def test_tidying_leaves_the_record_as_it_was(report: Record) -> None:
    worker(report)["arbeidsforhold"] = [None, {"typeArbeidsforhold": None}]
    check = check_of("skatteetaten_amelding", "leveranse")
    tidied = check.tidy(report, {})
    assert worker(tidied)["arbeidsforhold"] == [{}]
    assert worker(report)["arbeidsforhold"] == [None, {"typeArbeidsforhold": None}]


@pytest.mark.parametrize("value", ["text", 3, None, []])
def test_what_is_no_object_is_of_the_wrong_type(value: Any) -> None:
    assert [(f.code, f.path) for f in faults("brreg_roller", "enhetsroller", value)] == [("wrong_type", "$")]


def test_mixed_field_of_the_shareholder_register() -> None:
    row = {
        "Orgnr": "310000205",
        "Selskap": "S",
        "Aksjeklasse": "A",
        "Navn aksjonær": "N",
        "Antall aksjer": 1,
        "Antall aksjer selskap": 1,
    }
    for good in ("1988", "310000604"):
        assert faults("skatteetaten_aksjonaerer", "aksjeeier", row | {"Fødselsår/orgnr": good}) == []
    bad = faults("skatteetaten_aksjonaerer", "aksjeeier", row | {"Fødselsår/orgnr": "310000605"})
    assert [(f.code, f.path) for f in bad] == [("bad_check_digit", "$['Fødselsår/orgnr']")]


def test_json_paths() -> None:
    assert json_path(["a", 0, "b_c"]) == "$.a[0].b_c"
    assert json_path(["EPSG-kode"]) == "$['EPSG-kode']"
    assert json_path([]) == "$"


def everywhere(node: Any, change: Callable[[Any], list[Any]]) -> list[Any]:
    """The node with one of its values changed, once for each value and change."""
    found = list(change(node))
    if isinstance(node, dict):
        for name, child in node.items():
            found += [{**node, name: other} for other in everywhere(child, change)]
        found += [{**node, "ukjent": 1}, {n: c for n, c in list(node.items())[1:]}]
    if isinstance(node, list):
        for at, child in enumerate(node):
            found += [[*node[:at], other, *node[at + 1 :]] for other in everywhere(child, change)]
        found += [[*node, None], []]
    return found


def test_checking_at_once_is_tidying_and_then_checking(example: Example) -> None:
    changes: list[Any] = [None, "", 0, -1, "x", [], {}, "2025-02-30", float("inf"), 10**30, True]
    for source, record, pattern in (
        ("skatteetaten_amelding", "leveranse", "amelding_*.jsonl.gz"),
        ("brreg_enheter", "enhet", "enheter_alle.json.gz"),
        ("folkeregisteret_bosted", "person", "personer.jsonl.gz"),
    ):
        one = RecordCheck(contract.record_schema(source, record))
        for whole in example(source, pattern)[:2]:
            for variant in (whole, *everywhere(whole, lambda _: changes)):
                at_once: dict[str, int] = {}
                in_turn: dict[str, int] = {}
                one._luck = 1
                checked, found = one.checked(variant, at_once)
                tidied = one.tidy(variant, in_turn)
                assert (checked, found, at_once) == (tidied, one.faults(tidied), in_turn)


def test_records_that_all_need_tidying_are_not_tried_the_short_way_for_ever(report: Record) -> None:
    one = RecordCheck(contract.record_schema("skatteetaten_amelding", "leveranse"))
    untidy = {**report, "kildesystem": None}
    for _ in range(300):
        assert one.checked(untidy, {})[1] == []
    assert one._luck == 0
    assert one.checked(report, {}) == (report, [])
