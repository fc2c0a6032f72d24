import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.dataset import WHOLE, Column, Dataset
from expectations.errors import DataRefused, UsageError
from jobs.lake import manifest
from jobs.lake.manifest import TableRef, check_partition, code_version, is_whole, sealed, unsealed, version_id

TABLE = Dataset(
    name="core_test__things",
    description="d",
    owner="o",
    key=("n",),
    columns=(Column(name="n", type=WHOLE, description="d"),),
)
STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
IDS = st.lists(st.text("abc/", min_size=1, max_size=6), max_size=5)
PARAMETERS = st.dictionaries(st.text("ab", max_size=2), st.text("xy", max_size=2), max_size=3)


@STEADY
@given(IDS, PARAMETERS, st.randoms(use_true_random=False))
def test_order_and_repetition_of_inputs_do_not_count(
    inputs: list[str], parameters: dict[str, str], random: Random
) -> None:
    shuffled = [*inputs, *inputs[:2]]
    random.shuffle(shuffled)
    turned = dict(reversed(parameters.items()))
    assert version_id(TABLE, "2026-01", inputs, parameters, "c") == version_id(
        TABLE, "2026-01", shuffled, turned, "c"
    )


@STEADY
@given(IDS, IDS, PARAMETERS, PARAMETERS)
def test_other_inputs_or_parameters_are_another_version(
    a: list[str], b: list[str], p: dict[str, str], q: dict[str, str]
) -> None:
    same = set(a) == set(b) and p == q
    assert (version_id(TABLE, "2026-01", a, p, "c") == version_id(TABLE, "2026-01", b, q, "c")) is same


def test_month_code_and_schema_are_part_of_the_version() -> None:
    ids = {
        version_id(TABLE, "2026-01", [], {}, "c"),
        version_id(TABLE, "2026-02", [], {}, "c"),
        version_id(TABLE, "2026-01", [], {}, "d"),
        version_id(
            Dataset(
                name=TABLE.name,
                description="d",
                owner="o",
                key=("n",),
                columns=(*TABLE.columns, Column(name="m", type=WHOLE, description="d")),
            ),
            "2026-01",
            [],
            {},
            "c",
        ),
    }
    assert len(ids) == 4
    assert all(len(i) == 16 for i in ids)


def test_wording_does_not_change_the_schema_fingerprint() -> None:
    reworded = Dataset(
        name=TABLE.name,
        description="other words",
        owner="p",
        key=("n",),
        columns=(Column(name="n", type=WHOLE, description="other words"),),
    )
    assert manifest.schema_fingerprint(reworded) == manifest.schema_fingerprint(TABLE)


@STEADY
@given(st.dictionaries(st.text("abæ", max_size=4), st.integers(), max_size=4), st.data())
def test_every_flipped_byte_breaks_the_seal(value: dict[str, int], data: st.DataObject) -> None:
    content = sealed(value)
    assert is_whole(content)
    assert unsealed(content, "here") == value
    at = data.draw(st.integers(0, len(content) - 1))
    flipped = bytearray(content)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DataRefused, match="lake_not_whole: here"):
        unsealed(bytes(flipped), "here")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"1", b'{"digest": "x"}', b"{\xff"])
def test_what_was_not_sealed_is_not_whole(content: bytes) -> None:
    assert not is_whole(content)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, bytes]], str]:
    def version(files: dict[str, bytes]) -> str:
        folder = tmp_path / f"copy{len(list(tmp_path.iterdir()))}"
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        module = ModuleType("ours")
        module.__path__ = [str(folder)]
        monkeypatch.setattr(manifest, "PACKAGES", (module,))
        code_version.cache_clear()
        found = code_version()
        code_version.cache_clear()
        return found

    return version


def test_code_version_is_of_contents_not_of_place_or_line_ends(
    package: Callable[[dict[str, bytes]], str],
) -> None:
    first = package({"a.py": b"x = 1\n", "b/c.json": b"{}"})
    assert first == package({"b/c.json": b"{}", "a.py": b"x = 1\r\n"})
    assert first == package({"a.py": b"x = 1\n", "b/c.json": b"{}", "__pycache__/a.py": b"?", "n.txt": b"?"})
    assert first != package({"a.py": b"x = 2\n", "b/c.json": b"{}"})
    assert first != package({"d.py": b"x = 1\n", "b/c.json": b"{}"})
    assert first != package({"a.py": b"x = 1\n", "b/c.json": b"[]"})


def test_code_version_of_this_program_holds_within_a_process() -> None:
    assert code_version() == code_version()
    assert len(code_version()) == 16
    assert sys.modules["jobs"] in manifest.PACKAGES


def test_a_reference_survives_json() -> None:
    ref = TableRef("core_test__things", "2026-01", "v", 1, "h", "m")
    assert TableRef.from_dict(ref.to_dict() | {"more": 1}) == ref
    assert ref.id == "core_test__things/2026-01/v"
    assert ref.folder == "tables/core_test__things/month=2026-01/v"
    assert TableRef("raw_x__y", "d", "v", 1, "h", "m").folder == "raw/raw_x__y/d"


@pytest.mark.parametrize(
    "partition", ["2026-13", "2026-1", "202601", "../etc", "2026/01", "", "2026-00", "٢٠٢٦-01"]
)
def test_only_a_month_names_a_partition_of_months(partition: str) -> None:
    with pytest.raises(UsageError):
        check_partition(TABLE, partition)


def test_a_month_is_accepted() -> None:
    check_partition(TABLE, "2026-12")
