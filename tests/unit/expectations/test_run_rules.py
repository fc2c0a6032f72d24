from expectations.catalogue import datasets
from expectations.contract import sources
from expectations.rules import Delivered, Exists, Fresh, Kept, Severity
from expectations.run_rules import CHANGES, CROSS_TABLE, FRESHNESS, RUN_RULES, VOLUMES


def test_ids_are_unique_and_differ_from_those_of_tables() -> None:
    from expectations.business_rules import rules_of

    ids = [rule.id for rule in RUN_RULES]
    of_tables = {rule.id for declared in datasets().values() for rule in rules_of(declared)}
    assert len(ids) == len(set(ids))
    assert of_tables.isdisjoint(ids)
    assert all(rule.id.startswith(f"{rule.table}:") for rule in RUN_RULES)


def test_references_name_columns_of_one_type() -> None:
    for rule in CROSS_TABLE:
        assert isinstance(rule.holds, Exists)
        column = datasets()[rule.table].column(rule.holds.column)
        other = datasets()[rule.holds.other_table].column(rule.holds.other_column)
        assert column.type == other.type, rule.id


def test_volumes_and_changes_are_about_raw_tables() -> None:
    for rule in (*VOLUMES, *CHANGES):
        assert isinstance(rule.holds, Delivered | Kept)
        assert datasets()[rule.table].layer == "raw", rule.id


def test_a_volume_has_a_floor_below_its_ceiling_and_the_year_it_was_set() -> None:
    for rule in VOLUMES:
        assert isinstance(rule.holds, Delivered)
        assert 0 < rule.holds.minimum < rule.holds.maximum, rule.id
        assert rule.year >= 2025
        assert rule.basis


def test_a_collapse_stops_a_run_and_a_change_is_reported() -> None:
    by_id = {rule.id: rule for rule in CHANGES}
    for rule in CHANGES:
        assert isinstance(rule.holds, Kept)
        if rule.severity is Severity.CRITICAL:
            warned = by_id[rule.id.replace("rows_collapse", "rows_change")].holds
            assert isinstance(warned, Kept)
            assert rule.holds.least_pct < warned.least_pct, rule.id


def test_freshness_names_sources_of_the_contract() -> None:
    for rule in FRESHNESS:
        assert isinstance(rule.holds, Fresh)
        assert rule.holds.source in sources()
    assert {r.table for r in FRESHNESS if r.severity is Severity.CRITICAL} == {
        "brreg_enheter",
        "brreg_underenheter",
        "skatteetaten_amelding",
    }


def test_every_rule_is_said_in_both_languages_with_its_basis() -> None:
    for rule in RUN_RULES:
        assert rule.description.endswith("."), rule.id
        assert rule.description_nb.endswith("."), rule.id
        assert rule.basis, rule.id
