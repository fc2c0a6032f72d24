"""`kjede evaluate` and `kjede reference`: what the pipeline finds of what was planted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from jobs import months
from jobs.console import emit
from jobs.options import Json, LakeOption
from jobs.settings import settings

Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for evaluation.json and .html; default evaluation/ beside the truth."),
]
COLUMNS = (
    "what",
    "planted",
    "recall",
    "hard",
    "held_out",
    "false_flags",
    "look_alikes",
    "not_evaluable",
    "precision",
    "ring_recall",
    "lift",
)


def evaluate(
    truth: Annotated[Path, typer.Option("--truth", help="The truth/ that `kjede synth` wrote.")],
    lake: LakeOption = "",
    month: Annotated[
        str, typer.Option("--month", help="Month, YYYY-MM; default the last of the world.", metavar="MONTH")
    ] = "",
    capacity: Annotated[
        int | None,
        typer.Option("--capacity", min=1, help="Cases that can be reviewed; default one per ring to find."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Without baselines, leakage gates and realism.")
    ] = False,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Measures the runs of a lake against what was planted; writes evaluation.json and evaluation.html."""
    from jobs.evaluate.job import evaluate_lake

    document = evaluate_lake(
        truth,
        lake or settings().lake,
        month=months.checked(month) if month else "",
        capacity=capacity,
        is_quick=quick,
    )
    _write(document, out or truth.parent / "evaluation", as_json)


def reference(
    work: Annotated[Path, typer.Option("--work", help="Folder for the worlds and lakes.")],
    kind: Annotated[str, typer.Option("--kind", help="base, adaptive or noisy.")] = "base",
    firms: Annotated[int, typer.Option("--firms", help="About how many firms.")] = 20_000,
    months_: Annotated[int, typer.Option("--months", help="How many months are made and run.")] = 12,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the world.")] = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Makes a reference world, runs all its months and measures them."""
    from jobs.evaluate.reference import folder_of, run_reference

    document = run_reference(kind, firms, months_, seed, work)
    _write(document, out or folder_of(kind, firms, months_, seed, work) / "evaluation", as_json)


def _write(document: dict[str, Any], folder: Path, as_json: bool) -> None:
    from jobs.evaluate.document import to_bytes
    from jobs.evaluate.report import html

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "evaluation.html"
    path.write_text(html(document), encoding="utf-8")
    path.with_suffix(".json").write_bytes(to_bytes(document))
    if as_json:
        emit([document], True)
        return
    made_from, live = document["made_from"], document["pooled"]["live"]
    emit(table(document), columns=COLUMNS, title=f"Planted and found, {made_from['month']}")
    typer.echo(
        f"\n{live['cases']} cases, {live['rings']} rings to find, capacity {made_from['capacity']}, "
        f"months run {made_from['months'][0]} to {made_from['months'][-1]}"
    )
    typer.echo("Precision on synthetic data says that the code finds what was planted, no more.")
    typer.echo(str(path))


def table(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that the command prints: all indicators that run, each group, each indicator.

    Args:
        document: From `jobs.evaluate.document.build`.
    """
    k = str(document["made_from"]["capacity"])
    rows = [_row("all", document["pooled"]["live"], k)]
    rows += [_row(f"group {own['group']}", own, k) for own in document["groups"]]
    for own in document["indicators"]:
        if own["status"] == "live":
            rows.append(_row(own["id"], own, k))
        else:
            rows.append({"what": own["id"], "planted": own["planted"], "recall": "not live"})
    return rows


def _row(what: str, figures: Mapping[str, Any], k: str) -> dict[str, Any]:
    return {
        "what": what,
        "planted": figures["planted"],
        "recall": _shown(figures["recall"]),
        "hard": _shown(figures["by_guise"]["hard"]),
        "held_out": _shown(figures["by_guise"]["held_out"]),
        "false_flags": _shown(figures["false_flags"]),
        "look_alikes": _shown(figures.get("look_alikes_flagged")),
        "not_evaluable": _shown(figures.get("not_evaluable"), with_counts=False),
        "precision": _shown(figures["precision_at"][k]),
        "ring_recall": _shown(figures["ring_recall_at"][k]),
        "lift": None if figures["lift"] is None else f"{figures['lift']:.0f}",
    }


def _shown(rate: Mapping[str, Any] | None, *, with_counts: bool = True) -> str:
    if rate is None or rate["value"] is None:
        return ""
    return f"{rate['value']:.2f}" + (f" ({rate['hits']}/{rate['n']})" if with_counts else "")


def register(app: typer.Typer) -> None:
    """Adds the commands.

    Args:
        app: The command line.
    """
    app.command("evaluate")(evaluate)
    app.command("reference")(reference)
