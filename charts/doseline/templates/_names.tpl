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

{{/* A service with the defaults under it; takes (list $ name), gives YAML. */}}
{{- define "doseline.service" -}}
{{- $root := index . 0 -}}
{{- include "doseline.merge" (list $root.Values.defaults (default (dict) (index $root.Values.services (index . 1)))) }}
{{- end }}

{{/* Labels that select the pods of a service. Takes (list $ name). */}}
{{- define "doseline.selector" -}}
{{- $root := index . 0 }}{{ $name := index . 1 -}}
app.kubernetes.io/name: {{ $name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: service
{{- end }}

{{/* Labels of everything of a service. Takes (list $ name). */}}
{{- define "doseline.labels" -}}
{{- $root := index . 0 }}{{ $name := index . 1 -}}
{{ include "doseline.selector" . }}
{{ include "doseline.common" $root }}
{{- end }}

{{/* Labels of everything. Takes $. */}}
{{- define "doseline.common" -}}
app.kubernetes.io/part-of: doseline
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Image reference. Takes (list $ name service). */}}
{{- define "doseline.image" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $image := (index . 2).image -}}
{{ $image.registry }}/doseline/{{ $name }}:{{ $image.tag | default $root.Chart.AppVersion }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What every container is allowed: nothing it does not need. */}}
{{- define "doseline.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "doseline.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
seccompProfile: { type: RuntimeDefault }
{{- end }}
