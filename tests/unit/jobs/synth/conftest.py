"""Two small counties: one as registers see it, one with every ring template as it was made."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from expectations import contract
from jobs.ingest import read_xml
from jobs.synth.generate import generate, make_world
from jobs.synth.parameters import Parameters
from jobs.synth.world import World

SMALL = {"firms": 200, "months": 3, "seed": 1, "base_rate": 0.02, "last_month": "2026-01"}


class County:
    """A written county, with its deliveries decoded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.landing = folder / "landing"

    def deliveries(self, source: str = "*") -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self.landing.glob(f"{source}/*/*/delivery.json")):
            yield path.parent, json.loads(path.read_text("utf-8"))

    def rows(self, source: str, name: str) -> Iterator[tuple[dict[str, Any], int, dict[str, Any]]]:
        """Envelope, number and content of every record of the files whose name starts so."""
        for folder, envelope in self.deliveries(source):
            for file in envelope["files"]:
                if file["name"].startswith(name):
                    for number, row in enumerate(decoded(folder / file["name"]), 1):
                        yield envelope, number, row

    def file(self, folder: Path, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and content of every record of one file."""
        yield from enumerate(decoded(folder / name), 1)

    def truth(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "truth" / name).read_text("utf-8").splitlines()]

    def spoiled(self) -> set[tuple[str, str, str, int]]:
        noise = [n for n in self.truth("noise.jsonl") if not n["what"].startswith("repeated")]
        return {(n["source"], n["delivery_id"], n["file"], n["record_no"]) for n in noise}


def decoded(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    name = path.name.removesuffix(".gz")
    if name.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    if name.endswith(".xml"):
        read = read_xml.elements(iter((text.encode(),)), "Renholdsvirksomhet")
        # An empty element is a missing one.
        return [{k: v for k, v in row.items() if v != ""} for row in read]
    if name.endswith(".json"):
        content = json.loads(text)
        (spec,) = [f for f in contract.source(path.parts[-4]).files if fnmatchcase(path.name, f.pattern)]
        for step in spec.list_path.split(".") if spec.list_path else ():
            content = content[step]
        return list(content)
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    folder = tmp_path_factory.mktemp("county") / "out"
    generate(folder, **SMALL)  # type: ignore[arg-type]
    return County(folder)


@pytest.fixture(scope="session")
def world() -> World:
    """A county of thirteen months with nine rings, before any register has looked at it."""
    return make_world(Parameters(450, 13, 3, 0.09, "2026-01", False))
