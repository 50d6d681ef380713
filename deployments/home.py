"""The home of a stack: one folder with its secrets, data, logs and the lock against a second start."""

import fcntl
import json
import os
import secrets
import shutil
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

from deployments.errors import HomeBusyError, HomeError, NotRunningError


class Home:
    """`path` is made 0700 when it does not exist; a folder that exists keeps its permissions."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.logs = self.path / "logs"
        self.run = self.path / "run"
        self._lock: int | None = None

    def open(self) -> None:
        """Make the folders and take the lock, which the system releases however this process ends."""
        try:
            for folder in (self.path, self.logs, self.run):
                folder.mkdir(mode=0o700, parents=folder == self.path, exist_ok=True)
            lock = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise HomeError(
                f"Redress cannot use {self.path} as its home ({error.strerror}); name another with REDRESS_HOME."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 32).decode(errors="replace").strip() or "unknown"
            os.close(lock)
            raise HomeBusyError(
                f"Redress already runs in {self.path} (process {holder}); "
                "stop it first, or name another home with REDRESS_HOME."
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock

    def close(self) -> None:
        """Forget what runs and release the lock."""
        if self._lock is not None:
            for name in ("stack.json", "children.json"):
                (self.run / name).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    @property
    def identity(self) -> str:
        """A name for this home that neither moving it nor making a new one at its place mixes up."""
        return self._once("identity", lambda: secrets.token_hex(6))

    @property
    def has_identity(self) -> bool:
        """Whether a database was ever made for this home."""
        return (self.path / "identity").exists()

    def secret_key(self, *, generate: bool) -> str | None:
        """The key of the secrets file, which is written once and then never changed."""
        file = self.path / "secrets.json"
        if not generate and not file.exists():
            return None
        text = self._once("secrets.json", lambda: json.dumps({"secret_key": _new_key()}) + "\n")
        try:
            key = json.loads(text)["secret_key"]
        except (ValueError, KeyError, TypeError):
            key = None
        if not isinstance(key, str):
            raise HomeError(f"{file} is damaged: put back the copy you kept, without it sealed data cannot be read.")
        return key

    def write(self, name: str, value: Any) -> None:
        """Leave a note under run/ for others: mode 0600, never half written."""
        _replace(self.run / name, json.dumps(value, indent=2) + "\n")

    def read(self, name: str) -> Any:
        """A note under run/, or None when it is missing or unreadable."""
        try:
            return json.loads((self.run / name).read_text("utf-8"))
        except (OSError, ValueError):
            return None

    def _once(self, name: str, make: Any) -> str:
        file = self.path / name
        if not file.exists():
            _replace(file, make())
        try:
            return file.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise HomeError(f"Redress cannot read {file}: {error}.") from None


def running_stack_env(path: Path) -> dict[str, str]:
    """The environment of the stack that runs in this home, for commands that speak to it.

    Raises NotRunningError when there is none: a note left by a killed stack does not count.
    """
    home = Home(path)
    note = home.read("stack.json")
    if note is None or not _locked(home.run / "lock"):
        raise NotRunningError(
            f"No stack runs in {home.path}: start it with 'make up', or name its home with REDRESS_HOME, "
            "or a database with REDRESS_DATABASE_URL."
        )
    env: dict[str, str] = note["env"]
    return env


def discard(path: Path) -> None:
    """Remove a home that was made for one demo or test, with its data wherever that lives."""
    from deployments.postgres_site import outside

    for folder in (*outside(Home(path)), path):
        shutil.rmtree(folder, ignore_errors=True)


def _new_key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _locked(file: Path) -> bool:
    try:
        lock = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def _replace(file: Path, text: str) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
