#!/usr/bin/env bash
# Builds everything once and runs every test: .NET suites on SQLite, service suites again on PostgreSQL, the protos' lint, the clients of
# another make, the console in a browser, and the trace of requirements. Needs no terminal and no filled cache; installs what is missing where
# it can. Says how long each part took and names the ten slowest tests. Ends with one line, "N passed, N failed", and a matching exit code.
#
#   tests/run.sh                    everything
#   tests/run.sh quick              the rules and one story: nothing to install but the .NET SDK and Node.js
#   tests/run.sh Orders.Tests       the suites whose names match any of the words (regular expressions), and the trace
#
# DOSELINE_TEST_JOBS   suites run at a time (default: as many as there are processors)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/postgres.sh

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en TERM=dumb
# Everything here lives for minutes at most, too short for a profile of what is called often to pay.
export DOTNET_TieredPGO=0
# Nearly half of what a suite costs is the compiler at its start; to write code and then make it executable in two mappings is a sixth of the whole.
export DOTNET_EnableWriteXorExecute=0
# Its threads wait for each other by spinning, which on processors that others use as well is most of what they do.
export DOTNET_gcServer=0
# No build process outlives the run, or a build machine would wait for it.
export MSBUILDDISABLENODEREUSE=1
# Schemas of other makers, where a folder of them lies beside the checkout; without it the tests ask for less.
[[ -z ${DOSELINE_SCHEMAS:-} && -d ../shared/schemas ]] && export DOSELINE_SCHEMAS=$PWD/../shared/schemas
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

phase_began=$SECONDS
# Says how long the phase took that ends here. Arguments: its name.
phase() { printf '%s took %d:%02d\n' "$1" $(((SECONDS - phase_began) / 60)) $(((SECONDS - phase_began) % 60)); phase_began=$SECONDS; }

quick=0
[[ ${1:-} == quick ]] && { quick=1; shift; }

# Whether a suite is asked for. Arguments: its name, the words of the command line.
wanted() {
    local word
    for word in "${@:2}"; do [[ $1 =~ $word ]] && return; done
    (($# == 1))
}

# What is missing, by the command or file that shows it. Arguments: a check, what to say, Debian's packages. What is wanted and not to be had leaves
# tests out, which say so themselves.
missing=() packages=() without=() wishes=()
need() { eval "$1" >/dev/null 2>&1 || { missing+=("$2"); packages+=("${@:3}"); }; }
want() { eval "$1" >/dev/null 2>&1 || { without+=("$2"); wishes+=("${@:3}"); }; }
needs() {
    need 'command -v node && command -v npm' Node.js nodejs npm
    ((quick)) && return
    need '[[ -n $(postgres_bin) ]]' PostgreSQL postgresql
    # Helm comes as it was released, packed in a package of npm; alerts are tried by Prometheus's own tool.
    need 'command -v unzip' unzip unzip
    need 'command -v promtool' promtool prometheus
    need 'command -v openssl' OpenSSL openssl
    # What a fault leaves in a database is laid there for the console's tests.
    need 'command -v sqlite3' sqlite3 sqlite3
    # Brokers behind the double of the sidecar, and what cuts a network between two replicas.
    want '[[ -x /usr/bin/redis-server ]]' Redis redis-server
    want '[[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]]' RabbitMQ rabbitmq-server
    want 'PATH=$PATH:/usr/sbin:/sbin command -v ip' iproute2 iproute2
    need '[[ -x ${DOSELINE_CHROMIUM:-/usr/bin/chromium} ]]' Chromium chromium fonts-dejavu-core
}
command -v dotnet >/dev/null || finish "The .NET SDK is missing; global.json says which version to install."
needs
# A server that is installed is not started: tests run servers of their own.
install() { (($# == 0)) || DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -qy --no-install-recommends "$@"; }
if ((${#packages[@]} + ${#wishes[@]})); then
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        echo "installing ${missing[*]} ${without[*]}"
        { apt-get update -q && install "${packages[@]}"; install "${wishes[@]}"; } >"$results/apt.log" 2>&1 </dev/null
    fi
    wanted_packages="${packages[*]}" missing=() packages=() without=() wishes=()
    needs
    ((${#without[@]})) && echo "without ${without[*]}: what needs them is skipped"
    ((${#missing[@]})) && finish "${missing[*]} missing; install: $wanted_packages"
fi
phase "installing"

# Not `npm ci`: it refuses a lock file without buf's binaries for other platforms, which a registry may lack.
# This takes the versions and checksums of the lock file just the same, and writes nothing back.
node_packages() { (cd "$1" && npm install --no-save --no-progress --no-audit --no-fund) >"$results/npm-$(basename "$1").log" 2>&1 </dev/null; }
node_packages tests & npm_tests=$!
((quick)) || node_packages tests/chart & npm_chart=$!
node_packages tests/Labeling.Tests/decoder & npm_decoder=$!
# The build makes the console from these; it would fetch them itself, in the middle.
node_packages gateway/console & npm_console=$!
dotnet restore Platform.sln --locked-mode >"$results/restore.log" 2>&1 </dev/null ||
    { grep -E 'error|warn' "$results/restore.log" | sort -u; finish "dotnet restore failed"; }
wait $npm_tests || { cat "$results/npm-tests.log"; finish "npm install failed in tests"; }
wait $npm_chart || { cat "$results/npm-chart.log"; finish "npm install failed in tests/chart"; }
wait $npm_decoder || { cat "$results/npm-decoder.log"; finish "npm install failed in tests/Labeling.Tests/decoder"; }
wait $npm_console || { cat "$results/npm-console.log"; finish "npm install failed in gateway/console"; }
phase "restoring"

# One compiler for all projects, asked to leave afterwards, instead of one started for each.
dotnet build Platform.sln --no-restore -v q -tl:off -p:UseSharedCompilation=true >"$results/build.log" 2>&1 </dev/null
built=$?
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1
((built)) && { grep -E 'error|warning' "$results/build.log" | sort -u | head -100; finish "dotnet build failed"; }
((quick)) || postgres_start || finish "PostgreSQL did not start"
phase "building"

# One suite of .NET: runs a test assembly and leaves a .trx; a test that hangs is named. Arguments: project name, database, filter.
dotnet_suite() {
    local name=$1 database=$2 filter=${3:-} log=$results/$1.$2 own
    # On PostgreSQL stands the service that the suite is about; the others are where their own suites put them.
    case $name:$database in
        Platform.Tests:postgres) own=postgres:orders,execution ;;
        *:postgres) own=postgres:${name%.Tests} own=${own,,} ;;
        *) own=$database ;;
    esac
    # Its processes live for seconds: a third of what they cost was to compile better what soon nobody calls.
    [[ $name == Cluster.Tests ]] && export DOTNET_TC_CallCounting=0
    DOSELINE_TEST_DATABASE="$own" dotnet test "artifacts/bin/$name/debug/Doseline.$name.dll" --results-directory "$results" \
        --logger "trx;LogFileName=$name.$database.trx" --logger "console;verbosity=minimal" \
        --blame-hang --blame-hang-timeout $((suite_minutes_max - 3))m --blame-hang-dump-type none ${filter:+--filter "$filter"} >"$log.log" 2>&1 </dev/null
}

# One suite of scripts: a TAP report, or lines that begin with ok, not ok or skip. Arguments: name.
script_suite() {
    local log=$results/$1.log
    case $1 in
        protos) tests/protos.sh ;;
        # Top-level lines of a TAP report are one a test; nested ones are indented.
        foreign) node --test --test-reporter=tap tests/foreign/*.test.mjs ;;
        # Every screen of the console in a browser, against a real process.
        console) node --test --test-reporter=tap tests/console/console.test.mjs ;;
        # The pages drawn from the sources are those committed, and what they say was shown in this run.
        trace) tests/trace.sh check ${2:+sources} ;;
    esac >"$log" 2>&1 </dev/null
}

# Runs a suite, bounded in time, and keeps how it ended and how long it took. Arguments: kind, name, database, filter.
run_suite() {
    local kind=$1 key=$2${3:+.$3} began=$SECONDS
    timeout -k 10 $((suite_minutes_max * 60)) bash -c "$(declare -f dotnet_suite script_suite)"'; "$0_suite" "${@}"' "$@"
    echo $? >"$results/$key.exit"
    echo $((SECONDS - began)) >"$results/$key.seconds"
}
export -f dotnet_suite script_suite run_suite
export results suite_minutes_max

# Every suite, a line each: kind, name, database, filter.
every_suite() {
    local project name
    for project in tests/*.Tests/*.csproj; do
        name=$(basename "$project" .csproj)
        echo "dotnet $name sqlite"
        # The kernel knows no database.
        [[ -d services/${name%.Tests} && $name != Kernel.Tests ]] && echo "dotnet $name postgres"
    done
    printf 'script %s\n' protos foreign console
}

# Rules are pure functions with tables of refusals; the story is one dose from order to door.
quick_suites() {
    local project
    echo "dotnet EndToEnd.Tests sqlite FullyQualifiedName~DoseToDoorStory&DisplayName~LU177-PSMA"
    echo "dotnet Kernel.Tests sqlite"
    for project in tests/*.Tests; do
        grep -q 'class [A-Za-z]*RulesTests' -r "$project" --include='*.cs' && echo "dotnet $(basename "$project") sqlite FullyQualifiedName~RulesTests"
    done
    printf '%s\n' "dotnet Tidy.Tests sqlite" "script protos"
}

# The long suites first, so that the last minutes are not spent waiting for one of them.
longest_first() {
    awk -v order="Cluster.Tests EndToEnd.Tests console Simulation.Tests Platform.Tests Kernel.Tests Authority.Tests Orders.Tests Shipping.Tests Inventory.Tests Quality.Tests Execution.Tests foreign" '
        BEGIN { n = split(order, names); for (i = 1; i <= n; i++) place[names[i]] = i }
        { print ($2 in place ? place[$2] : n + 1), $0 }' | sort -sn | cut -d' ' -f2-
}

if ((quick)); then mapfile -t suites < <(quick_suites)
else mapfile -t suites < <(every_suite | while read -r kind name rest; do wanted "$name" "$@" && echo "$kind $name $rest"; done | longest_first)
fi
((${#suites[@]})) || finish "no suite has such a name"
printf '%s\n' "${suites[@]}" | xargs -d '\n' -n 1 -P "${DOSELINE_TEST_JOBS:-$(nproc)}" bash -c 'read -r kind name database filter <<<"$0"; run_suite "$kind" "$name" "$database" "$filter"'
# A run of a part of each suite shows nothing of the rest.
if ((quick)); then run_suite script trace sources; mv "$results/trace.sources.exit" "$results/trace.exit"; mv "$results/trace.sources.seconds" "$results/trace.seconds"; else run_suite script trace; fi
phase "testing"

# Adds one suite to the totals and prints its line. Arguments: name, passed, failed, skipped, seconds, log.
count() {
    printf '%-28s %5d passed, %d failed, %d skipped in %d s\n' "$1" "$2" "$3" "$4" "$5"
    (($3)) && {
        cat "$6"
        grep -A20 -E '^  Failed |^not ok ' "$6" | grep -v '^ *at ' | sed "s/^/$1: /" >>"$results/failures"
    }
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

for suite in "${suites[@]}" "script trace"; do
    read -r kind name database _ <<<"$suite"
    key=$name${database:+.$database} code=$(cat "$results/$name${database:+.$database}.exit")
    if [[ $kind == dotnet ]]; then
        counters=$(grep -o '<Counters [^>]*' "$results/$key.trx" 2>/dev/null | head -1)
        number() { [[ $counters =~ \ $1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}" || echo 0; }
        ok=$(number passed) bad=$(number failed) total=$(number total)
        # A suite that crashed, hung, or found no test has failed even if no test did.
        if ((bad == 0)) && ((total == 0 || code)); then bad=1; fi
        off=$((total > ok + bad ? total - ok - bad : 0))
    else
        # In a TAP report a skipped test is "ok" too. A suite that prints no such line counts as one, by its exit code.
        log=$results/$key.log
        ok=$(grep '^ok ' "$log" | grep -vc '# SKIP') bad=$(grep -c '^not ok ' "$log") off=$(grep -cE '^skip |^ok .*# SKIP' "$log")
        if ((code && !bad)); then bad=1; elif ((!code && !ok && !bad)); then ok=1; fi
    fi
    count "$name${database:+ ($database)}" "$ok" "$bad" "$off" "$(cat "$results/$key.seconds")" "$results/$key.log"
done
echo "the ten slowest tests:"
node tests/slowest.mjs "$results" 10
finish
