#!/usr/bin/env bash
# Writes the pages under docs/ that are drawn from the protos: docs/authority.md and docs/shared.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet build tests/Authority.Tests -v q --nologo -p:RunAnalyzers=false
DOSELINE_WRITE_DOCS=1 dotnet test --no-build tests/Authority.Tests --nologo --filter FullyQualifiedName~AuthorityPage
dotnet build tests/Tidy.Tests -v q --nologo -p:RunAnalyzers=false
DOSELINE_WRITE_DOCS=1 dotnet test --no-build tests/Tidy.Tests --nologo --filter FullyQualifiedName~SharedFieldTests
