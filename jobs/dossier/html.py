"""Writes a case file as one self-contained HTML page: no script, nothing loaded, both languages in it."""

from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from expectations.tables_out import FINDINGS
from graph.explain import LANGUAGES
from jobs.dossier import words
from jobs.dossier.parts import CaseFile
from jobs.dossier.svg import PAPER
from jobs.dossier.view import View
from jobs.pages import environment, policy, style_sheet

COLOURS = {
    "ink": "#1f2933",
    "muted": "#52606d",
    "line": "#d5dbe1",
    "paper": PAPER,
    "wash": "#f5f7fa",
    "accent": "#1f4e79",
    "flag": "#8a3b12",
    "flag_wash": "#fff4e6",
    "good": "#1d5e3a",
}
"""Colours of the page; the tests hold the pairs below to WCAG AA."""
TEXT_ON = (
    ("ink", "paper"), ("ink", "wash"), ("ink", "flag_wash"), ("muted", "paper"), ("muted", "wash"),
    ("accent", "paper"), ("accent", "wash"), ("flag", "paper"), ("flag", "flag_wash"), ("good", "paper"),
    ("paper", "accent"), ("paper", "ink"),
)  # fmt: skip
"""Text and background that meet on the page."""


@cache
def _environment() -> Environment:
    return environment("jobs.dossier")


@cache
def style() -> str:
    """The style sheet with its colours filled in."""
    return style_sheet("jobs.dossier", "case.css", COLOURS)


def render(file: CaseFile) -> str:
    """One case as a page.

    Args:
        file: The case.
    """
    css = f"\n{style()}"
    return (
        _environment()
        .get_template("case.html.j2")
        .render(
            case=file.case,
            file=file,
            views=[View(file, lang) for lang in LANGUAGES],
            words=words,
            contract_version=FINDINGS.version,
            css=Markup(css),
            policy=policy(css),
            markup=Markup,
        )
    )
