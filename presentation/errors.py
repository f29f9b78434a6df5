"""The one exception for mistakes a person can mend."""


class InputError(ValueError):
    """What is wrong, what was found and what to do, in a sentence or two."""
