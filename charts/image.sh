#!/usr/bin/env bash
# Builds the image of one service with the .NET SDK alone: no Dockerfile, and no daemon where an archive is wanted.
#
#   charts/image.sh SERVICE                    pushes to $IMAGE's registry when PUSH_IMAGE=true, otherwise into the local daemon
#   ARCHIVE=out.tar.gz charts/image.sh SERVICE writes an OCI archive, to be scanned and pushed later
#
# IMAGE             repository and tag as skaffold gives them, for example registry.example.org/doseline/orders:abc (default: doseline/SERVICE:dev)
# DOSELINE_BASE_IMAGE  base image, pinned by digest for a release (default: the SDK's, mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled)
# PLATFORMS         linux/amd64 or linux/arm64 (default: that of the machine)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
service=${1:?SERVICE is missing, for example orders}
image=${IMAGE:-doseline/$service:dev}

project=services/${service^}
[[ $service == gateway ]] && project=gateway
[[ -d $project ]] || { echo "There is no service $service." >&2; exit 2; }
if [[ $service == gateway ]]; then
    # The console is part of the gateway's image: the publish takes what the build leaves.
    (cd gateway/console && npm ci --no-audit --no-fund && npm run build)
fi

name=${image%:*} tag=${image##*:}
# registry.example.org/doseline/orders: the first part is a registry when it looks like a host.
registry="" repository=$name
if [[ ${name%%/*} == *[.:]* || ${name%%/*} == localhost ]]; then registry=${name%%/*} repository=${name#*/}; fi

options=(-t:PublishContainer "-p:ContainerRepository=$repository" "-p:ContainerImageTag=$tag" -p:ContinuousIntegrationBuild=true
    "-p:SourceRevisionId=$(git rev-parse HEAD 2>/dev/null || echo unknown)")
case ${PLATFORMS:-} in
linux/amd64) options+=(--os linux --arch x64) ;;
linux/arm64) options+=(--os linux --arch arm64) ;;
"") ;;
*) echo "PLATFORMS is $PLATFORMS; one of linux/amd64, linux/arm64 is built at a time." >&2; exit 2 ;;
esac
if [[ -n ${ARCHIVE:-} ]]; then
    options+=("-p:ContainerArchiveOutputPath=$ARCHIVE")
elif [[ ${PUSH_IMAGE:-false} == true ]]; then
    [[ -n $registry ]] || { echo "IMAGE=$image names no registry to push to." >&2; exit 2; }
    options+=("-p:ContainerRegistry=$registry")
fi

exec dotnet publish "$project" -c Release "${options[@]}"
