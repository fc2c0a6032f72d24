"""What was planted, for those who measure; never inside the landing zone."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import orjson

from jobs.synth.model import Planted
from jobs.synth.outgoing import Spoiled
from jobs.synth.world import World

MANIFEST = "manifest.json"
README = """\
# Truth of a synthetic county

Who did what. Nothing in here may reach the pipeline; it is for measuring what the pipeline finds.
All numbers, names and addresses are invented.

- `rings.jsonl`: one planted ring per line.
  - `indicators` that should see it, `companies` (organisation numbers), `dwellings` (`adresseId:bruksenhet`),
    `persons_n`, `key_edges` (contract and invoice ids).
  - `subjects` per indicator: `project:<id>`, `pair:<failed>:<successor>`,
    `dwelling:<adresseId>:<bruksenhet>`,
    `cluster:<first 16 hex digits of the SHA-256 of the sorted organisation numbers, joined by U+001F>`.
  - `members` per indicator: the companies of that act. Match a cluster by these if its hash differs.
  - `first_unlawful_month`, and `first_observable_month`: the first month whose evaluation at the default
    as_of can see the whole ring.
  - `acts` per indicator: what was done (`act`), in which guise (`variant`), and the months of that act alone.
  - `difficulty`: guise of the ring: `easy`, `medium`, `hard`, or `held_out`, which no method may be trained
    on.
- `look_alikes.jsonl`: one lawful look-alike per line. `resembles` is the indicator that must not trigger, and
  `expected` says how: `silent` (not triggered), `suppressed` (a guard holds it back), `not_evaluable` (a
  needed fact is missing), `context` (may be shown, makes no case).
- `noise.jsonl`: records that were spoiled or repeated on purpose. `record_no` counts from 1 within the file.
- `manifest.json`: parameters and counts; written last.
"""


def ring_row(planted: Planted) -> dict[str, object]:
    """One line of `rings.jsonl`."""
    return {
        "ring_id": planted.planted_id,
        "name": planted.name,
        "indicators": sorted(planted.indicators),
        "companies": [f.orgnr for f in planted.companies],
        "dwellings": [d.truth_id for d in planted.dwellings],
        "persons_n": len(planted.persons),
        "key_edges": planted.key_edges,
        "subjects": planted.subjects,
        "members": planted.members,
        "acts": planted.acts,
        "first_unlawful_month": _month(planted.first_unlawful),
        "first_observable_month": _month(planted.first_observable),
        "difficulty": planted.difficulty,
    }


def look_alike_row(planted: Planted) -> dict[str, object]:
    """One line of `look_alikes.jsonl`."""
    subjects = [s for listed in planted.subjects.values() for s in listed]
    return {
        "id": planted.planted_id,
        "resembles": planted.resembles,
        "kind": planted.name,
        "companies": [f.orgnr for f in planted.companies],
        "dwellings": [s.removeprefix("dwelling:") for s in subjects if s.startswith("dwelling:")],
        "persons_n": len(planted.persons),
        "subjects": subjects,
        "members": planted.members,
        "expected": planted.expected,
    }


def write_truth(folder: Path, world: World, noise: Iterable[Spoiled], manifest: Mapping[str, object]) -> None:
    """Write the truth; the manifest comes last and marks the world as finished.

    Args:
        folder: Where.
        world: The finished world.
        noise: What was spoiled.
        manifest: Parameters and counts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(README, encoding="utf-8")
    _lines(folder / "rings.jsonl", (ring_row(r) for r in world.rings))
    _lines(folder / "look_alikes.jsonl", (look_alike_row(r) for r in world.look_alikes))
    _lines(folder / "noise.jsonl", noise)
    draft = folder / f".{MANIFEST}.part"
    draft.write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    draft.replace(folder / MANIFEST)


def _lines(path: Path, rows: Iterable[object]) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
