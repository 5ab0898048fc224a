#!/usr/bin/env bash
# Prints the Secrets that the chart refers to, with new keys and tokens; nothing of it belongs into a repository.
#
#   DATABASE_HOST=… BROKER_CONNECTION=… charts/secrets.sh | kubectl -n doseline apply -f -
#
# DATABASE_HOST      host of PostgreSQL, as Npgsql writes it, with port and TLS: db.databases;Port=5432;SSL Mode=VerifyFull
# BROKER_CONNECTION  connection string of RabbitMQ or Service Bus (default: none)
# BROKER_USERNAME, BROKER_PASSWORD  for Kafka and Redis (default: none)
# PASSWORDS          file that receives the passwords of the database roles, for charts/databases.sql: lines "service password owner_password"
#                    (default: passwords)
# Where a vault makes secrets (External Secrets, CSI driver), this shows which there must be, and with which keys.
set -euo pipefail
umask 077
: "${DATABASE_HOST:?says where PostgreSQL is}"
passwords=${PASSWORDS:-passwords}
services=(orders execution inventory quality labeling shipping waste identity gateway)
keys=(tokens page-tokens audit-seal quality-release identity-keys gateway-sessions)

random() { openssl rand -base64 32 | tr -d '=+/\n'; }
# Secret NAME KEY VALUE [KEY VALUE]…
secret() {
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  labels: { app.kubernetes.io/part-of: doseline }\ntype: Opaque\ndata:\n' "$1"
    shift
    while (($#)); do
        printf '  %s: %s\n' "$1" "$(printf %s "$2" | base64 | tr -d '\n')"
        shift 2
    done
}

pems=()
for key in "${keys[@]}"; do
    pems+=("$key.pem" "$(openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt)")
done
secret doseline-keys "${pems[@]}"
secret doseline-dapr-api token "$(random)"
secret doseline-dapr-app token "$(random)"

broker=()
[[ -n ${BROKER_CONNECTION:-} ]] && broker+=(connection "$BROKER_CONNECTION")
[[ -n ${BROKER_USERNAME:-} ]] && broker+=(username "$BROKER_USERNAME")
[[ -n ${BROKER_PASSWORD:-} ]] && broker+=(password "$BROKER_PASSWORD")
if ((${#broker[@]})); then secret doseline-broker "${broker[@]}"; fi

: >"$passwords"
for service in "${services[@]}"; do
    password=$(random) owner=$(random)
    echo "$service $password $owner" >>"$passwords"
    at="Host=$DATABASE_HOST;Database=doseline_$service"
    secret "doseline-db-$service" connection "$at;Username=doseline_$service;Password=$password;Maximum Pool Size=20"
    secret "doseline-db-$service-owner" connection "$at;Username=doseline_${service}_owner;Password=$owner"
done
