"""Becomes the program it is told to start, after taking measures for it. Run by path; standard library only.

    python -I -S launch.py PARENT SIGNAL UID GID PROGRAM ARGUMENT...

It stands between fork and exec, where Python code in a process with threads may deadlock (`preexec_fn`). On
Linux the kernel sends SIGNAL to the program when the thread that started it ends, so that no part outlives a
killed stack; the request does not survive a change of user, so the change (UID and GID, or `-`) comes first.
"""

import os
import sys
from typing import Any

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal, uid, gid, *command = sys.argv[1:]
    libc = _libc()  # before the change of user: the standard library may lie in a folder closed to the new one
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the stack ended while this part was being started")
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


def _libc() -> Any:
    if sys.platform != "linux":
        return None
    import ctypes

    return ctypes.CDLL(None)


if __name__ == "__main__":
    main()
