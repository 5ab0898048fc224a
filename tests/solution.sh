#!/usr/bin/env bash
# Brings Platform.sln in line with the projects that exist, so that none is forgotten; run it after adding
# or removing a project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files --cached --others --exclude-standard '*.csproj' | sort | xargs dotnet sln Platform.sln add >/dev/null
dotnet sln Platform.sln list | grep 'csproj$' | while read -r project; do
    [[ -f $project ]] || dotnet sln Platform.sln remove "$project"
done
# The tool writes CRLF and a byte-order mark; the repository has neither.
sed -i 's/\r$//; 1s/^\xEF\xBB\xBF//' Platform.sln
