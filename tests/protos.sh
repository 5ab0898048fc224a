#!/usr/bin/env bash
# Checks the protos: style and comments (buf lint), and that no released field, number or name changed
# (buf breaking, WIRE_JSON) since the commit this work stands on. Prints one line a check.
#
# DOSELINE_PROTOS_BASE   the commit to compare with; default: where HEAD left main, or HEAD's parent on main
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

buf=tests/node_modules/.bin/buf
[[ -x $buf ]] || { echo "protos: $buf is missing; run 'npm install --no-save' in tests/" >&2; exit 2; }

base() {
    if [[ -n ${DOSELINE_PROTOS_BASE:-} ]]; then echo "$DOSELINE_PROTOS_BASE"; return; fi
    local head main
    head=$(git rev-parse -q --verify HEAD) || return 1
    for main in origin/main main; do
        git rev-parse -q --verify "$main" >/dev/null || continue
        local fork
        fork=$(git merge-base "$main" HEAD) || continue
        if [[ $fork != "$head" ]]; then echo "$fork"; return; fi
    done
    git rev-parse -q --verify 'HEAD^1'
}

failed=0
if "$buf" lint protos; then echo "ok protos lint"; else echo "not ok protos lint"; failed=1; fi

if ! against=$(base); then
    echo "skip protos breaking: there is no earlier commit to compare with"
elif [[ -z $(git ls-tree -r --name-only "$against" -- protos/doseline) ]]; then
    echo "skip protos breaking: commit ${against:0:12} has no protos"
else
    # An archive rather than buf's own clone: it works in a worktree and in a shallow clone alike.
    earlier=$(mktemp -d)
    trap 'rm -rf "$earlier"' EXIT
    git archive "$against" protos | tar -x -C "$earlier"
    if "$buf" breaking protos --against "$earlier/protos"; then
        echo "ok protos breaking since ${against:0:12}"
    else
        echo "not ok protos breaking since ${against:0:12}"
        failed=1
    fi
fi
exit $failed
