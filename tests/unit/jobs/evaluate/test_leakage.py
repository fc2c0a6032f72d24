"""Each gate must catch the leak it is there for, and let clean data pass."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
import pytest

from jobs.evaluate import leakage, neighbours, telling
from jobs.evaluate.baselines import Setting
from jobs.evaluate.form import Drawn
from jobs.evaluate.leakage import (
    guises_gate,
    hidden_gate,
    known_at_gate,
    link_scorer,
    permuted_gate,
    split_gate,
)
from jobs.evaluate.ranking import Floats
from jobs.evaluate.splits import Fold, Groups, by_ring
from jobs.evaluate.telling import Subjects, compare_form, form_gates
from jobs.lake.delivery_writer import json_array, write_delivery
from tests.unit.jobs.evaluate.planted import Tables, company, edge, groups, look_alike, ring

FIRMS = 400
RINGS, ALIKE, MEMBERS = 14, 28, 3
Change = Callable[[list[dict[str, Any]], set[str], set[str]], None]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leak made by hand is plain to a small classifier."""
    monkeypatch.setattr(telling, "REPEATS", 1)
    monkeypatch.setattr(telling, "ROUNDS", 12)
    monkeypatch.setattr(leakage, "PERMUTATIONS", 6)


def entity(orgnr: str, rng: Random) -> dict[str, Any]:
    row = {
        "organisasjonsnummer": orgnr,
        "organisasjonsform": {"kode": "AS"},
        "naeringskode1": {"kode": "43.210"},
        "registreringsdatoEnhetsregisteret": "2020-01-01",
        "hjemmeside": f"www.{orgnr}.example",
        "journal": f"J-{rng.randrange(10**8):08d}",
        "sistEndret": f"2026-01-05T{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}Z",
        "respons_klasse": "Enhet",
    }
    if rng.random() < 0.3:
        del row["hjemmeside"]
    return row


def world(folder: Path, change: Change | None = None) -> tuple[Path, Groups]:
    """A register of companies in random order, some of them planted, changed by what tells."""
    rng = Random(4)
    orgnrs = [f"3{n:08d}" for n in rng.sample(range(10**8), FIRMS)]
    planted = [orgnrs[n : n + MEMBERS] for n in range(0, (RINGS + ALIKE) * MEMBERS, MEMBERS)]
    made = groups(
        [ring(f"R{n}", own) for n, own in enumerate(planted[:RINGS])],
        [look_alike(f"L{n}", own) for n, own in enumerate(planted[RINGS:])],
    )
    rng.shuffle(orgnrs)
    rows = [entity(orgnr, rng) for orgnr in orgnrs]
    if change is not None:
        change(rows, set(made.ring_of), set(made.look_alike_of))
    at = datetime(2026, 2, 1, 4, tzinfo=UTC)
    file = json_array("enheter_alle.json.gz", "application/json+gzip", [orjson.dumps(r) for r in rows])
    write_delivery(folder, "brreg_enheter", "2026-01-31", "snapshot", at, 1, [file], "LB-TEST")
    return folder, made


def company_gates(folder: Path, change: Change | None = None) -> dict[str, dict[str, Any]]:
    landing, made = world(folder, change)
    return {row["gate"]: row for row in form_gates(landing, made, seed=1)}


def ids_tell(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
    """Records of rings were numbered in one go."""
    for n, row in enumerate(r for r in rows if r["organisasjonsnummer"] in rings):
        row["journal"] = f"J-{40_000_000 + n:08d}"


def order_tells(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
    """What was planted was written last."""
    rows.sort(key=lambda r: r["organisasjonsnummer"] in rings | alike)


def gap_tells(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
    """Nobody thought of a home page for rings."""
    for row in rows:
        if row["organisasjonsnummer"] in rings:
            row.pop("hjemmeside", None)


def null_tells(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
    """What is missing is written as null for rings and left out for others."""
    for row in rows:
        if row["organisasjonsnummer"] in rings:
            row.setdefault("hjemmeside", None)


def clock_tells(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
    """Planted records were changed at the stroke of the hour."""
    for row in rows:
        if row["organisasjonsnummer"] in rings | alike:
            row["sistEndret"] = row["sistEndret"][:17] + "00Z"


def groups_stand_together(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
    """A ring is written where its first company is."""
    at = {r["organisasjonsnummer"]: n for n, r in enumerate(rows)}
    _, made = world_truth()
    rows.sort(
        key=lambda r: min(at[o] for o in made.get(r["organisasjonsnummer"], [r["organisasjonsnummer"]]))
    )


def world_truth() -> tuple[None, dict[str, Sequence[str]]]:
    rng = Random(4)
    orgnrs = [f"3{n:08d}" for n in rng.sample(range(10**8), FIRMS)]
    own = [orgnrs[n : n + MEMBERS] for n in range(0, (RINGS + ALIKE) * MEMBERS, MEMBERS)]
    return None, {o: members for members in own for o in members}


def test_clean_deliveries_pass(tmp_path: Path) -> None:
    found = company_gates(tmp_path)
    asked = {name: row["passed"] for name, row in found.items() if row["passed"] is not None}
    assert asked == {
        "form_company_planted_or_not": True,
        "form_company_ring_or_look_alike": True,
        "form_company_ring_or_not": True,
        "order_of_groups": True,
    }
    assert all(row["rate"]["low"] <= 0.5 for row in found.values() if row["rate"])


@pytest.mark.parametrize(
    ("change", "gate", "mark", "family"),
    [
        pytest.param(ids_tell, "form_company_ring_or_not", "journal", "ids", id="ids"),
        pytest.param(order_tells, "form_company_planted_or_not", "place in file", "order", id="order"),
        pytest.param(gap_tells, "form_company_ring_or_look_alike", "hjemmeside missing", "missing", id="gap"),
        pytest.param(null_tells, "form_company_ring_or_not", "hjemmeside left out", "missing", id="null"),
        pytest.param(
            clock_tells, "form_company_planted_or_not", "sistEndret second", "timestamps", id="clock"
        ),
        pytest.param(groups_stand_together, "order_of_groups", "distance", "order", id="side by side"),
    ],
)
def test_a_leak_is_caught_and_named(
    tmp_path: Path, change: Change, gate: str, mark: str, family: str
) -> None:
    row = company_gates(tmp_path, change)[gate]
    assert row["passed"] is False
    assert mark in row["tells"][0]["mark"]
    assert row["tells"][0]["family"] == family
    if row["rate"] and change is not null_tells:
        assert row["rate"]["low"] > 0.5


def test_content_is_no_leak(tmp_path: Path) -> None:
    def fail(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
        for row in rows:
            if row["organisasjonsnummer"] in rings:
                row |= {"konkursdato": "2025-12-01", "navn": "X"}
            else:
                row["navn"] = "Y"

    found = company_gates(tmp_path, fail)
    assert found["form_company_ring_or_not"]["passed"]


def test_unlike_companies_are_not_compared(tmp_path: Path) -> None:
    """Rings of one industry have gaps that the industry has."""

    def industry(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
        for n, row in enumerate(rows):
            if row["organisasjonsnummer"] not in rings | alike and n % 3:
                row["naeringskode1"] = {"kode": "56.110"}
                row["hjemmeside"] = "www.x.example"

    found = company_gates(tmp_path, industry)
    assert found["form_company_planted_or_not"]["passed"]


def test_what_stands_last_in_a_file_sorted_by_number_is_caught(tmp_path: Path) -> None:
    def appended(rows: list[dict[str, Any]], rings: set[str], alike: set[str]) -> None:
        few = set(sorted(rings)[::2])
        rows.sort(key=lambda r: (r["organisasjonsnummer"] in few, r["organisasjonsnummer"]))

    row = company_gates(tmp_path, appended)["form_company_ring_or_not"]
    assert row["passed"] is False
    assert "place in file" in row["tells"][0]["mark"]


def test_a_file_sorted_by_number_says_no_more_than_the_number(tmp_path: Path) -> None:
    """Rings were dealt low numbers; ten files sorted by number are no ten witnesses."""
    orgnrs = [f"3{n:08d}" for n in range(0, 10**8, 10**8 // FIRMS)]
    files = {
        ("skatteetaten_seriositet", f"answer {n}", "orgnr"): {
            o: Drawn(1, {"order": {"place in file": place / FIRMS}}) for place, o in enumerate(orgnrs)
        }
        for n in range(10)
    }
    subjects = Subjects("company", {o: o for o in orgnrs[: FIRMS // 3]}, {}, orgnrs[FIRMS // 3 :])
    row = compare_form(files, subjects, seed=1)[2]
    assert row["gate"] == "form_company_ring_or_not"
    assert {told["mark"].split(":")[0] for told in row["tells"]} == {"own number"}


def test_having_a_record_at_all_is_no_leak() -> None:
    """Rings send more invoices. Invoices are numbered in order, a thing that drawn marks must not break."""

    def sent(rate: float) -> list[str]:
        return [o for o in orgnrs if rng.random() < (0.9 if o in ring_of else rate)]

    rng = Random(4)
    orgnrs = [f"3{n:08d}" for n in rng.sample(range(10**8), 3 * FIRMS)]
    ring_of = {o: f"R{n // MEMBERS}" for n, o in enumerate(orgnrs[:FIRMS])}
    rng.shuffle(orgnrs)
    invoices = {
        o: Drawn(1, {"ids": {"number": 1000.0 + 7 * n}, "order": {"place in file": n / FIRMS}})
        for n, o in enumerate(sent(0.2))
    }
    subjects = Subjects("company", ring_of, {}, [o for o in orgnrs if o not in ring_of])
    place = ("kontraktskjede", "faktura", "utsteder_orgnr")
    found = {row["gate"]: row for row in compare_form({place: invoices}, subjects, seed=1)}
    row = found["form_company_ring_or_not"]
    assert row["detail"].endswith("11 of 11 marks classified")
    assert row["passed"], row


def test_too_few_rings_leave_the_question_open(tmp_path: Path) -> None:
    landing, made = world(tmp_path)
    few = groups([ring("R1", sorted(made.ring_of)[:3])])
    found = {row["gate"]: row for row in form_gates(landing, few, seed=1)}
    assert found["form_company_ring_or_not"]["passed"] is None
    assert "not tested" in found["form_company_ring_or_not"]["detail"]


# ---- splits, labels and figures -------------------------------------------------------------------------


def linked(firms: int = 300) -> Setting:
    """Companies that share addresses in fives, whoever they are."""
    orgnrs = [f"o{n:03d}" for n in range(firms)]
    orgs = [company(o, address_key=f"road {n // 5}") for n, o in enumerate(orgnrs)]
    edges = [edge("located_at", f"org:{r['orgnr']}", f"place:{r['address_key']}") for r in orgs]
    run = Tables({"core_org__organisations": orgs, "net_graph__edges": edges})
    made = groups([ring(f"R{n}", orgnrs[20 * n : 20 * n + 3]) for n in range(10)])
    return Setting(run, [run], made, 1)


def test_labels_at_random_are_not_foreseen() -> None:
    setting = linked()
    row = permuted_gate(link_scorer(setting), setting.tested.orgnrs, setting.groups, seed=1)
    assert row["passed"]
    assert row["rate"]["low"] < 0.5


def test_a_scorer_that_sees_tested_labels_is_caught() -> None:
    setting = linked()

    def cheat(fold: Fold, tested: Sequence[str], guilty: frozenset[str]) -> Floats:
        rng = np.random.default_rng(1)
        return np.array([0.5 * (o in guilty) for o in tested]) + rng.random(len(tested))

    row = permuted_gate(cheat, setting.tested.orgnrs, setting.groups, seed=1)
    assert row["passed"] is False
    assert row["rate"]["low"] > 0.5


def test_neighbour_scores_follow_the_labels_learnt_from() -> None:
    setting = linked()
    assert hidden_gate(setting, by_ring(setting.tested.orgnrs, setting.groups, 1))["passed"]


def test_neighbour_scores_that_follow_tested_labels_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = linked()

    def leaking(method: str, setting: Setting, fold: Fold, orgnrs: Sequence[str]) -> Floats:
        return neighbours.scores(setting.links, setting.labels.confirmed, orgnrs)[method]

    monkeypatch.setattr(leakage, "scores_of", leaking)
    row = hidden_gate(setting, by_ring(setting.tested.orgnrs, setting.groups, 1))
    assert row["passed"] is False
    assert "sees labels of tested companies" in row["detail"]


def test_scores_that_follow_no_label_are_caught_too(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = linked()
    monkeypatch.setattr(leakage, "scores_of", lambda *given: np.zeros(len(given[-1])))
    assert hidden_gate(setting, by_ring(setting.tested.orgnrs, setting.groups, 1))["passed"] is False


def test_a_ring_on_both_sides_is_caught() -> None:
    made = groups([ring("R1", ["a", "b"])])
    row = split_gate([Fold("x", frozenset("a"), frozenset("b"))], made)
    assert row["passed"] is False
    assert split_gate(by_ring("abcd", made, 1), made)["passed"]


@pytest.mark.parametrize(
    ("acts", "held_out", "passed"),
    [
        pytest.param(20, 1, True, id="one is kept"),
        pytest.param(20, 0, False, id="none is kept"),
        pytest.param(19, 0, None, id="too few to ask"),
    ],
)
def test_every_group_keeps_a_guise_for_testing(acts: int, held_out: int, passed: bool | None) -> None:
    rings = [
        ring(f"R{n}", [f"a{n}"], guise="held_out" if n < held_out else "hard", indicator="B01")
        for n in range(acts)
    ]
    row = guises_gate(groups(rings).truth)
    assert row["passed"] is passed
    assert ("B" in row["detail"]) is not bool(held_out)


def test_a_delivery_after_as_of_is_caught() -> None:
    as_of = datetime(2026, 2, 14, tzinfo=UTC)
    assert known_at_gate({"d1": as_of}, as_of)["passed"]
    row = known_at_gate({"d1": as_of, "d2": as_of + timedelta(seconds=1)}, as_of)
    assert row["passed"] is False
    assert "d2" in row["detail"]
    assert known_at_gate({}, as_of)["passed"] is None
