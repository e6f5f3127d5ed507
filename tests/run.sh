#!/usr/bin/env bash
# The whole gate: formatting, clippy, the tests on SQLite and again on a PostgreSQL of its own.
# Installs what is missing with apt when it may. Every step runs; the exit status is that of the first that failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

failed=0
report=""

# step NAME COMMAND…: runs a command, notes its time and the first failure.
step() {
    local name=$1 begun=$SECONDS status=0
    shift
    printf '\n== %s\n' "$name"
    "$@" || status=$?
    local line
    line=$(printf '%5d s  %-30s %s' "$((SECONDS - begun))" "$name" "$([ "$status" = 0 ] && echo ok || echo "failed ($status)")")
    report+="$line"$'\n'
    if [ "$failed" = 0 ]; then failed=$status; fi
    return "$status"
}

# The newest PostgreSQL's own programs: Debian keeps them outside the path.
postgres_bin() {
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$found" ] && command -v initdb >/dev/null; then found=$(dirname "$(command -v initdb)"); fi
    [ -n "$found" ] && [ -x "$found/initdb" ] && echo "$found"
}

has_aiosmtpd() {
    /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || python3 -c 'import aiosmtpd' 2>/dev/null
}

has_cjk_font() {
    command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn)" ]
}

install_missing() {
    local missing=()
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    command -v xmllint >/dev/null || missing+=(libxml2-utils)
    command -v openssl >/dev/null || missing+=(openssl)
    postgres_bin >/dev/null || missing+=(postgresql)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v chromedriver >/dev/null || missing+=(chromium-driver)
    has_cjk_font || missing+=(fonts-noto-cjk fontconfig)
    has_aiosmtpd || missing+=(python3-aiosmtpd)
    [ ${#missing[@]} = 0 ] && return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Please install first: ${missing[*]}" >&2
        return 1
    fi
    echo "installing ${missing[*]}"
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# PostgreSQL refuses to run as root.
unprivileged() {
    if [ "$(id -u)" != 0 ]; then "$@"; return; fi
    local user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    (cd / && runuser -u "$user" -- "$@")
}

bin=""
folder=""

stop_postgres() {
    if [ -n "$folder" ]; then
        [ -f "$folder/data/postmaster.pid" ] &&
            unprivileged "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
        rm -rf "$folder"
        folder=""
    fi
}
trap stop_postgres EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_postgres() {
    bin=$(postgres_bin) || { echo "there is no PostgreSQL" >&2; return 1; }
    folder=$(mktemp -d /tmp/jicai-postgres.XXXX)
    if [ "$(id -u)" = 0 ]; then
        if id postgres >/dev/null 2>&1; then chown postgres "$folder"; else chown nobody "$folder"; fi
    fi
    unprivileged "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --locale=C --encoding=UTF8 >/dev/null || return 1
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # Nothing here outlives the tests, so nothing is flushed.
    local options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=300"
    options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    unprivileged "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -o "$options" -w -t 60 start >/dev/null ||
        { cat "$folder/log" >&2; return 1; }
    export JICAI_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
}

# What is set outside must not decide what is tested.
unset JICAI_TEST_POSTGRES DATABASE_URL JICAI_CONFIG JICAI_LANG RUSTFLAGS RUSTC_WORKSPACE_WRAPPER

# Clippy is the compiler with more questions. It compiles what is tested, so that nothing is compiled twice: the same as
# `cargo clippy --all-targets -- -D warnings`, in half the time. That it is asked at all is seen by a fault it must find.
lint_and_build() {
    RUSTC_WORKSPACE_WRAPPER=$(rustup which clippy-driver 2>/dev/null || command -v clippy-driver) || return 1
    export RUSTC_WORKSPACE_WRAPPER RUSTFLAGS="-D warnings"
    local said
    said=$(echo 'pub fn f(a: &[u8]) -> bool { a.len() == 0 }' |
        "$RUSTC_WORKSPACE_WRAPPER" rustc $RUSTFLAGS --crate-type lib --emit metadata --out-dir target - 2>&1)
    if [[ $said != *"error: length comparison to zero"* ]]; then
        echo "clippy finds nothing where there is a fault: $said" >&2
        return 1
    fi
    cargo test --locked --all-targets --no-run
}

begun=$SECONDS
step "what is missing" install_missing
step "cargo fmt" cargo fmt --check
step "cargo clippy, and the build" lint_and_build
step "cargo test on SQLite" cargo test --locked
if step "start PostgreSQL" start_postgres; then
    # What opens no database or one of its own, what a browser shows and what a tampered archive says does not depend on
    # this one. Three threads: they wait for it.
    skipped=()
    for name in browser:: archive::one_flipped archive::a_hostile archive::a_change award:: code:: layout:: published:: \
        scan:: indices::formulas preparations::costs receipts::the_samples; do
        skipped+=(--skip "$name")
    done
    step "cargo test on PostgreSQL" cargo test --locked --test main -- --test-threads 3 "${skipped[@]}"
fi

printf '\n%s%5d s  in all\n' "$report" "$((SECONDS - begun))"
exit "$failed"
