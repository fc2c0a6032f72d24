from expectations.business_rules import rules_of
from expectations.catalogue import datasets
from expectations.rules import RowsBetween, Unique


def test_ids_are_unique() -> None:
    ids = [rule.id for declared in datasets().values() for rule in rules_of(declared)]
    assert len(ids) == len(set(ids))


def test_every_table_has_its_key_and_size_checked() -> None:
    for declared in datasets().values():
        holds = [rule.holds for rule in rules_of(declared)]
        assert Unique(declared.key) in holds
        assert RowsBetween(declared.floor, declared.ceiling) in holds
