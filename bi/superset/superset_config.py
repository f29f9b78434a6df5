"""Superset's settings: all that it keeps is in one folder, and its pages load nothing else."""

import logging
import os
from pathlib import Path

from superset import config

HOME = Path(os.environ["SUPERSET_HOME"])

SECRET_KEY = (HOME / "secret_key").read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"

LOG_LEVEL = logging.ERROR

# No cache of results: a chart shows the published file as it is now.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# All charts of a page load at once, so that it can be printed.
FEATURE_FLAGS = {"DASHBOARD_VIRTUALIZATION": False}

TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}

# The words in a heat map can be read on every colour, in light and in dark.
_HEAT_MAP = {
    "series": {"label": {"color": "#1f1f1f", "textBorderColor": "#fff", "textBorderWidth": 2}},
    "visualMap": {"textStyle": {"color": "#888"}},
}
_CHARTS = {"echartsOptionsOverridesByChartType": {"heatmap_v2": _HEAT_MAP}}
THEME_DEFAULT = config.THEME_DEFAULT | {"token": config.THEME_DEFAULT["token"] | _CHARTS}
THEME_DARK = config.THEME_DARK | {"token": config.THEME_DARK["token"] | _CHARTS}
