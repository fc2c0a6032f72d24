"""Reading of attributes, windows and ids."""

from datetime import date
from decimal import Decimal

import networkx as nx
import pytest

from graph.detectors.reading import (
    all_true,
    any_true,
    company,
    days_around,
    digest,
    known,
    months_ending,
    orgnrs,
    path,
    plain,
    pseudonyms,
    share,
)
from graph.model import Node
from tests.golden.loader import built


def test_known_gives_the_value_or_none_and_refuses_another_type() -> None:
    node = Node("org:211111111", {"employees_n": 3})
    assert known(node, "employees_n", int) == 3
    assert known(node, "nace", str) is None
    with pytest.raises(TypeError, match="employees_n is int, not str"):
        known(node, "employees_n", str)


@pytest.mark.parametrize(
    ("month", "count", "first"),
    [
        (date(2026, 1, 31), 1, date(2026, 1, 1)),
        (date(2026, 1, 31), 12, date(2025, 2, 1)),
        (date(2025, 12, 31), 12, date(2025, 1, 1)),
        (date(2024, 2, 29), 26, date(2022, 1, 1)),
    ],
)
def test_window_of_whole_months(month: date, count: int, first: date) -> None:
    assert months_ending(month, count) == (first, month)


def test_days_around() -> None:
    assert days_around(date(2025, 3, 1), 1, 2) == (date(2025, 2, 28), date(2025, 3, 3))


def test_share_has_six_decimals() -> None:
    assert share(2, 3) == Decimal("0.666667")


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("0.800000"), "0.8"), (Decimal(160000), "160000"), (Decimal("1E+2"), "100"), (7, "7")],
)
def test_plain_numbers(value: Decimal | int, text: str) -> None:
    assert plain(value) == text


def test_companies_and_persons_are_sorted_once_and_foreign_ids_left_out() -> None:
    ids = ["org:300000002", "org:200000001", "org:300000002", "org:SE-1", "person:p2", "person:p1"]
    assert orgnrs(ids) == ("200000001", "300000002")
    assert pseudonyms(ids) == ("p1", "p2")


def test_digest_depends_on_order_and_cut() -> None:
    assert len({digest(["a", "b"]), digest(["b", "a"]), digest(["ab"])}) == 3
    assert digest(["a", "b"]) == digest(["a", "b"])


def test_name_of_a_sole_proprietor_is_never_told() -> None:
    scope = built(
        {
            "scope": "project:p1",
            "nodes": {
                "org:200000001": {"name": "Eksempel Eksempelsen", "org_form": "ENK"},
                "org:200000002": {"name": "Alfa Bygg AS", "org_form": "AS"},
            },
        }
    )
    assert company(scope, "org:200000001") == {
        "nb": "enkeltpersonforetak 200000001",
        "en": "sole proprietorship 200000001",
    }
    assert company(scope, "org:200000002") == {"nb": "Alfa Bygg AS", "en": "Alfa Bygg AS"}
    assert company(scope, "org:200000003") == {"nb": "virksomhet 200000003", "en": "company 200000003"}


def test_path_to_oneself_needs_no_graph() -> None:
    assert path(nx.Graph(), "a", "a") == []
    assert path(nx.path_graph(["a", "b", "c"]), "a", "c") == [("a", "b"), ("b", "c")]


@pytest.mark.parametrize(
    ("values", "any_of_them", "all_of_them"),
    [
        ((True, None, False), True, False),
        ((None, False), None, False),
        ((True, None), True, None),
        ((False, False), False, False),
        ((True, True), True, True),
        ((), False, True),
    ],
)
def test_unknown_is_neither_true_nor_false(
    values: tuple[bool | None, ...], any_of_them: bool | None, all_of_them: bool | None
) -> None:
    assert any_true(*values) is any_of_them
    assert all_true(*values) is all_of_them
