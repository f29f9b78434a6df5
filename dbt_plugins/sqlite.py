"""A dbt source that is a SQLite table: `config.meta` gives `plugin: sqlite`, `path` and `table`."""

from dbt.adapters.duckdb.plugins import BasePlugin

from segmentation.sqlite import read_table


class Plugin(BasePlugin):
    """Reads the table through Arrow; raw_file has checked that it is there."""

    def load(self, source_config):
        return read_table(source_config["path"], source_config["table"])
