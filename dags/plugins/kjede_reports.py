"""Pages of Kjede inside the Airflow UI: intake and quality reports, for those who may read the DAGs.

Airflow asks nobody who opens an app of a plugin to sign in, so this one asks itself.
"""

from html import escape
from urllib.parse import quote

from airflow.api_fastapi.core_api.security import requires_access_dag
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from kjede_links import REPORTS

# No script, nothing from elsewhere, no frame but the UI's own.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

MAY_READ = [Depends(requires_access_dag("GET", param_dag_id="kjede_ingest"))]

app = FastAPI(title="Kjede reports", docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/", dependencies=MAY_READ)
def index() -> HTMLResponse:
    """The reports there are, newest month first."""
    from jobs import arrivals

    links = (f'<li><a href="{REPORTS}/{quote(key)}">{escape(key)}</a></li>' for key in arrivals.reports())
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Kjede reports</title>'
    page = f"{head}<h1>Reports</h1><ul>{''.join(links)}</ul>"
    return HTMLResponse(page, headers=HEADERS)


@app.get("/{key:path}", dependencies=MAY_READ)
def report(key: str) -> HTMLResponse:
    """One report.

    Args:
        key: Its place below `reports/` in the lake.

    Raises:
        HTTPException: There is none (404).
    """
    from jobs import arrivals

    content = arrivals.read_report(key)
    if content is None:
        raise HTTPException(404, "no such report")
    return HTMLResponse(content, headers=HEADERS)


class KjedeReports(AirflowPlugin):
    """Adds the pages and a menu entry."""

    name = "kjede_reports"
    fastapi_apps = [{"app": app, "url_prefix": REPORTS, "name": "Kjede reports"}]  # noqa: RUF012 - Airflow's form
    external_views = [  # noqa: RUF012 - Airflow's form
        {
            "name": "Kjede reports",
            "href": f"{REPORTS}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "kjede-reports",
        }
    ]
