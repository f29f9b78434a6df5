"""A dbt source of the lines that a raw file's reader cannot split, checking the file on the way.

`config.meta` gives `plugin: raw_file`, what it `reads` in words, the `format` in use, the config of
each of the `formats`, the `required_columns` and the `remedy` that ends every message.
"""

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from segmentation.errors import InputError
from segmentation.sources import unreadable_lines


class Plugin(BasePlugin):
    """Stops the build with one sentence where the raw file cannot be used."""

    def configure_cursor(self, cursor):
        """Read times that carry an offset as UTC, whatever zone the machine is in."""
        cursor.execute("set TimeZone = 'UTC'")

    def load(self, source_config):
        file_format, formats = source_config["format"], source_config["formats"]
        if file_format not in formats:
            raise DbtRuntimeError(
                f"the format '{file_format}' is not known; it is one of {', '.join(formats)}. "
                f"{source_config['remedy']}"
            )
        try:
            return unreadable_lines(
                name=source_config["reads"],
                source=formats[file_format]["meta"],
                required_columns=source_config["required_columns"],
                remedy=source_config["remedy"],
            )
        except InputError as error:
            raise DbtRuntimeError(str(error)) from error
