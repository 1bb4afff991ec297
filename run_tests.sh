#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test but those labelled "slow".
#   ./run_tests.sh                 everything
#   ./run_tests.sh -R networks     arguments go to ctest
#   ctest --test-dir build -L slow the long ones, by hand
set -euo pipefail
cd "$(dirname "$0")"
third_party/install.sh --peers
cmake --preset default >/dev/null
cmake --build --preset default
# A test on every core: each takes one thread.
jobs=$(nproc)
if [[ $# -gt 0 ]]; then
  exec ctest --preset default --parallel "$jobs" "$@"
fi
ctest --preset default --parallel "$jobs"
# The torch-free half once more under the address and undefined-behaviour sanitizers.
cmake --preset asan >/dev/null
cmake --build --preset asan
ctest --preset asan --parallel "$jobs"
