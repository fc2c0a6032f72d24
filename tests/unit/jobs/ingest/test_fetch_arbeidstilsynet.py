import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from expectations.errors import DataRefused
from expectations.tables_raw_approvals import DATASETS
from jobs.core.visible import is_full_register
from jobs.ingest.fetch_arbeidstilsynet import CLEANING_HOSTS, REGISTERS
from jobs.ingest.fetch_http import FetchFailed, Http
from jobs.settings import Settings
from tests.replay import arbeidstilsynet
from tests.replay.arbeidstilsynet import CAR_CARE, CLEANING, STAFFING
from tests.replay.server import HTML, Answer, Replay, as_json, busy
from tests.unit.jobs.ingest.desk import Desk
from tests.unit.jobs.ingest.open_apis import OpenApi

NOW = datetime(2026, 2, 1, 4, 40, tzinfo=UTC)
Api = tuple[OpenApi, arbeidstilsynet.Registers]


@pytest.fixture
def api(desk: Desk) -> Iterator[Api]:
    with Replay() as replay:
        yield OpenApi("arbeidstilsynet", replay, desk, NOW), arbeidstilsynet.routes(replay)


def _files(client: OpenApi) -> list[list[str]]:
    """Data files of each delivery in order."""
    folders = sorted((client.desk.landing / "arbeidstilsynet_registre").glob("*/*"))
    return [sorted(p.name.split(".")[0] for p in folder.glob("*.gz")) for folder in folders]


STAFFING_TABLE = next(dataset.name for dataset in DATASETS if dataset.name.endswith("staffing"))
ALL = ["bemanning", "bilpleie", "renhold"]


def test_the_three_registers_land_byte_for_byte_and_go_in(api: Api) -> None:
    client, known = api
    (landed,) = client.run()
    assert (landed.source, landed.period, landed.warnings) == ("arbeidstilsynet_registre", "2026-02-01", ())
    envelope = json.loads(client.stored(landed, "delivery.json"))
    assert (envelope["kind"], envelope["complete"]) == ("snapshot", True)
    assert {file["name"]: file["records"] for file in envelope["files"]} == {
        "renhold.xml.gz": 2,
        "bemanning.json.gz": 2,
        "bilpleie.json.gz": 2,
    }
    body = known.cleaning_register(client.replay.requests[0]).body
    assert gzip.decompress(client.stored(landed, "renhold.xml.gz")) == body
    assert client.counts(landed) == {"in": 6, "accepted": 6}


def test_an_unchanged_day_lands_once_and_the_next_day_again(api: Api) -> None:
    client, known = api
    client.run()
    # The instant in the answers is another every time, and says nothing.
    assert client.run() == []
    assert known.made_at > 2
    client.now = datetime(2026, 2, 2, 4, 40, tzinfo=UTC)
    (landed,) = client.run()
    assert (landed.period, landed.records) == ("2026-02-02", 6)
    # Midnight is that of Oslo.
    client.now = datetime(2026, 2, 2, 23, 30, tzinfo=UTC)
    assert [found.period for found in client.run()] == ["2026-02-03"]


def test_a_change_within_the_day_lands(api: Api) -> None:
    client, known = api
    client.run()
    known.cleaning["310000302"] = "Godkjent uten ansatte"
    (landed,) = client.run()
    assert b"Godkjent uten ansatte" in gzip.decompress(client.stored(landed, "renhold.xml.gz"))
    assert client.counts(landed)["in"] == 6
    assert _files(client) == [ALL, ALL]


@pytest.mark.parametrize(
    ("path", "file"), [(CLEANING, "renhold"), (STAFFING, "bemanning"), (CAR_CARE, "bilpleie")]
)
@pytest.mark.parametrize(
    "answer",
    [
        HTML,
        Answer(body=b""),
        Answer(500),
        Answer(404, b"{}"),
        Answer(401, b"{}"),
        as_json({"registernavn": "noe annet", "data": [{"organisasjonsnummer": "310000205"}]}),
        as_json({"data": []}),
        as_json({"feil": "Tjenesten er nede"}),
        Answer(body=b"<ArrayOfRenholdsvirksomhet></ArrayOfRenholdsvirksomhet>", content_type="text/xml"),
        Answer(body=b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", content_type="text/xml"),
    ],
)
def test_case_32_a_register_that_fails_is_left_out_and_told(
    api: Api, path: str, file: str, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    client, _ = api
    client.replay.route(path, answer)
    (landed,) = client.run()
    assert _files(client) == [[name for name in ALL if name != file]]
    assert len(landed.warnings) == 1
    assert landed.warnings[0].startswith(f"{file}.")
    assert landed.warnings[0] in caplog.text
    assert landed.records == 4


def test_a_day_without_one_register_goes_in_and_closes_nothing_of_it(api: Api) -> None:
    client, _ = api
    (whole,) = client.run()
    client.replay.route(STAFFING, HTML)
    client.now = datetime(2026, 2, 2, 4, 40, tzinfo=UTC)
    (partly,) = client.run()
    assert client.counts(partly) == {"in": 4, "accepted": 4}
    staffing = [ref for ref in client.desk.lake.deliveries.raw(STAFFING_TABLE) if is_full_register(ref)]
    assert [ref.delivery_id for ref in staffing] == [whole.delivery_id]


def test_a_register_that_comes_back_the_same_day_lands_with_the_others(api: Api) -> None:
    client, known = api
    client.replay.route(CLEANING, Answer(500))
    client.run()
    assert client.run() == []
    client.replay.route(CLEANING, known.cleaning_register)
    (landed,) = client.run()
    assert (_files(client)[1], landed.warnings) == (ALL, ())


def test_when_all_fail_nothing_lands_and_the_run_fails(api: Api) -> None:
    client, _ = api
    for path in (CLEANING, STAFFING, CAR_CARE):
        client.replay.route(path, Answer(503))
    with pytest.raises(FetchFailed, match="503"):
        client.run()
    assert client.landed() == []


def test_a_busy_server_and_a_cut_answer_are_asked_again(api: Api) -> None:
    client, _ = api
    client.replay.fault(CLEANING, busy(429, "9"))
    client.replay.fault(STAFFING, Answer(cut_after=50))
    assert client.run()[0].records == 6
    assert 9.0 in client.waits


def test_a_register_beyond_the_limit_is_left_out(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    client, known = api
    size = len(known.cleaning_register(client.replay.answer).body)  # type: ignore[arg-type]
    monkeypatch.setattr("jobs.ingest.fetch_arbeidstilsynet.MOST_BYTES", size)
    client.run()
    assert _files(client) == [["renhold"]]


def test_a_register_that_shrank_beyond_belief_is_left_out(api: Api) -> None:
    client, known = api
    known.cleaning = {f"3{number:08d}": "Godkjent med ansatte" for number in range(100)}
    client.run()
    client.now = datetime(2026, 2, 2, 4, 40, tzinfo=UTC)
    known.cleaning = dict(list(known.cleaning.items())[:69])
    (landed,) = client.run()
    assert _files(client)[1] == ["bemanning", "bilpleie"]
    assert "69 records, 100 the last time" in landed.warnings[0]
    # What was left out is still what later days are measured by.
    client.now = datetime(2026, 2, 3, 4, 40, tzinfo=UTC)
    known.cleaning["310000205"] = "Godkjent med ansatte"
    client.run()
    assert _files(client)[2] == ALL


def test_the_real_addresses_are_asked_on_the_real_hosts_only() -> None:
    base = Settings().arbeidstilsynet_url
    host = CLEANING_HOSTS[base].removeprefix("https://")
    client = Http(base, hosts=frozenset({host}))
    shown = [
        str(client._origins.address(f"{CLEANING_HOSTS[base]}{r.path}" if r.form == "xml" else r.path, None))
        for r in REGISTERS
    ]
    assert shown == [
        "https://registerdata.arbeidstilsynet.no/renhold.xml",
        "https://data.arbeidstilsynet.no/bemanningsforetaksregisteret2/api/virksomheter",
        "https://data.arbeidstilsynet.no/bilpleieregisteret/api/virksomheter/",
    ]
    with pytest.raises(DataRefused):
        client._origins.address("https://example.com/renhold.xml", None)
