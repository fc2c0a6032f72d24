"""The pictures of the evaluation, as SVG: the same figures give the same bytes, and nothing is loaded."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

INK, MUTED, LINE = "#1f2933", "#52606d", "#d5dbe1"
OURS, OTHERS, PUBLIC, WARN = "#1f4e79", "#8fa3b5", "#c77700", "#a3200d"
ROW_INCHES = 0.3
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "kjede",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 10,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": INK,
}

Rate = Mapping[str, Any]


def _styled(draw: Callable[..., str]) -> Callable[..., str]:
    """Draw with our settings, whatever else the process draws."""

    @wraps(draw)
    def styled(*arguments: Any, **named: Any) -> str:
        from matplotlib import rc_context

        with rc_context(SETTINGS):
            return draw(*arguments, **named)

    return styled


def _figure(width: float, height: float, columns: int = 1, rows: int = 1) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def _as_uri(figure: Any) -> str:
    """The figure as a data address, so that a page's policy need not allow styles inside it."""
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def _tidy(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)


@_styled
def rates(rows: Sequence[tuple[str, Rate]], axis: str, *, ours: Sequence[str] = ()) -> str:
    """Rates with their intervals, one per line from top to bottom.

    Args:
        rows: Label and rate (`value`, `low`, `high`, `n`); rates without a value are left out.
        axis: What the horizontal axis counts.
        ours: Labels that are set apart; all when empty.

    Returns:
        Data address of the picture.
    """
    shown = [(label, rate) for label, rate in rows if rate.get("value") is not None]
    figure, grid = _figure(7.2, 0.8 + ROW_INCHES * max(len(shown), 1))
    axes = grid[0][0]
    for position, (label, rate) in enumerate(reversed(shown)):
        colour = OURS if not ours or label in ours else OTHERS
        low, high = rate.get("low"), rate.get("high")
        if low is not None and high is not None:
            axes.plot([low, high], [position, position], color=colour, linewidth=2, alpha=0.55)
        axes.plot([rate["value"]], [position], "o", color=colour, markersize=6)
    axes.set_yticks(range(len(shown)), [label for label, _ in reversed(shown)])
    axes.set_ylim(-0.6, max(len(shown), 1) - 0.4)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel(axis)
    axes.grid(axis="x", color=LINE, linewidth=0.7)
    _tidy(axes)
    return _as_uri(figure)


@_styled
def distributions(listed: Sequence[Mapping[str, Any]]) -> str:
    """What was made beside what is published, one small picture per distribution.

    Args:
        listed: As `realism.measure` gives them.

    Returns:
        Data address of the picture.
    """
    rows = max((len(listed) + 1) // 2, 1)
    figure, grid = _figure(9.0, 2.4 * rows, columns=2, rows=rows)
    flat = [axes for row in grid for axes in row]
    for axes, shown in zip(flat, listed, strict=False):
        positions = range(len(shown["labels"]))
        width = 0.4 if shown["public"] else 0.7
        shift = width / 2 if shown["public"] else 0.0
        axes.bar([p - shift for p in positions], shown["made"], width, color=OURS, label="made")
        if shown["public"]:
            axes.bar([p + shift for p in positions], shown["public"], width, color=PUBLIC, label="published")
            axes.legend(frameon=False, fontsize=8)
        axes.set_xticks(list(positions), shown["labels"])
        axes.set_title(shown["title"], loc="left")
        axes.set_ylabel(f"{shown['axis']}, n = {shown['n']}")
        axes.grid(axis="y", color=LINE, linewidth=0.7)
        _tidy(axes)
    for axes in flat[len(listed) :]:
        axes.set_visible(False)
    return _as_uri(figure)


@_styled
def steps(counts: Mapping[int, int], axis: str, total: int) -> str:
    """What share has been reached after how many months.

    Args:
        counts: How many took that many months.
        axis: What the horizontal axis counts.
        total: All, the ones never reached included.

    Returns:
        Data address of the picture.
    """
    figure, grid = _figure(7.2, 2.6)
    axes = grid[0][0]
    last = max([*counts, 1])
    reached, shares = 0, []
    for month in range(last + 1):
        reached += counts.get(month, 0)
        shares.append(reached / total if total else 0.0)
    axes.step(range(last + 1), shares, where="post", color=OURS, linewidth=2)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, last + 0.5)
    axes.set_xticks(range(0, last + 1, max(1, last // 12)))
    axes.set_xlabel(axis)
    axes.set_ylabel("Share found")
    axes.grid(color=LINE, linewidth=0.7)
    _tidy(axes)
    return _as_uri(figure)
