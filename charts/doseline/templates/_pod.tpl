{{/* What a service is told, as the list of a container's variables, its own `env` left out; takes (list $ name service services). */}}
{{- define "doseline.env" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $service := index . 2 }}{{ $services := index . 3 -}}
- { name: APP_ID, value: {{ $name | quote }} }
- { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
# The machine whose clock is looked at.
- { name: Node, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
# What must be said to a process in a cluster; one that misses something says so and ends.
- { name: Needs, value: {{ include "doseline.needs" (list $root $service) | quote }} }
# Told to end it is not ready at once, and closes its ports when nobody is sent to it any more.
- { name: Stopping__Wait, value: "00:00:05" }
# The sidecar comes from 127.0.0.1; only probes and browsers come from outside the pod.
- { name: Ports__ProbeAddress, value: "0.0.0.0" }
{{- if or $service.paths $service.partners }}
- { name: Ports__WebAddress, value: "0.0.0.0" }
{{- end }}
{{- if $service.database.needed }}
- name: ConnectionStrings__{{ $name }}
  valueFrom: { secretKeyRef: { name: {{ include "doseline.database" (list $name $service) | quote }}, key: {{ $service.database.key | quote }} } }
{{- end }}
- name: DAPR_API_TOKEN
  valueFrom: { secretKeyRef: { name: {{ $root.Values.dapr.apiTokenSecret | quote }}, key: token } }
- name: APP_API_TOKEN
  valueFrom: { secretKeyRef: { name: {{ $root.Values.dapr.appTokenSecret | quote }}, key: token } }
{{- with include "doseline.listeners" (list $services $name) }}
# Who may read this service's log.
- { name: Facts__Listeners, value: {{ . | quote }} }
{{- end }}
{{- if $service.actors }}
# Where the silos of its other replicas reach this one; they find each other in the service's own database.
- { name: Cluster__Address, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
{{- if $root.Values.silos.tls }}
# By which they know each other; read for each connection, so a renewed one needs no restart.
- { name: Cluster__Tls__Certificate, value: /silo/tls.crt }
- { name: Cluster__Tls__Key, value: /silo/tls.key }
- { name: Cluster__Tls__Authorities, value: /silo/ca.crt }
{{- end }}
{{- end }}
- { name: Keys__Directory, value: /keys }
{{- range $index, $server := $root.Values.clock.servers }}
- { name: Clock__Servers__{{ $index }}, value: {{ $server | quote }} }
{{- end }}
{{- if $root.Values.clock.unwatched }}
- { name: Clock__Unwatched, value: "true" }
{{- end }}
- { name: Clock__AlarmSeconds, value: {{ $root.Values.clock.alarmSeconds | quote }} }
- { name: Clock__RefuseSeconds, value: {{ $root.Values.clock.refuseSeconds | quote }} }
{{- range $index, $issuer := $root.Values.issuers }}
- { name: Issuers__{{ $index }}__Authority, value: {{ $issuer.authority | quote }} }
- { name: Issuers__{{ $index }}__Platform, value: {{ $issuer.platform | default false | quote }} }
{{- with $issuer.audience }}
- { name: Issuers__{{ $index }}__Audience, value: {{ . | quote }} }
{{- end }}
{{- with $issuer.jwksUri }}
- { name: Issuers__{{ $index }}__JwksUri, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- if has $name (list "identity" "gateway") }}
# Identity names itself so; the gateway sends people there to sign in.
- { name: Identity__Issuer, value: {{ include "doseline.issuer" $root | default (printf "https://%s" $root.Values.ingress.host) | quote }} }
{{- end }}
{{- if has $name (list "identity" "gateway") }}
# Both count what one source asks.
{{- range $index, $network := $root.Values.ingress.proxies }}
- { name: Ports__Proxies__{{ $index }}, value: {{ $network | quote }} }
{{- end }}
{{- end }}
{{- if eq $name "gateway" }}
{{- if not (include "doseline.issuer" $root) }}
- { name: Gateway__SignIn__Authority, value: {{ (first $root.Values.issuers).authority | quote }} }
- { name: Gateway__SignIn__PublicUrl, value: {{ printf "https://%s" $root.Values.ingress.host | quote }} }
{{- end }}
{{- if $root.Values.doors.tlsSecret }}
- { name: Tls__Certificate, value: /tls/tls.crt }
- { name: Tls__Key, value: /tls/tls.key }
# TLS of browsers ends at the way in.
- { name: Tls__Web, value: "false" }
{{- if $root.Values.doors.clientAuthoritiesSecret }}
- { name: Tls__ClientAuthorities, value: /tls-clients/ca.crt }
{{- end }}
{{- end }}
{{- end }}
- { name: OTEL_SERVICE_NAME, value: {{ $name | quote }} }
{{- with $root.Values.observability.otlp }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
{{- end }}
{{- end }}

{{/* Keys that a pod is given: its own pairs with which it signs, whole, and the public halves of those whose signatures it checks, who call it and whose
     facts it hears; then what it alone needs. Takes (list name service services). */}}
{{- define "doseline.keys" -}}
{{- $name := index . 0 }}{{ $service := index . 1 }}{{ $given := list -}}
{{- range $use := list "tokens" "page-tokens" "audit-seal" }}{{ $given = append $given (printf "%s-%s.pem" $use $name) }}{{ end }}
{{- /* What it signed itself and reads again, also after its key was changed. */}}
{{- range $use := list "page-tokens" "audit-seal" }}{{ $given = append $given (printf "%s-%s.pub" $use $name) }}{{ end }}
{{- if $service.database.needed }}{{ $given = append $given (printf "facts-%s.pem" $name) }}{{ end }}
{{- range include "doseline.callers" (list (index . 2) $name) | splitList "," | compact }}{{ $given = append $given (printf "tokens-%s.pub" .) }}{{ end }}
{{- range without $service.listens $name }}{{ $given = append $given (printf "facts-%s.pub" .) }}{{ end }}
{{- range $service.keys }}{{ $given = append $given (printf "%s.pem" .) }}{{ end }}
{{- $given | uniq | sortAlpha | join " " }}
{{- end }}

{{/* Volumes of a service's pod; takes (list $ name service services). */}}
{{- define "doseline.volumes" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $service := index . 2 }}{{ $services := index . 3 -}}
- name: keys
  secret:
    secretName: {{ $root.Values.keys.secret | quote }}
    defaultMode: 0440
    items:
      {{- range include "doseline.keys" (list $name $service $services) | splitList " " }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
- name: tmp
  emptyDir: { sizeLimit: 64Mi }
{{- if and $service.actors $root.Values.silos.tls }}
- name: silo
  secret:
    secretName: {{ printf "%s-%s" $root.Values.silos.secret $name | quote }}
    defaultMode: 0440
    items:
      {{- range list "ca.crt" "tls.crt" "tls.key" }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end }}
{{- if eq $name "gateway" }}
{{- with $root.Values.doors.tlsSecret }}
- { name: tls, secret: { secretName: {{ . | quote }}, defaultMode: 0440 } }
{{- end }}
{{- with $root.Values.doors.clientAuthoritiesSecret }}
- { name: tls-clients, secret: { secretName: {{ . | quote }}, defaultMode: 0440 } }
{{- end }}
{{- end }}
{{- with $service.volumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Where those volumes are seen; takes (list $ name service). */}}
{{- define "doseline.mounts" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $service := index . 2 -}}
- { name: keys, mountPath: /keys, readOnly: true }
- { name: tmp, mountPath: /tmp }
{{- if and $service.actors $root.Values.silos.tls }}
- { name: silo, mountPath: /silo, readOnly: true }
{{- end }}
{{- if and (eq $name "gateway") $root.Values.doors.tlsSecret }}
- { name: tls, mountPath: /tls, readOnly: true }
{{- end }}
{{- if and (eq $name "gateway") $root.Values.doors.clientAuthoritiesSecret }}
- { name: tls-clients, mountPath: /tls-clients, readOnly: true }
{{- end }}
{{- with $service.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Where a pod may run, as whom, and with which pull secrets; takes service. */}}
{{- define "doseline.placement" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext: {{- toYaml .podSecurityContext | nindent 2 }}
{{- end }}

{{/* What the sidecar injector is told; takes (list $ name). */}}
{{- define "doseline.sidecar" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $dapr := $root.Values.dapr -}}
dapr.io/enabled: "true"
dapr.io/app-id: {{ $name | quote }}
dapr.io/app-port: "5000"
# HTTP/2 without TLS inside the pod: facts and gRPC arrive on one port.
dapr.io/app-protocol: "h2c"
dapr.io/config: "doseline-{{ $name }}"
dapr.io/log-as-json: "true"
dapr.io/log-level: {{ $dapr.logLevel | quote }}
dapr.io/api-token-secret: {{ $dapr.apiTokenSecret | quote }}
dapr.io/app-token-secret: {{ $dapr.appTokenSecret | quote }}
# Pods have no token of a service account, without which the built-in secret store ends the sidecar; the operator resolves what components name.
dapr.io/disable-builtin-k8s-secret-store: "true"
dapr.io/max-body-size: "2Mi"
# The sidecar outlives the app's own drain, so that calls and pages under way come to their end.
dapr.io/graceful-shutdown-seconds: "20"
dapr.io/block-shutdown-duration: "15s"
dapr.io/enable-native-sidecar: "true"
{{- range $kind := list "request" "limit" }}
{{- range $what, $quantity := get $dapr.resources (printf "%ss" $kind) }}
dapr.io/sidecar-{{ $what }}-{{ $kind }}: {{ $quantity | quote }}
{{- end }}
{{- end }}
# Actors are not Dapr's: stays off the placement stream.
dapr.io/placement-host-address: " "
{{- end }}
