"""What was planted, for those who measure; never inside the landing zone.

Every district writes its own files; those of one name are put together in the order of the districts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import orjson

from jobs.synth.model import Planted
from jobs.synth.outgoing import Spoiled
from jobs.synth.parts import Moved
from jobs.synth.sealed import sealed_rows
from jobs.synth.world import World

MANIFEST = "manifest.json"
NOISE = "noise.jsonl"
_LOOK_ALIKE = re.compile("L[0-9]{2,}")
README = """\
# Truth of a synthetic country

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
- `sealed.jsonl`: one firm per line with `region`, `size_band` and `group` (A or B, stands for the background
  of its owners; drawn independently of guilt). No method may read it; it is for comparing shares.
- `noise.jsonl`: records that were spoiled or repeated on purpose. `record_no` counts from 1 within the file.
- `manifest.json`: parameters, counts, districts and the generator's version; written last.

Rows stand in the order of the districts. Rings take trades at risk: the base rate is theirs, and other trades
are met in a small part of their companies only.
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


def write_rows(folder: Path, world: World, noise: Iterable[Spoiled]) -> None:
    """Write what was planted in one district; whatever ends with `.jsonl` becomes part of the truth.

    Args:
        folder: Where.
        world: The finished world.
        noise: What was spoiled.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _lines(folder / "rings.jsonl", (ring_row(r) for r in world.rings))
    _lines(folder / "look_alikes.jsonl", (look_alike_row(r) for r in world.look_alikes))
    _lines(folder / "sealed.jsonl", sealed_rows(world))
    _lines(folder / NOISE, noise)


def merge(parts: Sequence[Path], folder: Path, look_alikes: Sequence[int], moved: Moved) -> None:
    """Put the rows of the districts together, file by file.

    Look-alikes are numbered through the country, wherever a row names one; spoiled records are counted
    through the files as they were landed.

    Args:
        parts: One folder per district, as `write_rows` left them.
        folder: Where to.
        look_alikes: How many each district has.
        moved: Where the records of each district stand now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted({path.name for part in parts for path in part.glob("*.jsonl")}):
        with (folder / name).open("wb") as out:
            before = 0
            for district, (part, count) in enumerate(zip(parts, look_alikes, strict=True)):
                path = part / name
                with path.open("rb") if path.exists() else nullcontext(()) as lines:
                    for line in lines:
                        if name == NOISE:
                            line = _lasting(line, district, moved)
                        elif before and b'"L' in line:
                            line = orjson.dumps(_renumbered(orjson.loads(line), before)) + b"\n"
                        out.write(line)
                before += count


def finish(folder: Path, manifest: Mapping[str, object]) -> None:
    """Explain the truth, and mark the country as finished by its manifest.

    Args:
        folder: The truth.
        manifest: Parameters and counts.
    """
    (folder / "README.md").write_text(README, encoding="utf-8")
    draft = folder / f".{MANIFEST}.part"
    draft.write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    draft.replace(folder / MANIFEST)


def _lasting(line: bytes, district: int, moved: Moved) -> bytes:
    row = orjson.loads(line)
    place = moved[row["source"], row["delivery_id"], row["file"], district]
    row |= {"delivery_id": place.delivery_id, "file": place.file}
    row["record_no"] = place.record_no(row["record_no"])
    return orjson.dumps(row) + b"\n"


def _renumbered(value: object, before: int) -> object:
    """The same row with the look-alikes of a district numbered on from those before it."""
    match value:
        case dict():
            return {key: _renumbered(inner, before) for key, inner in value.items()}
        case list():
            return [_renumbered(inner, before) for inner in value]
        # A dwelling's unit number in the attic looks alike, but for its leading zeros.
        case str() if _LOOK_ALIKE.fullmatch(value) and value == f"L{int(value[1:]):02d}":
            return f"L{int(value[1:]) + before:02d}"
    return value


def _lines(path: Path, rows: Iterable[object]) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
