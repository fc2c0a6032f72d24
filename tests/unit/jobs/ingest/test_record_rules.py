"""Rules that the contract has in words: what passes, what does not, and where the fault is said to be."""

from typing import Any

import pytest

from expectations import contract
from jobs.ingest.record_rules import RULES
from jobs.ingest.validation import Fault

Record = dict[str, Any]
TAX = "skatteetaten_seriositet"


def fault(source: str, record: str, value: Record, period: str = "2026-01") -> tuple[str, str] | None:
    found: Fault | None = RULES[source, record](value, period)
    return (found.code, found.path) if found else None


def test_rules_are_about_records_of_the_contract() -> None:
    known = {(spec.name, file.record) for spec in contract.sources().values() for file in spec.files}
    assert RULES.keys() <= known


def test_a_report_s_month_is_its_delivery_s_period() -> None:
    own = "skatteetaten_amelding", "leveranse"
    assert fault(*own, {"kalendermaaned": "2026-01"}) is None
    assert fault(*own, {"kalendermaaned": "2025-12"}) == ("period_differs", "$.kalendermaaned")


def test_a_final_decision_has_its_day() -> None:
    own = "tilsyn_utfall", "tilsyn"
    assert fault(*own, {"vedtakStatus": "paaklaget"}) is None
    assert fault(*own, {"vedtakStatus": "endelig", "endeligVedtakDato": "2026-01-02"}) is None
    assert fault(*own, {"vedtakStatus": "endelig"}) == ("missing_required", "$.endeligVedtakDato")


def test_a_day_on_site_is_its_list_s_period() -> None:
    own = "byggeplass_oversiktslister", "oppmoete"
    line = {"dato": "2026-01-15", "arbeidsgiver_orgnr": "310000302"}
    assert fault(*own, line, "2026-01-15") is None
    assert fault(*own, line | {"dato": "2026-01-14"}, "2026-01-15") == ("period_differs", "$.dato")


@pytest.mark.parametrize(
    ("source", "record", "first", "second"),
    [
        ("skatteetaten_oppdrag", "oppdrag", "oppdragstaker_orgnr", "oppdragstaker_utenlandsk_id"),
        ("kontraktskjede", "kontrakt", "oppdragstaker_orgnr", "oppdragstaker_utenlandsk_id"),
        ("byggeplass_oversiktslister", "oppmoete", "arbeidsgiver_orgnr", "arbeidsgiver_utenlandsk_id"),
        ("kartverket_matrikkel", "eierforhold", "eier_orgnr", "eier_fnr"),
    ],
)
def test_a_party_is_named_by_one_of_two_fields(source: str, record: str, first: str, second: str) -> None:
    base = {"dato": "2026-01-15"}
    period = "2026-01-15"
    assert fault(source, record, base | {first: "1"}, period) is None
    assert fault(source, record, base | {second: "1"}, period) is None
    assert fault(source, record, base | {first: "1", second: "1"}, period) is None
    assert fault(source, record, base, period) == ("missing_required", f"$.{first}")


@pytest.mark.parametrize(
    ("source", "record", "field"),
    [
        ("skatteetaten_oppdrag", "antall", "oppdrag"),
        (TAX, "restanser", "restanser"),
        (TAX, "aapne_krav", "aapentKravMedGjenstaaendeBeloep"),
        (TAX, "mva_meldingsopplysning", "mvaAlminneligNaering"),
        (TAX, "mva_register", "registrertAvgiftssubjekt"),
        (TAX, "mva_melding", "mvaSpesifikasjonslinje"),
        (TAX, "arbeidsgiveravgift", "arbeidsgiveravgifter"),
        (TAX, "naeringsspesifikasjon", "resultatregnskap"),
        (TAX, "betalinger_naering", "oppgave"),
    ],
)
def test_an_answer_has_a_payload_exactly_when_it_says_so(source: str, record: str, field: str) -> None:
    for status in ("ingenData", "avslag"):
        assert fault(source, record, {"svarstatus": status}) is None
        assert fault(source, record, {"svarstatus": status, field: [{}]}) == ("contradiction", f"$.{field}")
    assert fault(source, record, {"svarstatus": "data", field: [{}]}) is None
    assert fault(source, record, {"svarstatus": "data", field: []}) is None
    assert fault(source, record, {"svarstatus": "data"}) == ("missing_required", f"$.{field}")


def test_a_zero_is_a_payload_and_either_of_two_fields_will_do() -> None:
    assert fault(TAX, "mva_melding", {"svarstatus": "data", "fastsattMerverdiavgift": 0}) is None
    assert fault(TAX, "naeringsspesifikasjon", {"svarstatus": "data", "balanseregnskap": {}}) is None


def test_every_answer_of_the_contract_has_the_rule_but_the_filing_calendar() -> None:
    answers = {
        (spec.name, file.record)
        for spec in contract.sources().values()
        for file in spec.files
        if "svarstatus" in contract.record_schema(spec.name, file.record)["properties"]
    }
    assert answers - RULES.keys() == {(TAX, "leveringsplikt")}


def test_a_worker_without_any_number_is_let_in() -> None:
    """The number may be pending, and the contract does not ask for another identifier meanwhile."""
    assert ("skatteetaten_oppdrag", "arbeidstaker") not in RULES
    assert ("innkvartering_meldinger", "innkvartering") not in RULES
