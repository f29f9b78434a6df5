"""What sqlfluff renders for dbt's `exceptions`: a lint has no settings that could be wrong."""


def raise_compiler_error(message: str) -> str:
    """Nothing: a lint has no settings that could be wrong."""
    return ""
