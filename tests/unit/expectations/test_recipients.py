from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from expectations.catalogue import dataset
from expectations.contract import indicators
from expectations.dataset import spark_type
from expectations.errors import NotPermitted
from expectations.recipients import LEGAL_BASES, RECIPIENTS, RESTS_ON_POPULATION, SKATTEETATEN, permitted
from expectations.registers import REGISTER_OF
from expectations.share_origins import NEVER_LEAVES, ORIGINS
from expectations.sharing import Recipient, SharedColumn, Treatment, contract
from expectations.tables_share import DATASETS

ON = date(2026, 2, 15)


def changed(column: str, **more: Any) -> Recipient:
    """Skatteetaten with one column of the findings declared otherwise."""
    shared = SKATTEETATEN.dataset("out_share__findings")
    columns = tuple(replace(c, **more) if c.name == column else c for c in shared.columns)
    datasets = tuple(
        replace(shared, columns=columns) if s.name == shared.name else s for s in SKATTEETATEN.datasets
    )
    return replace(SKATTEETATEN, datasets=datasets)


def test_every_column_of_the_outputs_is_an_origin_or_never_leaves() -> None:
    for table, never in NEVER_LEAVES.items():
        origins = {
            column
            for columns in ORIGINS.values()
            for origin in columns.values()
            if origin.table == table
            for column in origin.column.split("+")
        }
        assert origins | set(never) == set(dataset(table).names)


def test_every_released_column_has_an_origin_and_words_in_both_languages() -> None:
    assert {d.name: set(d.names) for d in DATASETS} == {n: set(columns) for n, columns in ORIGINS.items()}
    for table in DATASETS:
        assert table.description_nb
        for column in table.columns:
            assert column.description
            assert column.description_nb, f"{table.name}.{column.name}"
            assert spark_type(column.type), "outside the types that all readers share"


@pytest.mark.parametrize("recipient", RECIPIENTS.values(), ids=RECIPIENTS)
def test_released_indicators_are_followed_up_by_the_recipient(recipient: Recipient) -> None:
    owners = {i["id"]: i["owner"] for i in indicators()}
    for indicator in recipient.rows.indicators:
        assert recipient.name_nb in owners[indicator]


def test_skatteetaten_gets_groups_a_and_b_and_i02() -> None:
    assert set(SKATTEETATEN.rows.indicators) == {"A02", "B01", "I02"}


def test_skatteetaten_gets_no_evidence_from_the_population_register_or_housing_notices() -> None:
    owners = {REGISTER_OF[table].owner for table in SKATTEETATEN.rows.evidence_tables}
    assert "folkeregisteret" not in owners
    assert "core_home__housing" not in SKATTEETATEN.rows.evidence_tables


def test_values_that_rest_on_the_population_register_are_withheld() -> None:
    shared = {c.name: c for c in SKATTEETATEN.dataset("out_share__findings").columns}
    assert {n for n, c in shared.items() if c.withheld_for == RESTS_ON_POPULATION} == {
        "value",
        "margin",
        "guards_applied",
        "data_quality",
    }


def test_persons_are_only_counted_and_dwellings_are_tokens() -> None:
    assert SKATTEETATEN.persons is Treatment.DROP
    assert SKATTEETATEN.dwellings is Treatment.TOKEN
    assert SKATTEETATEN.sole_proprietors is Treatment.TOKEN
    names = {n for s in SKATTEETATEN.datasets for n in contract(s).names}
    assert "persons" not in names
    assert "persons_band" in names


def test_no_basis_is_confirmed_yet_so_real_data_is_refused() -> None:
    assert not any(basis.is_confirmed for basis in LEGAL_BASES.values())
    with pytest.raises(NotPermitted, match="not confirmed by a lawyer"):
        permitted("skatteetaten", ON, synthetic=False)


def test_a_declared_recipient_may_get_synthetic_data_and_confirmed_real_data() -> None:
    assert permitted("skatteetaten", ON, synthetic=True) is SKATTEETATEN
    confirmed = {name: replace(basis, is_confirmed=True) for name, basis in LEGAL_BASES.items()}
    assert permitted("skatteetaten", ON, synthetic=False, bases=confirmed) is SKATTEETATEN


def test_an_unknown_recipient_is_refused() -> None:
    with pytest.raises(NotPermitted, match="no recipient udi") as refused:
        permitted("udi", ON, synthetic=True)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(
    ("on", "allowed"),
    [
        pytest.param(date(2024, 12, 31), False, id="the day before"),
        pytest.param(date(2025, 1, 1), True, id="first day"),
        pytest.param(date(2028, 12, 31), True, id="last day"),
        pytest.param(date(2029, 1, 1), False, id="the day after"),
    ],
)
def test_an_arrangement_holds_from_its_first_to_its_last_day(on: date, allowed: bool) -> None:
    if allowed:
        assert permitted("skatteetaten", on, synthetic=True)
    else:
        with pytest.raises(NotPermitted, match="is declared"):
            permitted("skatteetaten", on, synthetic=True)


def test_a_basis_that_has_ended_is_refused() -> None:
    ended = {**LEGAL_BASES, "POL-12A": replace(LEGAL_BASES["POL-12A"], valid_to=date(2026, 2, 14))}
    assert permitted("skatteetaten", date(2026, 2, 14), synthetic=True, bases=ended)
    with pytest.raises(NotPermitted, match=r"POL-12A .* not in force"):
        permitted("skatteetaten", ON, synthetic=True, bases=ended)


@pytest.mark.parametrize(
    "recipient",
    [
        pytest.param(replace(SKATTEETATEN, legal_basis=()), id="release"),
        pytest.param(changed("value", legal_basis=()), id="column"),
        pytest.param(
            replace(SKATTEETATEN, datasets=(replace(SKATTEETATEN.datasets[0], legal_basis=()),)), id="table"
        ),
    ],
)
def test_a_missing_basis_is_refused(recipient: Recipient) -> None:
    with pytest.raises(NotPermitted, match="no legal basis"):
        permitted(recipient.id, ON, synthetic=True, recipients={recipient.id: recipient})


def test_an_unknown_basis_is_refused() -> None:
    odd = changed("value", legal_basis=("FANTASI-1",))
    with pytest.raises(NotPermitted, match="unknown legal basis FANTASI-1"):
        permitted(odd.id, ON, synthetic=True, recipients={odd.id: odd})


@pytest.mark.parametrize(
    ("column", "more", "message"),
    [
        pytest.param(
            "finding_ref", {"treatment": Treatment.CLEAR}, "only as tokens", id="unkeyed id in clear"
        ),
        pytest.param(
            "case_ref", {"treatment": Treatment.CLEAR}, "only as tokens", id="unkeyed case id in clear"
        ),
        pytest.param("persons", {"treatment": Treatment.TOKEN}, "persons are declared as drop", id="persons"),
        pytest.param("dwellings", {"treatment": Treatment.CLEAR}, "dwellings are declared", id="dwellings"),
        pytest.param(
            "value", {"treatment": Treatment.DROP, "reason_nb": ""}, "needs a reason", id="no reason"
        ),
        pytest.param("value", {"treatment": Treatment.BAND}, "band", id="band outside a band column"),
        pytest.param(
            "role", {"withheld_for": ("I02",), "reason_nb": "x", "reason_en": "x"}, "withheld", id="required"
        ),
        pytest.param(
            "finding_ref",
            {"treatment": Treatment.DROP, "reason_nb": "x", "reason_en": "x"},
            "key",
            id="key dropped",
        ),
    ],
)
def test_a_declaration_that_says_too_much_cannot_be_made(
    column: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        changed(column, **more)


def test_every_column_must_be_decided_on() -> None:
    shared = SKATTEETATEN.datasets[0]
    extra = SharedColumn(name="rank", treatment=Treatment.CLEAR, legal_basis=())
    for columns in (shared.columns[:-1], (*shared.columns, extra)):
        with pytest.raises(ValueError, match="every column must be decided on"):
            replace(SKATTEETATEN, datasets=(replace(shared, columns=columns),))


def test_persons_can_never_be_declared_in_clear() -> None:
    with pytest.raises(ValueError, match="persons cannot be clear"):
        replace(SKATTEETATEN, persons=Treatment.CLEAR)


def test_the_contract_is_the_table_without_what_is_dropped() -> None:
    shared = SKATTEETATEN.dataset("out_share__cases")
    table = contract(shared)
    assert table.version == shared.version
    assert set(dataset("out_share__cases").names) - set(table.names) == {"persons_n"}
