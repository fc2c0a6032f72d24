"""The frozen model: levels that add up, and a version that changes with any number."""

import hashlib
import math

import orjson
import pytest

from jobs.link.model import BLOCKING, COMPARISONS, RELATIVES, VERSION, Comparison, level_ids, settings

DIGESTS = {"1.0": "bc2767c9efb1fd3a"}
"""Digest of the parameters of each version; a change of the model is a new line here, never a changed one."""


def test_a_change_of_the_model_is_a_new_version() -> None:
    content = orjson.dumps([settings(0.001), list(BLOCKING)], option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(content).hexdigest()[:16] == DIGESTS[VERSION]


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda comparison: comparison.id)
def test_the_last_level_takes_all_that_is_left_and_speaks_against(comparison: Comparison) -> None:
    *better, last = comparison.levels
    assert last.when == ""
    assert all(level.when for level in better)
    assert math.log2(float(last.m) / float(last.u)) < 0
    assert all(float(level.m) > float(level.u) for level in better)


def test_levels_of_pairs_with_full_dates_share_out_everything() -> None:
    for comparison in COMPARISONS:
        # The year alone is told where a date is unknown; those pairs fall on no other level.
        whole = [level for level in comparison.levels if level.id != "same_year"]
        assert sum(float(level.m) for level in whole) == pytest.approx(1, abs=0.001)


def test_relatives_are_told_in_levels_that_exist() -> None:
    known = {comparison.id: set(level_ids(comparison).values()) for comparison in COMPARISONS}
    assert all(levels <= known[comparison] for comparison, levels in RELATIVES.items())
