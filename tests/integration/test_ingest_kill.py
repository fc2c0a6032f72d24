"""Kills an intake at any moment: run again, it leaves what an intake that was never killed leaves.

Run as a program, this file is the intake: it forks one for each of many steps, which dies right before its
n-th change to the file system. A program of its own, because forking needs a process without threads.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.ingest import intake, readers, unpack
from jobs.ingest.intake import ingest
from jobs.ingest.purge import resume
from jobs.ingest.tokens import Tokens
from jobs.lake.history import gc
from jobs.lake.lake import Lake
from jobs.lake.verify import verify
from tests.integration.test_publish_kill import die_before_change, ended, started, stored
from tests.unit.jobs.ingest.desk import RING, Desk

pytestmark = [pytest.mark.integration, pytest.mark.timeout(500)]

AMELDING, FREG = "skatteetaten_amelding", "folkeregisteret_bosted"
STRIDE = 7
"""Every so many-th step is tried: all of them take ten minutes."""
MOMENTS = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
"""When a process is killed, in shares of the time that it takes."""


def land(landing: Path) -> None:
    """Reports with a repeated key and a fault, a deletion of one of them, a person and her protection."""
    landing.mkdir(parents=True)
    desk = Desk(landing, Lake.open(landing.parent / "unused"))
    employers = ["310000108", "310000205", "310000302"]
    reports = [
        {
            "leveringstidspunkt": "2026-02-04T09:12:00",
            "kalendermaaned": "2026-01",
            "meldingsId": f"M-{n}",
            "opplysningspliktig": {"norskIdentifikator": employers[n % 3]},
            "oppgave": {"virksomhet": [{"norskIdentifikator": "210000208"}]} if n != 5 else 7,
        }
        for n in range(7)
    ]
    desk.land(AMELDING, reports, period="2026-01", at="2026-02-10T04:15:00+00:00")
    row = {
        "fil": "amelding_*.jsonl.gz",
        "noekkel": {"opplysningspliktig.norskIdentifikator": employers[2]},
        "grunn": "feilsendt",
    }
    from jobs.lake.delivery_writer import json_lines

    files = [json_lines("slettinger.jsonl.gz", "application/jsonl+gzip", [json.dumps(row).encode()])]
    desk.land(AMELDING, [], period="2026-01", at="2026-02-11T04:15:00+00:00", kind="deletion", files=files)
    for day, grading in ((12, "ugradert"), (13, "fortrolig")):
        person = {
            "identifikasjonsnummer": [{"foedselsEllerDNummer": "12858831081", "status": "iBruk"}],
            "status": "bosatt",
            "bostedsadresse": [
                {
                    "adressegradering": grading,
                    "adresseIdentifikatorFraMatrikkelen": "399500001",
                    "erGjeldende": True,
                }
            ],
        }
        at = f"2026-02-{day}T04:15:00+00:00"
        desk.land(FREG, [person], period=at[:10], at=at, kind="delta")


def before(root: Path) -> None:
    """The report and the person's address are in; the deletion and the protection come next."""
    ingest(root / "landing", Lake.open(root / "lake"), ring=RING, workers=1, only=_first(root))


def after(root: Path) -> None:
    """Everything that has landed is taken in, and purges that died are ended, as `kjede ingest` does it."""
    lake = Lake.open(root / "lake")
    ingest(root / "landing", lake, ring=RING, workers=1)
    resume(lake, Tokens(RING.core_key()))


def _first(root: Path) -> set[tuple[str, str]]:
    found = sorted((root / "landing").rglob("delivery.json"))
    return {(p.parts[-4], p.parts[-2]) for p in found if p.parts[-2][:8] in ("20260210", "20260212")}


def kill_at_every_step(root: Path) -> int:
    """Kill intakes before their changes: of an empty lake, and of one that has to purge rows that are in."""
    killed = 0
    for name, prepare in (("empty", None), ("purging", before)):
        base = root / name / "base"
        land(base / "landing")
        if prepare is not None:
            assert ended(started(lambda base=base, prepare=prepare: prepare(base))) == 0  # type: ignore[misc]
        number, status = 1, -int(signal.SIGKILL)
        while status == -signal.SIGKILL:
            folder = root / name / f"{number:04d}"
            shutil.copytree(base, folder)

            def work(folder: Path = folder, number: int = number) -> None:
                die_before_change(number)
                after(folder)

            status = ended(started(work))
            number += STRIDE
            killed += 1
        assert status == 0
        folder.rename(root / name / "whole")
    return killed


def run(*arguments: str, pipe: int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(part for part in sys.path if part)
    return subprocess.Popen(
        [sys.executable, __file__, *arguments],
        stdout=pipe,
        stderr=pipe,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )


def test_an_intake_that_died_before_any_change_is_finished_by_the_next(tmp_path: Path) -> None:
    program = run("every", str(tmp_path), pipe=subprocess.PIPE)
    out, problem = program.communicate(timeout=400)
    assert program.returncode == 0, problem.decode()
    assert int(out) > 20
    for name in ("empty", "purging"):
        whole = Lake.open(tmp_path / name / "whole" / "lake", create=False)
        gc(whole, timedelta(0))
        expected = stored(whole)
        assert sorted(r["dispositions"]["in"] for r in whole.deliveries.receipts()) == [1, 1, 1, 7]
        for folder in sorted((tmp_path / name).glob("0*")):
            after(folder)
            lake = Lake.open(folder / "lake", create=False)
            gc(lake, timedelta(0))
            assert stored(lake) == expected, f"{name} {folder.name}"
            assert list(lake.storage.walk("_staging")) == [], f"{name} {folder.name}"
            assert verify(lake) == []


def shared(root: Path) -> None:
    """An intake whose blocks are shared by two processes."""
    readers.BLOCK_BYTES, unpack.PIECE_BYTES, intake.BLOCKS_FROM_BYTES = 1 << 14, 1 << 12, 0
    ingest(root / "landing", Lake.open(root / "lake"), ring=RING, workers=2)


def test_an_intake_killed_at_any_time_is_finished_by_the_next(tmp_path: Path) -> None:
    """The whole tree of processes dies, as when a container is stopped, or only the one that leads it."""
    landing = tmp_path / "whole" / "landing"
    landing.mkdir(parents=True)
    desk = Desk(landing, Lake.open(tmp_path / "unused"))
    report = {
        "leveringstidspunkt": "2026-02-04T09:12:00",
        "kalendermaaned": "2026-01",
        "opplysningspliktig": {"norskIdentifikator": "310000205"},
        "oppgave": {"virksomhet": [{"norskIdentifikator": "210000208", "inntektsmottaker": [{}] * 20}]},
    }
    rows = [report | {"meldingsId": f"M-{n}"} for n in range(600)]
    desk.land(AMELDING, rows, period="2026-01", at="2026-02-10T04:15:00+00:00")
    start = time.monotonic()
    assert run("shared", str(tmp_path / "whole")).wait(120) == 0
    seconds = time.monotonic() - start
    expected = stored(Lake.open(tmp_path / "whole" / "lake"))
    assert any(key.startswith("deliveries/") for key in expected)
    for number, share in enumerate(MOMENTS):
        root = tmp_path / str(number)
        shutil.copytree(landing, root / "landing")
        process = run("shared", str(root))
        time.sleep(share * seconds)
        kill = os.killpg if number % 2 else os.kill
        kill(process.pid, signal.SIGKILL)
        process.wait(30)
        _wait_for_the_rest(process.pid)
        assert run("shared", str(root)).wait(120) == 0
        lake = Lake.open(root / "lake")
        gc(lake, timedelta(0))
        assert stored(lake) == expected, share
        assert list(lake.storage.walk("_staging")) == []


def _wait_for_the_rest(group: int) -> None:
    """Processes of a pool end by themselves when the one that leads them is killed."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("processes of a killed intake are left")


if __name__ == "__main__":
    if sys.argv[1] == "every":
        sys.stdout.write(str(kill_at_every_step(Path(sys.argv[2]))))
    else:
        shared(Path(sys.argv[2]))
