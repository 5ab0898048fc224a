#!/usr/bin/env bash
# How long the whole platform takes from the start of its process to the first answered call: a domain call with a token, over gRPC, that
# reads an SQLite database. Each round starts it on fresh databases, so that schemas are applied as well, and then again on those; with BASE,
# both builds take turns. Prints one line a start and the medians.
#
#   loadtests/startup.sh [rounds]
#
# BUILD=path  a built Doseline.Local.dll to start instead of building a Release
# BASE=path   another one, to compare with
# OUT=path    keeps a line a start there: build, databases, milliseconds, milliseconds of processor time
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5}
dll=${BUILD:-}
if [[ -z $dll ]]; then
    dotnet build services/Local -c Release -v q --nologo >/dev/null
    dll=artifacts/bin/Local/release/Doseline.Local.dll
fi
builds=(now)
[[ -n ${BASE:-} ]] && builds=(base now)
work=$(mktemp -d)
out=${OUT:-$work/out}
server=
trap '[[ -n $server ]] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
now() { date +%s%N; }
program() { if [[ $1 == base ]]; then echo "$BASE"; else echo "$dll"; fi; }

# Starts a build, asks until it answers, and ends it. Arguments: build, databases, folder.
start() {
    local build=$1 databases=$2 home=$3 port=$((20000 + RANDOM % 10000)) program began took user system settings token
    program=$(program "$build")
    settings=(--Ports:App=$port --Ports:Probe=$((port + 1)) --Ports:Web=$((port + 2)) --Ports:Grpc=$((port + 3))
        --Data:Directory="$home" --Keys:Directory="$home/keys" --Development:Tokens=true)
    mkdir -p "$home"
    token=$(dotnet "$program" token --role auditor "${settings[@]}")
    began=$(now)
    dotnet "$program" "${settings[@]}" >"$home/log" 2>&1 &
    server=$!
    # An empty message in gRPC's framing: five bytes of zero.
    until printf '\0\0\0\0\0' | curl -sf --http2-prior-knowledge -o "$work/answer" -D "$work/trailers" -H 'content-type: application/grpc' -H 'te: trailers' \
        -H "authorization: Bearer $token" --data-binary @- "http://127.0.0.1:$port/doseline.inventory.v1.SitesService/ListSites" 2>/dev/null &&
        grep -qi '^grpc-status: 0' "$work/trailers"; do
        kill -0 "$server" 2>/dev/null || { cat "$home/log"; exit 1; }
    done
    took=$((($(now) - began) / 1000000))
    # On a busy machine the processor time says more than the clock.
    read -r user system < <(awk '{ print $14, $15 }' "/proc/$server/stat")
    printf '%s %s %d %d\n' "$build" "$databases" "$took" "$(((user + system) * 1000 / $(getconf CLK_TCK)))" | tee -a "$out"
    kill "$server" && wait "$server" 2>/dev/null || true
    server=
}

: >"$out"
for ((i = 1; i <= rounds; i++)); do
    for databases in fresh existing; do
        for build in "${builds[@]}"; do start "$build" "$databases" "$work/$build-$i"; done
    done
done
for build in "${builds[@]}"; do
    for databases in fresh existing; do
        awk -v of="$build $databases" '$1 " " $2 == of { print $3 }' "$out" | sort -n | awk -v of="$build, $databases databases" '{ t[NR] = $1 } END { print of ": median " t[int((NR + 1) / 2)] " ms" }'
    done
done
