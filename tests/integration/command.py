"""The command line as integration tests call it."""

import contextlib
import json
import traceback
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from expectations.errors import KjedeError
from jobs.cli import app


def kjede(*words: str | Path, code: int = 0, cwd: Path) -> str:
    """Standard output of a command; run here, since a process for each of many would take minutes."""
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(app, [str(word) for word in words])
    problem = done.exception
    found = problem.exit_code if isinstance(problem, KjedeError) else done.exit_code
    # The engine's client keeps its message out of repr().
    story = "".join(traceback.format_exception(problem)) if problem else ""
    assert found == code, f"kjede {' '.join(map(str, words))}: {found}\n{done.output}\n{story}"
    return done.stdout


def rows(*words: str | Path, cwd: Path, code: int = 0) -> list[dict[str, Any]]:
    """What a command lists."""
    found: list[dict[str, Any]] = json.loads(kjede(*words, "--json", cwd=cwd, code=code))
    return found
