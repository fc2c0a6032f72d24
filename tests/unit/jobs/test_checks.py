import json
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import DataRefused
from jobs.checks import OF_INPUTS, OF_RESULTS, Checks, document_of, refused_document
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import PublishedRun, Run
from jobs.lake.verify import verify

RUN = Run.of("2026-01")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def count(rule_id: str, violated: int, *, severity: str = "warning", allowed: int = 0) -> dict[str, Any]:
    table = rule_id.split(":")[0]
    return {
        "table": table,
        "rule_id": rule_id,
        "severity": severity,
        "checked": 100,
        "violated": violated,
        "allowed": allowed,
    }


def checking(
    lake: Lake, *counts: dict[str, Any], passed: bool = True, seen: list[Any] | None = None
) -> Checks:
    done: Future[dict[str, Any]] = Future()
    gx = {"passed": passed, "tables": {"core_org__organisations": "rows"}, "results": seen or []}
    done.set_result({"counts": list(counts), "gx": gx})
    return Checks(lake, RUN, pool=None, pending=[done])  # type: ignore[arg-type]


def test_a_warning_is_kept_and_stops_nothing(lake: Lake) -> None:
    verdict = checking(
        lake, count("core_org__roles:a", 3), count("core_org__roles:b", 2, allowed=2)
    ).verdict()
    assert verdict["warnings"] == ["core_org__roles:a broken by 3 of 100"]
    assert verdict["checked"] == 2
    published = PublishedRun(RUN, (), (), "id", "code", {"expectations": verdict["digest"]})
    document = document_of(lake, published)
    assert document is not None
    assert [c["rule_id"] for c in document["counts"]] == ["core_org__roles:a", "core_org__roles:b"]
    assert document["gx"]["by_rows"] == ["core_org__organisations"]
    assert {"source", "state", "age_days"} <= document["sources"][0].keys()
    assert verify(lake) == []


def test_a_changed_byte_of_the_document_shows(lake: Lake) -> None:
    verdict = checking(lake, count("core_org__roles:a", 3)).verdict()
    key = f"quality/2026-01/{RUN.as_of_key}/{verdict['digest']}.json"
    path = Path(lake.storage.uri) / key
    path.write_bytes(path.read_bytes().replace(b'"violated": 3', b'"violated": 0'))
    assert [fault.key for fault in verify(lake)] == [key]


def test_equal_findings_make_an_equal_document(lake: Lake) -> None:
    one, two = count("core_org__roles:a", 3), count("core_org__hubs:b", 2)
    assert checking(lake, one, two).verdict() == checking(lake, two, one).verdict()
    assert checking(lake, one).verdict()["digest"] != checking(lake, two).verdict()["digest"]


def test_a_critical_rule_refuses_with_numbers_and_what_to_do(lake: Lake) -> None:
    rule = count("core_work__employments:orgnr_linked", 60, severity="critical", allowed=50)
    with pytest.raises(DataRefused) as refusal:
        checking(lake, rule).verdict()
    told = str(refusal.value)
    assert refusal.value.code == "contract_breach"
    assert "core_work__employments:orgnr_linked broken by 60 of 100, 50 allowed" in told
    assert "run of 2026-01 as of 20260214T230000Z is not published" in told
    assert "ask the owner of the one that lacks them for a new delivery" in told
    kept = refused_document(lake, RUN)
    assert kept is not None
    assert kept["counts"] == [rule]
    assert checking(
        lake, count("core_work__employments:orgnr_linked", 50, severity="critical", allowed=50)
    ).verdict()
    assert refused_document(lake, RUN) is None


def test_what_only_great_expectations_refuses_is_refused(lake: Lake) -> None:
    with pytest.raises(DataRefused, match="contract_breach"):
        checking(lake, count("core_org__roles:a", 0), passed=False).verdict()


def test_a_second_reading_that_counts_otherwise_is_reported(lake: Lake) -> None:
    seen = count("core_org__roles:a", 2)
    verdict = checking(lake, count("core_org__roles:a", 0), seen=[seen]).verdict()
    assert verdict["warnings"] == ["core_org__roles:a counted 2 by the second reading, 0 by the first"]


def test_every_rule_of_a_run_is_counted_once() -> None:
    assert not {rule.id for rule in OF_INPUTS} & {rule.id for rule in OF_RESULTS}
    assert [rule.id for rule in OF_RESULTS] == ["out_flag__evidence:finding_id_exists"]


def test_a_document_holds_no_value(lake: Lake) -> None:
    checking(lake, count("core_org__roles:a", 3)).verdict()
    (entry,) = [e for e in lake.storage.walk("quality")]
    document = json.loads(lake.storage.read(entry.key))
    fields = {"table", "rule_id", "severity", "checked", "violated", "allowed", "detail"}
    assert all(set(c) <= fields for c in document["counts"])


def test_a_run_without_a_document_has_none(lake: Lake) -> None:
    ref = TableRef("core_org__roles", "2026-01", "v", 0, "h", "m")
    assert document_of(lake, PublishedRun(RUN, (ref,), (), "id", "code", {})) is None
    assert document_of(lake, PublishedRun(RUN, (ref,), (), "id", "code", {"expectations": "0" * 16})) is None
