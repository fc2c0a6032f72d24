"""The machine: what runs, how much room there is, which key, which versions, what dead processes left."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import jobs
from expectations.errors import KjedeError
from jobs.doctor.examination import Patient, Row, Status, some
from jobs.keys import DEMONSTRATION_ID, KeyRing
from jobs.lake.storage import STAGING

PYTHON = (3, 11)
JAVA = (17, 21)
SCARCE_BYTES, TIGHT_BYTES = 1 << 30, 10 << 30
LEFT_AFTER_SECONDS = 24 * 3600
ANSWERS_WITHIN_SECONDS = 3


def python(patient: Patient) -> Iterator[Row]:
    """The version of Python that the lock file is made for."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] == PYTHON:
        yield Row("python", Status.OK, f"Python {found}")
    else:
        wanted = ".".join(map(str, PYTHON))
        yield Row("python", Status.ERROR, f"Python {found}", f"install and use Python {wanted}")


def java(patient: Patient) -> Iterator[Row]:
    """A Java runtime, which only the engine `spark` needs."""
    is_needed = patient.settings.engine == "spark"
    program = shutil.which("java")
    if program is None:
        if is_needed:
            yield Row("java", Status.ERROR, "no java on the path", "apt-get install openjdk-17-jre-headless")
        else:
            yield Row("java", Status.OK, "none; only the engine spark needs one")
        return
    told = subprocess.run(
        [program, "-version"], capture_output=True, text=True, timeout=20, check=False
    ).stderr
    found = re.search(r'version "(\d+)', told)
    version = int(found.group(1)) if found else 0
    if version in JAVA:
        yield Row("java", Status.OK, f"Java {version}")
    elif is_needed:
        yield Row("java", Status.ERROR, f"Java {version or 'of unknown version'}", "use Java 17 or 21")
    else:
        yield Row("java", Status.OK, f"Java {version}; the engine spark would need 17 or 21")


def disk(patient: Patient) -> Iterator[Row]:
    """Room where the installation writes and where files lie before they are published."""
    places = {"home": patient.settings.home, "scratch": Path(tempfile.gettempdir())}
    if "://" not in patient.lake_uri:
        places["lake"] = Path(patient.lake_uri)
    for name, place in places.items():
        place = place.expanduser().absolute()
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        what = f"{name}: {free / (1 << 30):.1f} GiB free at {place}"
        if free < SCARCE_BYTES:
            yield Row("disk", Status.ERROR, what, "free some room, or set TMPDIR and KJEDE_HOME elsewhere")
        elif free < TIGHT_BYTES:
            yield Row("disk", Status.WARNING, what, "a national month needs about 10 GiB")
        else:
            yield Row("disk", Status.OK, what)


def key(patient: Patient) -> Iterator[Row]:
    """The key file: only its owner may read it, and it is the lake's."""
    path, bound = patient.settings.key_path, patient.lake.key_id if patient.lake else None
    if not path.exists():
        if bound in (None, DEMONSTRATION_ID):
            status = Status.OK if bound else Status.WARNING
            advice = "" if bound else "before real deliveries: kjede keys init, and keep a copy elsewhere"
            yield Row("key", status, f"no key file {path}; synthetic data needs none", advice)
        else:
            yield Row("key", Status.ERROR, f"the lake is of key {bound}; no key file {path}", "restore it")
        return
    try:
        ring = KeyRing.read(path)
    except PermissionError:
        yield Row("key", Status.ERROR, f"key file {path} may not be read", "run as its owner")
        return
    except KjedeError as problem:
        yield Row("key", Status.ERROR, str(problem), f"chmod 600 {path}, or restore the file")
        return
    if bound == DEMONSTRATION_ID:
        advice = "use another lake for real deliveries"
        yield Row(
            "key", Status.WARNING, f"the lake is of the demonstration key, not of {ring.key_id}", advice
        )
    elif bound not in (None, ring.key_id):
        what = f"the lake is of key {bound}, {path} holds {ring.key_id}"
        yield Row("key", Status.ERROR, what, "name the lake's own key file in KJEDE_KEY_FILE")
    else:
        yield Row("key", Status.OK, f"key {ring.key_id}, readable by its owner only")


def versions(patient: Patient) -> Iterator[Row]:
    """Installed packages against the lock file, or without one against what the package asks for."""
    wanted = locked(Path(jobs.__path__[0]).parent / "requirements.lock")
    if not wanted:
        yield from _required()
        return
    other = []
    for name, version in wanted.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # a package of an extra that is not installed
        if found != version:
            other.append(f"{name} {found} (locked: {version})")
    if other:
        what = f"{len(other)} packages differ from requirements.lock: {some(other)}"
        yield Row("versions", Status.WARNING, what, "pip install --require-hashes -r requirements.lock")
    else:
        yield Row("versions", Status.OK, "as in requirements.lock")


def locked(path: Path) -> dict[str, str]:
    """Versions by package in a lock file; nothing when there is none.

    Args:
        path: Lock file.
    """
    if not path.is_file():
        return {}
    return dict(
        re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", path.read_text("utf-8"), re.MULTILINE)
    )


def _required() -> Iterator[Row]:
    from packaging.requirements import Requirement

    try:
        listed = [Requirement(text) for text in metadata.requires("kjede") or []]
    except metadata.PackageNotFoundError:
        yield Row("versions", Status.WARNING, "no lock file and no installed package to compare with")
        return
    other = []
    for need in listed:
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            found = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            other.append(f"{need.name} is missing")
            continue
        if not need.specifier.contains(found, prereleases=True):
            other.append(f"{need.name} {found} (asked for: {need.specifier})")
    if other:
        yield Row(
            "versions", Status.ERROR, f"{len(other)} packages do not fit: {some(other)}", "pip install kjede"
        )
    else:
        yield Row("versions", Status.OK, "as the package asks for")


def engine(patient: Patient) -> Iterator[Row]:
    """Whether the engine could be started; starting it takes seconds and is left to the job."""
    setting = patient.settings.engine
    if setting.startswith("sc://"):
        address = urlsplit(setting.split(";")[0])
        where = (address.hostname or "", address.port or 15002)
        try:
            socket.create_connection(where, timeout=ANSWERS_WITHIN_SECONDS).close()
        except OSError as problem:
            what = f"{setting.split(';')[0]} does not answer: {type(problem).__name__}"
            yield Row("engine", Status.ERROR, what, "start the Spark Connect server, or correct KJEDE_ENGINE")
            return
    elif find_spec("pyspark") is None or (setting == "sail" and find_spec("pysail") is None):
        yield Row(
            "engine", Status.ERROR, f"{setting}: not installed", "pip install pysail 'pyspark[connect]'"
        )
        return
    yield Row("engine", Status.OK, setting.split(";")[0])


def leftovers(patient: Patient) -> Iterator[Row]:
    """Files of processes that died, beside the machine's temporary files and in the lake."""
    dead = [
        path.name
        for path in sorted(Path(tempfile.gettempdir()).glob("kjede-*"))
        if (found := re.fullmatch(r"kjede-(\d+)-.+", path.name)) and not _is_alive(int(found.group(1)))
    ]
    if dead:
        what = f"{len(dead)} scratch folders of dead processes in {tempfile.gettempdir()}: {some(dead)}"
        yield Row("leftovers", Status.WARNING, what, "remove them")
    else:
        yield Row("leftovers", Status.OK, "no scratch folders of dead processes")
    if patient.lake is None:
        return
    cutoff = patient.now - LEFT_AFTER_SECONDS
    old = [entry for entry in patient.lake.storage.walk(STAGING) if entry.modified_at < cutoff]
    if old:
        what = f"{len(old)} unpublished files older than a day in the lake"
        yield Row("leftovers", Status.WARNING, what, "kjede gc")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
