#!/usr/bin/env bash
# Puts what the platform needs into an empty cluster on this machine (kind, minikube): Dapr, an ingress controller, PostgreSQL and Redis, an authority
# and a certificate for https://doseline.test, secrets and databases. skaffold runs it before it installs the chart; it may be run again, and leaves
# what is there as it is. For trying things out and for nothing else: no password on the databases, nothing kept.
#
# Needs kubectl with the cluster as its context, helm, openssl and psql. Afterwards, for the browser: 127.0.0.1 doseline.test in /etc/hosts, and
# charts/local/authority.crt among the authorities that it trusts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
namespace=doseline host=doseline.test
kube() { kubectl --namespace "$namespace" "$@"; }

kubectl create namespace "$namespace" --dry-run=client -o yaml | kubectl apply -f -
helm upgrade --install dapr dapr --repo https://dapr.github.io/helm-charts --version '1.18.*' --namespace dapr-system --create-namespace --wait
helm upgrade --install ingress ingress-nginx --repo https://kubernetes.github.io/ingress-nginx --namespace ingress --create-namespace \
    --set controller.hostPort.enabled=true,controller.service.type=ClusterIP --wait
kube apply -f charts/local/prerequisites.yaml
kube rollout status deployment/postgres deployment/redis --timeout=3m

# Services ask the issuer by the name that browsers know it by: inside the cluster that name leads to the ingress controller.
if ! kubectl --namespace kube-system get configmap coredns -o yaml | grep -q "$host"; then
    kubectl --namespace kube-system get configmap coredns -o yaml |
        sed "s/^\( *\)ready\$/\1ready\n\1rewrite name $host ingress-ingress-nginx-controller.ingress.svc.cluster.local/" | kubectl apply -f -
    kubectl --namespace kube-system rollout restart deployment/coredns
fi

work=$(mktemp -d)
trap 'rm -rf "$work"; [[ -z ${forward:-} ]] || kill "$forward" 2>/dev/null || true' EXIT
if ! kube get secret doseline-tls >/dev/null 2>&1; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=Doseline on this machine" \
        -addext "keyUsage=critical,keyCertSign" -keyout "$work/authority.key" -out charts/local/authority.crt 2>/dev/null
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$host" -keyout "$work/tls.key" -out "$work/tls.csr" 2>/dev/null
    openssl x509 -req -in "$work/tls.csr" -CA charts/local/authority.crt -CAkey "$work/authority.key" -CAcreateserial -CAserial "$work/serial" -days 365 \
        -extfile <(printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$host") -out "$work/tls.crt" 2>/dev/null
    kube create secret tls doseline-tls --cert "$work/tls.crt" --key "$work/tls.key"
    kube create secret generic doseline-local-authority --from-file "ca.crt=charts/local/authority.crt"
fi

if ! kube get secret doseline-keys >/dev/null 2>&1; then
    BROKER=redis DATABASE_HOST='postgres;Port=5432' PASSWORDS=$work/passwords charts/secrets.sh >"$work/secrets.yaml"
    kube port-forward service/postgres 15432:5432 >/dev/null &
    forward=$!
    for _ in $(seq 30); do psql -h 127.0.0.1 -p 15432 -U postgres -c '' >/dev/null 2>&1 && break; sleep 1; done
    charts/databases.sh "$work/passwords" -h 127.0.0.1 -p 15432 -U postgres
    # Last, for where they are everything else is there too.
    kube apply -f "$work/secrets.yaml"
fi
echo "The cluster is ready for the chart."
