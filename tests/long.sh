#!/usr/bin/env bash
# What is too long for every run: each part is a test that every run has in a short form, or the README word by word in an empty folder.
# Ends with one line, "N passed, N failed", and a matching exit code. docs/benchmarks/long.md says of each part when it ran last and how it ended;
# a run writes the lines of its parts anew, to be committed.
#
#   tests/long.sh               every part
#   tests/long.sh seeds ids     those parts
#
# LONG_SEEDS   days of the simulation that are disturbed, each in its own way (default 400)
# LONG_KILLS   how often the killed day is killed (default 20)
# LONG_FREEZES how often one of two writing processes is frozen (default 200)
# LONG_CALLS   calls of each of the eight clients that contend for a record (default 400)
# LONG_CHANCES times as many values a property is tried with as in every run (default 100)
# LONG_FUZZ    minutes in which every method is sent messages by chance (default 10)
# LONG_RECALL  doses among which a recall is timed (default 1,000,000)
# LONG_IDS     ids of one millisecond that must all be different (default 100,000,000; 16 bytes of memory each)
# DOSELINE_SEED the seed of what is left to chance (default: thrown anew, and told)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/postgres.sh

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en TERM=dumb MSBUILDDISABLENODEREUSE=1
every=(readme crash-points killed-day process-day silos freezes seeds interleavings histories properties fuzz ids recall)
parts=("$@")
(($#)) || parts=("${every[@]}")
logs=$(mktemp -d)
passed=0 failed=0 report=docs/benchmarks/long.md

declare -A told=(
    [readme]="both commands of the README, from its text, on a clean clone in an empty folder with empty caches"
    [crash-points]="a dose from order to door, over a refusal of the carrier and a wrong proof of delivery, in a process that dies after each of its commits: the end is the same"
    [killed-day]="a day killed ${LONG_KILLS:-20} times with SIGKILL and continued ends as an undisturbed one"
    [process-day]="the whole sample day in nine processes on PostgreSQL, with RabbitMQ where it is installed, killed at 20 points of a message's way and upgraded once"
    [silos]="three replicas of Execution on PostgreSQL that show each other certificates, under load: three times one killed, one ended, one frozen for 16 s, and all replaced"
    [freezes]="sixteen writers in two processes on PostgreSQL, of which one is frozen ${LONG_FREEZES:-200} times wherever it stands: positions dense, in order, the other goes on"
    [seeds]="${LONG_SEEDS:-400} days disturbed each in its own way: crashes, lost and doubled and late facts, services away"
    [interleavings]="every way of reading two publishers' logs that touch one row, at every listener, with a crash at each fact, a reader standing still before each and its publisher away from each on: one end"
    [histories]="eight clients of ${LONG_CALLS:-400} calls each contend for a record of every service, on both databases: one writer explains what they saw"
    [properties]="every property of the rules, with ${LONG_CHANCES:-100} times as many values"
    [fuzz]="every method for ${LONG_FUZZ:-10} minutes with messages by chance, as protobuf and as JSON: refused with reasons, nothing changed, no fault, memory bounded"
    [recall]="a recall among ${LONG_RECALL:-1000000} doses on PostgreSQL, from a lot, a material, a hot cell, a person, an instrument, a label and a day: the first page and the counts within a second"
    [ids]="${LONG_IDS:-100000000} ids of one millisecond are all different"
)

# Runs some tests of a built suite; none found is a failure. Arguments: suite, filter.
tests_of() {
    local log
    log=$(mktemp "$logs/XXXXXX")
    dotnet test "artifacts/bin/$1/debug/Doseline.$1.dll" --filter "$2" --logger "console;verbosity=minimal" >"$log" 2>&1 </dev/null
    local code=$?
    cat "$log"
    ((code == 0)) && grep -q 'Passed!' "$log"
}

# The commands are the README's own words; what they need is fetched anew.
readme() {
    local empty command
    empty=$(mktemp -d -p "$logs")
    git clone -q . "$empty/doseline" || return 1
    mapfile -t commands < <(awk '/^## Two commands/ { found = 1 } found && /^```/ { if (block++) exit; next } block' README.md | sed 's/ *#.*//')
    ((${#commands[@]} == 2)) || { echo "the README has ${#commands[@]} commands where it promises two"; return 1; }
    for command in "${commands[@]}"; do
        echo "\$ $command"
        (cd "$empty/doseline" && env HOME="$empty/home" NUGET_PACKAGES="$empty/nuget" npm_config_cache="$empty/npm" bash -c "mkdir -p \$HOME; $command") >"$logs/readme.out" 2>&1 </dev/null
        local code=$?
        tail -40 "$logs/readme.out"
        ((code == 0)) || return 1
    done
    tail -1 "$logs/readme.out" | grep -qE '^[0-9]+ passed, 0 failed$'
}
crash-points() { DOSELINE_CRASH_POINTS=0 tests_of Simulation.Tests FullyQualifiedName~CrashPointTests; }
killed-day() { DOSELINE_KILLS="${LONG_KILLS:-20}" tests_of EndToEnd.Tests FullyQualifiedName~KilledDayTests; }
silos() { DOSELINE_SILOS=long tests_of Cluster.Tests FullyQualifiedName~SiloTests; }
freezes() { DOSELINE_FREEZES="${LONG_FREEZES:-200}" tests_of Cluster.Tests FullyQualifiedName~FrozenWriterTests; }
process-day() { DOSELINE_WHOLE_DAY=1 tests_of Cluster.Tests FullyQualifiedName~ProcessDayTests; }
# Two halves at once, for a day waits for nothing but the processor.
seeds() {
    local half=$((${LONG_SEEDS:-400} / 2)) first second ended
    DOSELINE_SIMULATION_SEED=1001 DOSELINE_SIMULATION_SEEDS=$half tests_of Simulation.Tests FullyQualifiedName~Whatever_goes_wrong & first=$!
    DOSELINE_SIMULATION_SEED=$((1001 + half)) DOSELINE_SIMULATION_SEEDS=$((${LONG_SEEDS:-400} - half)) tests_of Simulation.Tests FullyQualifiedName~Whatever_goes_wrong & second=$!
    wait $first
    ended=$?
    wait $second && ((ended == 0))
}
interleavings() { DOSELINE_INTERLEAVINGS=all tests_of Simulation.Tests FullyQualifiedName~InterleavingTests; }
histories() { DOSELINE_HISTORY_CALLS="${LONG_CALLS:-400}" tests_of EndToEnd.Tests FullyQualifiedName~HistoryTests; }
# Whoever tries a property is found by the word, so that none is forgotten; a file is called as its class.
properties() {
    local file suite ended=0
    for suite in tests/*.Tests; do
        mapfile -t files < <(grep -rlF '.Holds(' "$suite" --include='*.cs')
        ((${#files[@]})) || continue
        file=$(printf '|FullyQualifiedName~.%s.' "${files[@]##*/}" | sed 's/\.cs\././g')
        DOSELINE_CHANCES="${LONG_CHANCES:-100}" tests_of "$(basename "$suite")" "${file#|}" || ended=1
    done
    return $ended
}
fuzz() { DOSELINE_FUZZ_MINUTES="${LONG_FUZZ:-10}" tests_of Gateway.Tests FullyQualifiedName~FuzzTests; }
recall() { DOSELINE_TEST_DATABASE=postgres:quality DOSELINE_RECALL_DOSES="${LONG_RECALL:-1000000}" tests_of Quality.Tests FullyQualifiedName~A_recall_among_many_doses; }
ids() { DOSELINE_TEST_IDS="${LONG_IDS:-100000000}" tests_of Kernel.Tests FullyQualifiedName~IdTests; }

# Writes the line of a part anew and leaves the others as they are. Arguments: part, result, minutes.
write_line() {
    local commit old part
    commit=$(git rev-parse --short HEAD)
    [[ -z $(git status --porcelain -- ':!docs') ]] || commit="after $commit"
    old=$(cat "$report" 2>/dev/null)
    {
        printf '# The long tests\n\nWritten by `tests/long.sh`: what every run has in a short form, whole. Each part says when it ran last.\n\n'
        printf '| Part | What | Result | Minutes | At | On |\n| --- | --- | --- | --- | --- | --- |\n'
        for part in "${every[@]}"; do
            if [[ $part == "$1" ]]; then
                printf '| `%s` | %s | %s | %s | %s | %s, %s processors |\n' "$part" "${told[$part]}" "$2" "$3" "$commit" "$(date -u +%F)" "$(nproc)"
            else
                # One that never ran has no line.
                grep -F "| \`$part\` |" <<<"$old" || true
            fi
        done
    } >"$report.new" && mv "$report.new" "$report"
}

finish() { postgres_stop; rm -rf "$logs"; echo "$passed passed, $failed failed"; exit $((failed > 0 ? 1 : 0)); }
trap 'failed=$((failed + 1)); finish' INT TERM

dotnet build Platform.sln -v q -tl:off -p:RunAnalyzers=false -p:UseSharedCompilation=true >"$logs/build" 2>&1 </dev/null
built=$?
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1
((built)) && { cat "$logs/build"; failed=1; finish; }
export DOSELINE_SEED=${DOSELINE_SEED:-$((RANDOM * 32768 + RANDOM))}
echo "seed $DOSELINE_SEED"
for part in "${parts[@]}"; do
    [[ -n ${told[$part]:-} ]] || { echo "there is no part $part; there are ${every[*]}"; failed=$((failed + 1)); continue; }
    # A server of its own for each part: what one leaves behind is not there for the next.
    postgres_start || { failed=$((failed + 1)); continue; }
    began=$SECONDS
    if "$part" >"$logs/$part" 2>&1; then result=passed passed=$((passed + 1)); else result=failed failed=$((failed + 1)); cat "$logs/$part"; fi
    postgres_stop
    took=$(printf '%d:%02d' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)))
    echo "$part $result in $took: ${told[$part]}"
    write_line "$part" "$result" "$took"
done
finish
