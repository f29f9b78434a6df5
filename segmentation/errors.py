"""The one exception for mistakes a person can mend."""


class InputError(ValueError):
    """Bad data or settings, told in a sentence: what is wrong, what was found, what to do.

    dbt prints the whole traceback of an exception that leaves a Python model. Where the cause lies
    in a file or a setting, the lines of this package only hide the sentence, so the exception
    hands out no traceback of its own (Python itself still has it: `sys.exc_info()[2]`).
    """

    @property
    def __traceback__(self):
        return None

    @__traceback__.setter
    def __traceback__(self, value):
        pass
