"""Superset with the dashboard of the customer segments, on this machine only.

    .venv-superset/bin/python bi/superset/serve.py --home .superset --port 8088

The first start prepares the folder `--home` (the database of Superset, the secret key, the password
of the user admin) and imports `dashboard/`; a later one imports again only where these files or the
place of the published file, have changed.
"""

import argparse
import hashlib
import os
import secrets
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXPORT = HERE / "dashboard"
DASHBOARD = "superset/dashboard/customer-segments/"


def main(home, port, published):
    if not published.is_file():
        raise SystemExit(
            f"There is no published file at {published}: run 'make publish' first, or say in"
            " SEGMENTS_PUBLISHED where it is."
        )
    check_port(port)
    os.environ |= {
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
        "PYTHONWARNINGS": "ignore",
    }
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_secret(home / "secret_key", 48)
    is_new = keep_secret(home / "admin_password", 18)
    prepare(home, published)
    print(f"Superset: http://127.0.0.1:{port}/{DASHBOARD}")
    shown = (home / "admin_password").read_text() if is_new else "as before"
    print(f"User admin, password {shown} (kept in {home / 'admin_password'}). Ctrl+C ends it.")
    serve(port)


def check_port(port):
    """Stop with a sentence where another program has the port."""
    with closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise SystemExit(
                f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}): choose another one"
                " with 'make superset PORT=8089'."
            ) from error


def keep_secret(path, size):
    """Write a random secret for the eyes of this user, unless there is one; True where new."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(size))
    return True


def prepare(home, published):
    """Bring the folder up to date with the installed version and the files of the dashboard."""
    contents = export_contents(published)
    wanted = hashlib.sha256(
        repr((sorted(contents.items()), (HERE / "requirements.lock").read_text())).encode()
    ).hexdigest()
    stamp = home / "prepared"
    if stamp.is_file() and stamp.read_text() == wanted and (home / "superset.db").is_file():
        return
    print("Preparing Superset; this takes about a minute.", flush=True)
    superset = str(Path(sys.executable).parent / "superset")
    importing = [sys.executable, __file__, "--home", str(home), "--import-only"]
    with open(home / "prepare.log", "w") as log:
        for command in ([superset, "db", "upgrade"], [superset, "init"], importing):
            step = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
            if step.returncode:
                raise SystemExit(f"Superset could not be prepared; the end of {log.name} says why.")
    stamp.write_text(wanted)


def export_contents(published):
    """The files of the dashboard by name, as Superset imports them, with the place of the file."""
    contents = {str(path.relative_to(EXPORT)): path.read_text() for path in EXPORT.rglob("*.yaml")}
    database = "databases/customer_segments.yaml"
    contents[database] = contents[database].replace(
        "duckdb:///published/customer_segments.duckdb?", f"duckdb:///{published}?"
    )
    contents["metadata.yaml"] = contents["metadata.yaml"].replace("type: Dashboard", "type: assets")
    return contents


def import_dashboard(home, published):
    """Make the user admin, and replace the dashboard with that of the files."""
    from superset.app import create_app

    with create_app().app_context():
        from superset import security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.utils.core import override_user

        admin = security_manager.find_user("admin") or security_manager.add_user(
            "admin",
            "Customer",
            "Segments",
            "admin@localhost",
            security_manager.find_role("Admin"),
            (home / "admin_password").read_text(),
        )
        with override_user(admin):
            ImportAssetsCommand(export_contents(published)).run()


def serve(port):
    """Become the web server, with one process and a few threads."""
    sys.stdout.flush()
    program = str(Path(sys.executable).parent / "gunicorn")
    settings = ["--worker-class", "gthread", "--threads", "8", "--timeout", "120"]
    where = ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    os.execv(program, [program, *settings, *where, "superset.app:create_app()"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=Path(".superset"))
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--import-only", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    file = Path(os.environ.get("SEGMENTS_PUBLISHED") or "published/customer_segments.duckdb")
    if chosen.import_only:
        import_dashboard(chosen.home, file.resolve())
    else:
        main(chosen.home.resolve(), chosen.port, file.resolve())
