"""A country of several districts is one country, whoever makes it."""

import gzip
import hashlib
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from expectations import contract
from expectations.identifiers import is_fnr, is_orgnr
from jobs.ingest.unpack import pieces
from jobs.synth.districts import District, districts_of
from jobs.synth.generate import generate, make_world
from jobs.synth.parameters import NATIONAL_FIRMS, Parameters, ring_count
from jobs.synth.world import World

SMALL: dict[str, Any] = {"firms": 300, "months": 1, "seed": 5, "base_rate": 0.06, "district_firms": 100}


def planned(firms: int, region: str = "", district_firms: int = 2500) -> tuple[District, ...]:
    return districts_of(
        Parameters(firms, 1, 1, 0.02, "2026-01", False, region=region, district_firms=district_firms)
    )


def digests(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def country(county: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("country") / "out"
    generate(folder, **SMALL, processes=1)
    return type(county)(folder)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    parameters = Parameters(**(SMALL | {"last_month": "2026-01", "adaptive": False}))
    return [make_world(parameters, district) for district in districts_of(parameters)]


# ---- the plan ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("firms", "region"),
    [
        pytest.param(NATIONAL_FIRMS, "norge", id="Norway"),
        pytest.param(27_000, "norge", id="a tenth of Norway"),
        pytest.param(20_000, "", id="the demonstration's municipalities, large"),
        pytest.param(9_000, "34,46", id="two counties"),
    ],
)
def test_districts_share_out_the_whole_country(firms: int, region: str) -> None:
    districts = planned(firms, region)
    assert [d.index for d in districts] == list(range(len(districts)))
    assert sum(d.firms for d in districts) == firms
    assert all(300 <= d.firms <= 4200 for d in districts)
    assert sum(d.rings for d in districts) == ring_count(firms, 0.02)
    ends = [d.first_ring + d.rings for d in districts]
    assert [d.first_ring for d in districts] == [0, *ends[:-1]]
    for district in districts:
        assert len({m.number[:2] for m in district.places}) == 1
        assert sum(m.weight for m in district.places) == pytest.approx(1)
    shares: dict[str, list[tuple[int, int]]] = {}
    for municipality in (m for d in districts for m in d.places):
        shares.setdefault(municipality.number, []).append((municipality.share, municipality.shares))
    assert all(found == [(n, len(found)) for n in range(len(found))] for found in shares.values())


def test_large_municipalities_are_cut_and_small_ones_are_not() -> None:
    shares = {m.number: m.shares for d in planned(NATIONAL_FIRMS, "norge") for m in d.places}
    assert shares["0301"] > 10
    assert shares["4601"] > 4
    assert shares["5605"] == 1
    assert len(shares) == 357


def test_a_small_country_is_one_district_as_it_was() -> None:
    (district,) = planned(4000)
    assert (district.is_alone, district.makers, len(district.places)) == (True, 1, 3)
    assert len(planned(4001)) == 2
    (few,) = planned(2000, "norge")
    assert len(few.places) == 50
    assert few.places[0].number == "0301"


# ---- the bytes -----------------------------------------------------------------------------------
def test_neither_processes_nor_a_second_run_change_a_byte(country: Any, tmp_path: Path) -> None:
    expected = digests(country.folder)
    for processes in (2, 3):
        generate(tmp_path / f"{processes}", **SMALL, processes=processes)
        assert digests(tmp_path / f"{processes}") == expected
    generate(tmp_path / "again", **SMALL, processes=1)
    assert digests(tmp_path / "again") == expected
    assert {p.name for p in country.folder.iterdir()} == {"landing", "truth"}
    found = generate(country.folder, **SMALL, processes=2)
    assert (found.is_new, len(found.districts)) == (False, 3)


def test_another_seed_makes_other_districts(country: Any, tmp_path: Path) -> None:
    generate(tmp_path / "out", **(SMALL | {"seed": 6}), processes=1)
    other, expected = digests(tmp_path / "out"), digests(country.folder)
    same = {name for name in other if other[name] == expected.get(name)}
    assert all("kodelister" in name or name.endswith("README.md") for name in same)


def test_any_reader_of_gzip_reads_the_files(country: Any) -> None:
    zcat = shutil.which("zcat")
    read = 0
    for folder, envelope in country.deliveries():
        for file in envelope["files"]:
            path = folder / file["name"]
            stored = path.read_bytes()
            assert (len(stored), hashlib.sha256(stored).hexdigest()) == (file["bytes"], file["sha256"])
            if path.suffix != ".gz":
                continue
            text = gzip.decompress(stored)
            assert b"".join(pieces(path, True, file["sha256"])) == text
            if zcat and read < 4:
                assert subprocess.run([zcat, str(path)], capture_output=True, check=True).stdout == text
            read += 1
    assert read > 20


def test_envelopes_count_what_the_files_hold(country: Any) -> None:
    for folder, envelope in country.deliveries():
        for file in envelope["files"]:
            if ".xml" not in file["name"]:
                rows = list(country.rows(envelope["source"], file["name"]))
                mine = [row for e, _, row in rows if e["delivery_id"] == envelope["delivery_id"]]
                assert len(mine) == file["records"], (folder, file["name"])


# ---- one country ---------------------------------------------------------------------------------
def keyed(country: Any) -> Iterator[tuple[str, str, str, int, tuple[str, ...]]]:
    """Source, delivery, file, number and key of every record with a declared key."""
    for source in {envelope["source"]: None for _, envelope in country.deliveries()}:
        declared = contract.source(source).files
        for envelope in [e for _, e in country.deliveries(source) if e["kind"] != "deletion"]:
            for file in envelope["files"]:
                (spec,) = [f for f in declared if fnmatchcase(file["name"], f.pattern)]
                if spec.framing == "xml":
                    continue
                for mine, number, row in country.rows(source, file["name"]):
                    if mine["delivery_id"] == envelope["delivery_id"]:
                        key = tuple(str(value_at(row, path)) for path in spec.key)
                        yield source, envelope["delivery_id"], file["name"], number, key


def value_at(row: Any, path: str) -> Any:
    for step in path.replace("[", ".").replace("]", "").split("."):
        row = row[int(step)] if step.isdigit() else row.get(step)
        if row is None:
            return None
    return row


def test_no_key_comes_twice_in_a_delivery(country: Any) -> None:
    noise = {(n["source"], n["delivery_id"], n["file"], n["record_no"]) for n in country.truth("noise.jsonl")}
    seen: set[tuple[str, str, str, tuple[str, ...]]] = set()
    twice = []
    for source, delivery, file, number, key in keyed(country):
        if source == "kodelister" or (source, delivery, file, number) in noise:
            continue
        place = (source, delivery, file, key)
        if place in seen:
            twice.append(place)
        seen.add(place)
    assert not twice
    assert len(seen) > 5000


def test_whoever_is_named_is_registered(country: Any) -> None:
    known = {row["organisasjonsnummer"] for _, _, row in country.rows("brreg_enheter", "enheter_alle")}
    named = {
        role["enhet"]["organisasjonsnummer"]
        for _, _, row in country.rows("brreg_roller", "roller_totalbestand")
        for group in row["rollegrupper"]
        for role in group["roller"]
        if "enhet" in role
    }
    named |= {row["byggherre_orgnr"] for _, _, row in country.rows("kontraktskjede", "prosjekter")}
    assert len(named) > 10
    assert named <= known
    cadastre = {row["adresseId"] for _, _, row in country.rows("kartverket_matrikkel", "adresser")}
    sites = {row["adresseId"] for _, _, row in country.rows("kontraktskjede", "prosjekter")}
    assert sites <= cadastre


def test_hubs_have_clients_in_several_districts(worlds: list[World]) -> None:
    homes = {f.orgnr: w.district.index for w in worlds for f in w.firms}
    served: dict[str, set[int]] = {}
    clients: dict[str, set[int]] = {}
    for world in worlds:
        for firm in world.firms:
            for role in firm.roles:
                if role.code in ("REGN", "REVI", "BOBE"):
                    number = getattr(role.holder, "orgnr", "") or getattr(role.holder, "number", "")
                    served.setdefault(number, set()).add(world.district.index)
        for project in world.projects:
            for party in (project.client, project.contracts[0].supplier):
                clients.setdefault(party.orgnr, set()).add(world.district.index)
    assert sum(len(found) == 3 for found in served.values()) >= 2
    assert any(len(found) == 3 for found in clients.values())
    assert any(homes[orgnr] not in found for orgnr, found in clients.items())
    met = {f.orgnr for w in worlds for f in w.frame.elsewhere}
    assert met <= set(homes)
    assert not [w for w in worlds if {f.orgnr for f in w.frame.elsewhere} & {f.orgnr for f in w.firms}]


def test_the_frame_is_the_same_everywhere_and_printed_once(worlds: list[World]) -> None:
    (orgnrs,) = {tuple(sorted(w.frame.orgnrs)) for w in worlds}
    (hotels,) = {tuple(b.address_id for b in w.frame.hotels) for w in worlds}
    (trustees,) = {tuple(p.number for p in w.frame.trustees) for w in worlds}
    for wanted, found in (
        (orgnrs, [f.orgnr for w in worlds for f in w.firms]),
        (hotels, [b.address_id for w in worlds for b in w.buildings]),
        (trustees, [p.number for w in worlds for p in w.persons]),
    ):
        assert {Counter(found)[number] for number in wanted} == {1}
    names = {f.orgnr: f.name for w in worlds for f in w.firms}
    assert all(names[f.orgnr] == f.name for w in worlds for f in w.frame.elsewhere)


def test_districts_of_one_municipality_share_neither_street_nor_holding(worlds: list[World]) -> None:
    addresses = Counter(
        (b.municipality.number, b.street, b.house_no, b.letter) for w in worlds for b in w.buildings
    )
    holdings = Counter((b.municipality.number, b.farm_no, b.holding_no) for w in worlds for b in w.buildings)
    codes: dict[tuple[str, str], set[str]] = {}
    for building in (b for w in worlds for b in w.buildings):
        codes.setdefault((building.municipality.number, building.street_code), set()).add(building.street)
    assert max(m.shares for w in worlds for m in w.municipalities) > 1
    assert set(addresses.values()) == set(holdings.values()) == {1}
    assert all(len(streets) == 1 for streets in codes.values())


def test_code_lists_come_once(country: Any) -> None:
    ((_, envelope),) = country.deliveries("kodelister")
    text = (country.landing / "kodelister").rglob("landkoder.csv")
    assert len(next(text).read_text("utf-8").splitlines()) == 1 + next(
        f["records"] for f in envelope["files"] if f["name"] == "landkoder.csv"
    )


# ---- the truth -----------------------------------------------------------------------------------
def test_rings_and_look_alikes_are_numbered_through_the_country(country: Any) -> None:
    rings = [row["ring_id"] for row in country.truth("rings.jsonl")]
    assert rings == [f"R{n:02d}" for n in range(1, 5)]
    look_alikes = [row["id"] for row in country.truth("look_alikes.jsonl")]
    assert look_alikes == [f"L{n:02d}" for n in range(1, len(look_alikes) + 1)]
    manifest = json.loads((country.folder / "truth/manifest.json").read_bytes())
    assert manifest["counts"]["rings"] == sum(d["rings"] for d in manifest["districts"]) == 4
    assert manifest["counts"]["look_alikes"] == len(look_alikes)
    assert [len(d["municipalities"]) > 0 for d in manifest["districts"]] == [True] * 3


def test_templates_and_guises_go_on_from_district_to_district(country: Any) -> None:
    rings = country.truth("rings.jsonl")
    assert len({row["name"] for row in rings}) == len(rings)
    assert len({row["difficulty"] for row in rings}) >= 3


def test_every_district_has_its_lines_in_every_file_of_the_truth(country: Any, worlds: list[World]) -> None:
    known = [{f.orgnr for f in w.firms} for w in worlds]
    for name in ("rings.jsonl", "look_alikes.jsonl", "sealed.jsonl"):
        rows = [row for row in country.truth(name) if row.get("companies") or "orgnr" in row]
        of = [next(i for i, firms in enumerate(known) if _orgnr(row) in firms) for row in rows]
        assert of == sorted(of), name
        assert len(set(of)) == 3, name


def _orgnr(row: dict[str, Any]) -> str:
    return str(row["orgnr"] if "orgnr" in row else row["companies"][-1])


def test_spoiled_records_are_counted_through_the_whole_file(country: Any) -> None:
    noise = country.truth("noise.jsonl")
    rows = {
        (e["source"], e["delivery_id"], n["file"], number): row
        for n in {(n["source"], n["file"]): n for n in noise}.values()
        for e, number, row in country.rows(n["source"], n["file"])
    }
    checked = 0
    for n in noise:
        row = rows[n["source"], n["delivery_id"], n["file"], n["record_no"]]
        match n["what"]:
            case "check digit: organisasjonsnummer":
                assert not is_orgnr(row["organisasjonsnummer"])
            case "check digit: opplysningspliktig.norskIdentifikator":
                assert not is_orgnr(row["opplysningspliktig"]["norskIdentifikator"])
            case "check digit: identifikasjonsnummer[0]":
                assert not is_fnr(row["identifikasjonsnummer"][0]["foedselsEllerDNummer"])
            case "repeated: identical record":
                assert list(rows.values()).count(row) >= 2
            case _:
                continue
        checked += 1
    assert checked >= 5
