"""The page of an evaluation: what its document says, in the order in which a reader asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.evaluate import plots
from jobs.evaluate.page import Picture, Section, Table, page, rate_text, table_of

Document = Mapping[str, Any]
LIVE = "live"


def html(document: Document) -> str:
    """The page.

    Args:
        document: From `jobs.evaluate.document.build`, or the part of it that a world without a lake has.
    """
    world = document["made_from"]["world"]
    kind = "adaptive" if world.get("adaptive") else "noisy" if world.get("noise", 1) > 1 else "base"
    firms = f"{world['firms']:,}".replace(",", " ")
    title = f"Evaluation on {firms} synthetic firms ({kind} world, seed {world['seed']})"
    makers = (
        _summary,
        _indicators,
        _rings,
        _look_alikes,
        _baselines,
        _time,
        _faithfulness,
        _people,
        _leakage,
        _realism,
        _limits,
    )
    sections = [made for maker in makers if (made := maker(document)) is not None]
    return page(title, sections)


def _summary(document: Document) -> Section | None:
    if "pooled" not in document:
        return None
    made_from, live = document["made_from"], document["pooled"]["live"]
    everything = document["pooled"]["all"]
    rows = [
        {"what": what, "k": k, "precision": own["precision_at"][k], "rings": own["ring_recall_at"][k]}
        for what, own in (("indicators that run", live), ("everything planted", everything))
        for k in own["precision_at"]
    ]
    points = [
        f"{live['cases']} cases, {live['rings']} rings to find by {made_from['month']}; "
        f"{made_from['capacity']}"
        " cases can be reviewed.",
        f"Recall of planted acts that could be seen: {rate_text(live['recall'])}.",
        f"Triggered findings about nobody who did it: {rate_text(live['false_flags'])}.",
        f"Average precision over companies {_interval(live['average_precision'])}, base rate "
        f"{rate_text(live['base_rate'])}, lift {_number(live['lift'])}.",
    ]
    facts = [
        {"what": "Month and instant", "is": f"{made_from['month']}, as of {made_from['as_of']}"},
        {"what": "Months run", "is": made_from["months"]},
        {"what": "World", "is": ", ".join(f"{k} {v}" for k, v in made_from["world"].items())},
        {
            "what": "Generator, code, commit",
            "is": f"{made_from['generator_version']}, {made_from['code_version']}, {made_from['commit']}",
        },
        {"what": "Indicators", "is": [f"{k} {v}" for k, v in made_from["indicators"].items()]},
    ]
    return Section(
        "summary",
        "Summary",
        "In short",
        ("Rates stand with their 95 % Wilson interval and what they count.",),
        points,
        tables=(
            table_of(
                "First k cases, by capacity k",
                rows,
                "what=Counted over | k=k | precision=Precision | rings=Ring recall",
            ),
            table_of(
                "Bands: how often a case of the band is about a ring",
                live["bands"],
                "band=Band | hit=About a ring",
            ),
            table_of(
                "Companies of the first cases that were inspected, beside all inspected",
                live["severity"],
                "level=Found, or worse | in_cases=In the cases | all_inspected=All inspected",
            ),
            table_of("Made from", facts, "what=What | is="),
        ),
    )


def _indicators(document: Document) -> Section | None:
    if "indicators" not in document:
        return None
    running = [own for own in document["indicators"] if own["status"] == LIVE]
    absent = [own for own in document["indicators"] if own["status"] != LIVE]
    capacity = str(document["made_from"]["capacity"])
    shown = [
        own | {"name": f"{own['id']} {own['name_en']}", "at": own["precision_at"][capacity]}
        for own in running
    ]
    pictures = (
        Picture(
            plots.rates([(own["name"], own["recall"]) for own in shown], "Recall of observable acts"),
            "Recall per indicator with its interval; the figures stand in the table.",
        ),
    )
    return Section(
        "indicators",
        "Indicators",
        "Indicator by indicator",
        ("Guises go from clear to near the cut-off; nothing may have been fitted to the held-out one.",),
        pictures=pictures if shown else (),
        tables=(
            table_of(
                "One indicator per row",
                shown,
                "name=Indicator | planted=Planted | recall=Recall | false_flags=False flags | "
                "look_alikes_flagged=Look-alikes flagged | not_evaluable=Not evaluable | "
                "at=Precision of its cases | findings_ranking.average_precision=PR-AUC, findings",
            ),
            table_of(
                "Recall by guise of the act",
                shown,
                "name=Indicator | by_guise.easy=Easy | by_guise.medium=Medium | by_guise.hard=Hard | "
                "by_guise.held_out=Held out",
            ),
            table_of(
                "Groups",
                document["groups"],
                "group=Group | indicators=Indicators | planted=Planted | recall=Recall | "
                "false_flags=False flags | average_precision.value=PR-AUC | lift=Lift",
            ),
            table_of(
                "Planted, but no such indicator runs: not rated, not counted as missed",
                absent,
                "id=Indicator | planted=Planted | observable=Observable by the month",
            ),
        ),
    )


def _rings(document: Document) -> Section | None:
    if "rings" not in document:
        return None
    missed = [r for r in document["rings"] if r["status"] == LIVE and r["asked"] and not r["found"]]
    rows = [r | {"became": "; ".join(f"{a['indicator']} {a['status']}" for a in r["acts"])} for r in missed]
    return Section(
        "rings",
        "Missed rings",
        f"Rings that could be seen and have no case: {len(missed)}",
        tables=(
            table_of(
                "One missed ring per row, with what became of each of its acts",
                rows,
                "ring_id=Ring | difficulty=Guise | observable_month=Observable | became=Acts",
            ),
        ),
    )


def _look_alikes(document: Document) -> Section | None:
    if "look_alikes" not in document:
        return None
    rows = [own for own in document["look_alikes"] if own["status"] == LIVE]
    suppression = document["suppression"]
    held = [r for r in suppression.get("by_guard", ()) if r["planted"] or r["look_alikes"] or r["others"]]
    return Section(
        "look-alikes",
        "Look-alikes",
        "Lawful look-alikes",
        (f"Planted acts that a guard holds back: {rate_text(suppression.get('hidden'))}.",),
        tables=(
            table_of(
                "One kind per row",
                rows,
                "kind=Kind | indicator=Resembles | n=Planted | expected=Expected | flagged=Flagged | "
                "as_expected=As expected | in_cases=Named in a case",
            ),
            table_of(
                "What guards hold back",
                held,
                "guard=Guard | indicator=Indicator | planted=Planted acts | look_alikes=Look-alikes | "
                "others=Others",
            ),
        ),
    )


def _baselines(document: Document) -> Section | None:
    rows = document.get("baselines") or ()
    if not rows:
        return None
    pictures, tables = [], []
    for split in dict.fromkeys(row["split"] for row in rows):
        own = [row for row in rows if row["split"] == split]
        scored = [row for row in own if row["status"] == "scored"]
        if scored:
            pictures.append(
                Picture(
                    plots.rates(
                        [(r["method"], r["pr_auc"]) for r in scored],
                        f"PR-AUC over companies, {split}",
                        ours=("pipeline",),
                    ),
                    f"PR-AUC of every method on the split {split}; the figures stand in the table.",
                )
            )
        tables.append(
            table_of(
                f"Split {split}: one method per row",
                own,
                "method=Method | kind=Kind | pr_auc=PR-AUC | "
                "precision_at_rings=Precision, k = rings | "
                "precision_at_capacity=Precision, k = capacity | "
                "ring_recall_at_rings=Ring recall, k = rings | lift=Lift | labels_n=Labels | "
                "pipeline_is_better=Ours better at | pipeline_is_worse=Ours worse at | note=Note",
            )
        )
    return Section(
        "baselines",
        "Baselines",
        "Against simple methods on the same splits",
        (
            "Models learn from what inspections confirmed and reviews concluded; the truth only "
            "scores them. Better "
            "and worse are said only where the intervals do not overlap.",
        ),
        pictures=pictures,
        tables=tables,
    )


def _time(document: Document) -> Section | None:
    if "stability" not in document:
        return None
    live, stability = document["pooled"]["live"], document["stability"]
    delay = live["case_delay"]
    counts = {int(months): n for months, n in delay["rings_by_months"].items()}
    late = {max(months, 0): 0 for months in counts}
    for months, n in counts.items():
        late[max(months, 0)] += n
    total = delay["rings"]["n"]
    points = [
        f"Rings with a case, of those whose first months were run: {rate_text(delay['rings'])}.",
        f"Cases that were not touched kept their score: {rate_text(stability.get('unchanged_kept_score'))}.",
        "Pairs of cases that changed order with a listed change: "
        f"{rate_text(stability.get('turned_explained'))}.",
    ]
    return Section(
        "time",
        "Time",
        "How soon, and how steady",
        points=points,
        pictures=(
            Picture(
                plots.steps(late, "Months from the first month it could be seen", total),
                "Share of rings found after so many months.",
            ),
        )
        if counts and total
        else (),
        tables=(
            table_of(
                "From month to month, first k cases",
                stability["months"],
                "to=Month | from=Against | overlap=Overlap | cases=Cases | new=New | "
                "changed=Changed | unchanged=Unchanged | gone=Gone",
            ),
        ),
    )


def _faithfulness(document: Document) -> Section | None:
    found = document.get("faithfulness")
    if not found:
        return None
    return Section(
        "faithfulness",
        "Explanations",
        "Do the explanations hold",
        points=(
            f"The cited records alone give the same finding: {rate_text(found['sufficient'])}.",
            f"Evaluated again, the findings are the same: {rate_text(found['same_again'])}.",
            f"Cited records that were planted: {rate_text(found['localisation']['records_planted'])}.",
            f"Excluded attributes cited: {len(found['excluded'])}.",
        ),
        tables=(
            table_of(
                "What happens when one cited fact is taken away",
                found["by_indicator"],
                "indicator=Indicator | necessary.edge.share=Edge, finding weakens | "
                "necessary.node.share=Node, finding weakens | necessary.kind.share=All of a kind, weakens",
            ),
        ),
    )


def _people(document: Document) -> Section | None:
    if "burden" not in document:
        return None
    burden = document["burden"]
    rows = [{"what": what} | burden[what] for what in ("companies", "dwellings", "persons")]
    fairness = [r for r in document["fairness"] if not r["is_suppressed"]]
    return Section(
        "people",
        "Burden",
        "Who carries it",
        (
            f"{burden['true_cases']} of {burden['cases']} cases are about a ring.",
            "Sealed groups are drawn apart from guilt and stand in no delivery; groups under 20 are "
            "not shown.",
        ),
        tables=(
            table_of(
                "Innocent data in the cases",
                rows,
                "what=What | innocent=Innocent | all=All | per_true_case=Per true case",
            ),
            table_of(
                "Flag rates by sealed attribute",
                fairness,
                "attribute=Attribute | category=Group | companies=Companies | flag_rate=Flagged | "
                "flag_ratio.value=Ratio | false_flag_rate=Innocent and flagged | "
                "false_flag_ratio.value=Ratio",
            ),
        ),
    )


def _leakage(document: Document) -> Section | None:
    rows = [row | {"tells": [t["mark"] for t in row["tells"]]} for row in document.get("leakage") or ()]
    if not rows:
        return None
    return Section(
        "leakage",
        "Leakage",
        "Does the world give itself away",
        (
            "A method that knows only ids, order, instants or which fields are missing must do no "
            "better than chance.",
        ),
        tables=(
            table_of(
                "One gate per row",
                rows,
                "gate=Gate | what=What | passed=Passed | rate=ROC-AUC | tells=Told by | detail=Detail",
            ),
        ),
    )


def _realism(document: Document) -> Section | None:
    found = document.get("realism") or {}
    if not found:
        return None
    return Section(
        "realism",
        "Realism",
        "Is the world believable",
        (
            "Counted in the deliveries, beside published figures. `recall` marks figures that were "
            "written down from "
            "memory and have to be looked up; matched is told only on 30 or more.",
        ),
        pictures=(
            Picture(
                plots.distributions(found["distributions"]),
                "Distributions as made, beside the published ones where there are any.",
            ),
        ),
        tables=(
            table_of(
                "One published figure per row",
                found["rows"],
                "what=What | unit=Unit | public=Published | made=Made | n=n | is_matched=Matched | "
                "source=Source | sure=How sure",
            ),
            _shapes(found["distributions"]),
        ),
    )


def _shapes(listed: Sequence[Mapping[str, Any]]) -> Table:
    rows = [
        {
            "what": own["title"],
            "class": label,
            "made": made,
            "public": own["public"][i] if own["public"] else None,
        }
        for own in listed
        for i, (label, made) in enumerate(zip(own["labels"], own["made"], strict=True))
    ]
    return table_of(
        "The pictures as figures", rows, "what=Distribution | class=Class | made=Made | public=Published"
    )


def _limits(document: Document) -> Section | None:
    said = document.get("cannot_show") or ()
    return Section("limits", "Limits", "What this cannot show", points=said) if said else None


def _interval(found: Mapping[str, Any]) -> str:
    if found.get("value") is None:
        return "-"
    if found.get("low") is None:
        return _number(found["value"])
    return f"{found['value']:.2f} ({found['low']:.2f}-{found['high']:.2f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
