#!/usr/bin/env bash
# Prints the Secrets that the chart refers to, with new keys and tokens; nothing of it belongs into a repository.
#
#   BROKER=rabbitmq BROKER_CONNECTION=… DATABASE_HOST=… charts/secrets.sh | kubectl -n doseline apply -f -
#
# DATABASE_HOST      host of PostgreSQL, as Npgsql writes it, with port and TLS: db.databases;Port=5432;SSL Mode=VerifyFull
# BROKER             pubsub.broker of the values, with what it asks for:
#   rabbitmq         BROKER_CONNECTION, for example amqps://doseline:…@rabbitmq.brokers:5671
#   servicebus       BROKER_CONNECTION, the connection string of the namespace
#   kafka            BROKER_USERNAME and BROKER_PASSWORD; neither where pubsub.kafka.authentication is none
#   redis            BROKER_PASSWORD; none where pubsub.redis.password is false
# PASSWORDS          file that receives the passwords of the database roles, for charts/databases.sh: lines "service password owner_password"
#                    (default: passwords)
# SILOS              none where cert-manager makes the certificates of silos, or silos.tls is false
# SILO_DAYS          how long those that are made here are good (default 365); their authority's key is kept nowhere, so print them all anew before
# Where a vault makes secrets (External Secrets, CSI driver), this shows which there must be, and with which keys.
set -euo pipefail
umask 077
: "${DATABASE_HOST:?says where PostgreSQL is}"
: "${BROKER:?is one of rabbitmq, servicebus, kafka, redis}"
case $BROKER in
rabbitmq | servicebus) : "${BROKER_CONNECTION:?is what $BROKER is reached with}" ;;
kafka) [[ -z ${BROKER_USERNAME:-} ]] || : "${BROKER_PASSWORD:?is missing beside BROKER_USERNAME}" ;;
redis) ;;
*) echo "BROKER is $BROKER; it is one of rabbitmq, servicebus, kafka, redis." >&2; exit 2 ;;
esac
passwords=${PASSWORDS:-passwords}
services=(orders execution inventory quality labeling shipping waste identity gateway)
# What each service signs with, by a key pair of its own: others are given the public half.
uses=(tokens page-tokens audit-seal facts)
# Whose facts nobody hears: of those keys no public half is needed.
unheard=(identity gateway)
# Services that host actors: their replicas show each other certificates (silos.tls), unless cert-manager makes these (silos.issuer) or SILOS is "none".
silos=(execution quality waste)
[[ ${SILOS:-} != none ]] || silos=()
# Keys of one service for what it alone reads.
keys=(quality-release identity-keys gateway-sessions)

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

new_key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt; }
pems=()
for key in "${keys[@]}"; do pems+=("$key.pem" "$(new_key)"); done
for service in "${services[@]}"; do
    for use in "${uses[@]}"; do
        key=$(new_key)
        pems+=("$use-$service.pem" "$key")
        if [[ $use == facts ]]; then without=${unheard[*]}; else without=""; fi
        if [[ " $without " != *" $service "* ]]; then pems+=("$use-$service.pub" "$(openssl pkey -pubout <<<"$key")"); fi
    done
done
secret doseline-keys "${pems[@]}"
secret doseline-dapr-api token "$(random)"
secret doseline-dapr-app token "$(random)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ((${#silos[@]})); then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "${SILO_DAYS:-365}" -subj "/CN=Doseline silos" \
        -addext "keyUsage=critical,keyCertSign" -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
fi
for service in ${silos[@]+"${silos[@]}"}; do
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$service" -keyout "$work/tls.key" -out "$work/tls.csr" 2>/dev/null
    openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -CAserial "$work/serial" -days "${SILO_DAYS:-365}" \
        -extfile <(printf 'subjectAltName=DNS:%s.silo.doseline\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n' "$service") -out "$work/tls.crt" 2>/dev/null
    secret "doseline-silo-$service" tls.crt "$(cat "$work/tls.crt")" tls.key "$(cat "$work/tls.key")" ca.crt "$(cat "$work/ca.crt")"
done

broker=()
case $BROKER in
rabbitmq | servicebus) broker=(connection "$BROKER_CONNECTION") ;;
kafka) [[ -n ${BROKER_USERNAME:-} ]] && broker=(username "$BROKER_USERNAME" password "$BROKER_PASSWORD") ;;
redis) [[ -n ${BROKER_PASSWORD:-} ]] && broker=(password "$BROKER_PASSWORD") ;;
esac
if ((${#broker[@]})); then secret doseline-broker "${broker[@]}"; fi

: >"$passwords"
for service in "${services[@]}"; do
    password=$(random) owner=$(random)
    echo "$service $password $owner" >>"$passwords"
    at="Host=$DATABASE_HOST;Database=doseline_$service"
    secret "doseline-db-$service" connection "$at;Username=doseline_$service;Password=$password;Maximum Pool Size=20"
    secret "doseline-db-$service-owner" connection "$at;Username=doseline_${service}_owner;Password=$owner"
done
