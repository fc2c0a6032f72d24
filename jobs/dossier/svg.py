"""Draws a swim-lane picture as inline SVG: shapes and borders per kind, evidence numbers on the lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from graph.explain import Language, number
from graph.layout import Item, Layout
from jobs.dossier.lettering import FONTS, NAME_SIZE, UNDER_SIZE, Label, fitted, numbers_text, text_width
from jobs.dossier.names import KINDS, Term, terms
from jobs.dossier.routes import Point, Route, routes

INK = "#1f2933"
MUTED = "#52606d"
FAINT = "#7b8794"
PAPER = "#ffffff"
LANE = "#f5f7fa"
FLAG = "#8a3b12"
FLAG_FILL = "#fff4e6"
CHAIN = "#1f4e79"
CONTRAST_PAIRS = (
    (INK, PAPER), (INK, LANE), (INK, FLAG_FILL), (MUTED, PAPER), (MUTED, LANE), (MUTED, FLAG_FILL),
    (FLAG, PAPER), (FLAG, FLAG_FILL), (CHAIN, PAPER), (CHAIN, LANE),
)  # fmt: skip
"""Text and background colours that meet in the picture."""


@dataclass(frozen=True, slots=True)
class Line:
    """How one kind of line looks.

    Attributes:
        word: What it is called.
        colour: Its colour.
        dash: Pattern of its dashes; empty is unbroken.
    """

    word: Term
    colour: str
    dash: str


WORDS = terms(
    [
        ("contract", "kontrakt", "contract"),
        ("payment", "betaling", "payment"),
        ("employed_by", "ansatt i", "employed by"),
        ("holds_role", "rolle", "role"),
        ("owns_share", "eier aksjer i", "owns shares"),
        ("resides_in", "bor i", "lives in"),
        ("holds_dwelling", "disponerer", "holds"),
        ("located_at", "adresse", "address"),
        ("stay", "bodde i", "stayed in"),
        ("seated_in", "forretningsadresse", "business address"),
        ("worker_flow", "ansatte til", "workers to"),
        ("transfer", "overdratt til", "transferred to"),
        ("worker_exit", "ansatte gikk til", "workers left for"),
        ("vat_mismatch", "mva-avvik mot", "VAT mismatch with"),
        ("beneficial_owner", "reell rettighetshaver", "beneficial owner"),
        ("work_month", "lønn fra", "paid by"),
        ("promise", "avtalt arbeid", "work promised"),
        ("supplies", "selger arbeid til", "sells work to"),
        ("low_pay", "lønn under satsen fra", "paid below the rate by"),
        ("payroll", "lønn i", "pay in"),
        ("project_labour", "arbeid på", "labour on"),
        ("reporting_duty", "oppdrag til", "assignment to"),
        ("filed_by", "meldinger sendt av", "reports filed by"),
        ("project", "prosjektets byggherre", "client of project"),
    ]
)
LINES: Mapping[str, Line] = {
    "contract": Line(WORDS["contract"], CHAIN, ""),
    "payment": Line(WORDS["payment"], "#0b6b5f", "9 4"),
    "employed_by": Line(WORDS["employed_by"], MUTED, "2 4"),
    "holds_role": Line(WORDS["holds_role"], "#6b3fa0", "10 3 2 3"),
    "owns_share": Line(WORDS["owns_share"], "#6b3fa0", "14 4"),
    "resides_in": Line(WORDS["resides_in"], MUTED, "6 4"),
    "holds_dwelling": Line(WORDS["holds_dwelling"], "#8a3b12", "12 3 3 3"),
    "located_at": Line(WORDS["located_at"], MUTED, "1 3"),
    "stay": Line(WORDS["stay"], MUTED, "6 4 1 4"),
    "seated_in": Line(WORDS["seated_in"], "#8a3b12", "1 3 6 3"),
    "worker_flow": Line(WORDS["worker_flow"], "#0b6b5f", "4 3"),
    "transfer": Line(WORDS["transfer"], "#6b3fa0", ""),
    "worker_exit": Line(WORDS["worker_exit"], "#0b6b5f", "2 2"),
    "vat_mismatch": Line(WORDS["vat_mismatch"], "#8a3b12", "6 2 2 2"),
    "promise": Line(WORDS["promise"], CHAIN, "11 2 2 2"),
    "supplies": Line(WORDS["supplies"], CHAIN, "7 2 2 2"),
    "low_pay": Line(WORDS["low_pay"], MUTED, "5 2 1 2"),
    "reporting_duty": Line(WORDS["reporting_duty"], MUTED, "8 2 2 2"),
    "project_labour": Line(WORDS["project_labour"], MUTED, "6 2 1 2"),
    "payroll": Line(WORDS["payroll"], MUTED, "1 2 4 2"),
    "work_month": Line(WORDS["work_month"], MUTED, "2 2 6 2"),
    "filed_by": Line(WORDS["filed_by"], MUTED, "8 2"),
    "beneficial_owner": Line(WORDS["beneficial_owner"], "#6b3fa0", "3 3 8 3"),
    "project": Line(WORDS["project"], FAINT, "1 4"),
}
"""Every kind of line has a colour and a dash of its own kind: it can be told without colour."""


def draw(
    layout: Layout,
    labels: Mapping[str, Label],
    numbers: Mapping[str, Sequence[int]],
    lang: Language,
    *,
    prefix: str,
    title: str,
    description: str,
) -> str:
    """The picture as one `<svg>` element.

    Args:
        layout: Where things stand.
        labels: Text of every box by item id.
        numbers: Evidence numbers by element, `node:<id>` or `edge:<id>`.
        lang: Language.
        prefix: Begins every id, so that two pictures can stand in one page.
        title: Short name of the picture.
        description: What it shows, for those who cannot see it.
    """
    drawn = routes(layout)
    used = sorted({route.link.kind for route in drawn})
    legend, legend_height = _legend(layout, used, lang, prefix)
    height = layout.height + legend_height
    parts = [
        f'<svg class="chain" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width} {height}" '
        f'width="{layout.width}" height="{height}" role="img" aria-labelledby="{prefix}-t {prefix}-d" '
        f'font-family="{FONTS}">',
        f'<title id="{prefix}-t">{escape(title)}</title><desc id="{prefix}-d">{escape(description)}</desc>',
        "<defs>",
        *(_marker(kind, prefix) for kind in used),
        "</defs>",
        *_bands(layout, lang),
        *(_line(route, prefix) for route in sorted(drawn, key=lambda r: r.link.is_flagged)),
        *_over_columns(layout, lang),
        *(_box(item, labels[item.item_id], numbers, layout, lang) for item in layout.items),
        *_chips(drawn, numbers, layout, lang),
        legend,
        "</svg>",
    ]
    return "".join(parts)


def _text(
    x: float, y: float, text: str, *, size: float, fill: str, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}" direction="ltr" unicode-bidi="isolate">{escape(text)}</text>'
    )


def _marker(kind: str, prefix: str) -> str:
    colour = LINES[kind].colour
    return (
        f'<marker id="{prefix}-m-{kind}" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.6L7.5 4L0 7.4Z" fill="{colour}"/></marker>'
    )


def _line(route: Route, prefix: str) -> str:
    line = LINES[route.link.kind]
    width, opacity = (2.0, 1.0) if route.link.is_flagged else (1.2, 0.55)
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    arrow = "" if route.link.kind == "project" else f' marker-end="url(#{prefix}-m-{route.link.kind})"'
    return (
        f'<path d="{route.path}" fill="none" stroke="{line.colour}" stroke-width="{width}" '
        f'stroke-opacity="{opacity}"{dash}{arrow}/>'
    )


LANE_NAMES = terms(
    [
        ("person", "Personer (pseudonymer)", "Persons (pseudonyms)"),
        ("former", "Opphørte virksomheter", "Former companies"),
        ("home", "Boliger og adresser", "Dwellings and addresses"),
        ("client", "Byggherre", "Client"),
        ("payer", "Oppdragsgiver", "Buyer"),
        ("main", "Hovedleverandør", "Main supplier"),
        ("tier", "Ledd", "Tier"),
    ]
)


def _bands(layout: Layout, lang: Language) -> list[str]:
    """Bands behind the lanes of persons and of former companies."""
    sizes = layout.sizes
    parts = []
    for lane in ("person", "former"):
        members = [item for item in layout.items if item.lane == lane]
        if members:
            top, bottom = min(i.y for i in members), max(i.y for i in members) + sizes.box_height
            # the name stands where no line leaves the boxes: over persons, under former companies
            above, below = (24, 10) if lane == "person" else (10, 20)
            y = top - 10 if lane == "person" else bottom + 13
            y_top, height = top - above, bottom - top + above + below
            parts.append(
                f'<rect x="0" y="{y_top}" width="{layout.width}" height="{height}" rx="6" fill="{LANE}"/>'
            )
            name = LANE_NAMES[lane].of(lang)
            parts.append(_text(sizes.margin, y, name, size=UNDER_SIZE, fill=MUTED))
    return parts


def _heading_places(layout: Layout, lang: Language) -> list[tuple[float, float, str]]:
    """Middle, baseline and words of the heading of every column."""
    sizes = layout.sizes
    tops = [item.y for item in layout.items if item.lane in ("project", "chain", "home")]
    tops += [y - sizes.bend_height // 2 for link in layout.links for _, y in link.bends]
    pitch = sizes.box_width + sizes.column_gap
    return [
        (sizes.margin + column * pitch + sizes.box_width / 2, min(tops) - 12, name)
        for column, name in sorted(_headings(layout, lang).items())
    ]


def _over_columns(layout: Layout, lang: Language) -> list[str]:
    """Headings over the columns, readable where a line crosses them."""
    halo = f'<g stroke="{PAPER}" stroke-width="5" paint-order="stroke" stroke-linejoin="round">'
    return [
        f"{halo}{_text(x, y, name, size=UNDER_SIZE, fill=MUTED, anchor='middle', weight=600)}</g>"
        for x, y, name in _heading_places(layout, lang)
    ]


def _headings(layout: Layout, lang: Language) -> dict[int, str]:
    """What each column holds."""
    has_project = any(item.lane == "project" for item in layout.items)
    home = LANE_NAMES["home"].of(lang)
    found = {item.column: home for item in layout.items if item.lane == "home"}
    for tier, column in layout.tier_columns.items():
        if not has_project:
            tier_name = f"{LANE_NAMES['tier'].of(lang)} {tier}"
            found[column] = LANE_NAMES["payer"].of(lang) if tier == 0 else tier_name
        elif tier < 2:
            found[column] = LANE_NAMES[("client", "main")[tier]].of(lang)
        else:
            found[column] = f"{LANE_NAMES['tier'].of(lang)} {tier - 1}"
    return found


def _outline(kind: str, lane: str, x: float, y: float, w: float, h: float) -> str:
    """The shape of a box: what kind it is can be told without colour."""
    if kind == "person":
        return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{h / 2:g}"'
    if kind in ("dwelling", "address", "building"):
        roof = h * 0.24
        return (
            f'<path d="M{x:g} {y + roof:g}L{x + w / 2:g} {y - 4:g}L{x + w:g} {y + roof:g}V{y + h:g}H{x:g}Z"'
        )
    if kind == "place":
        return (
            f'<path d="M{x + 12:g} {y:g}H{x + w - 12:g}L{x + w:g} {y + h / 2:g}L{x + w - 12:g} {y + h:g}'
            f'H{x + 12:g}L{x:g} {y + h / 2:g}Z"'
        )
    if kind == "project":
        fold = 12
        return f'<path d="M{x:g} {y:g}H{x + w - fold:g}L{x + w:g} {y + fold:g}V{y + h:g}H{x:g}Z"'
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="4"'


def _box(
    item: Item, label: Label, numbers: Mapping[str, Sequence[int]], layout: Layout, lang: Language
) -> str:
    w, h = layout.sizes.box_width, layout.sizes.box_height
    own = [n for member in item.members for n in numbers.get(f"node:{member}", ())]
    stroke, width, fill = (FLAG, 2.2, FLAG_FILL) if item.is_flagged else (MUTED, 1.0, PAPER)
    dash = ' stroke-dasharray="5 3"' if item.lane == "former" else ""
    style = f' fill="{fill}" stroke="{stroke}" stroke-width="{width}"{dash}/>'
    parts = ["<g>", f"<title>{escape(label.full)}</title>"]
    if len(item.members) > 1:
        parts.append(_outline(item.kind, item.lane, item.x + 4, item.y + 4, w, h) + style)
    parts.append(_outline(item.kind, item.lane, item.x, item.y, w, h) + style)
    is_round = item.kind in ("person", "place")
    room, room_under = (w - 30, w - 30) if is_round else (w - 10, w - 2)
    under = [text for text in (label.under, label.note) if text]
    title = fitted(label.title, NAME_SIZE, room, 2 if len(under) < 2 else 1)
    lines = [(text, NAME_SIZE, INK, 600) for text in title]
    lines += [(fitted(text, UNDER_SIZE, room_under, 1)[0], UNDER_SIZE, MUTED, 400) for text in under]
    step = 14.5
    low = 5 if item.kind in ("dwelling", "address", "building") else 0
    y = item.y + low + h / 2 - (len(lines) - 1) * step / 2 + 4
    for n, (text, size, colour, weight) in enumerate(lines):
        parts.append(
            _text(item.x + w / 2, y + n * step, text, size=size, fill=colour, anchor="middle", weight=weight)
        )
    if own:
        parts.append(_chip(item.x + w - 4, item.y - 4, numbers_text(own, 1), FLAG, "end"))
    parts.append("</g>")
    return "".join(parts)


def _chip(x: float, y: float, text: str, colour: str, anchor: str = "middle") -> str:
    """A small label with a border, around a point."""
    width = text_width(text, UNDER_SIZE) + 8
    left = x - width if anchor == "end" else x - width / 2
    return (
        f'<rect x="{left:.1f}" y="{y - 8.5:.1f}" width="{width:.1f}" height="17" rx="8.5" fill="{PAPER}" '
        f'stroke="{colour}" stroke-width="1"/>'
        + _text(round(left + width / 2, 1), round(y + 3.8, 1), text, size=UNDER_SIZE, fill=colour,
                anchor="middle", weight=600)
    )  # fmt: skip


def _chips(
    drawn: Sequence[Route], numbers: Mapping[str, Sequence[int]], layout: Layout, lang: Language
) -> list[str]:
    """The evidence numbers of every line that has some, where they cover neither a box nor each other."""
    w, h = layout.sizes.box_width, layout.sizes.box_height
    taken = [(item.x - 2.0, item.y - 6.0, item.x + w + 2.0, item.y + h + 2.0) for item in layout.items]
    for x, y, name in _heading_places(layout, lang):
        half = text_width(name, UNDER_SIZE) / 2
        taken.append((x - half, y - UNDER_SIZE, x + half, y + 2.0))
    parts = []
    for route in drawn:
        told = [n for edge_id in route.link.edge_ids for n in numbers.get(f"edge:{edge_id}", ())]
        if not told:
            continue
        text = numbers_text(told, 2)
        x, y, area = _free(route.anchors, text_width(text, UNDER_SIZE) + 8, taken)
        taken.append(area)
        line = LINES[route.link.kind]
        count = number(len(route.link.edge_ids), lang)
        full = f"{line.word.of(lang)}: {numbers_text(told, 20)} ({count})"
        parts.append(f"<g><title>{escape(full)}</title>{_chip(x, y, text, line.colour)}</g>")
    return parts


Area = tuple[float, float, float, float]


def _free(anchors: Sequence[Point], width: float, taken: Sequence[Area]) -> tuple[float, float, Area]:
    """The first anchor whose label covers nothing, else the one that covers least."""
    best: tuple[float, int] | None = None
    areas = [(x - width / 2, y - 9, x + width / 2, y + 9) for x, y in anchors]
    for n, area in enumerate(areas):
        covered = sum(
            max(0.0, min(area[2], other[2]) - max(area[0], other[0]))
            * max(0.0, min(area[3], other[3]) - max(area[1], other[1]))
            for other in taken
        )
        if best is None or covered < best[0]:
            best = (covered, n)
        if not covered:
            break
    n = best[1] if best else 0
    return anchors[n][0], anchors[n][1], areas[n]


def _legend(layout: Layout, used: Sequence[str], lang: Language, prefix: str) -> tuple[str, int]:
    """What shapes, borders and lines mean, only for those that are there; and its height."""
    entries: list[tuple[str, str]] = []
    for kind, lane in dict.fromkeys((item.kind, item.lane == "former") for item in layout.items):
        word = LANE_NAMES["former"].of(lang) if lane else KINDS[kind].of(lang)
        dash = ' stroke-dasharray="5 3"' if lane else ""
        shape = _outline(kind, "", 0, 0, 26, 15) + f' fill="{PAPER}" stroke="{MUTED}"{dash}/>'
        entries.append((shape, word))
    if any(item.is_flagged for item in layout.items):
        shape = (
            _outline("org", "", 0, 0, 26, 15) + f' fill="{FLAG_FILL}" stroke="{FLAG}" stroke-width="2.2"/>'
        )
        entries.append((shape, "Inngår i et funn" if lang == "nb" else "Part of a finding"))
    if any(len(item.members) > 1 for item in layout.items):
        one = f' fill="{PAPER}" stroke="{MUTED}"/>'
        shape = _outline("org", "", 3, 3, 23, 12) + one + _outline("org", "", 0, 0, 23, 12) + one
        entries.append((shape, "Flere i samme stilling" if lang == "nb" else "Several alike"))
    for kind in used:
        line = LINES[kind]
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        arrow = "" if kind == "project" else f' marker-end="url(#{prefix}-m-{kind})"'
        shape = f'<path d="M0 8H36" fill="none" stroke="{line.colour}" stroke-width="2"{dash}{arrow}/>'
        entries.append((shape, line.word.of(lang)))
    x, y = float(layout.sizes.margin), layout.height + 14.0
    parts = []
    for shape, word in entries:
        width = 46 + text_width(word, UNDER_SIZE) + 18
        if x + width > layout.width and x > layout.sizes.margin:
            x, y = float(layout.sizes.margin), y + 24
        parts.append(f'<g transform="translate({x:g} {y:g})">{shape}</g>')
        parts.append(_text(x + 44, y + 12, word, size=UNDER_SIZE, fill=INK))
        x += width
    return "".join(parts), int(y + 30 - layout.height)
