import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from expectations.codelists import rows
from expectations.errors import DataRefused
from expectations.tables_raw_codes import INDUSTRY_CODES, MUNICIPALITIES
from jobs.ingest.fetch_http import FetchFailed
from jobs.ingest.fetch_klass import LEAST_ROWS, industry_rows, municipality_rows
from tests.replay import klass
from tests.replay.server import HTML, Answer, Replay, as_json, busy
from tests.unit.jobs.ingest.desk import Desk
from tests.unit.jobs.ingest.open_apis import OpenApi

NOW = datetime(2026, 2, 1, 2, 20, tzinfo=UTC)
INDUSTRY = klass.INDUSTRY
CODES = f"{klass.MUNICIPALITIES}/codes"


@pytest.fixture
def api(desk: Desk) -> Iterator[tuple[OpenApi, klass.Klass]]:
    with Replay() as replay:
        yield OpenApi("klass", replay, desk, NOW), klass.routes(replay)


def test_both_lists_land_once_and_go_in(api: tuple[OpenApi, klass.Klass]) -> None:
    client, _ = api
    (landed,) = client.run()
    assert (landed.source, landed.period) == ("kodelister", "2026-02-01")
    assert client.counts(landed) == {"in": landed.records, "accepted": landed.records}
    assert len(client.desk.rows(INDUSTRY_CODES.name)) == len(rows("naering"))
    known = client.desk.rows(MUNICIPALITIES.name)
    assert {row["municipality_no"] for row in known} == {row["kommunenummer"] for row in rows("kommune")}
    assert client.run() == []


def test_the_industry_list_is_the_shipped_one() -> None:
    shipped = [tuple(" ".join(cell.split()) for cell in row.values()) for row in rows("naering")]
    assert industry_rows(klass.Klass().maps) == shipped


def test_a_changed_list_lands_alone(api: tuple[OpenApi, klass.Klass]) -> None:
    client, known = api
    (first,) = client.run()
    known.codes[0] |= {"name": "Et nytt navn"}
    (second,) = client.run()
    folder = client.desk.landing / "kodelister" / second.period / second.delivery_id
    assert sorted(p.name for p in folder.iterdir()) == ["delivery.json", "kommuner.csv"]
    assert client.counts(second)["accepted"] == second.records < first.records
    assert client.run() == []


def test_the_order_of_the_answer_changes_nothing(api: tuple[OpenApi, klass.Klass]) -> None:
    client, known = api
    client.run()
    for items in (known.maps, known.codes, known.changes):
        items.reverse()
    assert client.run() == []


def test_a_busy_server_is_asked_again(api: tuple[OpenApi, klass.Klass]) -> None:
    client, _ = api
    client.replay.fault(INDUSTRY, busy(429, "7"))
    assert len(client.run()) == 1
    assert 7.0 in client.waits


@pytest.mark.parametrize(
    "answer",
    [
        HTML,
        Answer(body=b""),
        as_json({"codes": []}),
        as_json({"codes": "none"}),
        as_json({"codes": [{"code": "42", "name": "Svaret", "validFrom": "2020-01-01"}]}),
        as_json({"codes": [{"code": "0301", "name": "Oslo", "validFrom": "i dag"}]}),
        as_json({"codes": [{"code": "0301", "name": "Oslo", "validFrom": "1988-01-01"}]}),
    ],
)
def test_case_32_what_is_no_list_lands_nothing(api: tuple[OpenApi, klass.Klass], answer: Answer) -> None:
    client, _ = api
    client.replay.route(CODES, answer)
    with pytest.raises(DataRefused, match="fetch_refused"):
        client.run()
    assert client.landed() == []


def test_a_server_that_stays_broken_fails_the_run(api: tuple[OpenApi, klass.Klass]) -> None:
    client, _ = api
    client.replay.route(CODES, Answer(500))
    with pytest.raises(FetchFailed, match="500"):
        client.run()
    assert client.landed() == []


def test_a_list_that_shrank_beyond_belief_lands_nothing(api: tuple[OpenApi, klass.Klass]) -> None:
    client, known = api
    client.run()
    before = client.landed()
    # Still above the floor for a list at all, and yet too little.
    known.maps = [pair for pair in known.maps if pair["targetCode"] < "50"]
    assert (
        LEAST_ROWS["naering_sn2007_sn2025.csv"] <= len(industry_rows(known.maps)) < 0.7 * len(rows("naering"))
    )
    with pytest.raises(DataRefused, match="the last time"):
        client.run()
    assert client.landed() == before


def _code(number: str, name: str, first: str, end: str | None = None) -> dict[str, Any]:
    return {
        "code": number,
        "name": name,
        "validFromInRequestedRange": first,
        "validToInRequestedRange": end,
    }


def _change(old: str, new: str, day: str, name: str = "") -> dict[str, Any]:
    return {"oldCode": old, "newCode": new, "newName": name, "changeOccurred": day}


def test_a_split_goes_to_the_one_that_kept_the_name_and_an_end_is_the_day_before() -> None:
    codes = [
        _code("1507", "Ålesund", "2020-01-01", "2024-01-01"),
        _code("1508", "Ålesund", "2024-01-01"),
        _code("1500", "Haram", "2024-01-01"),
    ]
    changes = [
        _change("1507", "1500", "2024-01-01", "Haram"),
        _change("1507", "1508", "2024-01-01", "Ålesund"),
    ]
    assert municipality_rows(codes, changes) == [
        ("1500", "Haram", "2024-01-01", "", "", "1507"),
        ("1507", "Ålesund", "2020-01-01", "2023-12-31", "1508", ""),
        ("1508", "Ålesund", "2024-01-01", "", "", "1507"),
    ]


def test_periods_of_one_name_are_one_and_what_was_merged_in_is_named() -> None:
    codes = [
        _code("1103", "Stavanger", "2020-01-01"),
        _code("1103", "Stavanger", "1988-01-01", "2020-01-01"),
        _code("1141", "Finnøy", "1988-01-01", "2020-01-01"),
        _code("5001", "Trondheim - Tråante", "2020-01-01"),
        _code("5001", "Trondheim", "2018-01-01", "2020-01-01"),
    ]
    assert municipality_rows(codes, [_change("1141", "1103", "2020-01-01", "Stavanger")]) == [
        ("1103", "Stavanger", "1988-01-01", "", "", "1141"),
        ("1141", "Finnøy", "1988-01-01", "2019-12-31", "1103", ""),
        ("5001", "Trondheim", "2018-01-01", "2019-12-31", "", ""),
        ("5001", "Trondheim - Tråante", "2020-01-01", "", "", ""),
    ]


def _pair(new: str, old: str) -> dict[str, str]:
    return {"sourceCode": new, "sourceName": f"Ny {new}", "targetCode": old, "targetName": f"Gammel {old}"}


def test_a_group_is_listed_only_when_every_code_under_it_changed() -> None:
    maps = [_pair("41.000", "41.200"), _pair("43.990", "41.200"), _pair("43.110", "43.110")]
    whole = industry_rows([*maps, _pair("68.120", "41.101")])
    assert [row[0] for row in whole] == [
        *("41.101", "41.200", "41.200"),
        *("41", "41", "41", "41.1", "41.10", "41.2", "41.2", "41.20", "41.20"),
    ]
    assert {row[4] for row in whole if row[0] == "41.200"} == {"2"}
    partly = industry_rows([*copy.deepcopy(maps), _pair("41.101", "41.101")])
    assert {row[0] for row in partly} == {"41.200", "41.2", "41.20"}
