{{/* What does not fit together among the values, a sentence a line; empty where everything does. What a value alone can be is the schema's. Takes
     (list $ services). */}}
{{- define "doseline.refusals" -}}
{{- $root := index . 0 }}{{ $services := index . 1 }}{{ $values := $root.Values }}
{{- range $name, $service := $services }}
{{- include "doseline.refusals.service" (list $root $name $service $services) }}
{{- end }}
{{- include "doseline.refusals.together" . }}
{{- include "doseline.refusals.resources" (list "dapr.resources" $values.dapr.resources) }}
{{- include "doseline.refusals.broker" $values }}
{{- include "doseline.refusals.network" $values }}
{{- include "doseline.refusals.issuers" $values }}
{{- include "doseline.refusals.wayIn" (list $values $services) }}
{{- if and (not $values.clock.servers) (not $values.clock.unwatched) }}
clock.servers names nobody, so nobody would know whether the clock is right: name time servers, or say clock.unwatched.
{{- end }}
{{- if and $values.clock.servers $values.clock.unwatched }}
clock.unwatched is said, and clock.servers names time servers: it is one or the other.
{{- end }}
{{- with $values.defaults.image.repository }}
defaults.image.repository is {{ . }}, the image of one service for all of them: name it in that service's block.
{{- end }}
{{- if ge $values.clock.alarmSeconds $values.clock.refuseSeconds }}
clock.alarmSeconds is {{ $values.clock.alarmSeconds }} and clock.refuseSeconds {{ $values.clock.refuseSeconds }}: an alarm comes before changes are refused.
{{- end }}
{{- end }}

{{/* Of one service; takes (list $ name service services). */}}
{{- define "doseline.refusals.service" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $service := index . 2 }}{{ $services := index . 3 }}{{ $at := printf "services.%s" $name }}
{{- range $list := list "calls" "listens" }}
{{- range $other := get $service $list }}
{{- if not (hasKey $services $other) }}
{{ $at }}.{{ $list }} names {{ $other }}, which this installation does not have.
{{- end }}
{{- end }}
{{- end }}
{{- if has $name $service.calls }}
{{ $at }}.calls names the service itself.
{{- end }}
{{- include "doseline.refusals.resources" (list (printf "%s.resources" $at) $service.resources) }}
{{- if gt (int $service.autoscaling.min) (int $service.autoscaling.max) }}
{{ $at }}.autoscaling.min is {{ $service.autoscaling.min }}, more than max, which is {{ $service.autoscaling.max }}.
{{- end }}
{{- if and $service.autoscaling.enabled (not (dig "requests" "cpu" "" $service.resources)) }}
{{ $at }}.autoscaling is measured in percent of resources.requests.cpu, which is not said.
{{- end }}
{{- if and $service.actors (not $service.database.needed) }}
{{ $at }}.actors are rows of a database, and database.needed is false.
{{- end }}
{{- if and $service.partners (ne $name "gateway") }}
{{ $at }}.partners: the door for partners is the gateway's.
{{- end }}
{{- /* Configuration of .NET knows no upper and lower case. */}}
{{- $own := list }}
{{- range include "doseline.env" (list $root $name $service $services) | fromYamlArray }}{{ $own = append $own (lower .name) }}{{ end }}
{{- $names := keys $service.env }}
{{- range $service.extraEnv }}{{ $names = append $names .name }}{{ end }}
{{- range $key := $names }}
{{- if or (has (lower $key) $own) (regexMatch "(?i)^(connectionstrings|clock__servers|issuers|ports|keys|cluster|facts|needs|stopping|tls)__" $key) (eq (lower $key) "dapr__pubsub") (regexMatch "(?i)^(dapr_[a-z]|app_(api_token|id$|protocol$))" $key) }}
{{ $at }}.env sets {{ $key }}, which the chart sets from other values.
{{- end }}
{{- end }}
{{- if ne (len $names) (len (uniq $names)) }}
{{ $at }}.extraEnv repeats a name: {{ $names | sortAlpha | join ", " }}.
{{- end }}
{{- range $key, $_ := $service.podLabels }}
{{- if hasPrefix "app.kubernetes.io/" $key }}
{{ $at }}.podLabels sets {{ $key }}, by which pods are found.
{{- end }}
{{- end }}
{{- range $key, $_ := $service.podAnnotations }}
{{- if or (hasPrefix "dapr.io/" $key) (eq $key "checksum/config") }}
{{ $at }}.podAnnotations sets {{ $key }}, which the chart sets.
{{- end }}
{{- end }}
{{- range $key := $service.keys }}
{{- if and (regexMatch "^(tokens|page-tokens|audit-seal|facts)-" $key) (hasKey $services (regexReplaceAll "^(tokens|page-tokens|audit-seal|facts)-" $key "")) }}
{{ $at }}.keys names {{ $key }}, which is a service's own.
{{- end }}
{{- end }}
{{- $volumes := list "keys" "tmp" "tls" "tls-clients" "silo" }}
{{- range $service.volumes }}
{{- if has .name $volumes }}
{{ $at }}.volumes names {{ .name }} a second time.
{{- end }}
{{- $volumes = append $volumes .name }}
{{- end }}
{{- range $service.volumeMounts }}
{{- if not (has .name $volumes) }}
{{ $at }}.volumeMounts names {{ .name }}, which is no volume.
{{- end }}
{{- if has (trimSuffix "/" .mountPath) (list "/keys" "/tmp" "/tls" "/tls-clients" "/silo") }}
{{ $at }}.volumeMounts hides {{ .mountPath }}, where the chart mounts its own.
{{- end }}
{{- end }}
{{- end }}

{{/* Of services beside each other; takes (list $ services). */}}
{{- define "doseline.refusals.together" -}}
{{- $paths := dict }}{{ $databases := dict }}{{ $owners := dict }}{{ $keys := dict }}
{{- range $name, $service := index . 1 }}
{{- range $key := $service.keys }}
{{- with get $keys $key }}
services.{{ $name }}.keys: {{ $key }} is a key of {{ . }}.
{{- end }}
{{- $_ := set $keys $key $name }}
{{- end }}
{{- range $path := $service.paths }}
{{- with get $paths $path }}
services.{{ $name }}.paths: {{ $path }} leads to {{ . }} already.
{{- end }}
{{- $_ := set $paths $path $name }}
{{- end }}
{{- if $service.database.needed }}
{{- $secret := include "doseline.database" (list $name $service) }}
{{- with get $databases $secret }}
services.{{ $name }}.database.secret: {{ $secret }} is the database of {{ . }}, and each service has its own.
{{- end }}
{{- $_ := set $databases $secret $name }}
{{- $owner := include "doseline.databaseOwner" (list $name $service) }}
{{- with get $owners $owner }}
services.{{ $name }}.database.ownerSecret: {{ $owner }} is the owner of {{ . }}'s database, and each service has its own.
{{- end }}
{{- $_ := set $owners $owner $name }}
{{- end }}
{{- end }}
{{- end }}

{{/* Of what a container asks for and may use; takes (list where resources). */}}
{{- define "doseline.refusals.resources" -}}
{{- $at := index . 0 }}{{ $resources := index . 1 }}
{{- range $what := list "cpu" "memory" }}
{{- $request := dig "requests" $what "" $resources }}{{ $limit := dig "limits" $what "" $resources }}
{{- if and (ne (toString $request) "") (ne (toString $limit) "") }}
{{- if gt (include "doseline.quantity" $request | float64) (include "doseline.quantity" $limit | float64) }}
{{ $at }}: {{ $request }} of {{ $what }} are requested, more than the limit of {{ $limit }}.
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A quantity of Kubernetes as a plain number. */}}
{{- define "doseline.quantity" -}}
{{- $text := include "doseline.word" . }}{{ $number := regexFind "^[0-9.]+" $text }}
{{- $powers := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 }}
{{- mulf ($number | float64) (get $powers (trimPrefix $number $text)) }}
{{- end }}

{{/* Of the broker; takes the values. */}}
{{- define "doseline.refusals.broker" -}}
{{- $chosen := .pubsub.broker }}{{ $port := int (include "doseline.brokerPort" .) }}
{{- if and (eq $chosen "kafka") (not .pubsub.kafka.brokers) }}
pubsub.kafka.brokers is needed: host:port of each, comma-separated.
{{- end }}
{{- if and (eq $chosen "redis") (not .pubsub.redis.host) }}
pubsub.redis.host is needed: host:port.
{{- end }}
{{- $usual := dict "rabbitmq" (list 5671 5672) "kafka" (list 9092 9093) "servicebus" (list 443 5671 5672) "redis" (list 6379 6380) }}
{{- $others := list }}
{{- range $broker, $ports := $usual }}{{ if has $port $ports }}{{ $others = append $others $broker }}{{ end }}{{ end }}
{{- if and $others (not (has $chosen $others)) }}
network.broker.port is {{ $port }}, which is a port of {{ join " and " $others }}; pubsub.broker is {{ $chosen }}.
{{- end }}
{{- range $address := splitList "," (get (dict "kafka" .pubsub.kafka.brokers "redis" .pubsub.redis.host) $chosen | default "") }}
{{- $named := regexFind "[0-9]+$" $address }}
{{- if and $named (ne (int $named) $port) }}
network.broker.port is {{ $port }}, and the broker is at {{ trim $address }}: nobody would reach it.
{{- end }}
{{- end }}
{{- end }}

{{/* Port of the broker: that of network.broker, or the broker's usual one; takes the values. */}}
{{- define "doseline.brokerPort" -}}
{{- .network.broker.port | default (get (dict "rabbitmq" 5672 "kafka" 9093 "servicebus" 5671 "redis" 6379) .pubsub.broker) }}
{{- end }}

{{/* Of the peers of network policies; takes the values. */}}
{{- define "doseline.refusals.network" -}}
{{- range $name, $one := .network }}
{{- if kindIs "map" $one }}
{{- range $direction := list "to" "from" }}
{{- range $index, $peer := get $one $direction | default list }}
{{- if and $peer.ipBlock (or $peer.podSelector $peer.namespaceSelector) }}
network.{{ $name }}.{{ $direction }}[{{ $index }}] has an ipBlock and a selector: a peer is one or the other.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Of who issues tokens; takes the values. */}}
{{- define "doseline.refusals.issuers" -}}
{{- $platforms := list }}{{ $authorities := list }}
{{- range .issuers }}
{{- $authorities = append $authorities (trimSuffix "/" .authority) }}
{{- if .platform }}{{ $platforms = append $platforms .authority }}{{ end }}
{{- end }}
{{- if gt (len $platforms) 1 }}
issuers: {{ join " and " $platforms }} are both said to be this platform's own; one is.
{{- end }}
{{- if ne (len $authorities) (len (uniq $authorities)) }}
issuers names one authority twice: {{ join ", " $authorities }}.
{{- end }}
{{- range $platforms }}
{{- if and (ne $.ingress.kind "none") (ne (get (urlParse .) "hostname") $.ingress.host) }}
issuers: people are sent to {{ . }} to sign in, and ingress.host is {{ $.ingress.host }}.
{{- end }}
{{- end }}
{{- end }}

{{/* Of the way in for browsers and partners; takes (list values services). */}}
{{- define "doseline.refusals.wayIn" -}}
{{- $in := (index . 0).ingress }}{{ $doors := (index . 0).doors }}{{ $services := index . 1 }}
{{- range $key, $_ := (index . 0).observability.labels }}
{{- if hasPrefix "app.kubernetes.io/" $key }}
observability.labels sets {{ $key }}, which the chart sets.
{{- end }}
{{- end }}
{{- if and $in.partners.host (eq $in.kind "none") }}
ingress.partners.host is {{ $in.partners.host }}, and ingress.kind none makes no way in.
{{- end }}
{{- if and $in.partners.host (not (include "doseline.partners" $services)) }}
ingress.partners.host is {{ $in.partners.host }}, and services.gateway.partners opens no door for partners.
{{- end }}
{{- if and $doors.clientAuthoritiesSecret (not $doors.tlsSecret) }}
doors.clientAuthoritiesSecret: a certificate is shown only where TLS ends, and doors.tlsSecret is not said.
{{- end }}
{{- range $in.proxies }}
{{- if hasSuffix "/0" . }}
ingress.proxies names {{ . }}: then anybody is believed to be a proxy.
{{- end }}
{{- end }}
{{- if ne $in.kind "none" }}
{{- $paths := list }}
{{- range $services }}{{ $paths = concat $paths (.paths | default list) }}{{ end }}
{{- if not (has "/" $paths) }}
No service has the path /, so ingress.host leads nowhere.
{{- end }}
{{- range (index . 0).issuers }}
{{- if and .platform (not (and (has "/oauth" $paths) (has "/.well-known" $paths))) }}
issuers: people are sent to {{ .authority }} to sign in, and no service has the paths /oauth and /.well-known.
{{- end }}
{{- end }}
{{- if and (not $in.tlsSecret) (or (eq $in.kind "ingress") $in.gatewayClass $in.certificate.issuer) }}
ingress.tlsSecret is needed.
{{- end }}
{{- if and (eq $in.kind "ingress") $doors.clientAuthoritiesSecret $in.partners.host }}
doors.clientAuthoritiesSecret: an Ingress ends TLS before the pod, where no certificate of a client arrives; use ingress.kind gateway, or a LoadBalancer of your own.
{{- end }}
{{- if and (eq $in.kind "gateway") (not $in.className) (not $in.gatewayClass) }}
ingress.className is needed to name the Gateway, or ingress.gatewayClass to make one.
{{- end }}
{{- if and $in.className $in.gatewayClass }}
ingress.className names a Gateway and ingress.gatewayClass makes one: it is one or the other.
{{- end }}
{{- if and (eq $in.kind "ingress") (or $in.gatewayClass $in.gatewayNamespace) }}
ingress.gatewayClass and ingress.gatewayNamespace are for ingress.kind gateway.
{{- end }}
{{- if $in.partners.host }}
{{- if eq $in.partners.host $in.host }}
ingress.partners.host is {{ $in.host }}, which browsers are served at; partners need a name of their own.
{{- end }}
{{- if or (eq $in.kind "ingress") (and (not $doors.tlsSecret) $in.gatewayClass) }}
{{- if not $in.partners.tlsSecret }}
ingress.partners.tlsSecret is needed.
{{- else if eq $in.partners.tlsSecret $in.tlsSecret }}
ingress.partners.tlsSecret is the browsers' own, {{ $in.tlsSecret }}; two hosts that share a secret are refused by controllers.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Values that still name the example of values.yaml, a line each; takes $. */}}
{{- define "doseline.examples" -}}
{{- $named := true }}
{{- range .Values.services }}{{ if not (dig "image" "repository" "" .) }}{{ $named = false }}{{ end }}{{ end }}
{{- if and (contains "example" .Values.defaults.image.registry) (not $named) }}
- defaults.image.registry is {{ .Values.defaults.image.registry }}
{{- end }}
{{- if hasSuffix "example.org" .Values.ingress.host }}
- ingress.host is {{ .Values.ingress.host }}
{{- end }}
{{- range $index, $issuer := .Values.issuers }}
{{- if hasSuffix "example.org" $issuer.authority }}
- issuers[{{ $index }}].authority is {{ $issuer.authority }}
{{- end }}
{{- end }}
{{- range $index, $server := .Values.clock.servers }}
{{- if hasSuffix "example.org" $server }}
- clock.servers[{{ $index }}] is {{ $server }}
{{- end }}
{{- end }}
{{- end }}
