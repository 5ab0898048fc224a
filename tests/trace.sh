#!/usr/bin/env bash
# Writes docs/requirements.md from the tests and the results of the run that just ended.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec dotnet artifacts/bin/Trace/debug/Doseline.Trace.dll "$PWD"
