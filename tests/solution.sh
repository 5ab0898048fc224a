#!/usr/bin/env bash
# Brings Platform.sln in line with the projects that exist, so that none is forgotten; run it after adding
# or removing a project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
projects() { git ls-files --cached --others --exclude-standard "$@" | sort; }
projects '*.csproj' ':!*.Domain.csproj' | xargs dotnet sln Platform.sln add >/dev/null
# A folder of the solution may not bear a project's name, and these stand in a folder that does.
projects '*.Domain.csproj' | xargs dotnet sln Platform.sln add --solution-folder services >/dev/null
dotnet sln Platform.sln list | grep 'csproj$' | while read -r project; do
    [[ -f $project ]] || dotnet sln Platform.sln remove "$project"
done
# The tool writes CRLF and a byte-order mark; the repository has neither.
sed -i 's/\r$//; 1s/^\xEF\xBB\xBF//' Platform.sln
