"""A local Airflow: its folder, its processes and its end.

Airflow runs as four processes (API server, scheduler, DAG processor, triggerer), each the leader of a
process group of its own, so that stopping reaches the scheduler's workers too. Nothing here imports Airflow.
"""

import configparser
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from expectations.errors import KjedeError
from jobs.demo.rest import RestApi

COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
USERS = ("operator", "approver")
PASSWORDS = "passwords.json"
START_SECONDS = 240
STOP_SECONDS = 8


def shipped(*parts: str) -> Path:
    """A file or folder that ships beside the packages: in the checkout or in the environment's share folder.

    Args:
        parts: Path as in an installation, for example `dags` or `airflow`, `airflow.cfg`.
    """
    checkout = Path(__file__).parents[2]
    in_checkout = checkout.joinpath(*parts) if parts[0] == "dags" else checkout.joinpath("infra", *parts)
    return in_checkout if in_checkout.exists() else Path(sys.prefix, "share", "kjede", *parts)


class Airflow:
    """One Airflow in one folder.

    Attributes:
        home: AIRFLOW_HOME: configuration, database, logs, passwords.
        port: Port of the UI and the REST API on 127.0.0.1.
    """

    def __init__(self, home: Path, environment: Mapping[str, str], port: int | None = None) -> None:
        """Name the folder; nothing is started or written yet.

        Args:
            home: Folder of this Airflow, made when missing.
            environment: KJEDE_ variables that the tasks shall see.
            port: Port to listen on; None takes 8080 when it is free, else any free one.
        """
        self.home = home.resolve()
        self.port = port or self._port_in_use() or _free_port()
        self._environment = {**environment, "AIRFLOW_HOME": str(self.home)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Address of the UI."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def passwords_file(self) -> Path:
        """JSON object of user name to password; readable by the owner only."""
        return self.home / PASSWORDS

    def password(self, user: str) -> str:
        """Password of a local user.

        Args:
            user: `operator` or `approver`.
        """
        passwords: dict[str, str] = json.loads(self.passwords_file.read_text())
        return passwords[user]

    def as_user(self, user: str) -> RestApi:
        """A session in the REST API.

        Args:
            user: `operator` or `approver`.
        """
        return RestApi(self.url, user, self.password(user))

    def prepare(self) -> None:
        """Write configuration and passwords, create or migrate the database."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._stop_leftovers()
        if not self.passwords_file.exists():
            _write_private(
                self.passwords_file, json.dumps({user: secrets.token_urlsafe(15) for user in USERS})
            )
        _write_private(self.home / "airflow.cfg", self._configuration())
        self._run("db", "migrate")

    def _configuration(self) -> str:
        """The shipped configuration with the folders and port of here, and the keys of the last time."""
        config = configparser.ConfigParser(interpolation=None)
        config.read(shipped("airflow", "airflow.cfg"))
        before = configparser.ConfigParser(interpolation=None)
        before.read(self.home / "airflow.cfg")
        dags = shipped("dags")
        local = {
            ("core", "dags_folder"): str(dags),
            ("core", "plugins_folder"): str(dags / "plugins"),
            ("core", "simple_auth_manager_passwords_file"): str(self.passwords_file),
            ("core", "execution_api_server_url"): f"{self.url}/execution/",
            ("api", "port"): str(self.port),
            ("api", "base_url"): self.url,
            ("api", "secret_key"): before.get("api", "secret_key", fallback=secrets.token_urlsafe(48)),
            # Without a common secret every process signs with its own and no task can report back.
            ("api_auth", "jwt_secret"): before.get(
                "api_auth", "jwt_secret", fallback=secrets.token_urlsafe(64)
            ),
            ("database", "sql_alchemy_conn"): f"sqlite:///{self.home / 'airflow.db'}?timeout=60",
            ("logging", "base_log_folder"): str(self.home / "logs"),
        }
        for (section, key), value in local.items():
            if not config.has_section(section):
                config.add_section(section)
            config.set(section, key, value)
        lines = [
            f"# Made from {shipped('airflow', 'airflow.cfg').name} of Kjede; holds secrets, keep it private."
        ]
        for section in config.sections():
            lines += ["", f"[{section}]", *(f"{key} = {value}" for key, value in config.items(section))]
        return "\n".join([*lines, ""])

    def start(self) -> None:
        """Prepare, and start the components; nothing when another command has done so.

        `wait_until_healthy` says when they serve.
        """
        if self.is_up():
            return
        self.prepare()
        logs = self.home / "logs"
        logs.mkdir(exist_ok=True)
        for name, arguments in COMPONENTS.items():
            with (logs / f"{name}.log").open("ab") as output:
                self._processes[name] = subprocess.Popen(
                    self._command(*arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        self._running_file.write_text(
            json.dumps({"port": self.port, "groups": [process.pid for process in self._processes.values()]})
        )

    def wait_until_healthy(self) -> Iterator[str]:
        """Yield what is still awaited, twice a second, until API server, scheduler and DAG processor serve.

        Raises:
            KjedeError: A component ended or the time is up; its log is named.
        """
        end = time.monotonic() + START_SECONDS
        while awaited := self._awaited():
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise KjedeError(
                        f"airflow {name} ended with {process.returncode}; see {self.home}/logs/{name}.log"
                    )
            if time.monotonic() > end:
                raise KjedeError(
                    f"airflow: {awaited} not healthy after {START_SECONDS} s; see {self.home}/logs"
                )
            yield awaited
            time.sleep(0.5)

    def _awaited(self) -> str:
        """Names of the components that do not report themselves healthy."""
        try:
            health = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5, trust_env=False).json()
        except (httpx.HTTPError, ValueError):
            return "API server"
        return ", ".join(
            name.replace("_", " ")
            for name in ("metadatabase", "scheduler", "dag_processor")
            if health.get(name, {}).get("status") != "healthy"
        )

    def stop(self) -> None:
        """End every process group that was started here, gently first."""
        if not self._processes:
            return
        processes = list(self._processes.values())
        _stop_groups(
            [process.pid for process in processes], lambda: [process.poll() for process in processes]
        )
        self._processes.clear()
        self._running_file.unlink(missing_ok=True)

    def wait(self) -> None:
        """Wait until a component ends."""
        while self._processes and all(process.poll() is None for process in self._processes.values()):
            time.sleep(1)

    @contextmanager
    def stopped_afterwards(self) -> Iterator[None]:
        """Stop at the end whatever was started, whatever happens, also on SIGTERM."""
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.stop()
            signal.signal(signal.SIGTERM, before)

    @property
    def _running_file(self) -> Path:
        return self.home / "running.json"

    def is_up(self) -> bool:
        """Whether an Airflow serves from this folder already, started here or by another command."""
        try:
            httpx.get(f"{self.url}/api/v2/monitor/health", timeout=2, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            return False
        return self._running_file.exists()

    def _port_in_use(self) -> int | None:
        """Port of the Airflow that was last started from this folder and not stopped."""
        try:
            port: int = json.loads(self._running_file.read_text())["port"]
        except (OSError, ValueError, KeyError):
            return None
        return port

    def _stop_leftovers(self) -> None:
        """End the groups of an earlier start that was killed before it could stop them."""
        if self._running_file.exists():
            groups: list[int] = json.loads(self._running_file.read_text())["groups"]
            _stop_groups([group for group in groups if _is_airflow(group)])
            self._running_file.unlink()

    def _command(self, *arguments: str) -> list[str]:
        """An airflow command line; `env` adds our variables to those of this process."""
        variables = [f"{name}={value}" for name, value in self._environment.items()]
        return [
            shutil.which("env") or "/usr/bin/env",
            *variables,
            str(Path(sys.executable).with_name("airflow")),
            *arguments,
        ]

    def _run(self, *arguments: str) -> None:
        """Run a short airflow command.

        Raises:
            KjedeError: It failed; carries the end of its output.
        """
        done = subprocess.run(
            self._command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            raise KjedeError(f"airflow {' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _free_port(preferred: int = 8080) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            free: int = probe.getsockname()[1]
            return free
    raise KjedeError("no free port on 127.0.0.1")


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)


def _is_airflow(group: int) -> bool:
    try:
        return b"airflow" in Path(f"/proc/{group}/cmdline").read_bytes()
    except OSError:
        return False


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _stop_groups(groups: list[int], reap: Callable[[], object] = lambda: None) -> None:
    """End process groups: asked first, then forced.

    Args:
        groups: Group ids.
        reap: Collects ended children; a zombie leader would make its group look alive.
    """
    for force, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 2)):
        for group in filter(_alive, groups):
            os.killpg(group, force)
        end = time.monotonic() + seconds
        while any(map(_alive, groups)) and time.monotonic() < end:
            time.sleep(0.1)
            reap()
