from datetime import UTC, datetime
from typing import Any

import pytest

from jobs.ingest.extract import Context
from jobs.ingest.hooks import (
    HOOKS,
    address_key,
    change_value,
    holder_birth_year,
    holder_key,
    industry_standard,
    is_graded,
    owner_person,
    person_key,
    person_numbers,
    present_person,
    recipient_person,
    role_person,
    size_class,
    spaceless_orgnr,
    ungraded,
)

Record = dict[str, Any]


def at(period: str) -> Context:
    return Context("d", period, datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("period", "expected"), [("2025-08-31", "SN2007"), ("2025-09-01", "SN2025"), ("2026-02-01", "SN2025")]
)
def test_industry_standard_goes_by_the_register_date(period: str, expected: str) -> None:
    assert industry_standard({"naeringskode2": {"kode": "43.910"}}, at(period)) == expected


def test_a_unit_without_industry_has_no_standard() -> None:
    assert industry_standard({}, at("2026-02-01")) is None


def test_address_keys_are_norwegian_texts() -> None:
    key = address_key("forretningsadresse")
    address = {"adresse": ["Eksempelveien 1"], "postnummer": "2406", "landkode": "NO"}
    assert key({"forretningsadresse": address}, at("2026-02-01")) == "EKSEMPELVEG 1||2406"
    assert key({"forretningsadresse": address | {"landkode": "SE"}}, at("2026-02-01")) is None
    assert key({"forretningsadresse": {"adresse": []}}, at("2026-02-01")) is None
    assert key({}, at("2026-02-01")) is None


def test_a_person_is_the_same_whatever_order_the_name_comes_in() -> None:
    assert (
        person_key("Snill Trakt", "1988-05-12")
        == person_key("TRAKT, SNILL", "1988-05-12")
        == "SNILL TRAKT|1988-05-12"
    )
    assert person_key("Snill Trakt", "1988-05-13") != person_key("Snill Trakt", "1988-05-12")
    assert person_key("Snill Trakt", None) is None
    assert person_key("", "1988-05-12") is None
    assert person_key(None, "1988-05-12") is None


def test_roles_and_reports_give_the_same_person_key() -> None:
    name = {"fornavn": "SNILL", "mellomnavn": "DYP", "etternavn": "TRAKT"}
    role = {"person": {"fodselsdato": "1988-05-12", "navn": name}}
    told = {"identifiserendeInformasjon": {"navn": "Snill Dyp Trakt", "foedselsdato": "1988-05-12"}}
    assert role_person(role, at("2026-02-01")) == recipient_person(told, at("2026-01"))
    assert role_person({"enhet": {}}, at("2026-02-01")) is None
    assert recipient_person({}, at("2026-01")) is None


@pytest.mark.parametrize(
    ("field", "year", "key"),
    [
        ("1988", "1988", "SNILL TRAKT|1988|2406 ELVERUM"),
        ("310000604", None, None),
        (None, None, "SNILL TRAKT||2406 ELVERUM"),
    ],
)
def test_holders_of_shares(field: str | None, year: str | None, key: str | None) -> None:
    row = {"Navn aksjonær": "Snill Trakt", "Postnr/sted": "2406 Elverum"} | (
        {"Fødselsår/orgnr": field} if field else {}
    )
    assert holder_birth_year(row, at("2024")) == year
    assert holder_key(row, at("2024")) == key


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ({"kommunenummer": "3420", "gardsnummer": "19", "bruksnummer": "1"}, "3420-19/1/0/0"),
        (
            {
                "kommunenummer": "3420",
                "gardsnummer": "019",
                "bruksnummer": "1",
                "festenummer": "0",
                "seksjonsnummer": "4",
            },
            "3420-19/1/0/4",
        ),
        ({"kommunenummer": "3420", "gardsnummer": "19"}, None),
        ({}, None),
    ],
)
def test_cadastre_keys_join_addresses_units_and_owners(unit: Record, expected: str | None) -> None:
    context = at("2026-01-01")
    assert HOOKS["raw_kartverket_matrikkel__addresses"]["cadastre_key"](unit, context) == expected
    for table in ("units", "ownerships"):
        hook = HOOKS[f"raw_kartverket_matrikkel__{table}"]["cadastre_key"]
        assert hook({"matrikkelenhet": unit}, context) == expected
        assert hook({}, context) is None


def test_the_register_of_persons_spells_farm_with_two_a() -> None:
    hook = HOOKS["raw_folkeregisteret_bosted__residences"]["cadastre_key"]
    plot = {"kommunenummer": "3420", "gaardsnummer": "19", "bruksnummer": "1"}
    assert hook({"matrikkeladresse": {"matrikkelnummer": plot}}, at("2026-02-01")) == "3420-19/1/0/0"
    assert hook({"vegadresse": {}}, at("2026-02-01")) is None


def test_an_owner_is_the_same_person_as_in_a_role() -> None:
    name = {"fornavn": "SNILL", "mellomnavn": "DYP", "etternavn": "TRAKT"}
    role = {"person": {"fodselsdato": "1988-05-12", "navn": name}}
    owner = {"folkeregistrertPerson": {"foedselsdato": "1988-05-12", "navn": name}}
    line = {"person_navn": "Trakt, Snill Dyp", "fodselsdato": "1988-05-12"}
    at_day = at("2026-02-01")
    assert owner_person(owner, at_day) == role_person(role, at_day) == present_person(line, at_day)


def test_an_owner_outside_the_population_register_is_never_matched_by_itself() -> None:
    abroad = {"utenlandskPerson": {"fulltNavn": "Snill Trakt", "foedselsdato": "1988-05-12"}}
    assert owner_person(abroad, at("2026-02-01")) is None
    assert owner_person({}, at("2026-02-01")) is None
    assert present_person({"person_navn": "Snill Trakt"}, at("2026-01-15")) is None


@pytest.mark.parametrize(
    ("number", "key"),
    [("C1000003", "C1000003"), (" c100 0003 ", "C1000003"), (" ", None), (None, None)],
)
def test_a_card_is_the_same_on_a_site_list_and_in_the_register(number: str | None, key: str | None) -> None:
    for table, field in (
        ("raw_byggeplass_oversiktslister__presences", "hmskort_nummer"),
        ("raw_hmskort_register__cards", "kortnummer"),
    ):
        assert HOOKS[table]["card_token"]({field: number} if number else {}, at("2026-01-15")) == key


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("stoerrelseintervall.int2", "int2"),
        ("stoerrelseIntervall.int2", "int2"),
        ("stoerrelseintervall.int3", "int3"),
    ],
)
def test_an_interval_is_the_same_in_both_spellings(code: str, expected: str) -> None:
    assert size_class({"stoerrelseIntervall": {"kode": code}}, at("2026-02-01")) == expected
    assert size_class({}, at("2026-02-01")) is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("310000108", "310000108"),
        ("310 000 108", "310000108"),
        ("310000109", None),
        ("LT 310000108", None),
        (None, None),
    ],
)
def test_a_party_s_number_loses_its_spaces_and_a_foreign_one_is_none(
    number: str | None, expected: str | None
) -> None:
    assert spaceless_orgnr({"organizationId": number} if number else {}, at("2025-10")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", '"1"'),
        (1, "1"),
        (False, "false"),
        (0, "0"),
        ({"b": 1, "a": None}, '{"a":null,"b":1}'),
        (["A\u030a"], '["Å"]'),
        (None, None),
    ],
)
def test_a_changed_value_is_kept_as_json(value: object, expected: str | None) -> None:
    assert change_value({"value": value}, at("2026-02-03")) == expected
    assert change_value({}, at("2026-02-03")) is None


@pytest.mark.parametrize(
    ("table", "item", "expected"),
    [
        (
            "vat_filings",
            {"gjelderTermin": {"termin": "mai-jun", "aar": "2025"}},
            {"term_year": 2025, "term_no": 3},
        ),
        (
            "vat_returns",
            {"skattleggingsperiode": {"periode": "mai-juni", "aar": "2025"}},
            {"term_year": 2025, "term_no": 3},
        ),
        (
            "contribution_terms",
            {"arbeidsgiveravgift": {"termin": "mars-april", "aar": "2025"}},
            {"term_year": 2025, "term_no": 2},
        ),
        (
            "vat_mismatches",
            {"fra_termin": "2025-T5", "til_termin": "2026-T1"},
            {"from_term_year": 2025, "from_term_no": 5, "to_term_year": 2026, "to_term_no": 1},
        ),
        ("claims", {"kravperiode": "2025/09"}, {"claim_period_year": 2025, "claim_period_month_no": 9}),
        (
            "filing_duties",
            {"periode": "2025-T5"},
            {"filing_period_year": 2025, "filing_period_month_no": None, "filing_period_term_no": 5},
        ),
        (
            "filing_duties",
            {"periode": "2026-01"},
            {"filing_period_year": 2026, "filing_period_month_no": 1, "filing_period_term_no": None},
        ),
        (
            "vat_filing_answers",
            {"mvaAlminneligNaering": {"skattemeldingsplikt": {"foersteTermin": {"termin": "jul-aug"}}}},
            {"first_term_year": None, "first_term_no": 4, "last_term_year": None, "last_term_no": None},
        ),
        (
            "vat_filing_answers",
            {},
            {"first_term_year": None, "first_term_no": None, "last_term_year": None, "last_term_no": None},
        ),
    ],
)
def test_terms_are_year_and_number_whatever_the_service(
    table: str, item: Record, expected: dict[str, int | None]
) -> None:
    hooks = HOOKS[f"raw_skatteetaten_seriositet__{table}"]
    assert {name: hook(item, at("2026-02")) for name, hook in hooks.items()} == expected


def address(grading: str, **more: Any) -> Record:
    return {"adressegradering": grading, **more}


@pytest.mark.parametrize("grading", ["fortrolig", "strengtFortrolig", "STRENGT_FORTROLIG", " Fortrolig "])
def test_grading_is_recognised_however_it_is_spelled(grading: str) -> None:
    assert is_graded(address(grading))
    assert is_graded({"vegadresse": {"adressegradering": grading}})
    assert is_graded([address("ugradert"), address(grading)])


@pytest.mark.parametrize("grading", ["ugradert", "klientadresse", "", None, 3])
def test_other_gradings_are_not_protected(grading: object) -> None:
    assert not is_graded(address(str(grading)))


def test_a_person_without_graded_addresses_passes_unchanged() -> None:
    person = {"bostedsadresse": [address("ugradert")]}
    assert ungraded(person) == (person, False)


@pytest.mark.parametrize(
    "person",
    [
        pytest.param({"bostedsadresse": [address("fortrolig", erGjeldende=True)]}, id="current"),
        pytest.param({"bostedsadresse": [address("fortrolig")]}, id="not said whether current"),
        pytest.param(
            {
                "bostedsadresse": [address("ugradert", erGjeldende=True)],
                "oppholdsadresse": [address("fortrolig")],
            },
            id="another list",
        ),
        pytest.param({"bostedsadresse": address("fortrolig", erGjeldende=False)}, id="no list"),
        pytest.param({"postadresse": [address("fortrolig", erGjeldende=False)]}, id="an unknown field"),
        pytest.param({"bostedsadresse": [[address("fortrolig", erGjeldende=False)]]}, id="nested wrongly"),
    ],
)
def test_a_current_or_unclear_graded_address_hides_the_whole_person(person: Record) -> None:
    assert ungraded(person) == (None, True)


def test_only_an_earlier_graded_address_is_left_out() -> None:
    open_home = address("ugradert", erGjeldende=True)
    kept, protected = ungraded(
        {"status": "bosatt", "bostedsadresse": [open_home, address("fortrolig", erGjeldende=False)]}
    )
    assert protected
    assert kept == {"status": "bosatt", "bostedsadresse": [open_home]}


def test_person_numbers_are_read_as_far_as_they_can_be() -> None:
    numbers = [
        {"foedselsEllerDNummer": "1"},
        {},
        "x",
        {"foedselsEllerDNummer": 5},
        {"foedselsEllerDNummer": "2"},
    ]
    assert person_numbers({"identifikasjonsnummer": numbers}) == ["1", "2"]
    assert person_numbers({}) == []
    assert person_numbers("x") == []
