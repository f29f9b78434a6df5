"""A dbt source of the rows of CSV files, plain or zipped, each with the export that it came from.

`config.meta` gives `plugin: raw_rows`, the `path` (a glob or a list of them), the `options` of the
reader and the `columns`. A source of the plugin raw_file has checked the files before.
"""

from dbt.adapters.duckdb.plugins import BasePlugin

from segmentation.sources import read_rows


class Plugin(BasePlugin):
    """Hands the rows to the build in batches, so that they are never all in memory."""

    def load(self, source_config):
        return read_rows(source_config.meta)
