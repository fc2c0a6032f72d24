from datetime import date
from typing import Any

import numpy as np
import pytest

from jobs.evaluate import neighbours
from jobs.evaluate.baselines import KINDS, MEASURES, PIPELINE, Setting, compared, judged, pipeline_scores
from jobs.evaluate.labels import labels
from jobs.evaluate.neighbours import Links, shared_by
from jobs.evaluate.ranking import (
    area_interval,
    average_precision,
    average_precision_interval,
    order_of,
    percentiles,
    wilson,
)
from tests.unit.jobs.evaluate.planted import MONTH, Tables, company, edge, groups, look_alike, ring

FIRMS = 240
RINGS = 12


def number(place: int) -> str:
    """An organisation number with a right check digit."""
    weights = (3, 2, 7, 6, 5, 4, 3, 2)
    for body in range(30_000_000 + 1000 * place, 30_000_000 + 1000 * place + 1000):
        check = -sum(int(d) * w for d, w in zip(str(body), weights, strict=True)) % 11
        if check < 10:
            return f"{body}{check}"
    raise AssertionError(place)


ORGNRS = [number(n) for n in range(FIRMS)]
PLANTED = [ring(f"R{n:02d}", ORGNRS[3 * n : 3 * n + 3]) for n in range(RINGS)]
CONFIRMED = [ORGNRS[3 * n] for n in range(RINGS)]


def county(confirmed: int = RINGS, month: str = MONTH) -> Tables:
    """Rings that share an address and owe taxes; the rule sees two of three rings and two innocents."""
    orgs = [
        company(o, address_key=f"road {n // 3}" if n < 3 * RINGS else f"street {n}", municipality_no="3403")
        for n, o in enumerate(ORGNRS)
    ]
    seen = [o for n, o in enumerate(ORGNRS[: 3 * RINGS]) if n // 3 % 3]
    return Tables(
        {
            "core_org__organisations": orgs,
            "core_tax__standing": [
                {"orgnr": o, "answer_month": month, "answer": "data", "arrears_ore": (n < 3 * RINGS) * 10**7}
                for n, o in enumerate(ORGNRS)
            ],
            "core_outcome__inspections": [
                {"inspection_id": f"T{o}", "orgnr": o, "selected_by": "tip", "finding_level": "stop",
                 "decision_state": "endelig"}
                for o in CONFIRMED[:confirmed]
            ],
            "net_graph__edges": [
                edge("located_at", f"org:{row['orgnr']}", f"place:{row['address_key']}") for row in orgs
            ],
            "out_flag__findings": [
                {"finding_id": f"f{o}", "indicator_id": "A01", "status": "triggered", "companies": [o]}
                for o in [*seen, *ORGNRS[-2:]]
            ],
            "out_flag__cases": [
                {"case_id": f"c{n}", "rank": n + 1, "companies": list(own["companies"])}
                for n, own in enumerate(PLANTED)
            ],
        },
        month,
    )  # fmt: skip


def setting(confirmed: int = RINGS, seed: int = 1) -> Setting:
    run = county(confirmed)
    return Setting(run, [run], groups(PLANTED, [look_alike("L1", ORGNRS[-3:])]), seed)


def by_method(rows: list[dict[str, Any]], split: str) -> dict[str, dict[str, Any]]:
    return {row["method"]: row for row in rows if row["split"] == split}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return compared(setting(), capacity=50)


# ---- measures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(37, 100, 0.282, 0.468), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0)]
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert (found["low"], found["high"]) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


def test_wilson_of_nothing_says_nothing() -> None:
    assert wilson(0, 0) == {"value": None, "n": 0, "hits": 0, "low": None, "high": None}


def test_average_precision_is_that_of_scikit_learn_with_ties_too() -> None:
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(1)
    for _ in range(20):
        scores, hit = rng.integers(0, 6, 50).astype(float), rng.random(50) < 0.2
        hit[0] = True
        ours = average_precision(scores, hit[None, :].astype(float), (~hit).astype(float))
        assert ours[0] == pytest.approx(average_precision_score(hit, scores))


def test_average_precision_of_a_small_ranking_by_hand() -> None:
    found = average_precision_interval(np.array([4.0, 3.0, 2.0, 1.0]), ["R1", "", "R2", ""], seed=1)
    assert found["value"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["low"] <= found["value"] <= found["high"]
    assert average_precision_interval(np.array([1.0]), [""], seed=1)["value"] is None


def test_area_under_the_curve_by_hand_and_its_interval() -> None:
    scores = np.array([3.0, 1.0, 2.0, 0.0, 1.0])
    positive = np.array([True, True, False, False, False])
    found = area_interval(scores, positive, list("abcde"))
    assert found["value"] == pytest.approx((3 + 1.5) / 6)
    assert found["low"] < 0.5 < found["high"]


def test_a_cluster_that_agrees_with_itself_makes_the_interval_wider() -> None:
    rng = np.random.default_rng(2)
    base = rng.normal(size=40)
    scores = np.concatenate([np.repeat(base[:20], 5), np.repeat(base[20:], 5)])
    positive = np.arange(200) < 100
    alone = area_interval(scores, positive, [str(n) for n in range(200)])
    together = area_interval(scores, positive, [str(n // 5) for n in range(200)])
    assert together["high"] - together["low"] > 1.5 * (alone["high"] - alone["low"])
    assert together["p"] > alone["p"]


def test_a_rare_mark_that_no_ring_happens_to_have_is_no_sign() -> None:
    scores = np.zeros(1040)
    scores[:10] = 1.0
    positive = np.arange(1040) >= 1000
    assert area_interval(scores, positive, [str(n) for n in range(1040)])["p"] > 0.1


def test_ties_are_broken_alike_every_time_and_not_by_id() -> None:
    ids = [str(n) for n in range(100)]
    order = order_of(np.zeros(100), ids, seed=1)
    assert list(order) != sorted(order)
    turned = order_of(np.zeros(100), ids[::-1], seed=1)
    assert [ids[n] for n in order] == [ids[::-1][n] for n in turned]


def test_percentiles_take_ties_together() -> None:
    assert percentiles(np.array([5.0, 1.0, 1.0, 9.0])).tolist() == [0.625, 0.25, 0.25, 0.875]


# ---- neighbours -----------------------------------------------------------------------------------------


@pytest.fixture
def pair_and_hub() -> Links:
    """a and b share a house; a, c, d, e and f share an office; g shares nothing."""
    return shared_by([("a", "house"), ("b", "house"), *((o, "office") for o in "acdef"), ("g", "alone")])


def scored(known: Links, method: str, confirmed: str) -> dict[str, float]:
    found = neighbours.scores(known, confirmed, list("abcg"))[method]
    return dict(zip("abcg", found.tolist(), strict=True))


def test_the_count_of_confirmed_neighbours_counts_each_once_and_not_oneself(pair_and_hub: Links) -> None:
    assert scored(pair_and_hub, "neighbour_count", "a") == {"a": 0, "b": 1, "c": 1, "g": 0}
    both = shared_by([("a", "x"), ("b", "x"), ("a", "y"), ("b", "y")])
    assert neighbours.scores(both, "a", ["b"])["neighbour_count"].tolist() == [1]


def test_a_shared_hub_counts_less_by_inverse_degree(pair_and_hub: Links) -> None:
    assert scored(pair_and_hub, "inverse_degree", "a") == pytest.approx({"a": 0, "b": 1, "c": 0.25, "g": 0})


@pytest.mark.parametrize("method", ["personalised_pagerank", "birank"])
def test_propagation_prefers_the_close_one(pair_and_hub: Links, method: str) -> None:
    found = scored(pair_and_hub, method, "a")
    assert found["b"] > found["c"] > found["g"] == 0


def test_pagerank_is_that_of_networkx() -> None:
    import networkx as nx

    pairs = [("a", "x"), ("b", "x"), ("b", "y"), ("c", "y"), ("c", "z"), ("d", "z"), ("a", "z")]
    graph = nx.Graph(pairs)
    # Two steps of a walk between companies and things are one step between companies.
    walk: dict[str, dict[str, float]] = {o: {} for o in "abcd"}
    for o in "abcd":
        for thing in graph[o]:
            for other in graph[thing]:
                walk[o][other] = walk[o].get(other, 0) + 1 / graph.degree(o) / graph.degree(thing)
    directed = nx.DiGraph([(o, p, {"weight": w}) for o, to in walk.items() for p, w in to.items()])
    expected = nx.pagerank(directed, alpha=0.85, personalization={"a": 1.0}, tol=1e-12)
    found = neighbours.scores(shared_by(pairs), "a", list("abcd"))["personalised_pagerank"]
    assert found.tolist() == pytest.approx([expected[o] for o in "abcd"], abs=2e-3)


def test_nobody_who_is_learnt_from_sees_the_label_of_the_own_group(pair_and_hub: Links) -> None:
    together = {"a": "g1", "b": "g1"}
    found = neighbours.crossed_scores(pair_and_hub, "ab", list("ab"), together, seed=1)
    assert found["neighbour_count"].tolist() == [0, 0]
    apart = [neighbours.crossed_scores(pair_and_hub, "a", ["b"], {}, seed=s) for s in range(20)]
    assert {f["neighbour_count"][0] for f in apart} == {0, 1}


# ---- labels and comparison ------------------------------------------------------------------------------


def test_only_final_serious_outcomes_are_labels() -> None:
    common = {"selected_by": "tip"}
    found = labels(
        Tables(
            {
                "core_outcome__inspections": [
                    {"inspection_id": "1", "orgnr": ORGNRS[0], "finding_level": "stop",
                     "decision_state": "endelig", **common},
                    {"inspection_id": "2", "orgnr": ORGNRS[1], "finding_level": "fine",
                     "decision_state": "paaklaget", **common},
                    {"inspection_id": "3", "orgnr": ORGNRS[2], "finding_level": "none",
                     "decision_state": "endelig", **common},
                ],
                "core_outcome__reviews": [
                    {"review_id": "1", "case_id": "x", "subject_id": f"org:{ORGNRS[3]}", "is_final": "yes",
                     "outcome": "confirmed_serious", "reviewed_on": date(2025, 1, 1), **common},
                    {"review_id": "2", "case_id": "x", "subject_id": "dwelling:1:H0101", "is_final": "yes",
                     "outcome": "confirmed_serious", "reviewed_on": date(2025, 1, 1), **common},
                    {"review_id": "3", "case_id": "x", "subject_id": ORGNRS[0], "is_final": "yes",
                     "outcome": "lawful_explanation", "reviewed_on": date(2025, 1, 1), **common},
                ],
            }
        )
    )  # fmt: skip
    assert found.confirmed == {ORGNRS[0], ORGNRS[3]}
    assert found.cleared == {ORGNRS[2]}


def test_a_company_stands_where_its_best_case_stands() -> None:
    cases = [
        {"case_id": "1", "rank": 2, "companies": ["a", "b"]},
        {"case_id": "2", "rank": 1, "companies": ["b"]},
    ]
    found = pipeline_scores(Tables({"out_flag__cases": cases}), ["a", "b", "c"])
    assert found.tolist() == [-2, -1, -3]


def test_every_method_is_on_every_split_it_makes_sense_on(rows: list[dict[str, Any]]) -> None:
    assert list(by_method(rows, "ring")) == list(KINDS)
    assert {row["split"] for row in rows} == {"ring", "members"}
    subjects = {row["split"]: {r["subjects_n"] for r in rows if r["split"] == row["split"]} for row in rows}
    assert subjects == {"ring": {FIRMS}, "members": {FIRMS - RINGS}}


def test_the_pipeline_that_names_the_rings_first_is_right(rows: list[dict[str, Any]]) -> None:
    ours = by_method(rows, "ring")[PIPELINE]
    assert ours["pr_auc"]["value"] == 1
    assert ours["precision_at_rings"]["hits"] == ours["rings_n"] == RINGS
    assert ours["ring_recall_at_capacity"]["value"] == 1
    assert ours["base_rate"] == pytest.approx(36 / 240)
    assert ours["lift"] == pytest.approx(36 / 50 / (36 / 240))


def test_models_learn_what_confirmed_outcomes_show(rows: list[dict[str, Any]]) -> None:
    found = by_method(rows, "ring")
    assert found["logistic_regression"]["pr_auc"]["value"] > 0.9
    assert found["gradient_boosting"]["pr_auc"]["value"] > 0.9
    assert found["random"]["pr_auc"]["value"] < 0.4
    assert found["best_single_rule"]["note"] == "A01"


def test_links_find_the_others_of_a_ring_but_never_across_a_split(rows: list[dict[str, Any]]) -> None:
    assert by_method(rows, "members")["inverse_degree"]["pr_auc"]["value"] == 1
    base = by_method(rows, "ring")["inverse_degree"]
    assert base["pr_auc"]["value"] == pytest.approx(base["base_rate"])


def test_what_the_pipeline_beats_are_intervals_that_do_not_touch(rows: list[dict[str, Any]]) -> None:
    found = by_method(rows, "ring")
    assert "pr_auc" in found["random"]["pipeline_is_better"]
    assert found[PIPELINE]["pipeline_is_better"] == found[PIPELINE]["pipeline_is_worse"] == []
    for row in rows:
        ours = by_method(rows, row["split"])[PIPELINE]
        for name in row["pipeline_is_better"]:
            assert ours[name]["low"] > row[name]["high"]
    worse = judged(
        [
            {"method": PIPELINE, **{m: {"low": 0.1, "high": 0.2} for m in MEASURES}},
            {"method": "random", **{m: {"low": 0.3, "high": 0.4} for m in MEASURES}},
            {"method": "birank", **{m: {"low": 0.2, "high": 0.4} for m in MEASURES}},
        ]
    )
    assert worse[1]["pipeline_is_worse"] == list(MEASURES)
    assert worse[2]["pipeline_is_worse"] == []


def test_a_model_is_not_trained_on_a_handful_of_labels() -> None:
    found = by_method(compared(setting(confirmed=4), capacity=50), "ring")
    row = found["gradient_boosting"]
    assert row["status"] == "not_trained"
    assert row["note"].startswith("not trained: ")
    assert "pr_auc" not in row
    assert found[PIPELINE]["status"] == "scored"
    none = by_method(compared(setting(confirmed=0), capacity=50), "ring")
    assert none["birank"]["status"] == none["best_single_rule"]["status"] == "not_trained"


def test_the_same_seed_gives_the_same_rows(rows: list[dict[str, Any]]) -> None:
    assert compared(setting(), capacity=50) == rows
