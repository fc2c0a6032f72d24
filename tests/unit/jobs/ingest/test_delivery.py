import pytest

from expectations.errors import DataRefused
from jobs.ingest import delivery
from jobs.ingest.delivery import DeliveryRef, in_order, is_file_name, read_envelope, verify

PLACE = ("skatteetaten_amelding", "2026-01", "20260210T041500Z-0001", "landing/x")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("amelding_1.jsonl.gz", True),
        ("a" * 255, True),
        ("a" * 256, False),
        ("", False),
        (".", False),
        ("..", False),
        (".hidden", False),
        ("a/b", False),
        ("a\\b", False),
        ("C:b", False),
        ("a\0b", False),
        ("a\nb", False),
        ("a\u202eb", False),
        (None, False),
        (7, False),
    ],
)
def test_case_28_names_that_stay_in_their_folder(name: object, is_one: bool) -> None:
    assert is_file_name(name) is is_one


def test_an_envelope_is_read_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "ENVELOPE_BYTES", 20)
    assert read_envelope(*PLACE, b'{"a": 1}'.ljust(20)).problem == ""
    found = read_envelope(*PLACE, b'{"a": 1}'.ljust(21))
    assert (found.problem, found.envelope) == ("larger than 20 bytes", {})
    with pytest.raises(DataRefused, match=r"delivery_invalid: .*larger than 20 bytes"):
        verify(found)


def test_stored_bytes_are_what_the_envelope_says_and_nonsense_counts_nothing() -> None:
    assert read_envelope(*PLACE, b'{"files": [{"bytes": 3}, {"bytes": "x"}, 7]}').bytes == 3
    assert read_envelope(*PLACE, b'{"files": 7}').bytes == 0


def test_deliveries_are_in_the_order_in_which_they_became_known() -> None:
    def at(text: str, serial: int) -> DeliveryRef:
        content = f'{{"delivered_at": "{text}"}}'.encode()
        return read_envelope("s", "2026-01", f"d{serial}", "x", content)

    found = in_order(
        [at("2026-02-02T00:00:00Z", 1), at("2026-02-01T00:00:00Z", 3), at("2026-02-01T00:00:00Z", 2)]
    )
    assert [d.delivery_id for d in found] == ["d2", "d3", "d1"]
    assert found[0].delivered_at is not None
    assert at("31.12.2026", 1).delivered_at is None
