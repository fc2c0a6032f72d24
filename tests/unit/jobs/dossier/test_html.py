import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from graph.explain import forbidden
from jobs.dossier import words
from jobs.dossier.case_file import build_case_file
from jobs.dossier.html import COLOURS, TEXT_ON, render, style
from jobs.dossier.names import PSEUDONYM, Term
from jobs.dossier.parts import CaseFile
from jobs.dossier.view import View
from tests.unit.jobs.dossier import sample
from tests.unit.jobs.dossier.declarations import INDICATORS
from tests.unit.jobs.dossier.scopes import SOLE_ORGNR, SOLE_TRADER
from tests.unit.jobs.dossier.structure import Page, contrast

SECTIONS = [
    "why",
    "picture",
    "evidence",
    "innocent",
    "uncertain",
    "absent",
    "steps",
    "persons",
    "changes",
    "review",
    "origin",
]


@pytest.fixture(scope="module", params=["K2601-5A11E0", "K2512-77B2C4", "K2512-0C93D1"])
def page(request: pytest.FixtureRequest, reader: sample.SampleReader) -> tuple[str, Page]:
    text = render(build_case_file(request.param, reader, indicator=INDICATORS.__getitem__))
    return text, Page(text)


def test_both_languages_are_there_and_norwegian_is_first(page: tuple[str, Page]) -> None:
    _, read = page
    assert read.all("html")[0].attrs["lang"] == "nb"
    assert [(a.attrs["id"], a.attrs["lang"]) for a in read.all("article")] == [("nb", "nb"), ("en", "en")]
    for lang in ("nb", "en"):
        own = [s.attrs.get("id", "") for s in read.all("section")]
        assert [i for i in own if i.startswith(f"{lang}-")] == [f"{lang}-{section}" for section in SECTIONS]


def test_headings_go_down_one_step_at_a_time(page: tuple[str, Page]) -> None:
    _, read = page
    levels = [int(h.tag[1]) for h in read.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 2
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(h.text.strip() for h in read.all("h1", "h2", "h3"))


def test_tables_have_captions_and_scopes(page: tuple[str, Page]) -> None:
    _, read = page
    for table in read.all("table"):
        assert [c.text.strip() for c in table.find("caption")] != [""]
        assert len(table.find("caption")) == 1
        assert {th.attrs.get("scope") for th in table.find("th")} <= {"col", "row"}
        widths = {len(row.find("td", "th")) for row in table.find("tr")}
        assert len(widths) == 1, widths


def test_controls_have_labels_and_groups_have_legends(page: tuple[str, Page]) -> None:
    _, read = page
    labels = {label.attrs["for"] for label in read.all("label") if "for" in label.attrs}
    for control in read.all("input", "select", "textarea"):
        assert control.inside("label") or control.attrs["id"] in labels
    assert all(f.children[0].tag == "legend" for f in read.all("fieldset"))
    names = [i.attrs["name"] for i in read.all("input") if i.attrs.get("type") == "radio"]
    assert {n[:3] for n in names} == {"nb-", "en-"}


def test_ids_are_unique_and_links_lead_somewhere_on_the_page(page: tuple[str, Page]) -> None:
    _, read = page
    ids = [e.attrs["id"] for e in read.elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))
    for link in read.all("a"):
        assert link.attrs["href"].removeprefix("#") in ids
    for element in read.elements:
        for name in ("aria-labelledby", "for"):
            assert set(element.attrs.get(name, "").split()) <= set(ids)
    assert read.all("a")[0].attrs["href"] == "#nb"  # the skip link comes first


def test_regions_that_scroll_can_be_reached_by_keyboard(page: tuple[str, Page]) -> None:
    _, read = page
    scrolling = [e for e in read.all("div") if "scroll" in e.attrs.get("class", "")]
    assert scrolling
    assert all(e.attrs["tabindex"] == "0" and e.attrs["aria-label"] for e in scrolling)


def test_nothing_is_loaded_and_nothing_runs(page: tuple[str, Page]) -> None:
    text, read = page
    assert not read.all("script", "link", "img", "iframe", "object", "embed", "base")
    for element in read.elements:
        assert not {a for a in element.attrs if a.startswith("on") or a in ("src", "action", "style")}
    policy = next(m.attrs["content"] for m in read.all("meta") if "http-equiv" in m.attrs)
    css = re.search(r"<style>(.*?)</style>", text, re.S)
    assert css
    digest = base64.b64encode(hashlib.sha256(css.group(1).encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in css.group(1)


def test_the_style_sheet_is_complete() -> None:
    assert "var(" not in style()
    assert "<" not in style()
    assert "@media print" in style()


@pytest.mark.parametrize("pair", TEXT_ON)
def test_contrast_of_text(pair: tuple[str, str]) -> None:
    assert contrast(COLOURS[pair[0]], COLOURS[pair[1]]) >= 4.5


def test_hostile_names_stay_text(reader: sample.SampleReader, chain: CaseFile) -> None:
    text = render(chain)
    assert "<img" not in text
    assert "</script>" not in text
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; AS" in text
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text)


def test_identities_stay_out_unless_sealed(reader: sample.SampleReader, chain: CaseFile) -> None:
    text = render(chain)
    assert not PSEUDONYM.search(text)
    assert SOLE_TRADER not in text
    assert SOLE_ORGNR not in text.replace("\u00a0", "")
    assert "Enkeltpersonforetak\u00a01" in text
    sealed = render(
        build_case_file(chain.case.case_id, reader, indicator=INDICATORS.__getitem__, is_sealed=True)
    )
    assert SOLE_TRADER in sealed
    assert not PSEUDONYM.search(sealed)


def test_the_first_screen_answers_why_how_sure_and_what_next(chain: CaseFile) -> None:
    top = render(chain).split('id="nb-why"')[0]
    read = re.sub(r"<[^>]+>|\s+", " ", top.split("</style>")[1])
    for told in (
        "Flere ledd enn regelen tillater",
        "4 ledd under hovedleverandøren",
        "E1–E6",
        "Ikke utelukket",
        "Kontroller kjeden",
        "Ingen konklusjon er trukket",
        "15. februar 2026",
    ):
        assert told in read, told


def test_what_is_not_known_is_said(chain: CaseFile) -> None:
    text = render(chain)
    for told in ("Antall rom i boligen er ukjent", "kan ikke vurderes", "Samles ikke inn", "nummer skjermet"):
        assert told in text, told


def test_the_page_says_how_to_check_again(chain: CaseFile) -> None:
    text = render(chain)
    assert "kjede cases replay K2601-5A11E0 --month 2026-01" in text
    for told in ("4b1f0c2d9a7e6f35", "0f1e2d3c4b5a6978", "20260211T040000Z-0001"):
        assert told in text


def test_the_same_case_gives_the_same_bytes(chain: CaseFile) -> None:
    again = build_case_file(chain.case.case_id, sample.reader(), indicator=INDICATORS.__getitem__)
    assert render(again) == render(chain)


def fixed_words() -> list[Term]:
    tables = (words.TEXT, words.BANDS, words.CHANGES, words.STATES, words.OUTCOMES, *words.REVIEW.values())
    return [
        words.BAND_NOTE,
        *(t for table in tables for t in table.values()),
        *(t for pair in words.ABSENT for t in pair),
    ]


def test_fixed_words_are_in_both_languages_and_never_forbidden() -> None:
    for term in fixed_words():
        assert term.nb
        assert term.en
        assert forbidden(f"{term.nb} {term.en}") == []


def test_a_whole_page_uses_no_forbidden_word(page: tuple[str, Page]) -> None:
    body = page[1].all("body")[0].text
    assert forbidden(body) == []


def test_review_codes_are_those_of_the_source(chain: CaseFile) -> None:
    schema = re.sub(r"\s+", " ", (sample.contract_text("tilsyn_utfall.schema.json")))
    for codes in words.REVIEW.values():
        for code in codes:
            assert f'"{code}"' in schema


def test_what_findings_say_alike_is_told_once(reader: sample.SampleReader) -> None:
    file = build_case_file("K2601-5A11E0", reader, indicator=INDICATORS.__getitem__)
    first = file.findings[0]
    many = replace(file, findings=(*file.findings, first, first))
    why = View(many, "nb").why
    assert [reason.subjects_n for reason in why] == [3, *[1] * (len(file.findings) - 1)]
    card = render(many).partition('id="nb-c1"')[2].partition("</section>")[0]
    assert card.count(first.indicator.name.nb) == 1
    assert "likt for 3" in card
    assert "likt for" not in render(file).partition('id="nb-c1"')[2].partition("</section>")[0]
    opened = [(guard.text, guard.outcome) for guard in View(many, "nb").open_guards]
    assert len(opened) == len(set(opened))
