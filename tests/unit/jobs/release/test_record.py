import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import NotPermitted, UsageError
from expectations.recipients import RECIPIENTS, SKATTEETATEN
from jobs.lake.storage_local import LocalStorage
from jobs.release.record import (
    NecessityRecord,
    check_not_copied,
    check_record,
    example_record,
    read_record,
    store_record,
    stored_records,
)
from tests.unit.jobs.release.sample_run import MONTH, real_record

ON = [date(2026, 2, 15)]
GOOD = real_record()
TEXTS = ("purpose", "seriousness", "necessity", "proportionality")


def check(record: NecessityRecord, on: list[date] = ON, *, synthetic: bool = False) -> None:
    check_record(record, SKATTEETATEN, MONTH, on, synthetic_run=synthetic)


def test_a_thought_through_record_carries_the_release() -> None:
    check(GOOD)


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "too short", id="empty"),
        pytest.param("necessary " * 20, "too short", id="one word repeated"),
        pytest.param(
            "See above. " + GOOD.purpose + " It is a matter of some weight for all.",
            "placeholder",
            id="refers",
        ),
        pytest.param(
            "TODO " + GOOD.purpose + " It is a matter of some weight for all.",
            "placeholder",
            id="placeholder",
        ),
    ],
)
def test_hollow_texts_are_refused(field: str, text: str, message: str) -> None:
    with pytest.raises(NotPermitted, match=message):
        check(real_record(**{field: text}))


def test_the_same_text_twice_is_refused_even_with_other_digits() -> None:
    with pytest.raises(NotPermitted, match="proportionality repeats necessity"):
        check(real_record(proportionality=GOOD.necessity.upper() + " 2026"))


def test_the_declared_purpose_is_no_assessment() -> None:
    with pytest.raises(NotPermitted, match="repeats the declared purpose"):
        check(real_record(purpose=SKATTEETATEN.purpose_nb))


@pytest.mark.parametrize(
    "alternatives",
    [(), ("none",), (GOOD.purpose,), (GOOD.alternatives[0], GOOD.alternatives[0])],
    ids=["none", "too short", "the purpose again", "one twice"],
)
def test_alternatives_must_have_been_considered(alternatives: tuple[str, ...]) -> None:
    with pytest.raises(NotPermitted, match="alternative"):
        check(real_record(alternatives=alternatives))


@pytest.mark.parametrize(
    ("on", "valid"),
    [
        (date(2026, 1, 31), False),
        (date(2026, 2, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
    ids=["day before", "first day", "last day", "day after"],
)
def test_a_record_holds_from_its_first_to_its_last_day(on: date, valid: bool) -> None:
    if valid:
        check(GOOD, [on])
    else:
        with pytest.raises(NotPermitted, match="is valid"):
            check(GOOD, [on])


@pytest.mark.parametrize("more", [{"recipient": "nav"}, {"month": "2025-12"}])
def test_a_record_is_for_one_recipient_and_month(more: dict[str, Any]) -> None:
    with pytest.raises(NotPermitted, match="is for"):
        check(real_record(**more))


@pytest.mark.parametrize("recipient", sorted(RECIPIENTS))
def test_the_example_carries_synthetic_data_and_nothing_else(recipient: str) -> None:
    example = example_record(recipient, MONTH)
    assert example.synthetic
    check_record(example, RECIPIENTS[recipient], MONTH, ON, synthetic_run=True)
    with pytest.raises(NotPermitted, match="a delivery of the run is real"):
        check_record(example, RECIPIENTS[recipient], MONTH, ON, synthetic_run=False)


def test_reasons_copied_from_an_earlier_record_are_refused() -> None:
    earlier = real_record(record_id="2025-1", month="2025-12")
    with pytest.raises(NotPermitted, match="word for word that of 2025-1"):
        check_not_copied(GOOD, [earlier])
    check_not_copied(GOOD, [GOOD])
    fresh = {name: getattr(GOOD, name) + " A thought of its own for another month." for name in TEXTS}
    check_not_copied(GOOD, [real_record(record_id="2025-1", month="2025-12", **fresh)])
    check_not_copied(example_record("skatteetaten", MONTH), [example_record("skatteetaten", "2025-12")])


def test_a_record_reads_back_the_same_and_its_digest_says_what_it_says() -> None:
    again = NecessityRecord.from_json(GOOD.to_json())
    assert again == GOOD
    assert again.sha256 == GOOD.sha256 != real_record(prepared_by="ola").sha256


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": None},
        {"purpose": 3},
        {"valid_to": "soon"},
        {"extra": 1},
        {"alternatives": None},
        {"record_id": "../x"},
        {"synthetic": "no"},
    ],
    ids=str,
)
def test_what_is_no_record_is_a_usage_error(change: dict[str, Any]) -> None:
    values = json.loads(GOOD.to_json()) | change
    with pytest.raises(UsageError, match="necessity record"):
        NecessityRecord.from_json(json.dumps({k: v for k, v in values.items() if v is not None}))


def test_records_are_kept_and_never_changed(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    assert (
        store_record(storage, GOOD) == store_record(storage, GOOD) == "approvals/skatteetaten/2026-1234.json"
    )
    with pytest.raises(NotPermitted, match="records are never changed"):
        store_record(storage, real_record(prepared_by="ola"))
    assert stored_records(storage, "skatteetaten") == [GOOD]
    assert stored_records(storage, "nav") == []
    assert read_record(storage, "skatteetaten", "2026-1234") == GOOD
    with pytest.raises(NotPermitted, match="no necessity record"):
        read_record(storage, "skatteetaten", "2026-9")
