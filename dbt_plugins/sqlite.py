"""A dbt source that is a SQLite table: `config.meta` gives `plugin: sqlite`, `path` and `table`."""

import sqlite3

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from segmentation.sqlite import read_table


class Plugin(BasePlugin):
    """Reads the table through Arrow; raw_file has checked that it is there."""

    def load(self, source_config):
        path, table = source_config["path"], source_config["table"]
        try:
            return read_table(path, table)
        except sqlite3.Error as error:
            raise DbtRuntimeError(
                f"the table '{table}' of '{path}' cannot be read to its end: {error}. "
                "Mend the file or choose another."
            ) from error
