from typing import Any

import pytest

from expectations.counting import RuleCount
from expectations.rules import Rule
from expectations.run_rules import RUN_RULES
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import Run
from jobs.quality.run_checks import count_run_rules, is_national, sources_of

RULES = {rule.id: rule for rule in RUN_RULES}
UNITS = "raw_brreg_enheter__units"


def one(lake: Lake, run: Run, rule: str | Rule, *refs: TableRef) -> RuleCount:
    (found,) = count_run_rules(lake, run, refs, [RULES[rule] if isinstance(rule, str) else rule])
    return found


def orgnr(number: int) -> str:
    return f"2{number:08d}"


def employed(publish: Any, known: int, unknown: int) -> list[TableRef]:
    rows = [{"orgnr": orgnr(n), "person_id": "p1_" + "a" * 26} for n in range(known + unknown)]
    units = [{"orgnr": orgnr(n)} for n in range(known)]
    return [publish("core_work__employments", *rows), publish("core_org__organisations", *units)]


@pytest.mark.parametrize(
    ("known", "unknown", "warned", "refused"),
    [
        pytest.param(99, 1, False, False, id="one percent lags"),
        pytest.param(98, 2, True, False, id="two percent is reported"),
        pytest.param(50, 50, True, False, id="half is reported"),
        pytest.param(49, 51, True, True, id="less than half stops the run"),
        pytest.param(40, 59, True, False, id="too few to stop a run"),
    ],
)
def test_every_employer_exists_in_the_register(
    lake: Lake, run: Run, publish: Any, known: int, unknown: int, warned: bool, refused: bool
) -> None:
    refs = employed(publish, known, unknown)
    found = one(lake, run, "core_work__employments:orgnr_exists", *refs)
    assert (found.checked, found.violated, found.is_broken) == (known + unknown, unknown, warned)
    assert one(lake, run, "core_work__employments:orgnr_linked", *refs).is_broken is refused


def test_without_the_other_table_no_reference_is_judged(lake: Lake, run: Run, publish: Any) -> None:
    work, _ = employed(publish, 3, 2)
    assert one(lake, run, "core_work__employments:orgnr_exists", work).checked == 0
    empty = publish("core_org__organisations")
    assert one(lake, run, "core_work__employments:orgnr_exists", work, empty).checked == 0
    assert one(lake, run, "core_work__employments:orgnr_exists", empty).checked == 0


def test_only_values_with_the_prefix_are_looked_for(lake: Lake, run: Run, publish: Any) -> None:
    places = ("dwelling:1:H0101", "dwelling:2:H0101", "address:3")
    homes = publish(
        "core_home__residences", *({"person_id": "p1_" + "a" * 26, "place_id": place} for place in places)
    )
    dwellings = publish("core_home__dwellings", {"dwelling_id": "1:H0101"})
    found = one(lake, run, "core_home__residences:place_id_exists", homes, dwellings)
    assert (found.checked, found.violated) == (2, 1)


def test_an_edge_without_its_node_stops_the_run(lake: Lake, run: Run, publish: Any) -> None:
    edges = publish("net_graph__edges", {"edge_id": "e", "source_id": "org:1", "target_id": "org:2"})
    nodes = publish("net_graph__nodes", {"node_id": "org:1"})
    assert one(lake, run, "net_graph__edges:source_id_exists", edges, nodes).is_broken is False
    assert one(lake, run, "net_graph__edges:target_id_exists", edges, nodes).is_broken is True


def real(deliver: Any, rows: int, **more: Any) -> None:
    deliver(
        "brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z",
        kind="snapshot", basis="LB-OPEN-01", rows={UNITS: rows}, **more,
    )  # fmt: skip
    deliver("skatteetaten_amelding", "2026-01", "2026-02-10T04:15:00Z", basis="LB-SKATT-01")


@pytest.mark.parametrize(
    ("rows", "is_broken"),
    [(899_999, True), (900_000, False), (1_100_000, False), (1_700_000, False), (1_700_001, True)],
)
def test_size_of_a_national_register(lake: Lake, run: Run, deliver: Any, rows: int, is_broken: bool) -> None:
    real(deliver, rows)
    found = one(lake, run, f"{UNITS}:delivered_rows")
    assert (found.checked, found.is_broken) == (1, is_broken)
    assert f"{rows} rows in brreg_enheter/20260201T040000Z-0001" in found.detail


def test_size_binds_no_extract(lake: Lake, run: Run, deliver: Any) -> None:
    real(deliver, 8, envelope={"complete": False})
    assert one(lake, run, f"{UNITS}:delivered_rows").checked == 0


def test_size_binds_no_trial(lake: Lake, run: Run, deliver: Any) -> None:
    real(deliver, 8)
    deliver("kodelister", "2024-01-01", "2024-01-01T00:00:00Z", kind="snapshot")
    assert is_national(lake.deliveries.receipts())
    assert one(lake, run, f"{UNITS}:delivered_rows").is_broken
    deliver("kontraktskjede", "2026-01", "2026-02-05T07:00:00Z")
    assert not is_national(lake.deliveries.receipts())
    assert one(lake, run, f"{UNITS}:delivered_rows").checked == 0


def test_size_binds_no_open_data_alone(lake: Lake, run: Run, deliver: Any) -> None:
    deliver(
        "brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z",
        kind="snapshot", basis="LB-OPEN-01", rows={UNITS: 8},
    )  # fmt: skip
    assert one(lake, run, f"{UNITS}:delivered_rows").checked == 0


def snapshots(deliver: Any, before: int, now: int, **more: Any) -> None:
    for period, at, rows in (
        ("2025-12-31", "2026-01-01T04:00:00Z", before),
        ("2026-01-31", "2026-02-01T04:00:00Z", now),
    ):
        deliver("brreg_enheter", period, at, kind="snapshot", rows={UNITS: rows}, **more)


@pytest.mark.parametrize(
    ("before", "now", "warned", "refused"),
    [
        pytest.param(1000, 900, False, False, id="ten percent less"),
        pytest.param(1000, 899, True, False, id="more than ten percent less"),
        pytest.param(1000, 1150, False, False, id="fifteen percent more"),
        pytest.param(1000, 1151, True, False, id="more than fifteen percent more"),
        pytest.param(1000, 500, True, False, id="half"),
        pytest.param(1000, 499, True, True, id="less than half"),
        pytest.param(1000, 0, True, True, id="an empty file"),
        pytest.param(1000, 90_000, True, False, id="ninety times"),
        pytest.param(999, 1, False, False, id="too small to compare"),
        pytest.param(999, 9990, False, False, id="too small to compare upwards"),
    ],
)
def test_change_against_the_register_before(
    lake: Lake, run: Run, deliver: Any, before: int, now: int, warned: bool, refused: bool
) -> None:
    snapshots(deliver, before, now)
    found = one(lake, run, f"{UNITS}:rows_change")
    assert (found.checked, found.is_broken) == (before, warned)
    assert found.violated <= found.checked
    assert one(lake, run, f"{UNITS}:rows_collapse").is_broken is refused


def test_change_needs_two_of_a_kind(lake: Lake, run: Run, deliver: Any) -> None:
    deliver("brreg_enheter", "2025-12-31", "2026-01-01T04:00:00Z", kind="snapshot", rows={UNITS: 5000})
    deliver("brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z", kind="delta", rows={UNITS: 10})
    assert one(lake, run, f"{UNITS}:rows_collapse").checked == 0


def test_a_replaced_delivery_is_not_compared_with(lake: Lake, run: Run, deliver: Any) -> None:
    snapshots(deliver, 5000, 10)
    assert one(lake, run, f"{UNITS}:rows_collapse").is_broken
    deliver(
        "brreg_enheter", "2026-01-31", "2026-02-03T04:00:00Z", kind="snapshot", rows={UNITS: 5010},
        envelope={"supersedes": "20260201T040000Z-0001"},
    )  # fmt: skip
    assert not one(lake, run, f"{UNITS}:rows_collapse").is_broken


@pytest.mark.parametrize(
    ("period", "fresh", "alive"),
    [
        pytest.param("2026-01-31", True, True, id="the day"),
        pytest.param("2025-12-31", True, True, id="31 days"),
        pytest.param("2025-12-30", False, True, id="32 days"),
        pytest.param("2025-09-29", False, True, id="124 days"),
        pytest.param("2025-09-28", False, False, id="125 days"),
    ],
)
def test_age_of_a_source(lake: Lake, run: Run, deliver: Any, period: str, fresh: bool, alive: bool) -> None:
    deliver("brreg_enheter", period, "2026-02-01T04:00:00Z", kind="delta")
    assert one(lake, run, "brreg_enheter:fresh").is_broken is not fresh
    assert one(lake, run, "brreg_enheter:alive").is_broken is not alive
    state = next(row for row in sources_of(lake, run) if row["source"] == "brreg_enheter")
    assert state["state"] == ("fresh" if fresh else "stale" if alive else "broken")


def test_what_comes_late_or_later_makes_nothing_fresh(lake: Lake, run: Run, deliver: Any) -> None:
    deliver("skatteetaten_amelding", "2025-12", "2026-01-10T04:15:00Z")
    deliver("skatteetaten_amelding", "2026-01", "2026-02-13T04:15:00Z", kind="late")
    deliver("skatteetaten_amelding", "2026-01", "2026-02-20T04:15:00Z")
    found = one(lake, run, "skatteetaten_amelding:fresh")
    assert (found.is_broken, found.detail) == (True, "newest is 2025-12, 31 days before the end of 2026-01")


def test_a_register_may_be_old_while_its_changes_are_fresh(lake: Lake, run: Run, deliver: Any) -> None:
    deliver("folkeregisteret_bosted", "2024-12-27", "2025-01-01T05:30:00Z", kind="snapshot")
    deliver("folkeregisteret_bosted", "2026-01-31", "2026-02-01T05:30:00Z", kind="delta")
    assert not one(lake, run, "folkeregisteret_bosted:fresh").is_broken
    assert not one(lake, run, "folkeregisteret_bosted:register_fresh").is_broken
    deliver("folkeregisteret_bosted", "2024-12-26", "2024-12-26T05:30:00Z", kind="snapshot")
    older = Run("2026-01", run.as_of.replace(year=2027))
    assert not one(lake, older, "folkeregisteret_bosted:register_fresh").is_broken


def test_a_register_that_is_too_old(lake: Lake, run: Run, deliver: Any) -> None:
    deliver("folkeregisteret_bosted", "2024-12-26", "2024-12-26T05:30:00Z", kind="snapshot")
    assert one(lake, run, "folkeregisteret_bosted:register_fresh").is_broken


def test_a_needed_source_that_never_came_is_reported_and_stops_nothing(lake: Lake, run: Run) -> None:
    found = one(lake, run, "brreg_enheter:fresh")
    assert (found.is_broken, found.detail) == (True, "never delivered")
    assert not one(lake, run, "brreg_enheter:alive").is_broken
    assert not one(lake, run, "doffin_kunngjoringer:fresh").is_broken
    states = {row["source"]: row["state"] for row in sources_of(lake, run)}
    assert (states["brreg_enheter"], states["doffin_kunngjoringer"]) == ("missing", "absent")
