{{/* One dict merged over another; takes (list under over), gives YAML. Written out because sprig's merge functions differ between versions
     in what they do with `false` and `0`, which must win. */}}
{{- define "doseline.merge" -}}
{{- $under := index . 0 }}{{ $over := index . 1 }}{{ $merged := deepCopy $under -}}
{{- range $key, $value := $over }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $under $key)) }}
{{- $_ := set $merged $key (include "doseline.merge" (list (get $under $key) $value) | fromYaml) }}
{{- else }}
{{- $_ := set $merged $key $value }}
{{- end }}
{{- end }}
{{- toYaml $merged }}
{{- end }}

{{/* Every service with the defaults under it, by name; what does not fit together is refused here, before anything is made of it. It is made once and
     kept in the values, for every template asks for it. Takes $. */}}
{{- define "doseline.services" -}}
{{- if not (hasKey .Values "merged") }}
{{- $services := dict -}}
{{- range $name, $own := .Values.services }}
{{- $_ := set $services $name (include "doseline.merge" (list $.Values.defaults (default (dict) $own)) | fromYaml) }}
{{- end }}
{{- with include "doseline.refusals" (list $ $services) | trim }}{{ fail (printf "\n\n%s\n" .) }}{{ end }}
{{- $_ := set .Values "merged" (toYaml $services) }}
{{- end }}
{{- .Values.merged }}
{{- end }}

{{/* Services that read the log of this one, comma-separated; takes (list services name). */}}
{{- define "doseline.listeners" -}}
{{- $listeners := list }}{{ $name := index . 1 }}
{{- range $listener, $service := index . 0 }}
{{- if and (has $name $service.listens) (ne $listener $name) }}{{ $listeners = append $listeners $listener }}{{ end }}
{{- end }}
{{- join "," $listeners }}
{{- end }}

{{/* Services that reach this one through their sidecars, because they call it or read its log, comma-separated; takes (list services name). */}}
{{- define "doseline.callers" -}}
{{- $callers := list }}{{ $name := index . 1 }}
{{- range $caller, $service := index . 0 }}
{{- if or (has $name $service.calls) (and (has $name $service.listens) (ne $caller $name)) }}{{ $callers = append $callers $caller }}{{ end }}
{{- end }}
{{- join "," $callers }}
{{- end }}

{{/* The platform's own issuer of tokens; empty where another stands in its place. Takes $. */}}
{{- define "doseline.issuer" -}}
{{- range .Values.issuers }}{{ if .platform }}{{ .authority }}{{ end }}{{ end }}
{{- end }}

{{/* What a process needs to do its work, and refuses to start without; takes service. */}}
{{- define "doseline.needs" -}}
{{- $root := index . 0 }}{{ $service := index . 1 -}}
sidecar,keys,issuer,clock{{ if $service.database.needed }},database{{ end }}{{ if $service.actors }},cluster{{ if $root.Values.silos.tls }},cluster-tls{{ end }}{{ end }}
{{- end }}

{{/* How many replicas a Deployment asks for; takes (list $ name service). Under an autoscaler it is what runs now: a Deployment that suddenly says
     nothing is cut to one replica, and one that says what it said long ago undoes what the autoscaler has done. */}}
{{- define "doseline.replicas" -}}
{{- $root := index . 0 }}{{ $service := index . 2 }}{{ $scaling := $service.autoscaling -}}
{{- if $scaling.enabled }}
{{- $live := lookup "apps/v1" "Deployment" $root.Release.Namespace (index . 1) }}
{{- max $scaling.min (min $scaling.max (dig "spec" "replicas" $service.replicas $live)) }}
{{- else }}
{{- $service.replicas }}
{{- end }}
{{- end }}
