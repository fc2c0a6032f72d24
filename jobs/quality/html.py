"""Writes the reports as self-contained pages: no script, nothing loaded, both languages in one file."""

from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from jobs.lake.deliveries import FATES
from jobs.pages import environment, policy, style_sheet
from jobs.quality import words
from jobs.quality.intake_report import IntakeReport
from jobs.quality.report import QualityReport

COLOURS = {
    "ink": "#1f2933",
    "muted": "#52606d",
    "line": "#d5dbe1",
    "paper": "#ffffff",
    "wash": "#f5f7fa",
    "accent": "#1f4e79",
    "bad": "#a3200d",
    "bad_wash": "#fdecea",
    "warn": "#8a4b00",
    "warn_wash": "#fff4e0",
    "good": "#1d5e3a",
    "good_wash": "#e8f4ec",
}
"""Colours of the pages; the tests hold the pairs below to WCAG AA."""
TEXT_ON = (
    ("ink", "paper"), ("ink", "wash"), ("muted", "paper"), ("muted", "wash"), ("accent", "paper"),
    ("accent", "wash"), ("bad", "paper"), ("bad", "bad_wash"), ("warn", "paper"), ("warn", "warn_wash"),
    ("good", "paper"), ("good", "good_wash"), ("ink", "bad_wash"), ("ink", "warn_wash"), ("ink", "good_wash"),
)  # fmt: skip
"""Text and background that meet on a page."""
TONES = {
    "passed": "good",
    "warned": "warn",
    "refused": "bad",
    "unchecked": "warn",
    "all_in": "good",
    "some_out": "warn",
    "some_refused": "bad",
    "nothing_came": "warn",
    "fresh": "good",
    "absent": "muted",
    "stale": "warn",
    "missing": "bad",
    "broken": "bad",
    "critical": "bad",
    "warning": "warn",
    "accepted": "good",
    "held": "warn",
    "rejected": "bad",
    "conflict": "bad",
}
"""How a state is set; its word stands beside the colour always."""


@cache
def _environment() -> Environment:
    made = environment("jobs.quality")
    made.globals |= {"say": words.say, "number": words.number, "tones": TONES, "fates": FATES}
    made.globals |= {"languages": words.LANGUAGES, "language_names": words.NAMES}
    return made


@cache
def style() -> str:
    """The style sheet with its colours filled in."""
    return style_sheet("jobs.quality", "report.css", COLOURS)


def quality_page(report: QualityReport) -> str:
    """The quality report as a page.

    Args:
        report: The report.
    """
    return _page("quality.html.j2", report, f"{words.say('quality', 'nb')} {report.month}")


def intake_page(report: IntakeReport) -> str:
    """The intake report as a page.

    Args:
        report: The report.
    """
    return _page("intake.html.j2", report, f"{words.say('intake', 'nb')} {report.month}".strip())


def _page(template: str, report: Any, title: str) -> str:
    css = f"\n{style()}"
    page = _environment().get_template(template)
    return page.render(report=report, title=title, css=Markup(css), policy=policy(css))
