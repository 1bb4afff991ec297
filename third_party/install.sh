#!/usr/bin/env bash
# Installs what the build needs and says what it does: Debian packages, libtorch (the CPU build of torch, in
# .deps/libtorch) and, with --peers, the Python libraries that the parity tests compare with (in .deps/peers).
# What is there already is left alone. Environment:
#   BIG_TORCH_DIR    a libtorch of your own, CUDA too: nothing of torch is downloaded
#   BIG_TORCH_INDEX  the package index to take torch from, passed to pip as --index-url
set -euo pipefail
cd "$(dirname "$0")/.."
readonly torch_version=2.13.0
readonly deps=$PWD/.deps

say() { printf '%s\n' "-- $*"; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }

install_debian_packages() {
  local missing=() package
  while read -r package; do
    [[ $package == \#* || -z $package ]] && continue
    # A python3 or cmake from elsewhere on the PATH serves as well as Debian's.
    case $package in
      python3|cmake) command -v "$package" >/dev/null && continue ;;
      python3-pip|python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null && continue ;;
      build-essential) command -v g++ >/dev/null && continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done < third_party/debian-packages.txt
  [[ ${#missing[@]} -eq 0 ]] && return

  local root=()
  if [[ $(id -u) -ne 0 ]]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      root=(sudo)
    else
      fail "these Debian packages are missing and only root can install them:
  ${missing[*]}
Ask your administrator for, or run yourself:
  sudo apt-get install ${missing[*]}
and start this script again."
    fi
  fi
  say "installing Debian packages: ${missing[*]}"
  "${root[@]}" apt-get update -qq || say "the package lists could not be refreshed (no network?); trying with what is known"
  "${root[@]}" apt-get install --assume-no "${missing[@]}" 2>/dev/null | grep -E '^(Need to get|After this)' || true
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}. Without network, install them from a mirror or image you have, then start again."
}

# The Python environment whose pip installs everything below.
make_environment() {
  [[ -x $deps/peers/bin/pip ]] && return
  mkdir -p "$deps"
  python3 -m venv "$deps/peers" || fail "python3 -m venv failed; on Debian: apt-get install python3-venv"
}

libtorch_is_there() {
  local version_file=$deps/libtorch/torch/version.py
  [[ -f $version_file ]] && grep -q "__version__ = '$torch_version" "$version_file" &&
    grep -q '^cuda.*= None' "$version_file"
}

install_libtorch() {
  if [[ -n ${BIG_TORCH_DIR:-} ]]; then
    [[ -f $BIG_TORCH_DIR/share/cmake/Torch/TorchConfig.cmake ]] ||
      fail "BIG_TORCH_DIR=$BIG_TORCH_DIR holds no share/cmake/Torch/TorchConfig.cmake; it must be the folder 'torch' of a torch installation or an unpacked libtorch"
    say "libtorch: your own in $BIG_TORCH_DIR"
    return
  fi
  libtorch_is_there && return
  make_environment
  local index=()
  [[ -n ${BIG_TORCH_INDEX:-} ]] && index=(--index-url "$BIG_TORCH_INDEX")
  # Ask pip which build it would take before anything large moves: the CUDA build is several GB and useless here.
  local chosen
  chosen=$("$deps/peers/bin/pip" install --quiet --dry-run --ignore-installed --no-deps --report - "${index[@]}" \
             "torch==$torch_version" 2>/dev/null | python3 -c '
import json, sys
print(json.load(sys.stdin)["install"][0]["metadata"]["version"])') ||
    fail "pip found no torch $torch_version (no network?). Give a libtorch you have: BIG_TORCH_DIR=/path/to/torch $0"
  if [[ $(uname -m) == x86_64 && $chosen != *+cpu ]]; then
    fail "pip, as it is configured, would take torch $chosen, a CUDA build of several GB. Take the CPU build from the package
index that PyTorch's installation page shows for 'Pip' and 'CPU' (the address after --index-url):
  BIG_TORCH_INDEX=ADDRESS $0
or use a libtorch of your own, CUDA too: BIG_TORCH_DIR=/path/to/torch (README, 'Installing')."
  fi
  say "downloading libtorch (torch $chosen): about 190 MB, 760 MB on disk in .deps/libtorch"
  rm -rf "$deps/libtorch.partial"
  "$deps/peers/bin/pip" install --quiet --no-deps --target "$deps/libtorch.partial" "${index[@]}" "torch==$torch_version" 2>&1 |
    grep -v WARNING || true
  rm -rf "$deps/libtorch" && mv "$deps/libtorch.partial" "$deps/libtorch"
  libtorch_is_there || fail ".deps/libtorch/torch/version.py does not say CPU build of $torch_version; delete .deps/libtorch and try again"
}

install_peers() {
  make_environment
  local requirements=third_party/requirements-peers.txt alone=third_party/requirements-alone.txt
  local stamp=$deps/peers/installed.txt
  cat "$requirements" "$alone" | cmp -s - "$stamp" && return
  local site
  site=$("$deps/peers/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  # torch is installed once: the environment sees the one in .deps/libtorch, also where the project is moved to.
  realpath --relative-to="$site" "$deps/libtorch" > "$site/libtorch.pth"
  [[ -z ${BIG_TORCH_DIR:-} || -d $deps/libtorch ]] ||
    fail "the parity tests need the CPU build of torch in .deps/libtorch; run them without BIG_TORCH_DIR"
  say "downloading the Python libraries the tests compare with: about 100 MB in .deps/peers"
  "$deps/peers/bin/pip" install --quiet -r "$requirements" 2>&1 | grep -v WARNING || true
  # A file or two of each is read; what they ask for is not needed.
  "$deps/peers/bin/pip" install --quiet --no-deps -r "$alone" 2>&1 | grep -v WARNING || true
  "$deps/peers/bin/python" -c '
from importlib.util import find_spec
import diffusers, transformers, peft, sentencepiece, safetensors, scipy, torchsde, prodigyopt
assert find_spec("open_clip") and find_spec("k_diffusion")' ||
    fail "the libraries of $requirements and $alone could not be installed (no network?)"
  cat "$requirements" "$alone" > "$stamp"
}

install_debian_packages
install_libtorch
[[ ${1:-} == --peers ]] && install_peers
exit 0
