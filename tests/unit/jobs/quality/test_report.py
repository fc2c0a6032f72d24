from typing import Any

import pytest

from expectations.errors import UsageError
from jobs.checks import REFUSED
from jobs.lake.lake import Lake
from jobs.lake.manifest import digest, sealed
from jobs.lake.runs import PublishedRun, Run
from jobs.quality.report import quality_report
from jobs.quality.run_checks import sources_of

RULE = "core_work__employments:orgnr_exists"


def counted(
    violated: int, rule_id: str = RULE, severity: str = "warning", checked: int = 100
) -> dict[str, Any]:
    return {
        "table": rule_id.split(":")[0],
        "rule_id": rule_id,
        "severity": severity,
        "checked": checked,
        "violated": violated,
        "allowed": 1,
    }


def keep(
    lake: Lake, run: Run, *counts: dict[str, Any], name: str = "", states: dict[str, str] | None = None
) -> str:
    sources = [row | {"state": (states or {}).get(row["source"], "fresh")} for row in sources_of(lake, run)]
    document = {
        "month": run.month,
        "as_of": run.as_of_key,
        "counts": list(counts),
        "gx": {"validated": 0, "by_rows": ["core_work__employments"], "disagrees": []},
        "sources": sources,
    }
    found = digest(document)[:16]
    lake.storage.put_if_absent(
        f"quality/{run.month}/{run.as_of_key}/{name or found + '.json'}", sealed(document)
    )
    return found


def published(
    lake: Lake, publish: Any, run: Run, rows: int, *counts: dict[str, Any], **more: Any
) -> PublishedRun:
    people = [{"orgnr": f"2{n:08d}", "person_id": "p1_" + "a" * 26} for n in range(rows)]
    ref = publish("core_work__employments", *people, month=run.month)
    name = keep(lake, run, *counts, **more)
    return lake.runs.publish(run, tables=[ref], parameters={"expectations": name})


DECEMBER = Run.of("2025-12")


@pytest.mark.parametrize(
    ("count", "states", "verdict"),
    [
        pytest.param(counted(1), {}, "passed", id="within what is tolerated"),
        pytest.param(counted(2), {}, "warned", id="one more"),
        pytest.param(counted(0), {"brreg_enheter": "stale"}, "warned", id="a stale source"),
        pytest.param(counted(0), {"brreg_enheter": "missing"}, "warned", id="a missing source"),
        pytest.param(counted(0), {"brreg_enheter": "absent"}, "passed", id="a source one can do without"),
    ],
)
def test_verdict(
    lake: Lake, run: Run, publish: Any, count: dict[str, Any], states: dict[str, str], verdict: str
) -> None:
    made = published(lake, publish, run, 3, count, states=states)
    report = quality_report(lake, "2026-01")
    assert (report.verdict, report.run_id, report.before) == (verdict, made.run_id, "")
    assert report.document == made.parameters["expectations"]
    assert report.tables[0]["rows"] == 3
    assert report.by_rows == ("core_work__employments",)


@pytest.mark.parametrize(
    ("then", "now", "trend"),
    [
        pytest.param(counted(2), counted(2), "same", id="the same"),
        pytest.param(counted(2), counted(3), "worse", id="more"),
        pytest.param(counted(3), counted(2), "better", id="fewer"),
        pytest.param(counted(2, checked=100), counted(4, checked=200), "same", id="the same share"),
        pytest.param(counted(0), counted(0), "", id="never"),
        pytest.param(counted(3), counted(0), "better", id="no more"),
        pytest.param(counted(3, "core_work__employments:key"), counted(3), "new", id="not counted before"),
    ],
)
def test_trend_against_the_month_before(
    lake: Lake, run: Run, publish: Any, then: dict[str, Any], now: dict[str, Any], trend: str
) -> None:
    before = published(lake, publish, DECEMBER, 2, then)
    published(lake, publish, run, 3, now)
    report = quality_report(lake, "2026-01")
    assert report.rules[0]["trend"] == trend
    assert report.before == before.run_id
    assert (report.tables[0]["rows"], report.tables[0]["rows_before"]) == (3, 2)


def test_what_changed(lake: Lake, run: Run, publish: Any) -> None:
    gone = counted(5, "core_work__employments:key")
    published(lake, publish, DECEMBER, 2, counted(0), gone)
    published(lake, publish, run, 3, counted(9), gone | {"violated": 0})
    changes = quality_report(lake, "2026-01").changes
    assert changes["newly_broken"] == [RULE]
    assert changes["resolved"] == ["core_work__employments:key"]
    assert changes["code"] == "same"


def test_a_broken_rule_says_what_it_is_and_what_to_do(lake: Lake, run: Run, publish: Any) -> None:
    published(lake, publish, run, 3, counted(5), counted(0, "core_work__employments:key"))
    report = quality_report(lake, "2026-01")
    (rule,) = report.broken
    assert rule["description"].startswith("At least 99 % of orgnr of core_work__employments exist")
    assert (rule["basis"], rule["year"]) == ("registers lag each other by days to weeks", 2026)
    assert "ask the owner" in rule["advice"]
    rows = report.to_rows()
    assert rows[0]["section"] == "verdict"
    assert rows[0]["broken"] == 1
    assert {row["section"] for row in rows} == {"verdict", "changes", "rules", "tables", "sources"}


def test_a_refused_run_is_shown_before_the_one_that_readers_see(lake: Lake, run: Run, publish: Any) -> None:
    made = published(lake, publish, run, 3, counted(0))
    keep(lake, run, counted(60, severity="critical"), name=REFUSED)
    report = quality_report(lake, "2026-01")
    assert (report.verdict, report.run_id, report.readers_see) == ("refused", "", made.run_id)
    assert [rule["severity"] for rule in report.broken] == ["critical"]
    assert quality_report(lake, "2026-01", run_id=made.run_id).verdict == "passed"


def test_a_month_that_was_only_refused(lake: Lake, run: Run) -> None:
    keep(lake, run, counted(60, severity="critical"), name=REFUSED)
    report = quality_report(lake, "2026-01")
    assert (report.verdict, report.readers_see, report.tables) == ("refused", "", ())


def test_a_month_without_a_run_is_usage(lake: Lake) -> None:
    with pytest.raises(UsageError):
        quality_report(lake, "2026-01")


def test_a_run_that_nothing_checked(lake: Lake, run: Run, publish: Any) -> None:
    ref = publish("core_work__employments", {"orgnr": "200000004", "person_id": "p1_" + "a" * 26})
    lake.runs.publish(run, tables=[ref])
    assert quality_report(lake, "2026-01").verdict == "unchecked"


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        pytest.param("2026-02-05T07:00:00Z", "warned", id="for this month"),
        pytest.param("2026-01-05T07:00:00Z", "passed", id="for the month before"),
    ],
)
def test_a_delivery_that_did_not_come_in_needs_a_look(
    lake: Lake, run: Run, publish: Any, deliver: Any, at: str, verdict: str
) -> None:
    published(lake, publish, run, 3, counted(0))
    refusal = {"code": "delivery_corrupt", "message": "bytes differ"}
    deliver("kontraktskjede", "2026-01", at, status="rejected", refusal=refusal)
    report = quality_report(lake, "2026-01")
    assert report.verdict == verdict
    assert [r["refusal"] for r in report.refused] == (["delivery_corrupt"] if verdict == "warned" else [])


def test_coverage_is_part_of_quality(lake: Lake, run: Run, publish: Any) -> None:
    rows = [
        {
            "indicator_id": "A03",
            "subject_type": "company",
            "status": status,
            "reason": reason,
            "subjects_n": n,
        }
        for status, reason, n in (("not_evaluable", "no_invoices", 4), ("not_triggered", "", 6))
    ]
    ref = publish("out_flag__coverage", *rows, audit=False)
    lake.runs.publish(run, tables=[ref], parameters={"expectations": keep(lake, run)})
    found = quality_report(lake, "2026-01").coverage
    assert [(c["status"], c["subjects_n"]) for c in found] == [("not_evaluable", 4), ("not_triggered", 6)]


def test_what_stops_a_run_comes_first_and_its_cause_before_it(lake: Lake, run: Run, publish: Any) -> None:
    units = "raw_brreg_enheter__units"
    keep(
        lake,
        run,
        counted(60),
        counted(9, "core_org__establishments:orgnr_exists"),
        counted(60, "core_work__employments:orgnr_linked", "critical"),
        counted(60, f"{units}:rows_collapse", "critical"),
        counted(60, f"{units}:rows_change"),
        name=REFUSED,
    )
    report = quality_report(lake, "2026-01")
    assert [rule["rule_id"] for rule in report.to_see] == [
        f"{units}:rows_collapse",
        "core_work__employments:orgnr_linked",
        f"{units}:rows_change",
        "core_org__establishments:orgnr_exists",
    ]
    assert len(report.broken) == 5
