#!/usr/bin/env bash
# Measures what a fact costs from its commit to its effect in another service, on RabbitMQ, on Redis and with the bell left unrung, on a throw-away
# PostgreSQL that keeps what it commits; writes docs/benchmarks/bell.md. Everything listens on loopback or a socket and is ended at the end.
#
#   loadtests/bell.sh                    everything; further arguments go to the program: --on redis --seconds 10 --burst 5000
#
# DOSELINE_BELL_BUILT  1 takes what was built for Release before
# DOSELINE_BELL_REPORT where the report goes (default docs/benchmarks/bell.md)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/postgres.sh
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
commit=$(git rev-parse --short HEAD)
[[ -z $(git status --porcelain -- services tests/Sidecar) ]] || commit="after $commit"
[[ ${DOSELINE_BELL_BUILT:-} == 1 ]] || dotnet build loadtests/Bell -c Release -v q --nologo -p:RunAnalyzers=false >&2 </dev/null
trap postgres_stop EXIT
POSTGRES_DURABLE=1 postgres_start
dotnet artifacts/bin/Bell/release/Doseline.Bell.dll --postgres "$DOSELINE_TEST_POSTGRES" --commit "$commit" --markdown "${DOSELINE_BELL_REPORT:-docs/benchmarks/bell.md}" "$@" </dev/null
