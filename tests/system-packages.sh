#!/bin/sh
# Debian packages that the tests need beside the Python ones. Where root and apt-get are
# there they are installed, else they are named.
#
# Chromium opens the pages in tests/browser; SoftHSM is the token of tests/keys,
# Java runs the model checker of tests/crossing, zsh and fish complete commands in
# tests/doors. PostgreSQL comes as a wheel, and where libcrypto.so.3 is missing the tests
# that compare with it say so and are skipped.
set -eu

NEEDED="chromium=chromium softhsm2-util=softhsm2 java=default-jre-headless zsh=zsh fish=fish" # command=package, separated by spaces

missing=""
for pair in $NEEDED; do
    shown_by=${pair%%=*}
    package=${pair#*=}
    command -v "$shown_by" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $missing && exit 0
fi
# Not a failure yet: the tests that need one of these are skipped or fail, and say so.
echo "缺少 Debian 软件包，相关测试将跳过或失败：$missing · Debian packages are missing, their tests are skipped or fail:$missing" >&2
