"""The join job on a handful of deliveries: what is made, what is carried, and what may not be seen."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.errors.exceptions.connect import AnalysisException, SparkConnectGrpcException

from expectations.dataset import Dataset
from expectations.errors import KjedeError
from expectations.tables_raw_amelding import EMPLOYMENTS, INCOMES, RECIPIENTS, REPORTS
from expectations.tables_raw_brreg import UNITS
from expectations.tables_raw_chain import CONTRACTS
from expectations.tables_raw_housing import NOTICES, RESIDENTS
from jobs import join
from jobs.ingest.purge import Tombstone, write
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.plan.steps import STEPS

M = "2026-01"
ORG, OTHER = "310000205", "310000302"
AS_OF = datetime(2026, 2, 14, 23, tzinfo=UTC)
SERIAL = itertools.count(10)


def token(letter: str) -> str:
    return "p1_" + letter * 26


def deliver(
    lake: Lake,
    source: str,
    period: str,
    at: datetime,
    kind: str,
    tables: dict[Dataset, list[dict[str, object]]],
    number: int = 1,
) -> None:
    """Take in one delivery as the intake would: rows first, the receipt last."""
    delivery_id = f"{at:%Y%m%dT%H%M%SZ}-{number:04d}"
    refs = []
    for dataset, rows in tables.items():
        full = [
            {
                "delivery_id": delivery_id,
                "file_name": "f",
                "record_no": n,
                "item_no": 0,
                "known_at": at,
                "period": period,
                **row,
            }
            for n, row in enumerate(rows, start=1)
        ]
        schema = pa.schema([pa.field(f.name, f.type) for f in dataset.arrow_schema])
        refs.append(
            lake.publish_raw(
                dataset,
                pa.Table.from_pylist(full, schema=schema),
                source=source,
                delivery_id=delivery_id,
                audit=False,
            )
        )
    fates = dict.fromkeys(
        ("in", "accepted", "quarantined", "duplicate", "superseded", "protected", "purged"), 0
    )
    envelope = {
        "period": period,
        "kind": kind,
        "delivered_at": at.isoformat().replace("+00:00", "Z"),
        "legal_basis": "LB-EKSEMPEL",
    }
    lake.deliveries.write(
        {
            "source": source,
            "delivery_id": delivery_id,
            "status": "accepted",
            "envelope": envelope,
            "dispositions": fates,
            "files": [],
            "tables": [ref.to_dict() for ref in refs],
            "warnings": [],
            "unknown_fields": {},
        }
    )


def report(month: str, *workers: str) -> dict[Dataset, list[dict[str, object]]]:
    head = {"calendar_month": month, "message_id": "m", "employer_orgnr": ORG, "record_no": 1}
    each = [
        head | {"establishment_no": 0, "recipient_no": n, "item_no": n, "worker_token": token(w)}
        for n, w in enumerate(workers)
    ]
    return {
        REPORTS: [head | {"sent_at": AS_OF}],
        RECIPIENTS: each,
        EMPLOYMENTS: [
            r | {"employment_kind": "ordinaertArbeidsforhold", "started_on": date(2025, 1, 1)} for r in each
        ],
        INCOMES: [
            r | {"benefit_kind": "kontantytelse", "amount_ore": 100, "wage_code": "fastloenn"} for r in each
        ],
    }


def unit(orgnr: str, name: str = "X AS") -> dict[str, object]:
    return {"orgnr": orgnr, "name": name, "form_code": "AS"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: Any, engine: Any) -> Any:
    made = Lake.open(tmp_path_factory.mktemp("lake"))
    deliver(
        made,
        "brreg_enheter",
        "2026-01-31",
        datetime(2026, 2, 1, tzinfo=UTC),
        "snapshot",
        {UNITS: [unit(ORG)]},
    )
    for month in ("2025-12", M):
        at = datetime(2026, 1, 10, tzinfo=UTC) if month == "2025-12" else datetime(2026, 2, 10, tzinfo=UTC)
        deliver(made, "skatteetaten_amelding", month, at, "ordinary", report(month, "a", "b"))
    return made


def run(lake: Any, as_of: Any = AS_OF, month: Any = M, said: Any = None) -> Any:
    return join.run(
        lake, Run(month, as_of), engine="sail", progress=(said.append if said is not None else lambda _: None)
    )


def rows(lake: Any, refs: Any, table: Any, month: Any = M) -> Any:
    (ref,) = [ref for ref in refs if (ref.table, ref.partition) == (table, month)]
    return lake.read(ref).to_pylist()


def test_every_table_is_made_even_from_sources_that_sent_nothing(lake: Any) -> None:
    refs, deliveries = run(lake)
    months = {(ref.table, ref.partition) for ref in refs}
    for step in STEPS:
        assert (step.dataset.name, M) in months
    assert sum(table == "core_work__employments" for table, _ in months) == 13
    assert {ref.source for ref in deliveries} == {"brreg_enheter", "skatteetaten_amelding"}
    assert [r["person_id"] for r in rows(lake, refs, "core_work__employments")] == [token("a"), token("b")]
    assert rows(lake, refs, "core_chain__contracts") == []


def test_second_run_computes_nothing(lake: Any) -> None:
    first, _ = run(lake)
    said: list[str] = []
    again, _ = run(lake, said=said)
    assert (again, said) == (first, [])


def test_tables_are_made_after_what_they_are_made_of() -> None:
    made: set[str] = set()
    for step in STEPS:
        assert {dataset.name for dataset in step.tables.values()} <= made, step.dataset.name
        made.add(step.dataset.name)


def test_late_replacement_restates_its_month_and_the_old_as_of_stays(lake: Any) -> None:
    before, _ = run(lake)
    late = datetime(2026, 2, 20, tzinfo=UTC)
    deliver(lake, "skatteetaten_amelding", "2025-12", late, "replacement", report("2025-12", "b"))
    said: list[str] = []
    after, _ = run(lake, as_of=datetime(2026, 2, 21, tzinfo=UTC), said=said)
    assert run(lake)[0] == before
    assert [r["person_id"] for r in rows(lake, after, "core_work__employments", "2025-12")] == [token("b")]
    assert [r["is_late"] for r in rows(lake, after, "core_work__employments", "2025-12")] == [True]
    carried = {ref.id for ref in before} & {ref.id for ref in after}
    changed = {(ref.table, ref.partition) for ref in after if ref.id not in carried}
    assert ("core_work__employments", "2025-12") in changed
    assert ("core_work__employments", M) not in changed
    assert ("core_org__organisations", M) not in changed
    assert ("core_work__spells", M) in changed
    assert "join core_work__employments 2025-12 to 2025-12" in said


def test_next_month_carries_the_reports_of_the_window(lake: Any) -> None:
    this, _ = run(lake)
    said: list[str] = []
    following, _ = run(lake, as_of=AS_OF, month="2026-02", said=said)
    carried = {ref.id for ref in this} & {ref.id for ref in following}
    assert len([i for i in carried if i.startswith("core_work__employments/")]) == 12
    assert "join core_work__employments 2026-02 to 2026-02" in said


def test_a_person_under_protection_is_in_no_housing_notice_whenever_it_became_known(tmp_path: Any) -> None:
    made = Lake.open(tmp_path / "lake")
    notice = {
        "notice_id": "N",
        "noticed_on": date(2026, 1, 5),
        "noticed_by": "tilsyn",
        "is_confirmed": True,
        "housing_kind": "bolig",
        "address_id": "300000001",
        "unit_no": "H0101",
        "from_on": date(2025, 6, 1),
        "record_no": 1,
    }
    residents = [
        {
            "notice_id": "N",
            "resident_token": token(w),
            "from_on": date(2025, 6, 1),
            "record_no": 1,
            "item_no": n,
        }
        for n, w in enumerate("ab")
    ]
    at = datetime(2026, 2, 5, tzinfo=UTC)
    deliver(made, "innkvartering_meldinger", M, at, "ordinary", {NOTICES: [notice], RESIDENTS: residents})
    before = run(made)[0]
    assert [r["person_id"] for r in rows(made, before, "core_home__residences")] == [token("a"), token("b")]
    stone = Tombstone(
        "folkeregisteret_bosted", "20260301T000000Z-0001", "2026-03-01T00:00:00Z", {}, frozenset([token("a")])
    )
    write(made, stone)
    after = run(made)[0]
    assert [r["person_id"] for r in rows(made, after, "core_home__residences")] == [token("b")]


instants = st.integers(min_value=1, max_value=90 * 86400).map(lambda s: AS_OF + timedelta(seconds=s))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=instants,
    what=st.sampled_from(["snapshot", "delta", "report", "contract"]),
    period=st.sampled_from(["2025-12", "2026-01"]),
)
def test_what_became_known_after_as_of_changes_nothing(lake: Any, at: Any, what: Any, period: Any) -> None:
    before = run(lake)[0]
    number = next(SERIAL)
    at = at.replace(microsecond=0)
    if what == "report":
        deliver(lake, "skatteetaten_amelding", period, at, "replacement", report(period, "c"), number)
    elif what == "contract":
        row = {
            "contract_id": "K",
            "buyer_orgnr": ORG,
            "contract_kind": "innleie",
            "is_labour_bearing": True,
            "declaration_status": "erklaert",
        }
        deliver(lake, "kontraktskjede", period, at, "ordinary", {CONTRACTS: [row]}, number)
    else:
        deliver(lake, "brreg_enheter", f"{period}-15", at, what, {UNITS: [unit(OTHER)]}, number)
    assert run(lake)[0] == before


def breaking(*problems: Exception) -> Any:
    """A step that fails with each of these in turn, and then makes a row."""
    left = list(problems)

    def make() -> pa.Table:
        if left:
            raise left.pop(0)
        return pa.table({"n": [1]})

    return make


def test_step_is_made_again_when_the_engine_broke_off(caplog: pytest.LogCaptureFixture) -> None:
    made = join.rows_of(breaking(SparkConnectGrpcException("stream reset")), "core_x 2026-01")
    assert made.to_pylist() == [{"n": 1}]
    (told,) = caplog.messages
    assert told == "join core_x 2026-01: the engine broke off and is asked once more: stream reset"


def test_engine_that_breaks_off_twice_is_named_with_the_step() -> None:
    twice = breaking(SparkConnectGrpcException("one"), SparkConnectGrpcException("two"))
    with pytest.raises(KjedeError, match=r"^join core_x 2026-01: the engine broke off twice: two$"):
        join.rows_of(twice, "core_x 2026-01")


@pytest.mark.parametrize("problem", [AnalysisException("no column x"), ValueError("x")])
def test_what_is_wrong_with_a_step_is_not_tried_again(problem: Exception) -> None:
    with pytest.raises(type(problem)) as found:
        join.rows_of(breaking(problem), "core_x 2026-01")
    assert found.value is problem
