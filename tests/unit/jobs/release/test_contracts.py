import json
from pathlib import Path

import pytest

from expectations.catalogue import datasets
from expectations.errors import UsageError
from expectations.recipients import RECIPIENTS
from jobs.release import contracts

ROOT = Path(__file__).parents[4]


def test_what_is_built_is_what_is_checked_and_building_again_changes_nothing(tmp_path: Path) -> None:
    assert contracts.build(tmp_path) == sorted(contracts.generated())
    assert contracts.drift(tmp_path) == []
    assert contracts.build(tmp_path) == []


def test_every_table_is_in_one_dictionary_and_every_released_table_has_schema_and_contract() -> None:
    found = contracts.generated()
    listed = [
        t["name"]
        for path, text in found.items()
        if path.count("/") == 0 and path.endswith(".json")
        for t in json.loads(text)
    ]
    assert sorted(listed) == sorted(datasets())
    for recipient in RECIPIENTS.values():
        for shared in recipient.datasets:
            base = f"recipients/{recipient.id}/{shared.name}"
            assert f"{base}.odcs.yaml" in found
            assert json.loads(found[f"{base}.schema.json"])["title"] == shared.name


def test_who_gets_what_shows_every_column_with_treatment_and_basis() -> None:
    text = contracts.generated()["recipients/skatteetaten/README.md"]
    assert "| `case_ref` | token | POL-12A, AKRIM-3 |  |  |" in text
    assert (
        "| `persons` | drop |  |  | Workers are often affected parties; they are counted, not released. |"
        in text
    )
    assert (
        "| `value` | clear | FVL-13G, AKRIM-3 | I01, I02, I03, I04, I05, I06 | The value rests on the "
        "population register. |" in text
    )


def test_drift_names_changed_missing_and_foreign_documents(tmp_path: Path) -> None:
    contracts.build(tmp_path)
    (tmp_path / "core.en.md").write_text("by hand", encoding="utf-8")
    (tmp_path / "net.json").unlink()
    (tmp_path / "old.md").write_text("left over", encoding="utf-8")
    assert contracts.drift(tmp_path) == ["core.en.md", "net.json", "old.md"]
    assert contracts.build(tmp_path) == ["core.en.md", "net.json", "old.md"]
    assert contracts.drift(tmp_path) == []


def test_a_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        contracts.check_folder(tmp_path / "nowhere")


def test_the_input_contract_is_held_against_its_sums(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    for name in ("a.json", "codes/b.csv", "c.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "__init__.py").write_text("not part of it", encoding="utf-8")
    with pytest.raises(UsageError, match="no SHA256SUMS"):
        contracts.input_drift(tmp_path)
    contracts.accept_input(tmp_path)
    assert contracts.input_drift(tmp_path) == []
    (tmp_path / "a.json").write_text("changed", encoding="utf-8")
    (tmp_path / "c.md").unlink()
    (tmp_path / "codes" / "d.csv").write_text("new", encoding="utf-8")
    assert contracts.input_drift(tmp_path) == ["a.json", "c.md", "codes/d.csv"]


def test_the_input_contract_lies_as_it_was_accepted() -> None:
    assert contracts.input_drift() == []


@pytest.mark.skipif(not (ROOT / "docs" / "contracts").is_dir(), reason="not in a checkout")
def test_the_committed_documents_are_what_would_be_generated() -> None:
    assert contracts.drift(ROOT / "docs" / "contracts") == [], "run `kjede contracts build`"
