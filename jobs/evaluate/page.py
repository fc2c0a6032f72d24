"""The evaluation as one offline page: sections of notes, pictures and tables, made from its document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from jobs.pages import environment, policy
from jobs.quality.html import style

OWN_STYLE = (
    "main img { max-width: 100%; height: auto; }\n"
    ".scroll { margin-top: 1.4rem; }\n"
    "td .small { white-space: nowrap; }\n"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and what it shows in words."""

    uri: str
    alt: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the row.

    Attributes:
        caption: What a row is.
        columns: Headings.
        rows: Cells as text.
        numeric: Positions of the columns that are set as numbers.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes:
        key: Anchor.
        short: Word in the navigation.
        title: Heading.
        notes: Paragraphs under it.
        points: A list under them.
        pictures: Pictures.
        tables: Tables; those without rows are left out.
    """

    key: str
    short: str
    title: str
    notes: Sequence[str] = ()
    points: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = field(default=())


def rate_text(rate: Mapping[str, Any] | None) -> str:
    """A rate with its interval and counts, such as `0.80 (0.49-0.94), 8 of 10`.

    Args:
        rate: `value`, `low`, `high`, `hits`, `n`.
    """
    if rate is None or rate.get("value") is None:
        return "n = 0" if rate is not None and not rate.get("n", 1) else "-"
    said = f"{rate['value']:.2f}"
    if rate.get("low") is not None:
        said += f" ({rate['low']:.2f}-{rate['high']:.2f})"
    return said + (f", {rate['hits']:g} of {rate['n']}" if "hits" in rate else "")


def figure_text(value: Any) -> str:
    """A cell: two decimals for fractions, a dash where there is nothing, yes and no.

    Args:
        value: Anything JSON can hold, a rate included.
    """
    if isinstance(value, Mapping) and value.get("value") is not None:
        share, _, rest = rate_text(value).partition(" ")
        return Markup('{}<span class="small">{}</span>').format(share.rstrip(","), rest)
    if isinstance(value, Mapping):
        return rate_text(value) if "value" in value else ", ".join(f"{k} {v}" for k, v in value.items())
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"
    if isinstance(value, list | tuple):
        return ", ".join(figure_text(v) for v in value)
    return str(value)


def table_of(caption: str, rows: Sequence[Mapping[str, Any]], columns: str) -> Table:
    """A table from records.

    Args:
        caption: What a row is.
        rows: Records.
        columns: `key=Heading | key=Heading`; a key may be dotted.
    """
    pairs = [column.split("=", 1) for column in columns.split(" | ")]
    found = [[_reach(row, key) for key, _ in pairs] for row in rows]
    numeric = {i for i in range(len(pairs)) if rows and all(_is_number(row[i]) for row in found)}
    cells = [[figure_text(value) for value in row] for row in found]
    return Table(caption, [heading for _, heading in pairs], cells, frozenset(numeric))


def _reach(row: Mapping[str, Any], key: str) -> Any:
    value: Any = row
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def page(title: str, sections: Sequence[Section]) -> str:
    """The page.

    Args:
        title: Its title.
        sections: In order.
    """
    css = style() + OWN_STYLE
    return (
        environment("jobs.evaluate")
        .get_template("evaluation.html.j2")
        .render(
            title=title,
            sections=[
                Section(
                    s.key, s.short, s.title, s.notes, s.points, s.pictures, [t for t in s.tables if t.rows]
                )
                for s in sections
            ],
            css=Markup(css),
            policy=policy(css, has_pictures=True),
        )
    )
