#!/usr/bin/env bash
# Installs what is missing, and is quick when nothing is: setup.sh [packages|runtime|models|media|all]...
#
# packages  what the build needs, through apt-get          (needs root or sudo, only if something is missing)
# runtime   ONNX Runtime                                   ┐ into the cache: $SEMBLANCE_CACHE,
# models    the built-in models                            │ or semblance in $XDG_CACHE_HOME or ~/.cache;
# media     a picture and a few clips to try and to test   ┘ through pip, with its own configuration
set -euo pipefail
scripts=$(dirname "$0")

fail() {
  printf 'set-up: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# FFmpeg 5.1's libraries or newer, whether from the distribution or one's own build.
have_ffmpeg_libraries() {
  have pkg-config &&
    pkg-config --exists 'libavformat >= 59.27' 'libavcodec >= 59.37' 'libavutil >= 57.28' 'libswresample >= 4.7' \
      'libswscale >= 6.7'
}

have_webp_library() { have pkg-config && pkg-config --exists 'libwebpdemux >= 1.0'; }

# Starting pip itself would take half a second.
have_pip() {
  have python3 && python3 -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
}

missing_packages() {
  have c++ || echo build-essential # C's headers and a linker, which Swift does not bring along
  have git || echo git
  have pkg-config || echo pkg-config
  have_ffmpeg_libraries || echo libavformat-dev libavcodec-dev libavutil-dev libswresample-dev libswscale-dev
  have_webp_library || echo libwebp-dev # plays animated WebP, which FFmpeg cannot
  have ffmpeg && have ffprobe || echo ffmpeg # draws the contact sheet
  have python3 || echo python3
  have_pip || echo python3-pip
}

install_packages() {
  local packages as_root=() log
  mapfile -t packages < <(missing_packages | tr ' ' '\n')
  [[ ${#packages[@]} -gt 0 ]] || return 0

  local command="apt-get install --no-install-recommends ${packages[*]}"
  have apt-get || fail "These Debian packages, or what your system calls them, are missing: ${packages[*]}." \
    "There is no apt-get here to install them with. Install them in your system's way, then run this again."
  if [[ $(id -u) -ne 0 ]]; then
    have sudo || fail "Installing packages needs root, and there is no sudo. Run this as root, then try again: $command"
    as_root=(sudo)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 --quiet --yes)

  echo "Installing with apt-get: ${packages[*]}"
  log=$(mktemp)
  # The package lists may be absent or too old, so a refusal is final only once they have been renewed.
  local install=("${as_root[@]}" install --no-install-recommends "${packages[@]}")
  if ! { "${install[@]}" || { "${as_root[@]}" update && "${install[@]}"; }; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail "Installing packages failed; apt-get's last words are above. If it did not reach its mirror, check the" \
      "network and the proxy in apt's configuration. Then run this again, or do it by hand: $command"
  fi
  rm -f "$log"

  mapfile -t packages < <(missing_packages | tr ' ' '\n')
  [[ ${#packages[@]} -eq 0 ]] || fail "apt-get succeeded, but this is still missing or too old: ${packages[*]}." \
    "The libraries must be those of FFmpeg 5.1 or newer (Debian 12, Ubuntu 24.04). If a pkg-config or a python3 of" \
    "your own comes first in PATH, it must find them, and have pip."
}

check_swift() {
  local said version major minor
  have swift || fail "Swift was not found in PATH. Install Swift 6.1 or newer as described at swift.org/install," \
    "then run this again."
  said=$(swift --version 2>&1) || fail "'swift --version' failed: $said. The installation at $(command -v swift)" \
    "is not whole, or lacks packages that it needs: swift.org/install lists those of your system."
  version=$(grep -oE -m 1 'Swift version [0-9]+\.[0-9]+' <<<"$said") ||
    fail "'swift --version' names no version; it said: $said. Is $(command -v swift) Swift's compiler?"
  version=${version#Swift version }
  major=${version%%.*} minor=${version#*.}
  ((major > 6 || (major == 6 && minor >= 1))) ||
    fail "Swift $version is too old: 6.1 or newer is needed. Install it as described at swift.org/install."
}

fetch() {
  have python3 || fail "python3 was not found in PATH. Run 'make setup', which installs it."
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$(python3 --version) is too old: the set-up needs Python 3.11 or newer. Put such a python3 first in PATH."
  python3 -B "$scripts/fetch.py" "$@"
}

parts=()
for part in "${@:-all}"; do
  case $part in
    packages)
      install_packages
      check_swift
      ;;
    runtime | models | media) parts+=("$part") ;;
    all)
      install_packages
      check_swift
      parts=(runtime models media)
      ;;
    *) fail "There is no part '$part'. The parts are: packages, runtime, models, media, all." ;;
  esac
done
[[ ${#parts[@]} -eq 0 ]] || fetch "${parts[@]}"
