#!/usr/bin/env bash
# Builds everything once and runs every test: .NET suites on SQLite, service suites again on PostgreSQL,
# the protos' lint, and the clients of another make. Needs no terminal and no filled cache; installs what is
# missing where it can. Ends with one line, "N passed, N failed", and a matching exit code.
#
# DOSELINE_TEST_JOBS   suites run at a time (default 2)
# DOSELINE_TEST_ONLY   a regular expression over suite names such as "Orders.Tests" or "foreign" (default: all)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/postgres.sh

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en TERM=dumb
# Everything here lives for minutes at most, too short for a profile of what is called often to pay.
export DOTNET_TieredPGO=0
# No build process outlives the run, or a build machine would wait for it.
export MSBUILDDISABLENODEREUSE=1
readonly suite_minutes_max=20
results=$PWD/TestResults
passed=0 failed=0 skipped=0
rm -rf "$results" && mkdir -p "$results"

finish() {
    postgres_stop
    [[ -n ${1:-} ]] && { echo "$1" >&2; failed=$((failed + 1)); }
    ((skipped)) && echo "$skipped skipped"
    # Once more and last, for whoever sees only the end of the output.
    [[ -s $results/failures ]] && cat "$results/failures"
    echo "$passed passed, $failed failed"
    exit $((failed > 0 ? 1 : 0))
}
trap 'finish "stopped by a signal"' INT TERM

wanted() { [[ $1 =~ ${DOSELINE_TEST_ONLY:-.} ]]; }

# Installs Debian packages when the command or file is not there, or says what to install.
need() {
    local what=$1 check=$2
    shift 2
    eval "$check" >/dev/null 2>&1 && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        echo "installing $what"
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"; } \
            >"$results/apt.log" 2>&1 </dev/null
    fi
    eval "$check" >/dev/null 2>&1 || finish "$what is missing; install: $*"
}

command -v dotnet >/dev/null || finish "The .NET SDK is missing; global.json says which version to install."
need PostgreSQL '[[ -n $(postgres_bin) ]]' postgresql
need Node.js 'command -v node && command -v npm' nodejs npm
# The chart is rendered by the templates that helm is made of, and alerts are tried by Prometheus's own tool.
need "Go with sprig" 'command -v go && [[ -d /usr/share/gocode/src/github.com/Masterminds/sprig && -d /usr/share/gocode/src/sigs.k8s.io/yaml ]]' \
    golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev
need promtool 'command -v promtool' prometheus
need OpenSSL 'command -v openssl' openssl
# What a fault leaves in a database is laid there for the console's tests.
need sqlite3 'command -v sqlite3' sqlite3
need Chromium '[[ -x ${DOSELINE_CHROMIUM:-/usr/bin/chromium} ]]' chromium fonts-dejavu-core

echo "restoring"
# Not `npm ci`: it refuses a lock file without buf's binaries for other platforms, which a registry may lack.
# This takes the versions and checksums of the lock file just the same, and writes nothing back.
(cd tests && npm install --no-save --no-progress) >"$results/npm.log" 2>&1 </dev/null ||
    { cat "$results/npm.log"; finish "npm install failed"; }
(cd tests/Labeling.Tests/decoder && npm install --no-save --no-progress) >"$results/npm-decoder.log" 2>&1 </dev/null ||
    { cat "$results/npm-decoder.log"; finish "npm install of the label decoder failed"; }
dotnet restore Platform.sln --locked-mode >"$results/restore.log" 2>&1 </dev/null ||
    { grep -E 'error|warn' "$results/restore.log" | sort -u; finish "dotnet restore failed"; }
echo "building"
dotnet build Platform.sln --no-restore -v q -tl:off >"$results/build.log" 2>&1 </dev/null ||
    { grep -E 'error|warning' "$results/build.log" | sort -u | head -100; finish "dotnet build failed"; }
postgres_start || finish "PostgreSQL did not start"

# One suite: run a test assembly, leave a .trx. Arguments: project name, database.
dotnet_suite() {
    local name=$1 database=$2 log=$results/$1.$2 own
    # On PostgreSQL stands the service that the suite is about; the others are where their own suites put them.
    case $name:$database in
        Kernel.Tests:postgres) own=postgres:orders,execution ;;
        *:postgres) own=postgres:${name%.Tests} own=${own,,} ;;
        *) own=$database ;;
    esac
    timeout -k 10 $((suite_minutes_max * 60)) env DOSELINE_TEST_DATABASE="$own" \
        dotnet test "artifacts/bin/$name/debug/Doseline.$name.dll" --results-directory "$results" \
        --logger "trx;LogFileName=$name.$database.trx" --logger "console;verbosity=minimal" \
        >"$log.log" 2>&1 </dev/null
    echo $? >"$log.exit"
}
export -f dotnet_suite
export results suite_minutes_max

suites=()
for project in tests/*.Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    # A folder without tests yet is no suite; an assembly in which none is found is a failure, below.
    [[ -n $(find "$(dirname "$project")" -name '*.cs' -print -quit) ]] || continue
    wanted "$name" || continue
    suites+=("$name sqlite")
    [[ -d services/${name%.Tests} ]] && suites+=("$name postgres")
done
echo "testing"
# The long suites first, so that the last minutes are not spent waiting for one of them.
((${#suites[@]})) && printf '%s\n' "${suites[@]}" |
    awk '/^(EndToEnd|Cluster|Simulation)/ { print; next } { rest = rest $0 "\n" } END { printf "%s", rest }' |
    xargs -P "${DOSELINE_TEST_JOBS:-2}" -L 1 bash -c 'dotnet_suite "$0" "$1"'

# Adds one suite to the totals and prints its line. Arguments: name, passed, failed, skipped, log.
count() {
    printf '%-36s %5d passed, %d failed, %d skipped\n' "$1" "$2" "$3" "$4"
    (($3)) && {
        cat "$5"
        grep -A4 -E '^  Failed |^not ok ' "$5" | sed "s/^/$1: /" >>"$results/failures"
    }
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

for suite in "${suites[@]}"; do
    read -r name database <<<"$suite"
    log=$results/$name.$database
    counters=$(grep -o '<Counters [^>]*' "$log.trx" 2>/dev/null | head -1)
    number() { [[ $counters =~ \ $1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}" || echo 0; }
    ok=$(number passed) bad=$(number failed) total=$(number total)
    # A suite that crashed, hung, or found no test has failed even if no test did.
    if ((bad == 0)) && { ((total == 0)) || [[ $(cat "$log.exit") != 0 ]]; }; then bad=1; fi
    count "$name ($database)" "$ok" "$bad" "$((total > ok + bad ? total - ok - bad : 0))" "$log.log"
done

# Checks that print one "ok", "not ok" or "skip" line each. Arguments: name, command.
lines_suite() {
    local name=$1 log=$results/$1.log
    shift
    wanted "$name" || return 0
    timeout -k 10 $((suite_minutes_max * 60)) "$@" >"$log" 2>&1 </dev/null
    local code=$? ok bad
    # In a TAP report a skipped test is "ok" too.
    ok=$(grep '^ok ' "$log" | grep -vc '# SKIP') bad=$(grep -c '^not ok ' "$log")
    # A check that prints no such line counts as one, by its exit code.
    if ((code && !bad)); then bad=1; elif ((!code && !ok && !bad)); then ok=1; fi
    count "$name" "$ok" "$bad" "$(grep -cE '^skip |^ok .*# SKIP' "$log")" "$log"
}

lines_suite protos tests/protos.sh
if compgen -G 'tests/foreign/*.test.mjs' >/dev/null; then
    # Top-level lines of the TAP report are one a test; nested ones are indented.
    lines_suite foreign node --test --test-reporter=tap tests/foreign/*.test.mjs
fi
# Every screen of the console in a browser, against a real process.
lines_suite console node --test --test-reporter=tap tests/console/console.test.mjs
# The trace of requirements to tests is drawn from the results; a hole in it is a failure.
if [[ -x tests/trace.sh ]]; then lines_suite trace tests/trace.sh; fi
finish
