#!/usr/bin/env bash
# Usage: locks/install.sh FOLDER NAME
# Makes the virtual environment FOLDER from locks/NAME.txt, unless it is whole and up to date; with `dev`, curator too.
# PYTHON is the interpreter; where it is unset, the one of .venv is kept, or python3 taken.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 lock=locks/$2.txt stamp=$1/.ready uv=.venv/bin/uv
inputs=(locks/install.sh "$lock")
[[ $2 != dev ]] || inputs+=(locks/uv.txt pyproject.toml)

fail() {
    echo "$1" >&2
    exit 1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2], sys.base_prefix)' 2>/dev/null
}

# What the environment was made of; scripts in it name the folder by its whole path.
state() {
    pwd
    version_of "$folder/bin/python"
    sha256sum "${inputs[@]}"
}

is_ready() {
    [[ -f $stamp && $(<"$stamp") == "$(state)" ]] || return 1
    [[ -z ${PYTHON:-} || $(version_of "$PYTHON") == "$(version_of "$folder/bin/python")" ]]
}

# uv takes seconds; pip does the same in minutes where uv has no build or does not reach an index that pip knows of.
install() {
    if [[ -x $uv ]] && "$uv" pip install --quiet --python "$folder/bin/python" "$@"; then return; fi
    echo "Installing with pip instead of uv, which takes minutes …"
    "$folder/bin/python" -m ensurepip >/dev/null
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

is_ready && exit
# The kernel's lock on this folder ends with the process that holds it, however it ends.
exec 9<.
flock --nonblock 9 || { echo "Waiting for another make that is setting up this folder …" && flock 9; }
is_ready && exit

python=${PYTHON:-$(.venv/bin/python -c 'import sys; print(sys._base_executable)' 2>/dev/null || echo python3)}
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null ||
    fail "Python 3.11, 3.12 or 3.13 is needed: apt-get install python3-venv, or make PYTHON=/path/to/python3.13"
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "Python's venv is missing: apt-get install python3-venv"

echo "Installing $lock into $folder …"
rm -f "$stamp"
rm -rf "$folder"
if [[ $2 == dev ]]; then
    "$python" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r locks/uv.txt || true
else
    "$python" -m venv --without-pip "$folder"
fi
install --require-hashes -r "$lock"
[[ $2 != dev ]] || install --no-deps --no-build-isolation --editable .
state >"$stamp"
