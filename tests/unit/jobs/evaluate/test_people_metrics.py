"""What a true case costs others, and whether flags fall evenly, worked out by hand."""

import pytest

from jobs.evaluate.matching import Matches
from jobs.evaluate.metrics_people import burden, fairness
from jobs.evaluate.rates import rate
from tests.unit.jobs.evaluate.small_world import case, finding, matches, snapshot, truth


def test_burden_of_the_cases() -> None:
    figures = burden(matches())
    assert (figures["cases"], figures["true_cases"]) == (3, 2)
    # 30, 10, 11 and 40 are of no ring.
    assert figures["companies"] == {"innocent": 4, "all": 9, "per_true_case": 2.0}
    assert figures["dwellings"] == {"innocent": 1, "all": 2, "per_true_case": 0.5}
    # p2 is named by a finding about a ring as well; p3 and p4 are not.
    assert figures["persons"] == {"innocent": 2, "all": 4, "per_true_case": 1.0}


def test_burden_without_a_true_case_is_per_nothing() -> None:
    wrong = matches(cases=[case(1, "K", "f6", "40", "I01")])
    assert burden(wrong)["companies"] == {"innocent": 1, "all": 1, "per_true_case": None}


def sealed(sizes: dict[str, int]) -> dict[str, dict[str, str]]:
    """Companies 100, 101, ... by group; one region, one size band."""
    groups = [group for group, size in sizes.items() for _ in range(size)]
    return {
        str(100 + n): {"region": "34", "size_band": "0", "group": group} for n, group in enumerate(groups)
    }


def flagged(*companies: int) -> list[dict[str, object]]:
    return [finding(f"g{c}", "A01", f"project:Q{c}", str(c)) for c in companies]


def laid(sizes: dict[str, int], *companies: int) -> Matches:
    given = sealed(sizes)
    own = snapshot(findings=flagged(*companies), cases=(), companies=frozenset(given))
    return Matches(truth(sealed=given), own)


def test_rates_and_ratios_of_groups() -> None:
    rows = [
        r for r in fairness(laid({"A": 60, "B": 20}, 100, 101, 102, 160, 161)) if r["attribute"] == "group"
    ]
    assert [(r["category"], r["reference"]) for r in rows] == [("A", "A"), ("B", "A")]
    assert rows[0]["flag_rate"] == rate(3, 60)
    assert rows[1]["flag_rate"] == rows[1]["false_flag_rate"] == rate(2, 20)
    assert rows[0]["flag_ratio"]["value"] == 1.0
    assert rows[1]["flag_ratio"]["value"] == 2.0
    assert rows[1]["case_ratio"]["value"] is None


def test_a_whole_attribute_with_one_value_has_one_row() -> None:
    rows = fairness(laid({"A": 60, "B": 20}))
    assert [(r["attribute"], r["category"]) for r in rows[:2]] == [("region", "34"), ("size_band", "0")]


@pytest.mark.parametrize(("size", "suppressed"), [(19, True), (20, False)])
def test_small_groups_are_not_told(size: int, suppressed: bool) -> None:
    row = next(r for r in fairness(laid({"A": 60, "B": size}, 160)) if r["category"] == "B")
    assert row["is_suppressed"] is suppressed
    assert ("flag_rate" in row) is not suppressed
    assert suppressed == (set(row) == {"attribute", "category", "reference", "is_suppressed"})


def test_few_innocent_ones_hide_the_false_flag_figures_only() -> None:
    given = {**sealed({"A": 60, "B": 19}), "1": {"region": "34", "size_band": "0", "group": "B"}}
    own = Matches(truth(sealed=given), snapshot(findings=(), cases=(), companies=frozenset(given)))
    row = next(r for r in fairness(own) if r["category"] == "B")
    assert row["companies"] == 20
    assert row["false_flag_rate"] is row["false_flag_ratio"] is None


def test_a_world_without_sealed_attributes_says_nothing() -> None:
    assert fairness(matches()) == []
