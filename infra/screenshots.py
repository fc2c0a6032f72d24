"""Makes the pictures of the documentation: the demonstration's runs in Airflow, an approval, a dossier.

Needs a finished `kjede demo`, the extra `screenshots`, and Debian's `chromium` and `fonts-dejavu-core`.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from rich.console import Console

from expectations.errors import KjedeError, UsageError
from jobs.demo.instance import Airflow
from jobs.demo.rest import RestApi
from jobs.demo.story import CHAIN, Demo, serving
from jobs.settings import settings

IMAGES = Path(__file__).parents[1] / "docs" / "images"
CHROMIUM = Path("/usr/bin/chromium")
MAXIMUM_BYTES = 300_000
WAIT_SECONDS = 120
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)


def shoot(page: Page, name: str, part: Locator | None = None) -> None:
    """Save what the page shows.

    Args:
        page: Page, settled by the caller.
        name: File name without ending.
        part: Only this part of it.

    Raises:
        KjedeError: The picture is too big for a repository.
    """
    path = IMAGES / f"{name}.png"
    (part or page).screenshot(path=path)
    if path.stat().st_size > MAXIMUM_BYTES:
        raise KjedeError(f"{path.name} has {path.stat().st_size} bytes; at most {MAXIMUM_BYTES}")
    sys.stdout.write(f"{path.relative_to(IMAGES.parents[1])}: {path.stat().st_size // 1000} kB\n")


@contextmanager
def signed_in(browser: Browser, airflow: Airflow, user: str) -> Iterator[Page]:
    """A page of one user.

    Args:
        browser: Browser.
        airflow: A serving Airflow.
        user: `operator` or `approver`.
    """
    context = browser.new_context(viewport={"width": 1400, "height": 800}, color_scheme="light")
    page = context.new_page()
    page.goto(f"{airflow.url}/")
    page.fill('input[name="username"]', user)
    page.fill('input[name="password"]', airflow.password(user))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{airflow.url}/", timeout=WAIT_SECONDS * 1000)
    yield page
    context.close()


def settle(page: Page, url: str, text: str) -> None:
    """Go to a page and wait until it shows a text and has come to rest.

    Args:
        page: Page.
        url: Address.
        text: Something that only the loaded page shows.
    """
    page.goto(url)
    page.get_by_text(text).first.wait_for(timeout=60_000)
    page.wait_for_timeout(2500)


def newest_run(api: RestApi, dag: str) -> str:
    """The newest finished run of a DAG.

    Args:
        api: Session.
        dag: DAG id.

    Raises:
        UsageError: There is none; the demonstration has not been run.
    """
    runs = api.call("GET", f"/dags/{dag}/dagRuns", state="success", order_by="-run_after", limit=1)[
        "dag_runs"
    ]
    if not runs:
        raise UsageError(f"{dag} has no finished run; run `kjede demo` first")
    run_id: str = runs[0]["dag_run_id"]
    return run_id


def shoot_runs(page: Page, airflow: Airflow) -> None:
    """Grid and graph of the ingest run, the list of DAGs, the chain of assets.

    Args:
        page: Page of the operator.
        airflow: A serving Airflow.
    """
    with airflow.as_user("operator") as api:
        run = f"{airflow.url}/dags/{CHAIN[0]}/runs/{quote(newest_run(api, CHAIN[0]))}"
    settle(page, run, "Task Instances")
    for icon, name in (("Show Grid", "airflow_grid"), ("Show Graph", "airflow_graph")):
        button = page.get_by_role("button", name=icon)
        if button.count():
            button.first.click()
            page.wait_for_timeout(3000)
        shoot(page, name)
    settle(page, f"{airflow.url}/dags", CHAIN[-1])
    shoot(page, "airflow_dags")


def shoot_approval(browser: Browser, airflow: Airflow, demo: Demo) -> None:
    """What an approver is asked; the question is then rejected, so that nothing waits.

    Args:
        browser: Browser.
        airflow: A serving Airflow.
        demo: The demonstration.
    """
    dag, end = CHAIN[-1], time.monotonic() + WAIT_SECONDS
    with airflow.as_user("operator") as operator:
        run_id = operator.trigger(dag, {"month": demo.month}, f"pictures__{demo.month}__{time.time():.0f}")
    with airflow.as_user("approver") as approver, signed_in(browser, airflow, "approver") as page:
        while approver.question(dag, run_id, "approve") is None:
            if time.monotonic() > end:
                raise KjedeError(f"{dag} run {run_id} asks nothing; see its logs in the UI")
            time.sleep(1)
        url = f"{airflow.url}/dags/{dag}/runs/{quote(run_id)}/tasks/approve/required_actions"
        settle(page, url, "Reject")
        shoot(page, "airflow_approval")
        approver.answer(dag, run_id, "approve", choice="Reject", note="Asked for a picture only.")


def shoot_dossier(browser: Browser, demo: Demo) -> None:
    """The first page of the first case, and its diagram.

    Args:
        browser: Browser.
        demo: The demonstration.

    Raises:
        UsageError: There are no dossiers.
    """
    files = sorted(demo.dossiers.glob("*.html"))
    if not files:
        raise UsageError(f"no dossier in {demo.dossiers}; run `kjede demo` first")
    context = browser.new_context(viewport={"width": 1100, "height": 1200}, color_scheme="light")
    page = context.new_page()
    page.goto(files[0].resolve().as_uri())
    page.wait_for_timeout(1000)
    shoot(page, "dossier")
    diagram = page.locator("svg").first
    diagram.scroll_into_view_if_needed()
    shoot(page, "dossier_diagram", diagram)
    context.close()


def main() -> None:
    """All pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=settings().home)
    demo = Demo(home=parser.parse_args().home)
    airflow = demo.airflow()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with serving(airflow, Console(stderr=True)), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        with signed_in(browser, airflow, "operator") as page:
            shoot_runs(page, airflow)
        shoot_approval(browser, airflow, demo)
        shoot_dossier(browser, demo)
        browser.close()


if __name__ == "__main__":
    main()
