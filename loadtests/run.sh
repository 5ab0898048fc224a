#!/usr/bin/env bash
# Plays a peak day against the whole platform on a throw-away PostgreSQL that keeps what it commits (fsync on), then
# on SQLite, with pgbench as a yardstick in the same session, and writes docs/benchmarks/load.md from what was measured.
# Before each, half the rate is offered for a minute and not reported: until then much of the code is still being compiled.
# Everything listens on loopback only and is ended by its process id.
#
# DOSELINE_LOAD_ORDERS      orders on PostgreSQL (default 100000)
# DOSELINE_LOAD_RATE        orders a second (default 500)
# DOSELINE_LOAD_RAMP        first rate of the search for the highest sustained rate (default 100; 0 leaves it out)
# DOSELINE_LOAD_P99         p99 in milliseconds within which a rate of that search counts as sustained (default 50)
# DOSELINE_LOAD_SQLITE      orders on SQLite, at a fifth of the rate (default a tenth of the orders; 0 leaves it out)
# DOSELINE_LOAD_FLOWS       batches of eight doses that go from order to door, on each database (default 40; 0 leaves them out)
# DOSELINE_LOAD_YARDSTICK   seconds of each pgbench run (default 20; 0 leaves it out)
# DOSELINE_LOAD_BUDGET      file with what must hold on PostgreSQL (default loadtests/budget.json; empty for none)
# DOSELINE_LOAD_BUILT       1 takes what was built for Release before
# DOSELINE_LOAD_REPORT      where the report goes (default docs/benchmarks/load.md)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/postgres.sh

orders=${DOSELINE_LOAD_ORDERS:-100000} rate=${DOSELINE_LOAD_RATE:-500} ramp=${DOSELINE_LOAD_RAMP:-100}
sqlite_orders=${DOSELINE_LOAD_SQLITE:-$((orders / 10))} yardstick_seconds=${DOSELINE_LOAD_YARDSTICK:-20}
budget=${DOSELINE_LOAD_BUDGET-loadtests/budget.json} report=${DOSELINE_LOAD_REPORT:-docs/benchmarks/load.md}
services=(orders execution inventory quality labeling shipping waste identity gateway)
platform=artifacts/bin/Local/release/Doseline.Local.dll driver=artifacts/bin/Load/release/Doseline.Load.dll
work=$(mktemp -d)
server_pid=
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_TieredPGO=1

stop_server() {
    [[ -n $server_pid ]] || return 0
    kill -TERM "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}
finish() {
    stop_server
    postgres_stop
    rm -rf "$work"
}
trap finish EXIT

free_port() {
    local port
    for _ in {1..50}; do
        port=$((20000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    return 1
}

# Starts the platform. Arguments: name, settings.
start_server() {
    local name=$1
    shift
    app=$(free_port) probe=$(free_port) web=$(free_port)
    dotnet "$platform" "--Ports:App=$app" "--Ports:Probe=$probe" "--Ports:Web=$web" --Ports:Grpc=0 "--Keys:Directory=$work/keys" --Development:Tokens=true "--Data:Directory=$work/$name" "$@" >"$work/$name.log" 2>&1 </dev/null &
    server_pid=$!
    for _ in {1..600}; do
        (exec 3<>"/dev/tcp/127.0.0.1/$app") 2>/dev/null && return
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.2
    done
    cat "$work/$name.log" >&2
    return 1
}

play() {
    local name=$1
    shift
    dotnet "$driver" run --name "$name" --address "http://127.0.0.1:$app" --probe "http://127.0.0.1:$probe" --web "http://127.0.0.1:$web" --keys "$work/keys" \
        --server-pid "$server_pid" --flows "${DOSELINE_LOAD_FLOWS:-40}" --ramp-p99 "${DOSELINE_LOAD_P99:-50}" --out "$work/$name.json" "$@" </dev/null
}

sql() { psql -q -X -v ON_ERROR_STOP=1 -h "$postgres_home" -U doseline "$@" </dev/null; }

if [[ ${DOSELINE_LOAD_BUILT:-} != 1 ]]; then
    echo "building" >&2
    dotnet build services/Local/Local.csproj -c Release -v q --nologo >&2 </dev/null
    dotnet build loadtests/Load/Load.csproj -c Release -v q --nologo >&2 </dev/null
fi
# Whoever needs the key first, platform or driver, makes it here for both.
mkdir -m 700 "$work/keys"

POSTGRES_DURABLE=1 postgres_start
settings=()
for service in "${services[@]}"; do
    sql -d postgres -c "CREATE DATABASE $service"
    settings+=("--ConnectionStrings:$service=Host=$postgres_home;Username=doseline;Database=$service;Maximum Pool Size=40")
done

echo "PostgreSQL" >&2
start_server postgres "${settings[@]}"
budget_options=()
[[ -n $budget ]] && budget_options=(--budget "$budget")
code=0
play PostgreSQL --orders "$orders" --rate "$rate" --warm-up "$((rate * 30))" --ramp "$ramp" --postgres-pid "$postgres_pid" "${budget_options[@]}" >"$work/postgres.md" || code=$?
cat "$work/postgres.md" >&2
[[ -f $work/PostgreSQL.json ]]
stop_server

yardsticks=()
if ((yardstick_seconds)); then
    # The rows of one order, as the platform wrote them, under new keys: same columns, same indexes, same sizes.
    sql -d postgres -c 'CREATE DATABASE yardstick TEMPLATE orders'
    sql -d yardstick -f loadtests/yardstick.sql
    for clients in 8 16; do
        PGHOST=$postgres_home PGUSER=doseline "$(postgres_bin)/pgbench" -n -M prepared -f loadtests/yardstick.pgbench -c "$clients" -j 2 -T "$yardstick_seconds" yardstick >"$work/pgbench.$clients" 2>&1 </dev/null ||
            { tail -5 "$work/pgbench.$clients" >&2; exit 1; }
        yardsticks+=("$work/pgbench.$clients")
    done
fi

results=("$work/PostgreSQL.json")
if ((sqlite_orders)); then
    echo "SQLite" >&2
    start_server sqlite
    play SQLite --orders "$sqlite_orders" --rate "$((rate / 5 > 0 ? rate / 5 : 1))" --warm-up "$((rate * 6))" --ramp "$((ramp / 2))" >"$work/sqlite.md" || true
    stop_server
    results+=("$work/SQLite.json")
fi

mkdir -p "$(dirname "$report")"
# The page with charts is for looking at; the text is kept.
reports=(--markdown "$report" --html artifacts/load.html)
((${#yardsticks[@]})) && reports+=(--pgbench "${yardsticks[@]}")
dotnet "$driver" report --in "${results[@]}" "${reports[@]}" </dev/null
cat loadtests/bounds.md >>"$report"
echo "wrote $report and artifacts/load.html" >&2
exit "$code"
