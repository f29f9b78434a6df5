"""Start the dashboard: on this machine only, without statistics or questions to whoever starts it.

Every setting can be changed by Streamlit's own variables, such as STREAMLIT_SERVER_PORT.
"""

import os
import sys
from pathlib import Path

from presentation import published_file

DEFAULTS = {
    # Only this machine; its names are the only ones that a page of another site could not forge.
    "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
    "STREAMLIT_SERVER_ALLOWED_HOSTS": "127.0.0.1 localhost",
    # No question for an e-mail address, and no browser opened on a server.
    "STREAMLIT_SERVER_HEADLESS": "true",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
    # The URL decides what select boxes show, which Streamlit warns of.
    "STREAMLIT_GLOBAL_DISABLE_WIDGET_STATE_DUPLICATION_WARNING": "true",
    # Readers need no developer's menu, and no traceback.
    "STREAMLIT_CLIENT_TOOLBAR_MODE": "minimal",
    "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "none",
}


def main() -> None:
    """Become the server of the dashboard; a missing published file is said first."""
    if not published_file().exists():
        sys.exit(
            f"There is no published file at '{published_file()}'. `make build` writes one; "
            "SEGMENTS_PUBLISHED names another place."
        )
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS", DEFAULTS["STREAMLIT_SERVER_ADDRESS"])
    if address != DEFAULTS["STREAMLIT_SERVER_ADDRESS"]:
        # Who opens it to others also says by which names.
        DEFAULTS.pop("STREAMLIT_SERVER_ALLOWED_HOSTS")
    app = Path(__file__).parent / "app.py"
    os.execve(
        sys.executable,
        [sys.executable, "-m", "streamlit", "run", str(app)],
        {**DEFAULTS, **os.environ},
    )


if __name__ == "__main__":
    main()
