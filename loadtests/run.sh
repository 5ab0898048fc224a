#!/usr/bin/env bash
# Measures two builds beside each other: the commit before a change, built in a work tree of its own, and what stands here. Both run on a
# throw-away PostgreSQL that keeps what it commits (fsync on), then on SQLite; each has its turn while the other is held still, with pgbench on the
# rows of an order among them. Writes docs/benchmarks/load.md from what was measured, goals included. Everything listens on loopback or a
# socket and is ended by its process id. A quiet machine, or the figures are worth little.
#
# DOSELINE_LOAD_BASE       the commit to compare with (default fda8ae0, before the write path, facts and grains were made anew)
# DOSELINE_LOAD_SHORT      1 measures everything for seconds, to see ratios while working, and leaves grown databases out
# DOSELINE_LOAD_LENGTH     whole (default), short, or tiny, which only tries the measuring itself
# DOSELINE_LOAD_ON         databases (default "PostgreSQL SQLite")
# DOSELINE_LOAD_GROW       past orders of a third platform, whose databases on PostgreSQL have grown (default 1000000; 0 leaves it out)
# DOSELINE_LOAD_GROW_AUDIT its audit rows (default ten for each order)
# DOSELINE_LOAD_DORMANT    its dormant doses (default one for ten orders)
# DOSELINE_LOAD_STARTS     starts of each build, on fresh and on existing databases (default 5, or 1; 0 leaves them out)
# DOSELINE_LOAD_BUILT      1 takes what was built for Release before
# DOSELINE_LOAD_REPORT     where the report goes (default docs/benchmarks/load.md; another place when it is not whole)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/postgres.sh

length=${DOSELINE_LOAD_LENGTH:-whole}
[[ ${DOSELINE_LOAD_SHORT:-} == 1 ]] && length=short
base=$(git rev-parse --short "${DOSELINE_LOAD_BASE:-fda8ae0}^{commit}") now=$(git rev-parse --short HEAD)
[[ -z $(git status --porcelain -- services gateway protos) ]] || now="after $now"
read -ra stores <<<"${DOSELINE_LOAD_ON:-PostgreSQL SQLite}"
grow=${DOSELINE_LOAD_GROW:-$([[ $length == whole ]] && echo 1000000 || echo 0)}
starts=${DOSELINE_LOAD_STARTS:-$([[ $length == whole ]] && echo 5 || echo 1)}
report=${DOSELINE_LOAD_REPORT:-$([[ $length == whole ]] && echo docs/benchmarks/load.md || echo "artifacts/load-$length.md")}
tree=$PWD/artifacts/load-base/$base program=artifacts/bin/Local/release/Doseline.Local.dll driver=artifacts/bin/Load/release/Doseline.Load.dll
work=$(mktemp -d)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

finish() {
    postgres_stop
    rm -rf "$work"
}
trap finish EXIT

build() { dotnet build "$1" -c Release -v q --nologo -p:RunAnalyzers=false >&2 </dev/null; }
if [[ ${DOSELINE_LOAD_BUILT:-} != 1 || ! -f $tree/$program ]]; then
    echo "building $base beside $now" >&2
    # A clone and no work tree: nothing is left behind in this one.
    [[ -d $tree ]] || git clone -q --no-checkout . "$tree"
    git -C "$tree" checkout -q --detach "$base"
    (cd "$tree" && build services/Local/Local.csproj)
fi
if [[ ${DOSELINE_LOAD_BUILT:-} != 1 ]]; then
    build services/Local/Local.csproj
    build loadtests/Load/Load.csproj
fi

reports=()
if ((starts)); then
    OUT="$work/starts" BASE="$tree/$program" BUILD=$program loadtests/startup.sh "$starts" >&2
    reports+=(--starts "$work/starts")
fi

# Commands are counted by the extension where it is installed; without it the report leaves them out.
counting=""
[[ -e $(postgres_bin)/../lib/pg_stat_statements.so ]] && counting="-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.max=10000"
POSTGRES_DURABLE=1 POSTGRES_SETTINGS="-c max_connections=900 -c wal_keep_size=2GB $counting" postgres_start
code=0
dotnet "$driver" compare --base "$tree/$program" --base-commit "$base" --now "$program" --now-commit "$now" --length "$length" --on "${stores[@]}" \
    --postgres "$postgres_home" --postgres-pid "$postgres_pid" --postgres-programs "$(postgres_bin)" \
    --grow "$grow" --grow-audit "${DOSELINE_LOAD_GROW_AUDIT:-$((grow * 10))}" --grow-dormant "${DOSELINE_LOAD_DORMANT:-$((grow / 10))}" \
    --work "$work" --out "$work/measured.json" </dev/null || code=$?
[[ -f $work/measured.json ]] || exit "$code"
mkdir -p artifacts "$(dirname "$report")"
cp "$work/measured.json" artifacts/load.json
dotnet "$driver" report --in "$work/measured.json" "${reports[@]}" --markdown "$report" </dev/null
cat loadtests/bounds.md >>"$report"
echo "wrote $report" >&2
exit "$code"
