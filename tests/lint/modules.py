"""What sqlfluff renders for dbt's `modules`, so that it can lint without a value of a variable."""


class re:
    """Regular expressions that match whatever stands in for a variable."""

    @staticmethod
    def match(pattern: str, text: str) -> bool:
        """Always true: a lint has no settings to check."""
        return True
