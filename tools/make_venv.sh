#!/bin/sh
# make_venv.sh PYTHON FOLDER: make a virtual environment with pip, also where Debian's python3 comes
# without its python3-venv package.
set -eu
python=$1
folder=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "ptce_geo needs Python 3.11 or later; name one with PYTHON=..." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info.minor)')
    echo "$python cannot make virtual environments: installing Debian's $package" >&2
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq "$package" >/dev/null
fi
"$python" -m venv "$folder"
