#!/usr/bin/env bash
# Installs what Beistand needs on Debian 12 or Ubuntu 24.04: system packages by apt, the rest into .venv from the lock file.
# Usage: tools/setup.sh [run|test|bench]. Safe to repeat: a second run with nothing changed takes about a second.
set -euo pipefail
cd "$(dirname "$0")/.."

# The shared library of Debian's own Python goes into the one-file program for Linux.
libpython="libpython$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
run_packages=(python3-venv "$libpython" python3-wxgtk4.0 tigervnc-standalone-server novnc websockify x11-utils x11-xserver-utils openbox xterm
  mousepad pcmanfm fonts-dejavu-core)
test_packages=(xvfb xdotool dbus-daemon at-spi2-core gir1.2-atspi-2.0 python3-gi chromium firefox-esr postgresql poppler-utils osslsigncode wine wine64)
bench_packages=(tigervnc-scraping-server)
packages=("${run_packages[@]}")
[ "${1:-run}" = run ] || packages+=("${test_packages[@]}")
[ "${1:-run}" != bench ] || packages+=("${bench_packages[@]}")
missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "These Debian packages are missing: ${missing[*]}. Install them as root, then repeat." >&2; exit 1; }
    sudo=(sudo)
  fi
  echo "installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

stamp=.venv/.beistand-setup
want=$(sha256sum requirements/dev.lock pyproject.toml tools/setup.sh | sha256sum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
  # Debian's own python3, because wxPython comes as a Debian package (docs/dependencies.md).
  [ -x .venv/bin/python ] || /usr/bin/python3 -m venv --system-site-packages .venv
  echo "installing the locked Python packages into .venv"
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$want" > "$stamp"
fi

# The checkers of the console's JavaScript (make check); npm comes with the locked Python packages.
if [ "${1:-run}" = test ]; then
  stamp=tools/javascript/node_modules/.beistand-setup
  want=$(sha256sum tools/javascript/package-lock.json)
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
    echo "installing the locked checkers of the JavaScript"
    PATH="$PWD/.venv/bin:$PATH" npm ci --prefix tools/javascript --silent --no-fund --no-audit --ignore-scripts
    echo "$want" > "$stamp"
  fi
fi
