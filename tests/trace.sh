#!/usr/bin/env bash
# Draws docs/requirements.md and docs/part11.md from the sources; with "check", changes nothing and says whether they are what the sources say
# and whether the last run showed it; with "check sources", without the last run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ ${1:-} == check ]] || dotnet build tests/Trace -v q --nologo -p:RunAnalyzers=false
exec dotnet artifacts/bin/Trace/debug/Doseline.Trace.dll "$@"
