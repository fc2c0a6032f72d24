import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from expectations.errors import DataRefused
from jobs.ingest.fetch_brreg import BULKS, fetch, register_date
from jobs.ingest.fetch_http import FetchFailed
from jobs.ingest.fetch_state import FetchState
from jobs.ingest.fetchers import FetchJob
from tests.replay.brreg import API, Brreg, routes
from tests.replay.server import HTML, Answer, Replay, busy
from tests.unit.jobs.ingest.desk import Desk

Later = Callable[[FetchJob, int], FetchJob]
ENHETER = f"{API}/enheter/lastned"


@pytest.fixture
def register(replay: Replay) -> Brreg:
    """Enhetsregisteret behind the replay server."""
    return routes(replay)


def test_the_three_registers_land_byte_for_byte_and_go_in(
    desk: Desk, fetch_job: FetchJob, register: Brreg, replay: Replay
) -> None:
    landed = fetch(fetch_job)
    assert [(one.source, one.records) for one in landed] == [
        ("brreg_enheter", 6),
        ("brreg_underenheter", 3),
        ("brreg_roller", 3),
    ]
    for one, bulk, kind in zip(landed, BULKS, ("enheter", "underenheter", "roller"), strict=True):
        assert (one.period, Path(one.place).is_relative_to(desk.landing)) == ("2026-02-01", True)
        assert (Path(one.place) / bulk.file).read_bytes() == register.bulk(kind).body
        envelope = json.loads((Path(one.place) / "delivery.json").read_text())
        assert (envelope["kind"], envelope["complete"], envelope["delivered_at"]) == (
            "snapshot",
            True,
            "2026-02-03T04:15:00Z",
        )
    report = desk.take()
    assert report.refused == []
    for one in landed:
        assert desk.counts(Path(one.place)) == {"in": one.records, "accepted": one.records}
    asked = [request.header("Accept") for request in replay.requests]
    assert asked == [bulk.accept for bulk in BULKS]
    assert "gzip" not in {request.header("Accept-Encoding") for request in replay.requests}


def test_an_unchanged_register_costs_one_request_and_lands_nothing(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg, replay: Replay
) -> None:
    fetch(fetch_job)
    state = FetchState.load(desk.lake, "brreg").values
    assert fetch(later(fetch_job, 1)) == []
    assert [request.header("If-None-Match") for request in replay.requests[3:]] == [
        state[bulk.source]["etag"] for bulk in BULKS
    ]
    assert FetchState.load(desk.lake, "brreg").values == state


def test_only_what_changed_lands_again(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg
) -> None:
    fetch(fetch_job)
    register.records["enheter"]["310000205"]["navn"] = "NYTT NAVN AS"
    register.last_modified = "Wed Feb 04 04:27:17 CET 2026"
    landed = fetch(later(fetch_job, 7))
    assert [(one.source, one.period, one.delivery_id) for one in landed] == [
        ("brreg_enheter", "2026-02-04", "20260210T041500Z-0001")
    ]


def test_a_new_tag_on_the_same_bytes_is_nothing_new(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg, replay: Replay
) -> None:
    fetch(fetch_job)
    replay.fault(ENHETER, Answer(etag='"another"'))
    assert fetch(later(fetch_job, 1)) == []
    assert FetchState.load(desk.lake, "brreg").values["brreg_enheter"]["etag"] == '"another"'


def test_an_interrupted_download_goes_on_in_the_next_run(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg, replay: Replay
) -> None:
    replay.fault(ENHETER, *[Answer(cut_after=100)] * 4)
    with pytest.raises(FetchFailed):
        fetch(fetch_job)
    assert list(desk.landing.iterdir()) == []
    assert (fetch_job.work("brreg") / "enheter_alle.json.gz.part").stat().st_size == 400
    landed = fetch(later(fetch_job, 1))
    assert replay.requests[4].header("Range") == "bytes=400-"
    assert (Path(landed[0].place) / "enheter_alle.json.gz").read_bytes() == register.bulk("enheter").body
    assert sorted(path.name for path in fetch_job.work("brreg").iterdir()) == ["lock"]


def test_the_first_register_is_kept_when_the_second_fails(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg, replay: Replay
) -> None:
    replay.fault(f"{API}/underenheter/lastned", *[busy()] * 4)
    with pytest.raises(FetchFailed, match=r"underenheter/lastned: HTTP 503, after 4 attempts"):
        fetch(fetch_job)
    assert [path.name for path in desk.landing.iterdir()] == ["brreg_enheter"]
    assert [one.source for one in fetch(later(fetch_job, 1))] == ["brreg_underenheter", "brreg_roller"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(HTML, "an HTML page", id="error page"),
        pytest.param(Answer(body=b"[]"), "something else", id="not compressed"),
        pytest.param(Answer(body=gzip.compress(b"[]")), "no records", id="empty register"),
        pytest.param(
            Answer(body=gzip.compress(b'[{"a": 1}')), "delivery_corrupt", id="cut before it was packed"
        ),
        pytest.param(Answer(body=gzip.compress(b"[1]" * 99)[:-9]), "delivery_corrupt", id="cut after it"),
    ],
)
def test_case_32_what_is_no_register_does_not_land(
    desk: Desk, fetch_job: FetchJob, replay: Replay, answer: Answer, reason: str
) -> None:
    routes(replay)
    replay.route(ENHETER, answer)
    with pytest.raises(DataRefused, match=reason):
        fetch(fetch_job)
    assert list(desk.landing.iterdir()) == []
    assert FetchState.load(desk.lake, "brreg").values == {}
    assert [path.name for path in fetch_job.work("brreg").iterdir()] == ["lock"]


def test_case_23_a_download_cut_without_a_sign_is_found_by_its_checksum(
    desk: Desk, fetch_job: FetchJob, register: Brreg, replay: Replay
) -> None:
    replay.fault(ENHETER, Answer(cut_after=300, length=-1))
    with pytest.raises(DataRefused, match="delivery_corrupt"):
        fetch(fetch_job)
    assert list(desk.landing.iterdir()) == []
    assert fetch(fetch_job)[0].records == 6


@pytest.mark.parametrize(
    ("header", "day", "origin"),
    [
        ("Sun, 01 Feb 2026 04:00:00 GMT", date(2026, 2, 1), "last_modified"),
        pytest.param(
            "Sat, 31 Jan 2026 23:30:00 GMT",
            date(2026, 2, 1),
            "last_modified",
            id="already tomorrow in Norway",
        ),
        pytest.param(
            "Sat, 31 Jan 2026 22:30:00 GMT", date(2026, 1, 31), "last_modified", id="still today in Norway"
        ),
        ("Sun Feb 01 04:27:17 CET 2026", date(2026, 2, 1), "last_modified"),
        ("Fri Sep 12 04:27:17 CEST 2025", date(2025, 9, 12), "last_modified"),
        ("Fri Feb 31 04:27:17 CET 2025", date(2026, 2, 3), "download"),
        ("Tue Feb 03 23:59:59 CET 2026", date(2026, 2, 3), "last_modified"),
        pytest.param("Wed Feb 04 00:00:00 CET 2026", date(2026, 2, 3), "download", id="the future"),
        ("2026-02-01", date(2026, 2, 3), "download"),
        ("", date(2026, 2, 3), "download"),
    ],
)
def test_the_register_date_is_that_of_the_file_in_norway(header: str, day: date, origin: str) -> None:
    assert register_date(header, datetime(2026, 2, 3, 4, tzinfo=UTC)) == (day, origin)
