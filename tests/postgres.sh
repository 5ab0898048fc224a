# A throw-away PostgreSQL for one test run; sourced by run.sh.
#
# It listens on a Unix socket in a directory of its own, so it needs no port and meets no other server.
# PostgreSQL refuses to run as root: then the user "postgres", which every distribution's package makes, runs it.

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

postgres_as() { if [[ $(id -u) == 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi; }

postgres_folder() {
    local free
    free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)
    if [[ ${POSTGRES_DURABLE:-} != 1 && -w /dev/shm ]] && ((${free:-0} > 4000000)); then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

postgres_start() {
    # In memory where there is room: a test copies and drops whole databases, some hundred files each.
    postgres_home=$(mktemp -d -p "$(postgres_folder)")
    [[ $(id -u) == 0 ]] && chown postgres "$postgres_home"
    local bin
    bin=$(postgres_bin)
    # A test needs nothing to survive a crash; POSTGRES_DURABLE=1 measures with what production pays for it.
    local durable="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    # POSTGRES_SETTINGS are further ones, which win.
    [[ ${POSTGRES_DURABLE:-} == 1 ]] && durable="-c shared_buffers=256MB -c max_wal_size=4GB"
    # Trust is safe here: only this machine's users reach the socket.
    (
        cd "$postgres_home" &&
            postgres_as "$bin/initdb" -D "$postgres_home/data" -U doseline -A trust -E UTF8 --locale=C.UTF-8 -N &&
            postgres_as "$bin/pg_ctl" -w -t 60 -D "$postgres_home/data" -l "$postgres_home/log" -o "-k $postgres_home \
                -c listen_addresses='' -c max_connections=400 $durable -c timezone=UTC ${POSTGRES_SETTINGS:-}" start
    ) >"$postgres_home.init" 2>&1 </dev/null || { cat "$postgres_home.init" "$postgres_home/log" >&2; return 1; }
    postgres_pid=$(head -1 "$postgres_home/data/postmaster.pid")
    # The maintenance database: tests create and drop databases of their own from here.
    export DOSELINE_TEST_POSTGRES="Host=$postgres_home;Username=doseline;Database=postgres"
}

postgres_stop() {
    # SIGQUIT is PostgreSQL's immediate shutdown: nothing here is worth a checkpoint.
    if [[ -n ${postgres_pid:-} ]]; then
        kill -QUIT "$postgres_pid" 2>/dev/null
        tail --pid="$postgres_pid" -f /dev/null
    fi
    if [[ -n ${postgres_home:-} ]]; then rm -rf "$postgres_home" "$postgres_home.init"; fi
}
