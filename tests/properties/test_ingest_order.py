"""S9: whatever order deliveries arrive in, and in whatever company, the lake holds the same bytes."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.contract import FOLDER
from jobs.ingest.intake import ingest
from jobs.lake.delivery_writer import DataFile, json_lines
from jobs.lake.lake import Lake
from tests.unit.jobs.ingest.desk import RING, Desk, Record

AMELDING, FREG, UNITS, UPDATES = (
    "skatteetaten_amelding",
    "folkeregisteret_bosted",
    "brreg_enheter",
    "brreg_oppdateringer",
)
GONE, KEPT, REMOVED = "310000302", "310000205", "310000809"
FNR, OTHER = "12858831081", "21897933087"


def at(day: int, month: int = 2) -> str:
    return f"2026-{month:02d}-{day:02d}T04:15:00+00:00"


def example(source: str, pattern: str) -> list[Record]:
    import gzip

    path = sorted((FOLDER / "examples" / source).glob(f"*/*/{pattern}"))[0]
    content = gzip.decompress(path.read_bytes()).decode()
    found: list[Record] = (
        json.loads(content)
        if content.lstrip()[0] == "["
        else [json.loads(line) for line in content.splitlines()]
    )
    return found


def person(number: str, *homes: Record) -> Record:
    return {
        "identifikasjonsnummer": [{"foedselsEllerDNummer": number, "status": "iBruk"}],
        "status": "bosatt",
        "bostedsadresse": list(homes),
    }


def home(address_id: str, grading: str = "ugradert", **more: Any) -> Record:
    return {
        "adressegradering": grading,
        "adresseIdentifikatorFraMatrikkelen": address_id,
        "erGjeldende": True,
        **more,
    }


def unit(orgnr: str, **more: Any) -> Record:
    form = {"kode": "AS", "beskrivelse": "Aksjeselskap"}
    return {"organisasjonsnummer": orgnr, "navn": f"ENHET {orgnr}", "organisasjonsform": form, **more}


def deletion(desk: Desk, source: str, day: str, period: str, file: str, key: Record) -> None:
    row = json.dumps({"fil": file, "noekkel": key, "grunn": "feilsendt"}).encode()
    files = [json_lines("slettinger.jsonl.gz", "application/jsonl+gzip", [row])]
    desk.land(source, [], period=period, at=day, kind="deletion", files=files)


def notices(desk: Desk, day: str, *told: tuple[str, str]) -> None:
    rows = [
        {
            "oppdateringsid": 99000001 + n,
            "dato": f"{day[:10]}T04:00:00Z",
            "organisasjonsnummer": o,
            "endringstype": k,
        }
        for n, (o, k) in enumerate(told)
    ]
    page = {"_embedded": {"oppdaterteEnheter": rows}, "page": {"size": 100, "totalElements": len(rows)}}
    content = json.dumps(page).encode()
    name = "oppdateringer_enheter_0001.json.gz"
    files = [DataFile(name, "application/json+gzip", [(content, len(rows))])]
    desk.land(UPDATES, [], period=day[:10], at=day, kind="delta", files=files)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Ordinary, late, replacement, protection, deletion, removal; with faults and repeated keys in them."""
    root = tmp_path_factory.mktemp("order")
    (root / "landing").mkdir()
    desk = Desk(root / "landing", Lake.open(root / "lake"))
    reports = example(AMELDING, "amelding_*.jsonl.gz")
    first = reports[0]
    broken = {**reports[1], "leveringstidspunkt": "i går"}
    desk.land(AMELDING, [*reports, first], period="2026-01", at=at(5))
    desk.land(
        AMELDING, [broken, {**first, "meldingsId": "M-7"}, first], period="2026-01", at=at(6), kind="late"
    )
    desk.land(AMELDING, [{**reports[1], "oppgave": {}}], period="2026-01", at=at(7), kind="replacement")
    amelding = "amelding_*.jsonl.gz"
    deletion(desk, AMELDING, at(8), "2026-01", amelding, {"opplysningspliktig.norskIdentifikator": GONE})
    desk.land(AMELDING, reports, period="2026-01", at=at(9), kind="late")
    past = home("399500777", "fortrolig", erGjeldende=False)
    people = [person(FNR, home("399500001")), person(OTHER, home("399500002"), past)]
    desk.land(FREG, people, period="2026-02-02", at=at(2), kind="delta")
    desk.land(
        FREG,
        [person(FNR, home("399500003", "strengtFortrolig"))],
        period="2026-02-12",
        at=at(12),
        kind="delta",
    )
    desk.land(FREG, [person(FNR, home("399500004"))], period="2026-02-14", at=at(14), kind="delta")
    units = [unit(KEPT), unit(REMOVED), unit(REMOVED, navn="NYTT NAVN"), {**unit("310000108"), "navn": 7}]
    desk.land(UNITS, units, period="2026-02-01", at=at(1), kind="snapshot")
    notices(desk, at(11), (REMOVED, "Endring"), (KEPT, "Endring"), (REMOVED, "Fjernet"))
    desk.land(UNITS, [unit(KEPT), unit("310000701", overordnetEnhet=REMOVED)], period="2026-02-03", at=at(3),
              kind="snapshot")  # fmt: skip
    return desk


def arrived(landed: Desk, lake: Path, groups: list[list[tuple[str, str]]]) -> dict[str, bytes]:
    """What a lake holds once deliveries have come in groups, each taken in before the next comes."""
    opened = Lake.open(lake)
    for group in groups:
        ingest(landed.landing, opened, ring=RING, workers=1, only=group)
    kept = ("raw/", "deliveries/", "tombstones/")
    return {e.key: opened.storage.read(e.key) for e in opened.storage.walk("") if e.key.startswith(kept)}


def names(landed: Desk) -> list[tuple[str, str]]:
    found = sorted(landed.landing.rglob("delivery.json"))
    return [(path.parts[-4], path.parts[-2]) for path in found]


def test_the_order_of_arrival_leaves_no_trace(landed: Desk, tmp_path: Path) -> None:
    everything = names(landed)
    together = arrived(landed, tmp_path / "together", [everything])
    told = {key: json.loads(content) for key, content in together.items() if key.startswith("deliveries/")}
    fates = {fate for receipt in told.values() for fate, count in receipt["dispositions"].items() if count}
    assert fates >= {"in", "accepted", "quarantined", "duplicate", "superseded", "protected", "purged"}
    assert {receipt["status"] for receipt in told.values()} == {"accepted"}
    tried = iter(range(1000))

    @settings(
        deadline=None,
        derandomize=True,
        max_examples=8,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.permutations(everything), st.lists(st.integers(1, len(everything)), max_size=4))
    def same(order: list[tuple[str, str]], cuts: list[int]) -> None:
        bounds = [0, *sorted(set(cuts)), len(order)]
        groups = [order[a:b] for a, b in itertools.pairwise(bounds) if a < b]
        lake = arrived(landed, tmp_path / str(next(tried)), groups)
        assert lake.keys() == together.keys()
        different = [key for key, content in together.items() if lake[key] != content]
        assert different == [], [
            (key, together[key].decode(), lake[key].decode()) for key in different if key.endswith(".json")
        ]

    same()


@pytest.mark.parametrize("backwards", [False, True])
def test_one_by_one_in_either_direction(landed: Desk, tmp_path: Path, backwards: bool) -> None:
    everything = names(landed)
    by_time = sorted(everything, key=lambda name: name[1], reverse=backwards)
    assert arrived(landed, tmp_path / "one", [[name] for name in by_time]) == arrived(
        landed, tmp_path / "all", [everything]
    )
