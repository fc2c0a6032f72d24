import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import DataRefused, NotPermitted
from jobs.ingest import fetch_brreg, fetch_oppdateringer
from jobs.ingest.fetch_http import FetchFailed
from jobs.ingest.fetch_oppdateringer import MOST_OWED, fetch
from jobs.ingest.fetch_state import FetchState
from jobs.ingest.fetchers import FetchJob, Landed
from tests.replay.brreg import API, Brreg, routes
from tests.replay.server import HTML, Answer, Replay, as_json, busy
from tests.unit.jobs.ingest.desk import Desk

Later = Callable[[FetchJob, int], FetchJob]
NAME = "brreg_oppdateringer"
A_UNIT, ENDED, REMOVED = "310000302", "310000701", "310000205"
ESTABLISHMENT, OTHER_ESTABLISHMENT = "210000208", "210000305"


@pytest.fixture
def register(replay: Replay) -> Brreg:
    """Enhetsregisteret behind the replay server."""
    return routes(replay)


@pytest.fixture
def eventful(register: Brreg) -> Brreg:
    """A night with every kind of change."""
    register.change("enheter", A_UNIT, navn="NYTT NAVN AS")
    register.end("enheter", ENDED, "2026-02-02")
    register.remove("enheter", REMOVED)
    register.notice("underenheter", ESTABLISHMENT, "Ny")
    register.notice("underenheter", ESTABLISHMENT, "Endring")
    register.remove("underenheter", OTHER_ESTABLISHMENT, told="Endring")  # and answers 410
    register.notice("roller", A_UNIT)
    register.notice("roller", REMOVED)
    return register


def state(job: FetchJob) -> dict[str, Any]:
    return FetchState.load(job.lake, NAME).values


def content(one: Landed, file: str) -> Any:
    text = gzip.decompress((Path(one.place) / file).read_bytes()).decode()
    return [json.loads(line) for line in text.splitlines()] if ".jsonl" in file else json.loads(text)


def test_a_night_of_changes_lands_as_notices_removals_and_records(
    fetch_job: FetchJob, eventful: Brreg
) -> None:
    landed = fetch(fetch_job)
    kinds = [json.loads((Path(one.place) / "delivery.json").read_text())["kind"] for one in landed]
    assert [(one.source, kind, one.records) for one, kind in zip(landed, kinds, strict=True)] == [
        ("brreg_oppdateringer", "delta", 8),
        ("brreg_enheter", "deletion", 1),
        ("brreg_underenheter", "deletion", 1),
        ("brreg_roller", "deletion", 1),
        ("brreg_enheter", "delta", 2),
        ("brreg_underenheter", "delta", 1),
        ("brreg_roller", "delta", 1),
    ]
    assert [one.delivery_id for one in landed] == [f"20260203T041500Z-000{n}" for n in range(1, 8)]
    assert {one.period for one in landed} == {"2026-02-03"}
    notices = content(landed[0], "oppdateringer_enheter_0001.json.gz")
    assert notices["_embedded"]["oppdaterteEnheter"] == eventful.feeds["enheter"]
    assert content(landed[0], "oppdateringer_roller_0001.json.gz") == eventful.feeds["roller"]
    told = eventful.feeds["enheter"][2]["dato"]
    assert content(landed[1], "slettinger.jsonl.gz") == [
        {
            "fil": "enheter_alle.json.gz",
            "noekkel": {"organisasjonsnummer": REMOVED},
            "grunn": "fjernet_hos_eier",
            "slettet_hos_eier": told,
        }
    ]
    assert content(landed[2], "slettinger.jsonl.gz")[0]["noekkel"] == {
        "organisasjonsnummer": OTHER_ESTABLISHMENT
    }
    changed, ended = content(landed[4], "enheter_hentet.json.gz")
    assert (changed["organisasjonsnummer"], changed["navn"]) == (A_UNIT, "NYTT NAVN AS")
    assert (ended["organisasjonsnummer"], ended["slettedato"]) == (ENDED, "2026-02-02")
    (roles,) = content(landed[6], "roller_hentet.json.gz")
    assert roles["organisasjonsnummer"] == A_UNIT
    assert roles["rollegrupper"] == eventful.records["roller"][A_UNIT]["rollegrupper"]


def test_everything_that_lands_is_true_to_the_contract_and_the_removed_are_gone(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg
) -> None:
    whole = fetch_brreg.fetch(fetch_job)
    desk.take()
    assert REMOVED.encode() in desk.bytes_everywhere()
    register.change("enheter", A_UNIT, navn="NYTT NAVN AS")
    register.remove("enheter", REMOVED)
    register.notice("roller", A_UNIT)
    landed = fetch(later(fetch_job, 1))
    report = desk.take()
    assert report.refused == []
    assert desk.faults() == []
    assert {outcome.delivery_id for outcome in report.outcomes} == {one.delivery_id for one in landed}
    for one in landed:
        counts = desk.counts(Path(one.place))
        assert counts["in"] == one.records
        assert "quarantined" not in counts
    rows = [row["orgnr"] for row in desk.rows("raw_brreg_enheter__units")]
    assert REMOVED not in rows
    assert rows.count(A_UNIT) == 2
    assert desk.counts(Path(whole[0].place))["purged"] == 1
    assert desk.counts(Path(whole[2].place))["purged"] == 1


def test_the_second_run_begins_after_the_last_notice_and_lands_nothing(
    fetch_job: FetchJob, later: Later, eventful: Brreg, replay: Replay
) -> None:
    fetch(fetch_job)
    first = state(fetch_job)
    assert first["enheter"] == eventful.feeds["enheter"][-1]["oppdateringsid"] + 1
    assert first["underenheter"] == eventful.feeds["underenheter"][-1]["oppdateringsid"] + 1
    assert first["roller"] == eventful.feeds["roller"][-1]["id"]
    replay.requests.clear()
    assert fetch(later(fetch_job, 1)) == []
    assert state(fetch_job) == first
    assert [(r.path.rsplit("/", 1)[1], r.query) for r in replay.requests] == [
        ("enheter", {"oppdateringsid": str(first["enheter"]), "size": "1000"}),
        ("underenheter", {"oppdateringsid": str(first["underenheter"]), "size": "1000"}),
        ("roller", {"afterId": first["roller"], "size": "1000"}),
    ]
    eventful.notice("enheter", A_UNIT)
    landed = fetch(later(fetch_job, 2))
    assert [(one.source, one.records) for one in landed] == [("brreg_oppdateringer", 1), ("brreg_enheter", 1)]


def test_a_first_run_begins_yesterday_or_the_day_before_the_whole_register(
    fetch_job: FetchJob, register: Brreg, replay: Replay
) -> None:
    assert fetch(fetch_job) == []
    assert {r.query.get("dato") or r.query["afterTime"] for r in replay.requests} == {
        "2026-02-01T23:00:00.000Z"
    }
    fetch_brreg.fetch(fetch_job)
    replay.requests.clear()
    fetch(fetch_job)
    assert {r.query.get("dato") or r.query["afterTime"] for r in replay.requests} == {
        "2026-01-30T23:00:00.000Z"
    }


def test_pages_are_read_to_the_last_and_each_is_a_file(
    fetch_job: FetchJob, register: Brreg, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_oppdateringer, "PAGE_SIZE", 2)
    for _ in range(4):
        register.notice("enheter", A_UNIT)
    register.notice("roller", A_UNIT)
    landed = fetch(fetch_job)
    files = sorted(path.name for path in Path(landed[0].place).iterdir())
    assert files == [
        "delivery.json",
        "oppdateringer_enheter_0001.json.gz",
        "oppdateringer_enheter_0002.json.gz",
        "oppdateringer_roller_0001.json.gz",
    ]
    ids = [notice["oppdateringsid"] for notice in register.feeds["enheter"]]
    asked = [r.query.get("oppdateringsid") for r in replay.asked(f"{API}/oppdateringer/enheter")]
    assert asked == [None, str(ids[1] + 1), str(ids[3] + 1)]
    assert len(replay.asked(f"{API}/enheter/{A_UNIT}")) == 1


@pytest.mark.parametrize(("most", "taken"), [(1, 2), (2, 2), (3, 4)])
def test_more_changes_than_one_run_takes_wait_for_the_next(
    fetch_job: FetchJob,
    later: Later,
    register: Brreg,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    taken: int,
) -> None:
    monkeypatch.setattr(fetch_oppdateringer, "PAGE_SIZE", 2)
    monkeypatch.setattr(fetch_oppdateringer, "MOST_UNITS", most)
    for orgnr in (A_UNIT, ENDED, REMOVED, "310000418"):
        register.notice("enheter", orgnr)
    landed = fetch(fetch_job)
    assert [(one.source, one.records) for one in landed][1] == ("brreg_enheter", taken)
    rest = fetch(later(fetch_job, 1))
    assert [(one.source, one.records) for one in rest][1:] == [("brreg_enheter", 4 - taken)][: 4 - taken]


def test_what_dies_after_landing_lands_no_second_time(
    desk: Desk, fetch_job: FetchJob, later: Later, eventful: Brreg, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(own: FetchState, lake: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(FetchState, "save", dies)
        with pytest.raises(KeyboardInterrupt):
            fetch(fetch_job)
    there = sorted(path.parent for path in desk.landing.rglob("delivery.json"))
    assert (len(there), state(fetch_job)) == (7, {})
    landed = fetch(later(fetch_job, 1))
    assert [one.delivery_id for one in landed] == [f"20260203T041500Z-000{n}" for n in range(1, 8)]
    assert sorted(path.parent for path in desk.landing.rglob("delivery.json")) == there
    assert state(fetch_job)["enheter"] == eventful.feeds["enheter"][-1]["oppdateringsid"] + 1


def test_with_the_home_folder_lost_the_same_changes_make_the_same_state(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg, tmp_path: Path
) -> None:
    fetch_brreg.fetch(fetch_job)
    register.remove("enheter", REMOVED)
    register.change("enheter", A_UNIT, navn="NYTT NAVN AS")
    fetch(later(fetch_job, 1))
    desk.take()
    before = [(row["orgnr"], row["name"]) for row in desk.rows("raw_brreg_enheter__units")]
    own = Path(desk.lake.storage.uri) / "fetch" / f"{NAME}.json"
    own.unlink()
    moved = replace(fetch_job, settings=replace(fetch_job.settings, home=tmp_path / "elsewhere"))
    fetch(later(moved, 2))
    assert desk.take().refused == []
    after = [(row["orgnr"], row["name"]) for row in desk.rows("raw_brreg_enheter__units")]
    assert set(after) == set(before)
    assert REMOVED not in {orgnr for orgnr, _ in after}


def test_a_unit_that_comes_back_is_purged_first_and_stored_after(
    desk: Desk, fetch_job: FetchJob, register: Brreg
) -> None:
    known = {kind: register.records[kind][REMOVED] for kind in ("enheter", "roller")}
    register.remove("enheter", REMOVED)
    for kind, record in known.items():
        register.gone[kind].clear()
        register.records[kind][REMOVED] = record
    register.notice("enheter", REMOVED, "Ny")
    landed = fetch(fetch_job)
    assert [one.source for one in landed] == [
        "brreg_oppdateringer",
        "brreg_enheter",
        "brreg_roller",
        "brreg_enheter",
        "brreg_roller",
    ]
    desk.take()
    assert [row["orgnr"] for row in desk.rows("raw_brreg_enheter__units")] == [REMOVED]
    assert {row["orgnr"] for row in desk.rows("raw_brreg_roller__roles")} == {REMOVED}


def test_a_removal_that_no_notice_told_of_has_no_time(fetch_job: FetchJob, register: Brreg) -> None:
    register.remove("enheter", REMOVED, told="Ukjent")
    landed = fetch(fetch_job)
    assert [one.source for one in landed] == ["brreg_oppdateringer", "brreg_enheter", "brreg_roller"]
    assert "slettet_hos_eier" not in content(landed[1], "slettinger.jsonl.gz")[0]


def test_a_record_that_cannot_be_had_is_owed_until_it_can(
    desk: Desk, fetch_job: FetchJob, later: Later, register: Brreg, replay: Replay
) -> None:
    register.notice("enheter", A_UNIT)
    register.notice("enheter", ENDED)
    replay.fault(f"{API}/enheter/{A_UNIT}", *[busy(500)] * 4)
    landed = fetch(fetch_job)
    assert [(one.source, one.records) for one in landed] == [("brreg_oppdateringer", 2), ("brreg_enheter", 1)]
    assert state(fetch_job)["owed"] == {"enheter": [A_UNIT]}
    again = fetch(later(fetch_job, 1))
    assert [(one.source, one.records) for one in again] == [("brreg_enheter", 1)]
    assert content(again[0], "enheter_hentet.json.gz")[0]["organisasjonsnummer"] == A_UNIT
    assert state(fetch_job)["owed"] == {}


def test_an_owed_record_that_was_removed_since_is_forgotten(
    fetch_job: FetchJob, later: Later, register: Brreg, replay: Replay
) -> None:
    register.notice("enheter", REMOVED)
    replay.fault(f"{API}/enheter/{REMOVED}", *[busy(500)] * 4)
    fetch(fetch_job)
    register.remove("enheter", REMOVED)
    fetch(later(fetch_job, 1))
    assert REMOVED not in json.dumps(state(fetch_job))


@pytest.mark.parametrize("extra", [0, 1])
def test_many_records_that_cannot_be_had_mean_that_the_api_is_ill(
    desk: Desk, fetch_job: FetchJob, replay: Replay, register: Brreg, extra: int
) -> None:
    for number in range(MOST_OWED + extra):
        register.notice("enheter", f"2{number:08d}")
    replay.route(f"{API}/enheter/2[0-9]+", busy(500))
    job = replace(fetch_job, limits=replace(fetch_job.limits, attempts=1))  # type: ignore[type-var]
    if extra:
        with pytest.raises(FetchFailed, match="HTTP 500"):
            fetch(job)
        assert list(desk.landing.iterdir()) == []
        assert state(job) == {}
    else:
        assert [one.source for one in fetch(job)] == ["brreg_oppdateringer"]
        assert len(state(job)["owed"]["enheter"]) == MOST_OWED


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        pytest.param(f"{API}/oppdateringer/roller", busy(), FetchFailed, id="a feed is busy"),
        pytest.param(f"{API}/oppdateringer/roller", HTML, DataRefused, id="a feed is a page"),
        pytest.param(f"{API}/oppdateringer/roller", as_json({"a": 1}), DataRefused, id="another shape"),
        pytest.param(
            f"{API}/oppdateringer/underenheter", as_json([]), DataRefused, id="a list where a page was"
        ),
        pytest.param(
            f"{API}/oppdateringer/enheter",
            as_json({"_embedded": {"oppdaterteEnheter": [{"organisasjonsnummer": A_UNIT}]}}),
            DataRefused,
            id="no id",
        ),
        pytest.param(f"{API}/oppdateringer/roller", as_json([{"data": {}}]), DataRefused, id="no event id"),
        pytest.param(f"{API}/enheter/{A_UNIT}", as_json({}, 403), NotPermitted, id="not permitted"),
        pytest.param(f"{API}/enheter/{A_UNIT}", as_json({}, 400), FetchFailed, id="asked wrongly"),
        pytest.param(f"{API}/enheter/{A_UNIT}/roller", Answer(cut_after=0, body=b"x"), FetchFailed, id="cut"),
    ],
)
def test_an_error_midway_lands_nothing_and_moves_nothing(
    desk: Desk,
    fetch_job: FetchJob,
    eventful: Brreg,
    replay: Replay,
    path: str,
    answer: Answer,
    error: type[Exception],
) -> None:
    replay.route(path, answer)
    with pytest.raises(error):
        fetch(fetch_job)
    assert list(desk.landing.iterdir()) == []
    assert state(fetch_job) == {}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(HTML, id="page"),
        pytest.param(as_json({"organisasjonsnummer": ENDED}), id="another unit"),
        pytest.param(as_json([1]), id="no object"),
        pytest.param(Answer(body=b'{"a": NaN}'), id="no JSON"),
    ],
)
def test_case_32_a_looked_up_record_that_is_none_is_owed(
    fetch_job: FetchJob, register: Brreg, replay: Replay, answer: Answer
) -> None:
    register.notice("enheter", A_UNIT)
    replay.route(f"{API}/enheter/{A_UNIT}", answer)
    assert [one.source for one in fetch(fetch_job)] == ["brreg_oppdateringer"]
    assert state(fetch_job)["owed"] == {"enheter": [A_UNIT]}


def test_a_feed_that_goes_back_is_not_read_for_ever(
    fetch_job: FetchJob, later: Later, register: Brreg, replay: Replay
) -> None:
    register.notice("enheter", A_UNIT)
    fetch(fetch_job)
    old = as_json({"_embedded": {"oppdaterteEnheter": register.feeds["enheter"]}})
    replay.route(f"{API}/oppdateringer/enheter", old)
    with pytest.raises(DataRefused, match="goes back"):
        fetch(later(fetch_job, 1))


def test_a_unit_that_is_not_there_is_told_and_left(
    fetch_job: FetchJob, register: Brreg, caplog: pytest.LogCaptureFixture
) -> None:
    register.notice("enheter", "312345670")
    register.notice("enheter", "../../etc")
    register.feeds["enheter"][-1].pop("organisasjonsnummer")
    landed = fetch(fetch_job)
    assert [(one.source, one.records) for one in landed] == [("brreg_oppdateringer", 2)]
    assert "1 units are not known there" in caplog.text
    assert "a notice that names no unit" in caplog.text
    assert "312345670" not in caplog.text
