"""One synthetic county from deliveries to dossiers, by the command line, as a user would."""

import filecmp
import gzip
import json
import re
import shutil
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from graph.registry import INDICATORS, indicator
from jobs.keys import KeyRing, pseudonyms
from jobs.lake.delivery_writer import json_lines, write_delivery
from jobs.lake.lake import Lake
from jobs.synth.generate import generate
from tests.integration.command import kjede, rows

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

MONTH = "2026-01"
LIVE = {declared.id for declared in INDICATORS}
LATE = "2026-02-21T00:00:00Z"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the synthetic world `W` and the lake `L` in which its last month was run."""
    folder = tmp_path_factory.mktemp("county")
    generate(folder / "W", firms=2000, months=13, seed=1)
    kjede("run", "--landing", "W/landing", "--lake", "L", "--month", MONTH, cwd=folder)
    return folder


def truth(place: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (place / "W/truth" / name).read_text("utf-8").splitlines()]


def findings(place: Path, lake: str = "L") -> list[dict[str, Any]]:
    kjede("export", "out_flag__findings", "--lake", lake, "--month", MONTH, "--to", "f.parquet", cwd=place)
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(place / "f.parquet").to_pylist()
    return found


def subjects(row: dict[str, Any]) -> set[str]:
    own = {row["subject_id"]}
    if row["subject_type"] == "chain":
        own.add(f"project:{row['subject_id'].split(':')[1]}")
    if row["subject_type"] == "cluster":
        own |= {f"org:{orgnr}" for orgnr in row["companies"]}  # a shared identifier is named by its employers
    return own


def test_every_planted_pattern_is_found(place: Path) -> None:
    triggered = [f for f in findings(place) if f["status"] == "triggered" and f["role"] == "trigger"]
    found = {(f["indicator_id"], s) for f in triggered for s in subjects(f)}
    planted = {
        (i, s)
        for ring in truth(place, "rings.jsonl")
        for i, own in ring["subjects"].items()
        for s in own
        if i in LIVE
    }
    assert {i for i, _ in planted} >= {"A01", "A02", "B01", "I01", "I02"}
    # Where a register was silent about a company, that is told instead.
    silent = [f for f in findings(place) if f["status"] == "not_evaluable"]
    told = {(f["indicator_id"], s) for f in silent for s in subjects(f)}
    assert planted - found <= told
    assert len(planted - found) <= len(planted) / 10


def test_every_lawful_look_alike_is_silent(place: Path) -> None:
    triggered = [f for f in findings(place) if f["status"] == "triggered" and f["role"] == "trigger"]
    found = {(f["indicator_id"], s) for f in triggered for s in subjects(f)}
    alike = [a for a in truth(place, "look_alikes.jsonl") if a["resembles"] in LIVE]
    assert {a["resembles"] for a in alike} >= {
        i for r in truth(place, "rings.jsonl") for i in r["subjects"]
    } & LIVE
    assert {(a["resembles"], s) for a in alike for s in a["subjects"]} & found == set()


def meets(ring: dict[str, Any]) -> bool:
    """Whether two indicators of different groups, both evaluated, are about one company of the ring."""
    members = {i: set(own) for i, own in ring["members"].items() if i in LIVE}
    return any(a[0] != b[0] and members[a] & members[b] for a, b in combinations(sorted(members), 2))


def test_every_ring_is_a_case_and_innocent_firms_are_in_none(place: Path) -> None:
    cases = rows("cases", "list", "--lake", "L", "--month", MONTH, cwd=place)
    in_cases = {c for case in cases for c in case["companies"]}
    seen = [r for r in truth(place, "rings.jsonl") if meets(r)]
    assert len(seen) >= 3
    for ring in seen:
        assert in_cases & set(ring["companies"]), ring["ring_id"]
    ring_firms = {c for ring in truth(place, "rings.jsonl") for c in ring["companies"]}
    innocent = {c for a in truth(place, "look_alikes.jsonl") for c in a["companies"]} - ring_firms
    assert in_cases & innocent == set()
    assert [case["rank"] for case in cases] == list(range(1, len(cases) + 1))


def test_impact_of_another_threshold_is_told_case_by_case(place: Path) -> None:
    given = ("--lake", "L", "--month", MONTH, "--all")
    now = indicator("A01").default_thresholds.look_back_months
    same = rows("indicators", "impact", "A01", "--set", f"look_back_months={now}", *given, cwd=place)
    assert {row["change"] for row in same} == {"stays"}
    cases = {c["case_id"]: c for c in rows("cases", "list", "--lake", "L", "--month", MONTH, cwd=place)}
    assert {row["case_id"] for row in same} == set(cases)
    without = rows("indicators", "impact", "B01", "--without", *given, cwd=place)
    for row in without:
        assert "B01" not in row["indicators_after"]
        if row["change"] == "vanishes":
            assert "B01" in cases[row["case_id"]]["indicators"]
            assert row["recipients_after"] == []
    assert any(row["change"] == "vanishes" for row in without)
    kjede("indicators", "impact", "A01", "--set", "depth=1", *given, code=2, cwd=place)
    kjede("indicators", "impact", "A01", *given, code=2, cwd=place)


def test_every_case_walks_back_to_a_delivered_record(place: Path) -> None:
    walked = rows("cases", "explain", "--all", "--lake", "L", "--month", MONTH, cwd=place)
    assert {r["case_id"] for r in walked} == {
        c["case_id"] for c in rows("cases", "list", "--lake", "L", "--month", MONTH, cwd=place)
    }
    counts: dict[Path, int] = {}
    for row in walked:
        (folder,) = (place / "W/landing" / row["source"]).glob(f"*/{row['delivery_id']}")
        envelope = json.loads((folder / "delivery.json").read_text("utf-8"))
        file = next(f for f in envelope["files"] if f["name"] == row["file_name"])
        counts[folder / file["name"]] = file["records"]
        assert 1 <= row["record_no"] <= file["records"]
        assert datetime.fromisoformat(row["known_at"]) == datetime.fromisoformat(envelope["delivered_at"])
    assert counts


def test_every_triggered_finding_replays_from_its_evidence_alone(place: Path) -> None:
    replayed = rows("cases", "replay", "--all", "--lake", "L", "--month", MONTH, cwd=place)
    assert len(replayed) >= 12
    assert [r for r in replayed if not r["same"]] == []


def test_the_same_deliveries_give_the_same_bytes(place: Path) -> None:
    kjede("run", "--landing", "W/landing", "--lake", "again", "--month", MONTH, cwd=place)
    tables = sorted(
        {r["table"] for r in rows("tables", "--lake", "L", cwd=place) if not r["table"].startswith("raw_")}
    )
    assert "out_flag__cases" in tables
    for table in tables:
        for lake in ("L", "again"):
            kjede("export", table, "--lake", lake, "--month", MONTH, "--to", f"{lake}.parquet", cwd=place)
        assert filecmp.cmp(place / "L.parquet", place / "again.parquet", shallow=False), table
    compared = rows("diff", "--lake", "L", "--other", "again", "--month", MONTH, cwd=place)
    assert {r["state"] for r in compared} == {"identical"}
    kjede("verify", "--lake", "L", cwd=place)


def test_a_late_replacement_restates_the_month_and_the_old_as_of_keeps_its_bytes(place: Path) -> None:
    shutil.copytree(place / "W/landing", place / "later/landing")
    shutil.copytree(place / "L", place / "later/L")
    (first,) = sorted((place / "later/landing/skatteetaten_amelding" / MONTH).glob("*T04*"))[:1]
    file = next(first.glob("*.jsonl.gz"))
    reports = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    report = next(
        r for r in reports if len(r["oppgave"].get("virksomhet", [{}])[0].get("inntektsmottaker", [])) > 3
    )
    report["oppgave"]["virksomhet"][0]["inntektsmottaker"].pop()
    report["meldingsId"] += "-R"
    write_delivery(
        place / "later/landing",
        "skatteetaten_amelding",
        MONTH,
        kind="replacement",
        delivered_at=datetime(2026, 2, 20, 4, tzinfo=UTC),
        serial=1,
        files=[json_lines(file.name, "application/jsonl+gzip", [json.dumps(report).encode()])],
        legal_basis="LB-EKSEMPEL",
    )
    run = ("run", "--landing", "later/landing", "--lake", "later/L", "--month", MONTH)
    kjede(
        "export", "core_work__employments", "--lake", "L", "--month", MONTH, "--to", "old.parquet", cwd=place
    )
    kjede(*run, "--as-of", LATE, cwd=place)
    changed = rows("diff", "--lake", "later/L", "--month", MONTH, cwd=place)
    employments = next(
        r for r in changed if (r["table"], r["partition"]) == ("core_work__employments", MONTH)
    )
    assert (employments["removed"], employments["added"]) == (1, 0)
    kjede(*run, cwd=place)
    kjede(
        "export",
        "core_work__employments",
        "--lake",
        "later/L",
        "--month",
        MONTH,
        "--as-of",
        "2026-02-15",
        "--to",
        "kept.parquet",
        cwd=place,
    )
    assert filecmp.cmp(place / "old.parquet", place / "kept.parquet", shallow=False)


# An amount in øre may have eleven digits too; a number of a person is never written as a JSON number.
PERSON_NUMBER = re.compile(rb"(?<![0-9A-Za-z])(?<!\": )(?<!\":)[0-7]\d[89]\d{8}(?![0-9A-Za-z])")


def test_dossiers_name_no_person_and_open_without_a_network(place: Path) -> None:
    kjede("cases", "dossier", "--all", "--lake", "L", "--month", MONTH, "--out", "dossiers", cwd=place)
    pages = sorted((place / "dossiers").glob("*.html"))
    assert len(pages) == len(rows("cases", "list", "--lake", "L", "--month", MONTH, cwd=place))
    for page in pages:
        content = page.read_bytes()
        assert not PERSON_NUMBER.search(content), page.name
        assert not re.search(rb"(src|href)=\"https?:", content), page.name
    assert list((place / "dossiers").glob("*.xlsx"))


def test_no_person_number_leaves_the_raw_zone(place: Path) -> None:
    import pyarrow.parquet as pq

    for path in sorted((place / "L/tables").rglob("*.parquet")):
        text = json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
        assert not PERSON_NUMBER.search(text), path
    for path in sorted((place / "L").rglob("*.json")):
        assert not PERSON_NUMBER.search(path.read_bytes()), path


GRADED = ("fortrolig", "strengtFortrolig")


def test_protected_persons_have_no_address_in_the_lake(place: Path) -> None:
    import pyarrow.parquet as pq

    key = KeyRing.for_lake(Lake.open(place / "L"), place / "none", synthetic=True).core_key()
    protected = set()
    for file in sorted((place / "W/landing/folkeregisteret_bosted").rglob("*.jsonl.gz")):
        for line in gzip.decompress(file.read_bytes()).splitlines():
            person = json.loads(line)
            addresses = person.get("bostedsadresse", []) + person.get("oppholdsadresse", [])
            if any(a["adressegradering"] in GRADED and a.get("erGjeldende", True) for a in addresses):
                numbers = [i["foedselsEllerDNummer"] for i in person["identifikasjonsnummer"]]
                protected |= set(pseudonyms(key, "person", numbers))
    assert protected
    seen = set()
    for path in sorted((place / "L/raw").glob("raw_folkeregisteret_bosted__residences/*/*.parquet")):
        seen |= set(pq.read_table(path)["person_token"].to_pylist())
    for path in sorted((place / "L/tables").glob("core_home__residences/*/*/*.parquet")):
        seen |= set(pq.ParquetFile(path).read()["person_id"].to_pylist())
    assert seen
    assert protected.isdisjoint(seen)


def test_a_company_page_says_why_it_was_not_flagged(place: Path) -> None:
    ring_firms = {c for ring in truth(place, "rings.jsonl") for c in ring["companies"]}
    kjede(
        "export", "core_org__organisations", "--lake", "L", "--month", MONTH, "--to", "o.parquet", cwd=place
    )
    import pyarrow.parquet as pq

    orgnr = next(o for o in pq.read_table(place / "o.parquet")["orgnr"].to_pylist() if o not in ring_firms)
    (answer,) = rows("show", orgnr, "--lake", "L", "--month", MONTH, cwd=place)
    assert answer["known"]["orgnr"] == orgnr
    assert {i["indicator_id"] for i in answer["indicators"]} == LIVE
    assert all(i["why"] for i in answer["indicators"] if i["status"] != "triggered")


def test_what_does_not_exist_is_a_usage_error(place: Path) -> None:
    kjede("cases", "list", "--lake", "nowhere", "--month", MONTH, code=2, cwd=place)
    kjede("cases", "list", "--lake", "L", "--month", "2020-01", code=2, cwd=place)
    kjede("show", "999999999", "--lake", "L", "--month", MONTH, code=2, cwd=place)
    kjede("run", "--landing", "W/landing", "--lake", "L", "--month", "2099-01", code=2, cwd=place)
