"""Forbidden attributes and proxies stay out of what detectors read."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from graph.feature_lint import (
    ALLOWED,
    Problem,
    is_forbidden,
    is_proxy,
    lint_declared,
    lint_indicators,
    lint_source,
    words,
)
from graph.model import EDGE_ATTRIBUTES, NODE_ATTRIBUTES
from graph.registry import INDICATORS

DETECTORS = sorted((Path(__file__).parents[3] / "graph" / "detectors").glob("*.py"))
DECLARED = {
    name for declared in (NODE_ATTRIBUTES, EDGE_ATTRIBUTES) for names in declared.values() for name in names
}


def test_nothing_forbidden_is_declared() -> None:
    assert lint_declared(NODE_ATTRIBUTES, "nodes") == []
    assert lint_declared(EDGE_ATTRIBUTES, "edges") == []
    assert lint_indicators(INDICATORS) == []


@pytest.mark.parametrize("path", DETECTORS, ids=lambda path: path.stem)
def test_no_detector_reads_anything_forbidden_or_undeclared(path: Path) -> None:
    assert lint_source(path.stem, path.read_text(encoding="utf-8"), DECLARED) == []


def test_every_allowed_reading_of_a_proxy_is_still_needed() -> None:
    found = {
        (path.stem, name)
        for path in DETECTORS
        for name in DECLARED
        if is_proxy(name) and f'known(node, "{name}"' in path.read_text(encoding="utf-8")
    }
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    "name",
    ["nationality", "is_citizen", "statsborgerskap", "birth_country", "birthCountry", "ethnic_group", "sex",
     "gender", "kjoenn", "spraak", "language_code", "religion", "health_status", "sykdom", "union_member",
     "fagforening", "landbakgrunn", "is_immigrant"],
)  # fmt: skip
def test_forbidden(name: str) -> None:
    assert is_forbidden(name)


@pytest.mark.parametrize(
    "name",
    ["is_d_number", "org_form", "phone_prefix", "bank_country", "first_name", "postcode", "is_foreign",
     "land_kode", "iban"],
)  # fmt: skip
def test_proxy(name: str) -> None:
    assert is_proxy(name) or is_forbidden(name)


@pytest.mark.parametrize(
    "name",
    ["is_adult", "nace", "municipality_no", "registered_on", "signed_on", "housing_kind", "permit",
     "worker_flow", "background", "information", "platform_kind", "landlord_kind"],
)  # fmt: skip
def test_harmless(name: str) -> None:
    assert not is_forbidden(name)
    assert not is_proxy(name)


def test_words_of_snake_and_camel_case() -> None:
    assert words("birthCountry_code2") == ["birth", "country", "code2"]


def test_planted_attribute_of_a_person_is_found() -> None:
    assert lint_declared({"person": {"is_adult": bool, "nationality": str, "age_years": int}}, "nodes") == [
        Problem("nodes.person", "age_years", "a person may only carry what PERSON_ATTRIBUTES lists"),
        Problem("nodes.person", "nationality", "forbidden attribute"),
    ]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        pytest.param('known(node, "nationality", str)', "forbidden attribute", id="read"),
        pytest.param('node.attributes.get("nationality")', "forbidden attribute", id="read past `known`"),
        pytest.param("def f(citizenship): ...", "forbidden attribute", id="argument"),
        pytest.param("f(religion=1)", "forbidden attribute", id="keyword"),
        pytest.param("x.ethnicity", "forbidden attribute", id="attribute of an object"),
        pytest.param('known(node, "org_form", str)', "proxy of a forbidden attribute", id="proxy"),
        pytest.param(
            '[known(n, a, str) for a in ("nace", "org_form")]',
            "proxy of a forbidden attribute",
            id="proxy in a loop",
        ),
        pytest.param(
            'for a in ("nace", "shoe_size"): known(n, a, str)', "attribute is not declared", id="undeclared"
        ),
    ],
)
def test_planted_reading_is_found(code: str, wanted: str) -> None:
    assert [p.reason for p in lint_source("planted", code, DECLARED) if p.reason == wanted] == [wanted]


def test_documentation_may_name_what_is_forbidden() -> None:
    assert lint_source("planted", '"""Nationality and language are never read."""', DECLARED) == []


def test_planted_threshold_is_found() -> None:
    @dataclass(frozen=True)
    class Thresholds:
        max_foreign_share: int = 1

    planted = replace(INDICATORS[0], default_thresholds=Thresholds())
    assert lint_indicators([planted]) == [Problem("A01", "max_foreign_share", "forbidden attribute or proxy")]
