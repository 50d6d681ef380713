"""What can go wrong with the stack, each with its sentence for whoever started it.

StackError
├── HomeError        the home folder cannot be used
│   └── HomeBusyError     another stack runs in it
├── NotRunningError      a command wants a running stack and there is none
├── PostgresError    the embedded PostgreSQL cannot be set up
└── ChildError      a part did not come up
"""


class StackError(Exception):
    """The message says what is wrong and what to do; the command line prints it and exits non-zero."""


class HomeError(StackError):
    """The home folder cannot be used."""


class HomeBusyError(HomeError):
    """Another stack runs in this home."""


class NotRunningError(StackError):
    """No stack runs in this home, and no database is named in the environment."""


class PostgresError(StackError):
    """The embedded PostgreSQL cannot be set up on this machine."""


class ChildError(StackError):
    """A part of the stack did not come up; the message ends with the tail of its log."""
