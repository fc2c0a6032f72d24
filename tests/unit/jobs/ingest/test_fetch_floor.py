import pytest

from expectations.errors import DataRefused
from jobs.ingest.fetch_floor import SMALL, refuse_shrunk


@pytest.mark.parametrize(
    ("before", "now"), [(0, 0), (0, 5), (SMALL - 1, 0), (SMALL, 35), (1000, 700), (1000, 5000)]
)
def test_what_is_believed(before: int, now: int) -> None:
    refuse_shrunk("register", before, now)


@pytest.mark.parametrize(("before", "now"), [(SMALL, 34), (1000, 699), (SMALL, 0)])
def test_what_is_not_believed(before: int, now: int) -> None:
    with pytest.raises(DataRefused, match=f"{now} records, {before} the last time"):
        refuse_shrunk("register", before, now)
