#!/usr/bin/env bash
# How long the whole platform takes from the start of its process to the first answered call: a domain call with a token, over gRPC, that
# reads a fresh SQLite database. Each start has new databases, so schemas are applied as well. Prints one line a start and the median.
#
#   loadtests/startup.sh [starts]
#
# BUILD=path  a built Doseline.Local.dll to start instead of building a Release
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
starts=${1:-5}
dll=${BUILD:-}
if [[ -z $dll ]]; then
    dotnet build services/Local -c Release -v q --nologo >/dev/null
    dll=artifacts/bin/Local/release/Doseline.Local.dll
fi
work=$(mktemp -d)
server=
trap '[[ -n $server ]] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
now() { date +%s%N; }

times=()
for ((i = 1; i <= starts; i++)); do
    port=$((20000 + RANDOM % 20000))
    settings=(--Ports:App=$port --Ports:Probe=$((port + 1)) --Ports:Web=$((port + 2)) --Ports:Grpc=$((port + 3))
        --Data:Directory="$work/$i" --Keys:Directory="$work/keys" --Development:Tokens=true)
    mkdir -p "$work/$i"
    token=$(dotnet "$dll" token --role auditor "${settings[@]}")
    began=$(now)
    dotnet "$dll" "${settings[@]}" >"$work/$i.log" 2>&1 &
    server=$!
    # An empty message in gRPC's framing: five bytes of zero.
    until printf '\0\0\0\0\0' | curl -sf --http2-prior-knowledge -o "$work/answer" -D "$work/trailers" -H 'content-type: application/grpc' -H 'te: trailers' \
        -H "authorization: Bearer $token" --data-binary @- "http://127.0.0.1:$port/doseline.inventory.v1.SitesService/ListSites" 2>/dev/null &&
        grep -qi '^grpc-status: 0' "$work/trailers"; do
        kill -0 "$server" 2>/dev/null || { cat "$work/$i.log"; exit 1; }
    done
    took=$((($(now) - began) / 1000000))
    times+=("$took")
    # On a busy machine the processor time says more than the clock.
    read -r user system < <(awk '{ print $14, $15 }' "/proc/$server/stat")
    echo "start $i: $took ms, $(((user + system) * 1000 / $(getconf CLK_TCK))) ms of processor time"
    kill "$server" && wait "$server" 2>/dev/null || true
    server=
done
printf '%s\n' "${times[@]}" | sort -n | awk '{ t[NR] = $1 } END { print "median: " t[int((NR + 1) / 2)] " ms" }'
