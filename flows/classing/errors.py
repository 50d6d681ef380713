"""What cannot be done about classes, in a sentence."""


class ClassesError(Exception):
    """The message says what was wrong and what to do; nothing changed."""
