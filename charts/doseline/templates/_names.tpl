{{/* Labels that select the pods of a service; takes (list $ name). */}}
{{- define "doseline.selector" -}}
{{- $root := index . 0 }}{{ $name := index . 1 -}}
app.kubernetes.io/name: {{ $name | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: service
{{- end }}

{{/* Labels of everything of a service; takes (list $ name). */}}
{{- define "doseline.labels" -}}
{{ include "doseline.selector" . }}
{{ include "doseline.common" (index . 0) }}
{{- end }}

{{/* Labels of everything; takes $. */}}
{{- define "doseline.common" -}}
{{ include "doseline.lasting" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end }}

{{/* Labels of what must not change with a mere release: pods, which would be replaced, and what every sidecar reloads itself for; takes $. */}}
{{- define "doseline.lasting" -}}
app.kubernetes.io/part-of: doseline
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end }}

{{/* Image reference; takes (list $ name service). */}}
{{- define "doseline.image" -}}
{{- $root := index . 0 }}{{ $image := (index . 2).image -}}
{{ $image.repository | default (printf "%s/doseline/%s" $image.registry (index . 1)) }}:{{ $image.tag | default $root.Chart.AppVersion }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Secret with the connection string of a service; takes (list name service). */}}
{{- define "doseline.database" -}}
{{ (index . 1).database.secret | default (printf "doseline-db-%s" (index . 0)) }}
{{- end }}

{{/* Secret with the connection string of the role that owns its schema; takes (list name service). */}}
{{- define "doseline.databaseOwner" -}}
{{ (index . 1).database.ownerSecret | default (printf "doseline-db-%s-owner" (index . 0)) }}
{{- end }}

{{/* Words by length, the longest first, with blanks between; takes a list. */}}
{{- define "doseline.longestFirst" -}}
{{- $keyed := list }}
{{- range . }}{{ $keyed = append $keyed (printf "%03d %s" (sub 999 (len .)) .) }}{{ end }}
{{- range $index, $one := sortAlpha $keyed }}{{ if $index }} {{ end }}{{ index (splitList " " $one) 1 }}{{ end }}
{{- end }}

{{/* The service with the partners' door; empty where none has one. Takes services. */}}
{{- define "doseline.partners" -}}
{{- range $name, $service := . }}{{ if $service.partners }}{{ $name }}{{ end }}{{ end }}
{{- end }}

{{/* A value as the word that it is written as; a large number is not written with an exponent. */}}
{{- define "doseline.word" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end }}
{{- end }}
