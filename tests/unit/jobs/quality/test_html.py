import base64
import hashlib
import re
from typing import Any

import pytest

from expectations.cadence import CADENCES
from jobs.quality import words
from jobs.quality.html import COLOURS, TEXT_ON, TONES, intake_page, quality_page, style
from jobs.quality.intake_report import IntakeReport
from jobs.quality.report import QualityReport
from tests.unit.jobs.dossier.structure import Page, contrast

STATES = ("fresh", "stale", "broken", "missing", "absent")
HOSTILE = "$.<img src=x onerror=alert(1)>"


def quality(**changes: Any) -> QualityReport:
    rule = {
        "table": "core_org__roles",
        "rule_id": "core_org__roles:orgnr_exists",
        "severity": "critical",
        "checked": 1_000,
        "violated": 600,
        "allowed": 10,
        "is_broken": True,
        "was_broken": False,
        "trend": "worse",
        "detail": HOSTILE,
        "description": "Every one exists.",
        "description_nb": "Alle finnes.",
        "basis": "lag",
        "year": 2026,
        "advice": "look in `kjede report intake`",
        "advice_nb": "se `kjede report intake`",
    }
    sources = [
        {
            "source": cadence.source,
            "state": state,
            "newest_period": "2026-01",
            "delivery_id": "d",
            "delivered_at": "2026-02-01T04:00:00Z",
            "age_days": 3,
            "limit_days": None,
            "register_period": "",
            "cadence": cadence.says,
        }
        for cadence, state in zip(CADENCES, STATES * 4, strict=False)
    ]
    table = {
        "table": "core_org__roles",
        "layer": "core",
        "rows": 1_234_567,
        "rows_before": 1_000_000,
        "rules": 9,
        "violated": 2,
        "broken": 1,
        "version": "0" * 16,
        "content_hash": "1" * 64,
        "description": "One row.",
        "description_nb": "Én rad.",
    }
    fields: dict[str, Any] = {
        "month": "2026-01",
        "as_of": "2026-02-14T23:00:00Z",
        "run_id": "0" * 16,
        "code_version": "c",
        "document": "d",
        "verdict": "refused",
        "readers_see": "r",
        "before": "b",
        "rules": (
            rule,
            rule | {"severity": "warning", "trend": "", "allowed": 0, "detail": "", "year": None},
        ),
        "tables": (table, table | {"table": "raw_x__y", "layer": "raw", "rows_before": None, "version": ""}),
        "sources": tuple(sources),
        "refused": (
            {
                "source": "kontraktskjede",
                "delivery_id": "d9",
                "period": "2026-01",
                "status": "rejected",
                "refusal": "delivery_corrupt",
            },
        ),
        "coverage": (
            {
                "indicator_id": "A03",
                "subject_type": "company",
                "status": "not_evaluable",
                "reason": "r",
                "subjects_n": 4,
            },
        ),
        "changes": {
            "new_deliveries": {"brreg_enheter": 2},
            "gone_deliveries": {},
            "code": "changed",
            "newly_broken": [],
            "resolved": ["a:b"],
        },
        "by_rows": ("core_org__roles",),
    }
    return QualityReport(**(fields | changes))


def intake(**changes: Any) -> IntakeReport:
    counts = {
        "records": 10,
        "accepted": 7,
        "quarantined": 3,
        "duplicate": 0,
        "superseded": 0,
        "protected": 0,
        "purged": 0,
    }
    row = {
        "source": "brreg_enheter",
        "delivery_id": "20260201T040000Z-0001",
        "period": "2026-01-31",
        "kind": "snapshot",
        "delivered_at": "2026-02-01T04:00:00Z",
        "status": "accepted",
        **counts,
        "protected_rows": 0,
        "due_on": "2026-02-03",
        "late_days": 2,
        "unknown_fields": {HOSTILE: 3},
        "warnings": ["key_repeated"],
        "refusal": "",
        "message": "",
        "reasons": [{"reason_code": "bad_form", "path": HOSTILE, "records": 3}],
        "drift": [
            {"what": "fill_shift", "table": "t", "field": "f", "was": 50, "is": 10},
            {"what": "unknown_new", "table": "", "field": HOSTILE, "was": None, "is": 3},
        ],
    }
    refused = row | {
        "drift": [],
        "reasons": [],
        "kind": "",
        "delivered_at": "",
        "late_days": None,
        "refusal": "delivery_corrupt",
        "message": HOSTILE,
    }
    fields: dict[str, Any] = {
        "month": "2026-01",
        "since": "2026-01-14T23:00:00Z",
        "until": "2026-02-14T23:00:00Z",
        "deliveries": (row, *(refused | {"status": s} for s in ("held", "rejected", "conflict"))),
        "warnings": ("delivery_unfinished: a/b/c",),
    }
    return IntakeReport(**(fields | changes))


EMPTY: dict[str, Any] = {
    "refused": (),
    "rules": (),
    "tables": (),
    "sources": (),
    "coverage": (),
    "run_id": "",
    "before": "",
    "document": "",
    "readers_see": "",
}
PAGES = {
    "quality": quality_page(quality()),
    "nothing of quality": quality_page(quality(verdict="passed", **EMPTY)),
    "intake": intake_page(intake()),
    "nothing of intake": intake_page(intake(deliveries=(), warnings=(), month="", since="", until="")),
}


@pytest.fixture(params=sorted(PAGES))
def page(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]


def test_it_is_whole_and_in_both_languages(page: str) -> None:
    read = Page(page)
    assert read.all("html")[0].attrs["lang"] == "nb"
    articles = read.all("article")
    assert [a.attrs["lang"] for a in articles] == ["nb", "en"] == [a.attrs["id"] for a in articles]
    assert all(len(a.find("h1")) == 1 for a in articles)
    assert len({a.text for a in articles}) == 2
    assert len(read.all("title")) == 1


def test_the_verdict_comes_first(page: str) -> None:
    for article in Page(page).all("article"):
        first = next(child for child in article.children if child.tag != "h1")
        assert first.attrs["class"].split()[0] == "verdict"
        assert first.attrs["aria-label"]


def test_tables_can_be_read_by_ear(page: str) -> None:
    for table in Page(page).all("table"):
        captions = table.find("caption")
        assert len(captions) == 1
        assert captions[0].text.strip()
        assert {th.attrs.get("scope") for th in table.find("th")} <= {"col", "row", "rowgroup"}
        assert table.parents[-1].attrs["tabindex"] == "0"
        assert table.parents[-1].attrs["aria-label"]
        widths = {
            sum(int(cell.attrs.get("colspan", 1)) for cell in row.find("td", "th"))
            for row in table.find("tr")
        }
        assert len(widths) == 1, widths


def test_nothing_is_loaded_and_nothing_runs(page: str) -> None:
    read = Page(page)
    assert not read.all("script", "link", "img", "iframe", "object", "embed", "base", "form")
    for element in read.elements:
        assert not {a for a in element.attrs if a.startswith("on") or a in ("src", "action", "style")}
    policy = next(m.attrs["content"] for m in read.all("meta") if "http-equiv" in m.attrs)
    css = re.search(r"<style>(.*?)</style>", page, re.S)
    assert css
    digest = base64.b64encode(hashlib.sha256(css.group(1).encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "http://" not in page
    assert "https://" not in page


def test_ids_are_unique_and_links_lead_somewhere_on_the_page(page: str) -> None:
    read = Page(page)
    ids = [e.attrs["id"] for e in read.elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))
    assert all(link.attrs["href"].removeprefix("#") in ids for link in read.all("a"))


def test_what_comes_from_a_delivery_stays_text() -> None:
    for name in ("quality", "intake"):
        assert "<img" not in PAGES[name]
        assert "&lt;img src=x onerror=alert(1)&gt;" in PAGES[name]


def test_what_is_broken_stands_with_numbers_and_what_to_do() -> None:
    english = Page(PAGES["quality"]).all("article")[1]
    (todo, *_) = [table for table in english.find("table") if table.attrs.get("class") == "todo"]
    assert "Every one exists." in todo.text
    assert "600 / 1,000" in todo.text
    assert "look in kjede report intake" in todo.text
    assert "Refused: not published" in english.text
    # A source whose own rule is broken is one line, not two; the others have their own.
    assert "kjede report intake --delivery kontraktskjede/d9" in todo.text
    assert todo.text.count("too old") == sum(row["state"] == "stale" for row in quality().sources)


def test_a_refused_delivery_says_which_command_helps() -> None:
    english = Page(PAGES["intake"]).all("article")[1].text
    name = "brreg_enheter/20260201T040000Z-0001"
    assert f"kjede quarantine accept {name} --reason" in english
    assert f"kjede quarantine retry {name}" in english
    assert "ask the owner for a new delivery" in english


def test_equal_reports_are_equal_pages() -> None:
    assert quality_page(quality()) == PAGES["quality"]
    assert intake_page(intake()) == PAGES["intake"]


@pytest.mark.parametrize("pair", TEXT_ON)
def test_contrast_of_text(pair: tuple[str, str]) -> None:
    assert contrast(COLOURS[pair[0]], COLOURS[pair[1]]) >= 4.5


def test_the_style_sheet_is_complete() -> None:
    assert "var(" not in style()
    assert "<" not in style()
    assert "@media print" in style()


def test_every_state_has_its_word_and_tone() -> None:
    for state in TONES:
        assert len({words.say(state, lang) for lang in words.LANGUAGES}) == 2, state
    assert set(TONES.values()) <= {"good", "warn", "bad", "muted"}


def test_texts_use_neutral_words() -> None:
    text = " ".join(words.say(key, lang) for key in words.TEXTS for lang in words.LANGUAGES).lower()
    assert not re.search(r"fraud|criminal|suspect|svindel|kriminell|mistenk", text)


def test_numbers() -> None:
    assert words.number(1_234_567, "en") == "1,234,567"
    assert words.number(1_234_567, "nb") == "1\u202f234\u202f567"
    assert words.number(None, "nb") == "–"
