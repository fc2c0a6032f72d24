from expectations.cadence import BY_SOURCE, CADENCES, FIRST_KINDS
from expectations.contract import sources


def test_every_source_of_the_contract_has_one_with_its_words() -> None:
    assert {name: source.cadence for name, source in sources().items()} == {
        cadence.source: cadence.says for cadence in CADENCES
    }
    assert len(BY_SOURCE) == len(CADENCES)


def test_a_source_stops_later_than_it_is_stale() -> None:
    for cadence in CADENCES:
        if cadence.broken_days is not None:
            assert cadence.is_needed, cadence.source
            assert cadence.stale_days is not None
            assert cadence.broken_days > cadence.stale_days, cadence.source
        if cadence.register_days is not None:
            assert "snapshot" in sources()[cadence.source].kinds, cadence.source


def test_every_source_has_a_kind_that_carries_a_period_for_the_first_time() -> None:
    for source in sources().values():
        assert set(source.kinds) & set(FIRST_KINDS), source.name
