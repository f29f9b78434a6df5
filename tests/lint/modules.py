"""What sqlfluff renders for dbt's `modules`, so that it can lint without a value of a variable."""

import datetime
import re as regular_expressions

import pytz

__all__ = ["datetime", "pytz", "re"]


class re:
    """Regular expressions that also match what stands in for a variable."""

    @staticmethod
    def match(pattern: str, text: str) -> regular_expressions.Match | bool:
        """The match, or true where there is none: a lint has no settings to check."""
        return regular_expressions.match(pattern, text) or True
