"""The registers of a hand-made landing zone, counted by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.evaluate import plots
from jobs.evaluate.realism import AGGREGATES, measure
from jobs.evaluate.registers import count_registers
from jobs.lake.delivery_writer import DataFile, json_array, json_lines, write_delivery

AT = datetime(2026, 2, 5, 4, tzinfo=UTC)
LATER = datetime(2026, 2, 9, 4, tzinfo=UTC)


def put(landing: Path, source: str, period: str, kind: str, file: DataFile, at: datetime = AT) -> None:
    write_delivery(landing, source, period, kind, at, 1, [file], "LB-EKSEMPEL")


def lines(name: str, rows: list[dict[str, Any]]) -> DataFile:
    return json_lines(name, "application/jsonl+gzip", [orjson.dumps(row) for row in rows])


def listed(name: str, rows: list[dict[str, Any]]) -> DataFile:
    return json_array(name, "application/json+gzip", [orjson.dumps(row) for row in rows])


def entity(orgnr: str, nace: str, registered: str, **more: object) -> dict[str, Any]:
    return {
        "organisasjonsnummer": orgnr,
        "organisasjonsform": {"kode": "AS"},
        "registreringsdatoEnhetsregisteret": registered,
        "naeringskode1": {"kode": nace},
        **more,
    }


def payee(person: str, *relations: tuple[str, float, bool]) -> dict[str, Any]:
    return {
        "norskIdentifikator": person,
        "arbeidsforhold": [{"arbeidsforholdId": i, "stillingsprosent": p} for i, p, _ in relations],
        "inntekt": [{"arbeidsforholdId": i, "beloep": 1} for i, _, is_paid in relations if is_paid],
    }


def report(employer: str, *payees: dict[str, Any]) -> dict[str, Any]:
    return {
        "opplysningspliktig": {"norskIdentifikator": employer},
        "oppgave": {"virksomhet": [{"inntektsmottaker": list(payees)}]},
    }


def resident(number: str, address: str, unit: str | None, *, is_current: bool = True) -> dict[str, Any]:
    where: dict[str, Any] = {
        "erGjeldende": is_current,
        "adresseIdentifikatorFraMatrikkelen": address,
        "vegadresse": {"bruksenhetsnummer": unit} if unit else {},
    }
    return {
        "identifikasjonsnummer": [{"foedselsEllerDNummer": number}],
        "status": "bosatt",
        "bostedsadresse": [where],
    }


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    root = tmp_path / "landing"
    put(
        root, "brreg_enheter", "2026-01-31", "snapshot",
        listed("enheter_alle.json.gz", [
            entity("1", "41.000", "2016-01-31"),
            entity("2", "43.320", "2025-06-01", konkurs=True, konkursdato="2026-01-10"),
            entity("3", "43.320", "2020-01-01", konkurs=True, konkursdato="2025-12-30"),
            entity("4", "56.110", "2025-09-01"),
            entity("5", "56.110", "2001-01-01") | {"organisasjonsform": {"kode": "KBO"}},
        ]),
    )  # fmt: skip
    put(
        root, "skatteetaten_amelding", "2026-01", "ordinary",
        lines("amelding_2026-01.jsonl.gz", [
            report("1", payee("a", ("1", 100.0, True)), payee("b", ("1", 50.0, True), ("2", 100.0, False))),
            report("4", payee("a", ("1", 20.0, True))),
        ]),
    )  # fmt: skip
    put(
        root, "skatteetaten_amelding", "2026-01", "replacement",
        lines("amelding_2026-01.jsonl.gz", [report("4", payee("a", ("1", 30.0, True)), payee("c"))]), LATER,
    )  # fmt: skip
    put(
        root, "kartverket_matrikkel", "2025-12-31", "snapshot",
        lines("bruksenheter.jsonl.gz", [
            {"adresseId": "9", "bruksenhetsnummer": "H0101", "bruksenhetstype": "B", "antallRom": 2,
             "bruksareal": 60.0},
            {"adresseId": "9", "bruksenhetsnummer": "H0102", "bruksenhetstype": "B", "antallRom": 2,
             "bruksareal": 80.0},
            {"adresseId": "9", "bruksenhetsnummer": "H0103", "bruksenhetstype": "B"},
        ]),
    )  # fmt: skip
    put(
        root, "folkeregisteret_bosted", "2026-01-31", "snapshot",
        lines("personer.jsonl.gz", [
            *(resident(f"x{n}", "9", "H0101") for n in range(3)),
            *(resident(f"y{n}", "9", "H0102") for n in range(2)),
            resident("z", "9", "H0103"),
            resident("unknown unit", "9", None),
            resident("moved out", "9", "H0102", is_current=False),
        ]),
    )  # fmt: skip
    put(
        root, "tilsyn_utfall", "2026-01", "ordinary",
        lines("tilsyn.jsonl.gz", [
            {"internTilsynsId": "1", "funnNivaa": "none"},
            {"internTilsynsId": "1", "funnNivaa": "order"},
            {"internTilsynsId": "2", "funnNivaa": "none"},
        ]),
    )  # fmt: skip
    return root


def test_firms_are_counted_as_they_stand_at_the_end(landing: Path) -> None:
    seen = count_registers(landing)
    assert sorted(seen.ages) == [0, 10]
    assert (seen.construction_firms, seen.construction_failures) == (3, 1)
    assert seen.years == pytest.approx(1 / 12)


def test_the_last_report_of_an_employer_counts(landing: Path) -> None:
    seen = count_registers(landing)
    assert sorted(seen.staff) == [1, 2]
    assert (seen.jobs, seen.paid_jobs, seen.part_time_jobs) == (4, 3, 2)
    assert dict(seen.employers_of) == {"a": 2, "b": 1}


def test_a_household_is_crowded_by_rooms_and_area_together(landing: Path) -> None:
    seen = count_registers(landing)
    assert sorted(seen.household_sizes) == [1, 2, 3]
    assert (seen.households, seen.residents, seen.sized_households, seen.crowded) == (3, 6, 2, 1)


def test_an_inspection_counts_once_with_its_last_finding(landing: Path) -> None:
    assert dict(count_registers(landing).inspections) == {"order": 1, "none": 1}


def test_few_deliveries_are_no_verdict(landing: Path) -> None:
    found = measure(landing)
    assert {row["key"] for row in found["rows"]} == {a.key for a in AGGREGATES}
    assert all(row["is_matched"] is None for row in found["rows"])
    size = next(d for d in found["distributions"] if d["key"] == "firm_size")
    assert size["made"][0] == 1.0
    assert size["n"] == 2


def test_the_same_figures_make_the_same_picture(landing: Path) -> None:
    listed_shapes = measure(landing)["distributions"]
    assert plots.distributions(listed_shapes) == plots.distributions(listed_shapes)
    one = plots.rates([("A01", {"value": 0.5, "low": 0.2, "high": 0.8, "n": 4})], "Recall")
    other = plots.rates([("A01", {"value": 0.6, "low": 0.2, "high": 0.8, "n": 4})], "Recall")
    assert one != other
