import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.errors import DataRefused, NotPermitted
from expectations.recipients import RECIPIENTS, SKATTEETATEN
from expectations.sharing import Recipient, contract
from graph.registry import INDICATORS
from jobs.lake.storage_local import LocalStorage
from jobs.release import ledger
from jobs.release.documents import indicators_document, summary
from jobs.release.plan import is_synthetic, read_pointer
from jobs.release.projection import Projection
from tests.unit.jobs.release.sample_run import (
    CASES,
    EVIDENCE,
    MONTH,
    RING,
    SOLE_NAME,
    SampleRun,
    planned,
    published,
    real_record,
)

BASE = "releases/skatteetaten"


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "lake")


def released_files(storage: LocalStorage) -> dict[str, bytes]:
    """Every released file, without pointer and ledger."""
    keys = [e.key for e in storage.walk("releases")]
    return {key: storage.read(key) for key in keys if not key.endswith(("_latest.json", "_ledger.jsonl"))}


def test_a_release_is_whole_and_its_manifest_says_what_it_is(storage: LocalStorage) -> None:
    done = published(storage)
    release = json.loads(storage.read(f"{done.folder}/_manifest.json"))
    assert (release["recipient"], release["month"], release["synthetic"]) == ("skatteetaten", MONTH, True)
    assert release["pseudonyms"]["hold_until"] == "2026-12-31"
    assert release["expires_on"] == "2029-02-13"
    assert release["record_id"] == "EKSEMPEL-skatteetaten-2026-01"
    assert set(release["compatibility_promise"]) == {"nb", "en"}
    for name, known in release["documents"].items():
        assert hashlib.sha256(storage.read(f"{done.folder}/{name}")).hexdigest() == known
    assert {"README.md", "dictionary.md", "changes.json", "readers/duckdb.sql", "readers/powerbi.m"} <= set(
        release["documents"]
    )
    for name, dataset in release["datasets"].items():
        folder = f"{BASE}/{name}/{done.release_id}"
        content = storage.read(f"{folder}/_manifest.json")
        assert hashlib.sha256(content).hexdigest() == dataset["manifest_sha256"]
        manifest = json.loads(content)
        assert manifest["legal_basis"] == list(SKATTEETATEN.dataset(name).legal_basis)
        part = storage.read(f"{folder}/part-00000.parquet")
        assert manifest["files"][0]["sha256"] == hashlib.sha256(part).hexdigest()
        assert manifest["rows"] == pq.read_metadata(pa.BufferReader(part)).num_rows


def test_the_parquet_has_the_contract_and_names_its_ground_in_the_footer(storage: LocalStorage) -> None:
    done = published(storage)
    for shared in SKATTEETATEN.datasets:
        file = pq.ParquetFile(
            pa.BufferReader(storage.read(f"{BASE}/{shared.name}/{done.release_id}/part-00000.parquet"))
        )
        assert file.schema_arrow.equals(contract(shared).arrow_schema)
        footer = {k.decode(): v.decode() for k, v in file.schema_arrow.metadata.items()}
        assert footer["record_id"] == "EKSEMPEL-skatteetaten-2026-01"
        assert footer["contract_version"] == shared.version
        assert footer["release_id"] == done.release_id
        assert footer["pseudonym_epoch"] == "2026"
        described = {f.name: f.metadata[b"description_nb"].decode() for f in file.schema_arrow}
        assert all(described.values())
        group = file.metadata.row_group(0)
        assert [c.column_index for c in group.sorting_columns] == list(range(len(contract(shared).key)))
        assert group.column(0).compression == "ZSTD"


def test_the_same_inputs_give_the_same_bytes_whoever_approves_and_when(tmp_path: Path) -> None:
    one, other = LocalStorage(tmp_path / "one"), LocalStorage(tmp_path / "other")
    published(one)
    published(
        other, approved_by="somebody else", prepared_by="night shift", at=datetime(2027, 1, 1, tzinfo=UTC)
    )
    assert released_files(one) == released_files(other)
    assert one.read(ledger.LEDGER) != other.read(ledger.LEDGER)


def test_publishing_again_changes_nothing_and_is_told_apart(storage: LocalStorage) -> None:
    first = published(storage)
    before = {e.key: storage.read(e.key) for e in storage.walk("")}
    again = published(storage, approved_by="another approver")
    assert (first.created, again.created) == (True, False)
    assert again.release_id == first.release_id == planned(storage).existing
    assert {e.key: storage.read(e.key) for e in storage.walk("")} == before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({"approved_by": ""}, "nobody approved", id="nobody"),
        pytest.param({"approved_by": "  "}, "nobody approved", id="blank"),
        pytest.param(
            {"approved_by": "Operator"}, "nobody approves what they prepared", id="who prepared the release"
        ),
        pytest.param(
            {"approved_by": "EKSEMPEL-saksbehandler "},
            "nobody approves what they prepared",
            id="who wrote the record",
        ),
        pytest.param({"prepared_by": ""}, "does not say who prepared", id="nobody prepared it"),
        pytest.param({"record": real_record(month="2025-12")}, "is for", id="record of another month"),
    ],
)
def test_without_approval_nothing_is_written(
    storage: LocalStorage, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(NotPermitted, match=message):
        published(storage, **more)
    assert list(storage.walk("")) == []


def test_real_data_is_refused_until_the_bases_are_confirmed(storage: LocalStorage) -> None:
    with pytest.raises(NotPermitted, match="not confirmed by a lawyer"):
        planned(storage, synthetic=False)


def test_an_unknown_recipient_is_refused(storage: LocalStorage) -> None:
    with pytest.raises(NotPermitted, match="no recipient udi"):
        planned(storage, to="udi")


def test_a_plan_writes_nothing(storage: LocalStorage) -> None:
    planned(storage)
    assert list(storage.walk("")) == []


def test_a_value_that_would_disclose_stops_the_release_before_anything_is_written(
    storage: LocalStorage,
) -> None:
    plan_ = planned(storage)
    table = plan_.projection.tables["out_share__evidence"]
    leaking = table.set_column(6, "shows_nb", pa.array([SOLE_NAME] * table.num_rows, pa.string()))
    leaking = leaking.cast(table.schema)
    projection = Projection(
        {**plan_.projection.tables, "out_share__evidence": leaking}, (), frozenset(), plan_.projection.parties
    )
    with pytest.raises(DataRefused, match="sole proprietor's name"):
        published(storage, replace(plan_, projection=projection))
    assert list(storage.walk("")) == []


def test_an_interrupted_publish_is_finished_by_running_it_again(
    storage: LocalStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = LocalStorage(tmp_path / "reference")
    published(reference)
    wanted = released_files(reference)
    put = LocalStorage.put_if_absent
    for allowed in (0, 1, 2, len(wanted) // 2, len(wanted) - 1, len(wanted)):
        broken = LocalStorage(tmp_path / f"broken-{allowed}")
        left = iter(range(allowed))

        def limited(self: LocalStorage, key: str, content: bytes, left: Any = left) -> bool:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return put(self, key, content)

        monkeypatch.setattr(LocalStorage, "put_if_absent", limited)
        try:
            published(broken)
        except KeyboardInterrupt:
            assert read_pointer(broken, "skatteetaten") == {}, "a reader sees nothing of it"
        monkeypatch.undo()
        published(broken)
        assert released_files(broken) == wanted
        assert len(ledger.read_ledger(broken)) == 1
        assert ledger.verify(broken, ledger.ledger_key(RING)) == []


def test_the_next_month_is_compared_with_the_last_release(storage: LocalStorage) -> None:
    first = published(storage)
    kept = [case | {"month": "2026-02", "band": "B"} for case in CASES[:1]]
    later = SampleRun(month="2026-02", as_of=datetime(2026, 3, 14, 23, tzinfo=UTC), run_id="f" * 16)
    later.rows |= {"out_flag__cases": kept}
    second = published(storage, planned(storage, later))
    changes = json.loads(storage.read(f"{second.folder}/changes.json"))
    assert changes["previous_release"] == first.release_id
    assert changes["replaces_same_month"] is False
    cases = changes["datasets"]["out_share__cases"]
    assert (cases["contract"], cases["added"], cases["removed"]) == ("none", 0, 1)
    assert (cases["changed"], cases["unchanged"]) == (1, 0)
    pointer = read_pointer(storage, "skatteetaten")
    assert pointer["latest"]["release_id"] == second.release_id
    assert pointer["months"][MONTH]["release_id"] == first.release_id
    assert pointer["ledger"]["seq"] == 2


def test_a_restated_month_is_a_new_release_and_the_old_one_stays(storage: LocalStorage) -> None:
    first = published(storage)
    before = released_files(storage)
    restated = SampleRun(run_id="1" * 16)
    restated.rows |= {"out_flag__cases": CASES[1:]}
    second = published(storage, planned(storage, restated))
    assert second.release_id != first.release_id
    assert released_files(storage).items() >= before.items()
    assert json.loads(storage.read(f"{second.folder}/changes.json"))["replaces_same_month"] is True
    assert read_pointer(storage, "skatteetaten")["months"][MONTH]["release_id"] == second.release_id


def test_an_older_month_released_late_does_not_move_latest_back(storage: LocalStorage) -> None:
    newest = published(storage)
    older = SampleRun(month="2025-12", as_of=datetime(2026, 1, 14, 23, tzinfo=UTC))
    published(storage, planned(storage, older))
    pointer = read_pointer(storage, "skatteetaten")
    assert pointer["latest"]["release_id"] == newest.release_id
    assert set(pointer["months"]) == {"2025-12", MONTH}
    assert ledger.verify(storage, ledger.ledger_key(RING)) == []


def test_a_breaking_contract_without_a_new_major_is_refused(storage: LocalStorage) -> None:
    published(storage)
    shared = SKATTEETATEN.datasets[0]
    fewer = tuple(
        c if c.name != "band" else replace(c, treatment=DROP, reason_nb="x", reason_en="x")
        for c in shared.columns
    )

    def recipient(version: str) -> Recipient:
        return replace(
            SKATTEETATEN,
            datasets=(replace(shared, version=version, columns=fewer), *SKATTEETATEN.datasets[1:]),
        )

    with pytest.raises(DataRefused, match="breaking without a new major: band removed"):
        planned(storage, recipients={"skatteetaten": recipient("1.1.0")})
    assert (
        planned(storage, recipients={"skatteetaten": recipient("2.0.0")}).changes["out_share__cases"][
            "contract"
        ]
        == "major"
    )


DROP = SKATTEETATEN.persons


def test_released_already_on_another_record_is_said(storage: LocalStorage) -> None:
    published(storage)
    with pytest.raises(NotPermitted, match="on another record"):
        published(storage, record=real_record())


def test_a_real_record_may_carry_a_synthetic_release(storage: LocalStorage) -> None:
    assert published(storage, record=real_record()).created
    assert storage.exists("approvals/skatteetaten/2026-1234.json")


class Delivery:
    def __init__(self, source: str, legal_basis: str) -> None:
        self.source, self.legal_basis = source, legal_basis


@pytest.mark.parametrize(
    ("deliveries", "expected"),
    [
        pytest.param([("brreg_enheter", "LB-EKSEMPEL")], True, id="synthetic"),
        pytest.param(
            [("brreg_enheter", "LB-EKSEMPEL"), ("kodelister", "LB-OPEN-01")], True, id="with code lists"
        ),
        pytest.param(
            [("brreg_enheter", "LB-EKSEMPEL"), ("brreg_roller", "LB-OPEN-01")], False, id="one is real"
        ),
        pytest.param([("kodelister", "LB-EKSEMPEL")], False, id="code lists only"),
        pytest.param([], False, id="nothing"),
    ],
)
def test_a_run_is_synthetic_only_when_every_delivery_says_so(
    deliveries: list[tuple[str, str]], expected: bool
) -> None:
    assert is_synthetic(Delivery(*d) for d in deliveries) is expected


def test_the_summary_tells_the_approver_what_and_why(storage: LocalStorage) -> None:
    text = summary(planned(storage), "nb")
    for needed in (
        "Utlevering til Skatteetaten, 2026-01",
        "**syntetiske**",
        "| `out_share__cases` | 2 | 16 | 1.0.0 |",
        "Personopplysningsloven § 12 a",
        "Saken er omstridt.",
        "Dette er den første.",
        "`necessity`",
        "Slettes senest** 2029-02-13",
    ):
        assert needed in text
    assert "This is the first." in summary(planned(storage), "en")
    published(storage)
    assert "Allerede utlevert som" in summary(planned(storage), "nb")


@pytest.mark.parametrize("recipient", RECIPIENTS.values(), ids=RECIPIENTS)
def test_every_released_indicator_comes_with_its_lawful_explanations(recipient: Recipient) -> None:
    text = indicators_document(recipient)
    declared = {i.id: i for i in INDICATORS}
    for one in recipient.rows.indicators:
        assert f"## {one} {declared[one].name.nb}" in text
        for wording in (
            *declared[one].innocent,
            *declared[one].guards.values(),
            *declared[one].missing.values(),
        ):
            assert wording.nb in text
            assert wording.en in text


def test_no_document_uses_words_of_guilt_or_names_a_sole_proprietor(storage: LocalStorage) -> None:
    published(storage)
    for key, content in released_files(storage).items():
        if not key.endswith(".parquet"):
            text = content.decode().casefold()
            for word in ("fraud", "svindel", "kriminell", "mistenk", "suspect", SOLE_NAME.casefold()):
                assert word not in text, key


def test_evidence_of_nobody_is_an_empty_table_with_the_contract(storage: LocalStorage) -> None:
    reader = SampleRun()
    reader.rows |= {"out_flag__evidence": EVIDENCE[:0]}
    done = published(storage, planned(storage, reader))
    assert done.rows["out_share__evidence"] == 0
