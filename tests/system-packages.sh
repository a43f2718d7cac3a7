#!/bin/sh
# Debian packages that the tests need beside the Python ones. Where root and apt-get are
# there they are installed, else they are named.
#
# Chromium opens the pages in tests/browser. PostgreSQL comes as a wheel, and where
# libcrypto.so.3 is missing the tests that compare with it say so and are skipped.
set -eu

NEEDED="chromium=chromium" # command=package, separated by spaces: "softhsm2-util=softhsm2"

missing=""
for pair in $NEEDED; do
    shown_by=${pair%%=*}
    package=${pair#*=}
    command -v "$shown_by" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
else
    echo "请先安装这些 Debian 软件包：$missing · install these Debian packages first:$missing" >&2
    exit 1
fi
