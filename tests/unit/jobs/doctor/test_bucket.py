from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs.doctor import bucket
from jobs.doctor.bucket import SKEW_ERROR_SECONDS, SKEW_WARNING_SECONDS, skew

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        (0, "ok"),
        (SKEW_WARNING_SECONDS, "ok"),
        (SKEW_WARNING_SECONDS + 1, "warning"),
        (SKEW_ERROR_SECONDS, "warning"),
        (SKEW_ERROR_SECONDS + 1, "error"),
    ],
)
def test_case_15_clocks_that_are_apart(sign: int, seconds: int, status: str) -> None:
    row = skew(NOON + sign * timedelta(seconds=seconds), "Thu, 01 Jan 2026 12:00:00 GMT")
    assert row.status == status


def test_a_server_without_a_clock() -> None:
    assert skew(NOON, "").status == "warning"


@pytest.mark.parametrize(
    ("rule", "covers"),
    [
        ({"Filter": {"Prefix": ""}}, True),
        ({"Filter": {"Prefix": "lake/"}}, True),
        ({"Prefix": "lake/"}, True),
        ({"Filter": {}}, True),
        ({"Filter": {"Prefix": "landing/"}}, False),
        ({"Filter": {"Prefix": "lake/raw/"}}, False),
        ({"Filter": {"And": {"Prefix": "lake/", "Tags": []}}}, False),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, False),
    ],
)
def test_which_rules_are_for_the_whole_lake(rule: dict[str, Any], covers: bool) -> None:
    assert bucket._covers(rule, "lake/") is covers
