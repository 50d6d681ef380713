#!/bin/sh
# Installs Redress with its tools into a virtual environment: sh deployments/install.sh .venv
# Says in one sentence what is missing, because a fresh machine rarely has everything.
set -eu
venv=$1

stop() {
    echo "redress: $1" >&2
    exit 1
}

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

# A version manager's shim may exist for a version that is not chosen: only an interpreter that answers counts.
for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    if fits "$candidate"; then
        python=$candidate
        break
    fi
done
[ -n "${python:-}" ] || stop "Python 3.11, 3.12 or 3.13 is needed and none was found; install one, or name it with PYTHON=/path/to/python3."

if "$python" -c 'import sysconfig, sys; sys.exit("musl" not in (sysconfig.get_config_var("HOST_GNU_TYPE") or "") + (sysconfig.get_config_var("SOABI") or ""))'; then
    stop "this system uses musl (Alpine), for which there is no PostgreSQL package; use a glibc system such as Debian, or macOS."
fi

"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "$python has no venv module; on Debian and Ubuntu install it with: apt install python3-venv."

if [ -x "$venv/bin/python" ] && ! fits "$venv/bin/python"; then
    rm -rf "$venv"
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installing into $venv (a few minutes the first time) ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' ||
    stop "the installation failed; what pip said stands above."
