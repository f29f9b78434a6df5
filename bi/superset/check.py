"""Superset as people meet it: start it, log in, open the dashboard, and query each chart over REST.

    .venv/bin/python bi/superset/check.py docs/images/superset.png

Chromium opens the dashboard, so that the query of a chart is the one that Superset itself sends;
each of them is then sent again over REST for every population. A failure is: an error, a chart
without rows, an error on the page, an answer from another machine, or a file that is replaced and
that the next query does not see. All this happens on a copy of the published file.
"""

import copy
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import requests
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from presentation import published_file

HERE = Path(__file__).resolve().parent
SUPERSET = HERE.parent.parent / ".venv-superset" / "bin" / "python"
DATA = "/api/v1/chart/data"
DASHBOARD = "/superset/dashboard/customer-segments/"


def main(picture):
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit(
            "Chromium is not on the PATH; install it, for example 'apt install chromium'."
        )
    source = published_file()
    if not source.is_file():
        raise SystemExit(f"There is no published file at {source}: run 'make publish' first.")
    with tempfile.TemporaryDirectory() as folder:
        home, published = Path(folder) / "home", Path(folder) / "published.duckdb"
        shutil.copy(source, published)
        populations = known_populations(published)
        server, address = start(home, published)
        try:
            password = (home / "admin_password").read_text()
            caller = log_in(address, password)
            queries = open_dashboard(chromium, address, password, chart_titles(caller), picture)
            query_charts(caller, queries, populations)
            replace_file(caller, queries["Segments"], populations[0], published)
        finally:
            server.terminate()
            server.wait(30)
    print(f"{len(queries)} charts for {len(populations)} populations; the picture is {picture}")


def known_populations(published):
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.sql("select distinct population from segment_summary order by all")
        return [name for (name,) in rows.fetchall()]


def start(home, published):
    """Superset on a free port, with a home of its own: the process and its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [SUPERSET, HERE / "serve.py", "--home", home, "--port", str(port)]
    server = subprocess.Popen(command, env=os.environ | {"SEGMENTS_PUBLISHED": str(published)})
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit("Superset ended before it answered.")
        try:
            if requests.get(f"{address}/health", timeout=5).ok:
                return server, address
        except requests.RequestException:
            time.sleep(0.5)
    server.terminate()
    raise SystemExit("Superset did not answer within five minutes.")


class Caller:
    """REST calls as the user admin."""

    def __init__(self, address, token):
        self.address = address
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path):
        return self._answer("get", path)

    def post(self, path, body):
        return self._answer("post", path, json=body)

    def _answer(self, method, path, **body):
        answer = requests.request(
            method, f"{self.address}{path}", headers=self.headers, timeout=120, **body
        )
        if not answer.ok:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:1000]}")
        return answer.json()


def log_in(address, password):
    answer = requests.post(
        f"{address}/api/v1/security/login",
        json={"username": "admin", "password": password, "provider": "db"},
        timeout=120,
    )
    answer.raise_for_status()
    return Caller(address, answer.json()["access_token"])


def chart_titles(caller):
    """The title of each chart of the dashboard, by the number of the chart."""
    charts = caller.get("/api/v1/dashboard/customer-segments/charts")["result"]
    return {chart["id"]: chart["slice_name"] for chart in charts}


def open_dashboard(chromium, address, password, titles, picture):
    """Open the dashboard, keep a picture of it, and return the query of each chart by its title."""
    queries, faults = {}, []

    def note_query(request):
        if request.method == "POST" and urlsplit(request.url).path == DATA:
            body = request.post_data_json
            if body["form_data"].get("slice_id") in titles:
                queries[titles[body["form_data"]["slice_id"]]] = body

    def note_stranger(response):
        if urlsplit(response.url).hostname not in ("127.0.0.1", None):
            faults.append(f"another machine answered: {response.url}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 2200})
        page.set_default_timeout(120_000)
        page.on("request", note_query)
        page.on("response", note_stranger)
        page.on("pageerror", lambda error: faults.append(f"error on the page: {error}"))
        fill_in_login(page, address, password)
        page.goto(f"{address}{DASHBOARD}")
        wait_for_charts(page, queries, titles)
        cards = page.locator("[data-test=dashboard-component-chart-holder]").all()
        places = [card.bounding_box() for card in cards]
        for words in ("No results were returned", "Unexpected error", "Data error"):
            if page.get_by_text(words).count():
                faults.append(f"the page says: {words}")
        picture.parent.mkdir(parents=True, exist_ok=True)
        height = max(box["y"] + box["height"] for box in places) + 16
        page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": 1440, "height": height})
        browser.close()
    if faults:
        raise SystemExit("\n".join(faults))
    return queries


def fill_in_login(page, address, password):
    """Log in as people do; on a slow machine the form may lose what came before it was ready."""
    for _ in range(5):
        page.goto(f"{address}/login/", wait_until="networkidle")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(password)
        page.keyboard.press("Enter")
        try:
            page.wait_for_url(lambda url: "/login" not in url, timeout=30_000)
        except PlaywrightTimeout:
            continue
        return
    raise SystemExit("The login page let nobody in, five times.")


def wait_for_charts(page, queries, titles):
    """Until every chart has asked for its rows, none waits, and the drawing is at rest."""
    for _ in range(240):
        page.wait_for_timeout(500)
        missing = sorted(set(titles.values()) - set(queries))
        if not missing and not page.get_by_text("Waiting on").count():
            break
    else:
        raise SystemExit(f"After two minutes the page still waits; not asked for: {missing}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(5000)


def query_charts(caller, queries, populations):
    """Send the query of each chart for each population; every answer has rows and no error."""
    faults = []
    for title, query in queries.items():
        for population in populations:
            results = caller.post(DATA, for_population(query, population))["result"]
            errors = [result["error"] for result in results if result.get("error")]
            if errors or not results or not all(result["rowcount"] for result in results):
                faults.append(f"{title}, {population}: {errors or 'no rows'}")
    if faults:
        raise SystemExit("\n".join(faults))


def for_population(query, population):
    """The query as the dashboard sends it where this population is chosen in its filter."""
    changed = copy.deepcopy(query) | {"force": True}
    for each in changed["queries"]:
        [chosen] = [part for part in each["filters"] if part["col"] == "population"]
        chosen["val"] = [population]
    return changed


def replace_file(caller, query, population, published):
    """Replace the published file ten times, as a build does; the next query shows the new one."""

    def segments():
        result = caller.post(DATA, for_population(query, population))["result"][0]
        return next(iter(result["data"][0].values()))

    versions = [published.with_suffix(".before"), published.with_suffix(".after")]
    for version in versions:
        shutil.copy(published, version)
    with duckdb.connect(str(versions[1])) as connection:
        connection.execute(
            "insert into segment_summary by name select * replace (9999 as segment_id)"
            " from segment_summary where population = ? limit 1",
            [population],
        )
    before = segments()
    for turn in range(10):
        extra = (turn + 1) % 2
        shutil.copy(versions[extra], published.with_suffix(".new"))
        os.replace(published.with_suffix(".new"), published)
        if segments() != before + extra:
            raise SystemExit(f"Replaced {turn + 1} times, the file shows what it held before.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
