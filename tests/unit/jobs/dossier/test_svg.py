import itertools
import re
import xml.etree.ElementTree as ET

import pytest

from graph.explain import LANGUAGES, Language
from graph.layout import KIND_ORDER, NOT_DRAWN
from jobs.dossier.lettering import fitted, numbers_text, text_width
from jobs.dossier.parts import CaseFile
from jobs.dossier.routes import routes
from jobs.dossier.svg import CONTRAST_PAIRS, LINES
from jobs.dossier.view import View
from tests.golden.loader import EDGES
from tests.unit.jobs.dossier.scopes import SCRIPT, SOLE_TRADER
from tests.unit.jobs.dossier.structure import contrast

SVG = "{http://www.w3.org/2000/svg}"


def picture(file: CaseFile, lang: Language = "nb") -> ET.Element:
    return ET.fromstring(View(file, lang).picture)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_an_image_with_title_and_description(chain: CaseFile, lang: Language) -> None:
    svg = picture(chain, lang)
    ids = [svg.find(f"{SVG}{tag}").attrib["id"] for tag in ("title", "desc")]  # type: ignore[union-attr]
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"].split() == ids
    assert chain.case.case_id in (svg.findtext(f"{SVG}title") or "")


def test_it_holds_no_script_style_or_link(chain: CaseFile) -> None:
    tags = {element.tag.removeprefix(SVG) for element in picture(chain).iter()}
    assert tags <= {"svg", "title", "desc", "defs", "marker", "g", "path", "rect", "text"}
    attributes = {name for element in picture(chain).iter() for name in element.attrib}
    assert not {a for a in attributes if a.startswith("on") or a in ("href", "style")}


def test_every_flagged_line_carries_its_evidence_numbers(chain: CaseFile) -> None:
    text = " ".join(picture(chain).itertext())
    for proof in chain.proofs:
        if proof.element.startswith("edge:"):
            (line,) = [r for r in chain.layout.links if proof.element[5:] in r.edge_ids]
            assert line.is_flagged
    assert {"E2", "E6", "E24"} <= set(re.findall(r"E\d+", text))


def test_a_cut_name_stands_whole_in_the_tooltip_and_no_sole_proprietor_is_named(chain: CaseFile) -> None:
    svg = picture(chain)
    titles = [t.text or "" for t in svg.iter(f"{SVG}title")]
    assert any(SCRIPT in title for title in titles)
    drawn = " ".join(t.text or "" for t in svg.iter(f"{SVG}text"))
    assert SCRIPT not in drawn
    assert SOLE_TRADER not in "".join(svg.itertext())


def test_lines_can_be_told_apart_without_colour() -> None:
    by_dash: dict[str, list[str]] = {}
    for kind, line in LINES.items():
        by_dash.setdefault(line.dash, []).append(kind)
    assert by_dash[""] == ["contract", "transfer"]  # whole lines; which is which tell the lane and the label
    assert all(len(kinds) == 1 for dash, kinds in by_dash.items() if dash)


@pytest.mark.parametrize("pair", CONTRAST_PAIRS)
def test_contrast(pair: tuple[str, str]) -> None:
    assert contrast(*pair) >= 4.5


def test_lines_start_and_end_on_their_boxes(chain: CaseFile, phoenix: CaseFile) -> None:
    for file in (chain, phoenix):
        items = {i.item_id: i for i in file.layout.items}
        w, h = file.layout.sizes.box_width, file.layout.sizes.box_height
        for route in routes(file.layout):
            for end, (x, y) in (
                (route.link.source, route.curves[0][0]),
                (route.link.target, route.curves[-1][3]),
            ):
                box = items[end]
                assert box.x <= x <= box.x + w
                assert box.y <= y <= box.y + h
                assert x in (box.x, box.x + w) or y in (box.y, box.y + h)
            for before, after in itertools.pairwise(route.curves):
                assert before[3] == after[0]


@pytest.mark.parametrize(
    ("numbers", "most", "expected"),
    [
        ([3, 1, 2], 3, "E1–E3"),
        ([1, 3, 5], 2, "E1, E3, +1"),
        ([], 3, ""),
        ([4, 4], 3, "E4"),
        ([1, 2, 9], 1, "E1–E2, +1"),
    ],
)
def test_numbers_text(numbers: list[int], most: int, expected: str) -> None:
    assert numbers_text(numbers, most) == expected


@pytest.mark.parametrize(
    "text", ["Kort", "Et navn med mange ord som ikke får plass", "W" * 60, "=HYPERLINK(" * 5, ""]
)
def test_fitted_text_fits(text: str) -> None:
    lines = fitted(text, 12.5, 104, 2)
    assert len(lines) <= 2
    assert all(text_width(line, 12.5) <= 104 for line in lines)
    if lines and text not in ("Kort", ""):
        assert lines[-1].endswith("…")


def test_every_kind_of_edge_between_boxes_has_a_line() -> None:
    drawn = {kind for kind, declared in EDGES.items() if set(declared["ends"]) <= set(KIND_ORDER)}
    assert drawn - NOT_DRAWN <= set(LINES)
