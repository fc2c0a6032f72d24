import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.ingest.fetch_doffin import KEY_HEADER, MOST_HITS, ON_A_PAGE
from jobs.ingest.fetch_http import FetchFailed
from tests.replay import doffin
from tests.replay.server import HTML, Answer, Replay, Request, as_json, busy
from tests.unit.jobs.ingest.desk import Desk
from tests.unit.jobs.ingest.open_apis import OpenApi

NOW = datetime(2025, 11, 3, 5, 50, tzinfo=UTC)
DAY = "2025-10-20"
SOURCE = "doffin_kunngjoringer"
Api = tuple[OpenApi, doffin.Notices]


@pytest.fixture
def api(desk: Desk) -> Iterator[Api]:
    with Replay() as replay:
        yield OpenApi("doffin", replay, desk, NOW, doffin_key=doffin.KEY), doffin.routes(replay)


def _ids(client: OpenApi, place: str) -> list[str]:
    """Ids in a landed delivery, pages in order."""
    folder = client.desk.landing.joinpath(*place.rsplit("/", 3)[1:])
    pages = sorted(folder.glob("kunngjoringer_*.json.gz"))
    documents = [json.loads(gzip.decompress(page.read_bytes()), strict=False) for page in pages]
    return [hit["id"] for document in documents for hit in document["hits"]]


def _all(notices: doffin.Notices, year: int, month: int, days: int) -> list[str]:
    return [hit["id"] for day in range(1, days + 1) for hit in notices.of(date(year, month, day))]


def test_the_month_just_ended_lands_byte_for_byte_and_goes_in(api: Api) -> None:
    client, notices = api
    (landed,) = client.run()
    assert (landed.source, landed.period, landed.records) == (SOURCE, "2025-10", 23 * 3)
    assert _ids(client, landed.place) == _all(notices, 2025, 10, 31)
    # Raw line breaks stay as they came; a strict reader refuses them.
    content = gzip.decompress(client.stored(landed, "kunngjoringer_0001.json.gz"))
    with pytest.raises(ValueError, match="control character"):
        json.loads(content)
    assert client.counts(landed) == {"in": 69, "accepted": 69}
    asked = client.replay.asked(doffin.PATH)[0]
    assert asked.query["type"] == doffin.TYPE
    assert (asked.query["issueDateFrom"], asked.query["issueDateTo"]) == ("2025-10-01", "2025-10-31")
    assert asked.header(KEY_HEADER) == doffin.KEY


def test_nothing_new_lands_nothing_and_the_next_month_follows(api: Api) -> None:
    client, _ = api
    client.run()
    assert client.run() == []
    client.now = datetime(2026, 1, 3, 5, 50, tzinfo=UTC)
    assert [landed.period for landed in client.run()] == ["2025-11", "2025-12"]


def test_the_first_month_can_be_set(desk: Desk) -> None:
    with Replay() as replay:
        doffin.routes(replay)
        client = OpenApi("doffin", replay, desk, NOW, doffin_key=doffin.KEY, doffin_from="2025-08")
        assert [landed.period for landed in client.run()] == ["2025-08", "2025-09", "2025-10"]
        client.settings["doffin_from"] = "2025-8"
        client.now = datetime(2025, 12, 3, tzinfo=UTC)
        # Once there is a cursor, it counts.
        assert [landed.period for landed in client.run()] == ["2025-11"]


def test_a_first_month_that_is_none_is_refused(desk: Desk) -> None:
    with Replay() as replay, pytest.raises(UsageError, match="2025-8"):
        OpenApi("doffin", replay, desk, NOW, doffin_key="k", doffin_from="2025-8").run()


def test_what_comes_late_and_what_changes_land_as_such(api: Api) -> None:
    client, notices = api
    late, changed = "2025-2930000", "2025-2930001"
    notices.hidden.add(late)
    (first,) = client.run()
    assert {late, changed} & set(_ids(client, first.place)) == {changed}
    notices.hidden.clear()
    notices.changed[changed] = {"heading": "Renhold, rettet"}
    replacement, arrears = client.run()
    assert _ids(client, replacement.place) == [changed]
    assert _ids(client, arrears.place) == [late]
    kinds = [
        json.loads(client.stored(landed, "delivery.json"))["kind"] for landed in (first, replacement, arrears)
    ]
    assert kinds == ["ordinary", "replacement", "late"]
    assert client.counts(arrears) == {"in": 1, "accepted": 1}
    assert client.run() == []


def test_a_new_month_lands_even_when_an_old_one_cannot_be_looked_at(api: Api) -> None:
    client, notices = api
    client.run()
    notices.more = {DAY: MOST_HITS}
    client.now = datetime(2025, 12, 3, tzinfo=UTC)
    with pytest.raises(DataRefused, match=DAY):
        client.run()
    assert {path.split("/")[1] for path in client.landed()} == {"2025-10", "2025-11"}


def test_a_withdrawn_notice_stays_and_is_told(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    client, notices = api
    client.run()
    notices.hidden.add("2025-2930000")
    assert client.run() == []
    assert "1 landed notices are no longer shown" in caplog.text


def test_only_the_last_three_months_are_looked_at_again(api: Api) -> None:
    client, notices = api
    client.settings["doffin_from"] = "2025-06"
    client.run()
    notices.changed |= {
        hit["id"]: {"heading": "Rettet"}
        for day in (date(2025, 7, 1), date(2025, 8, 1))
        for hit in notices.of(day)
    }
    assert [landed.period for landed in client.run()] == ["2025-08"]


def test_a_busy_month_is_halved_until_a_page_holds_it(api: Api) -> None:
    client, notices = api
    notices.more = {f"2025-10-{day:02d}": 31 for day in range(1, 32)}
    (landed,) = client.run()
    ids = _ids(client, landed.place)
    assert ids == _all(notices, 2025, 10, 31)
    assert len(ids) == len(set(ids)) == landed.records > MOST_HITS
    assert {request.query["page"] for request in client.replay.asked(doffin.PATH)} == {"1"}


@pytest.mark.parametrize("is_stable", [True, False])
def test_a_day_of_several_pages_is_whole_even_when_their_order_is_not(api: Api, is_stable: bool) -> None:
    client, notices = api
    notices.more, notices.is_stable = {DAY: ON_A_PAGE + 40}, is_stable
    (landed,) = client.run()
    assert set(_ids(client, landed.place)) == set(_all(notices, 2025, 10, 31))
    counts = client.counts(landed)
    assert counts["accepted"] == len(_all(notices, 2025, 10, 31))
    assert counts.get("duplicate", 0) == (0 if is_stable else landed.records - counts["accepted"])


@pytest.mark.parametrize(("more", "is_refused"), [(MOST_HITS - 3, False), (MOST_HITS - 2, True)])
def test_a_day_beyond_what_a_search_shows_is_refused(api: Api, more: int, is_refused: bool) -> None:
    client, notices = api
    notices.more = {DAY: more}
    if is_refused:
        with pytest.raises(DataRefused, match=f"{DAY}: 1001 notices on one day"):
            client.run()
        assert client.landed() == []
    else:
        assert client.run()[0].records == MOST_HITS + 22 * 3


def test_hits_that_are_counted_and_never_shown_are_refused(api: Api) -> None:
    client, notices = api

    def lying(request: Request) -> Answer:
        document = json.loads(notices.search(request).body, strict=False)
        return as_json(document | {"numHitsTotal": document["numHitsTotal"] + 1})

    client.replay.route(doffin.PATH, lying)
    with pytest.raises(DataRefused, match="2025-10-01: 3 of 4 notices shown"):
        client.run()
    assert client.landed() == []


def test_a_lone_hit_outside_a_list_lands_in_one(api: Api) -> None:
    client, notices = api
    hit = notices.of(date(2025, 10, 20))[0]
    client.replay.route(doffin.PATH, as_json({"numHitsTotal": 1, "numHitsAccessible": 1, "hits": hit}))
    (landed,) = client.run()
    assert _ids(client, landed.place) == [hit["id"]]
    assert client.counts(landed) == {"in": 1, "accepted": 1}


def test_a_month_without_any_notice_is_not_believed(api: Api) -> None:
    client, _ = api
    client.replay.route(doffin.PATH, as_json({"numHitsTotal": 0, "numHitsAccessible": 0, "hits": []}))
    with pytest.raises(DataRefused, match="not one notice"):
        client.run()
    client.replay.route(doffin.PATH, doffin.Notices().search)
    assert [landed.period for landed in client.run()] == ["2025-10"]


def test_without_a_key_it_says_what_to_do(api: Api) -> None:
    client, _ = api
    client.settings["doffin_key"] = ""
    with pytest.raises(NotPermitted, match="KJEDE_DOFFIN_KEY"):
        client.run()
    assert client.replay.requests == []


def test_a_wrong_key_is_not_tried_again_and_not_told(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    client, _ = api
    client.settings["doffin_key"] = "wrong-secret"
    with pytest.raises(NotPermitted, match="401") as problem:
        client.run()
    assert len(client.replay.requests) == 1
    assert "wrong-secret" not in f"{problem.value}{caplog.text}"


def test_the_rate_limit_is_waited_for(api: Api) -> None:
    client, _ = api
    client.replay.fault(doffin.PATH, busy(429, "10"), Answer(cut_after=40))
    assert client.run()[0].records == 69
    assert 10.0 in client.waits


@pytest.mark.parametrize(
    "answer",
    [
        HTML,
        as_json([]),
        as_json({"hits": {}, "numHitsTotal": 1}),
        as_json({"hits": {"id": 7}, "numHitsTotal": 1}),
        as_json({"hits": [], "numHitsTotal": True}),
        as_json({"hits": [{"id": 7, "type": doffin.TYPE}], "numHitsTotal": 1}),
        as_json({"hits": [{"id": "2025-1", "type": "PLANNING"}], "numHitsTotal": 1}),
        Answer(body=b'{"numHitsTotal": NaN, "hits": []}'),
    ],
)
def test_case_32_what_is_no_search_result_lands_nothing(api: Api, answer: Answer) -> None:
    client, _ = api
    client.replay.route(doffin.PATH, answer)
    with pytest.raises(DataRefused, match="fetch_refused"):
        client.run()
    assert client.landed() == []


def test_a_month_that_fails_keeps_the_months_before_it(api: Api) -> None:
    client, notices = api
    client.settings["doffin_from"] = "2025-09"

    def broken(request: Request) -> Answer:
        return notices.search(request) if request.query["issueDateFrom"] < "2025-10" else Answer(500)

    client.replay.route(doffin.PATH, broken)
    with pytest.raises(FetchFailed, match="500"):
        client.run()
    client.replay.route(doffin.PATH, notices.search)
    assert [landed.period for landed in client.run()] == ["2025-10"]
    assert {path.split("/")[1] for path in client.landed()} == {"2025-09", "2025-10"}
