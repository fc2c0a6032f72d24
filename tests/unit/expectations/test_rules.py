from expectations.catalogue import datasets
from expectations.rules import (
    BUSINESS_RULES,
    Between,
    Matches,
    NotBefore,
    NotNull,
    OneOf,
    RowsBetween,
    Rule,
    Unique,
    rules_of,
)


def columns_of(rule: Rule) -> set[str]:
    named = {rule.when.column} if rule.when else set()
    match rule.holds:
        case RowsBetween():
            return named
        case Unique(columns):
            return named | set(columns)
        case NotBefore(column, other):
            return named | {column, other}
        case NotNull(column) | OneOf(column, _) | Matches(column, _) | Between(column, _, _):
            return named | {column}


def test_business_rules_speak_of_columns_that_exist() -> None:
    for rule in BUSINESS_RULES:
        assert rule.table in datasets(), rule.id
        assert columns_of(rule) <= set(datasets()[rule.table].names), rule.id


def test_ids_are_unique_and_say_their_table() -> None:
    ids = [rule.id for declared in datasets().values() for rule in rules_of(declared)]
    assert len(ids) == len(set(ids))
    assert all(rule.id.startswith(f"{rule.table}:") for rule in BUSINESS_RULES)


def test_every_rule_is_said_in_both_languages() -> None:
    for rule in BUSINESS_RULES:
        assert rule.description.endswith("."), rule.id
        assert rule.description_nb.endswith("."), rule.id
        assert rule.description != rule.description_nb


def test_both_sides_of_an_order_have_one_type() -> None:
    for rule in BUSINESS_RULES:
        if isinstance(rule.holds, NotBefore):
            declared = datasets()[rule.table]
            kinds = {declared.column(name).type for name in (rule.holds.column, rule.holds.other)}
            assert len(kinds) == 1, rule.id


def test_every_table_has_its_key_and_size_checked() -> None:
    for declared in datasets().values():
        holds = [rule.holds for rule in rules_of(declared)]
        assert Unique(declared.key) in holds
        assert RowsBetween(declared.floor, declared.ceiling) in holds
