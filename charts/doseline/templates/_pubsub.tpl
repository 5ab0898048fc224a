{{/* The spec of the pub/sub component; takes (list $ services). A service rings on the topic of its name; its own log it reads without being rung
     for by the broker. The broker carries rings, which nothing depends on: no dead letters, no retries, and what is older than a minute says
     nothing any more. */}}
{{- define "doseline.pubsub" -}}
{{- $pubsub := (index . 0).Values.pubsub }}{{ $services := index . 1 }}{{ $publishing := list }}{{ $subscribing := list }}
{{- range $name, $service := $services }}
{{- $publishing = append $publishing (printf "%s=%s" $name $name) }}
{{- $subscribing = append $subscribing (printf "%s=%s" $name (without $service.listens $name | join ",")) }}
{{- end -}}
version: v1
{{- if eq $pubsub.broker "rabbitmq" }}
type: pubsub.rabbitmq
metadata:
  - { name: connectionString, secretKeyRef: { name: {{ $pubsub.secret | quote }}, key: connection } }
  - { name: durable, value: "false" }
  - { name: deletedWhenUnused, value: "true" }
  - { name: deliveryMode, value: "1" }
  - { name: publisherConfirm, value: "false" }
  - { name: requeueInFailure, value: "false" }
  - { name: ttlInSeconds, value: "60" }
  - { name: prefetchCount, value: "16" }
{{- else if eq $pubsub.broker "kafka" }}
type: pubsub.kafka
metadata:
  - { name: brokers, value: {{ $pubsub.kafka.brokers | quote }} }
  - { name: authType, value: {{ $pubsub.kafka.authentication | quote }} }
  {{- if eq $pubsub.kafka.authentication "password" }}
  - { name: saslUsername, secretKeyRef: { name: {{ $pubsub.secret | quote }}, key: username } }
  - { name: saslPassword, secretKeyRef: { name: {{ $pubsub.secret | quote }}, key: password } }
  {{- end }}
  - { name: disableTls, value: {{ not $pubsub.kafka.tls | quote }} }
  - { name: initialOffset, value: newest }
  - { name: consumeRetryEnabled, value: "false" }
  - { name: maxMessageBytes, value: "2097152" }
{{- else if eq $pubsub.broker "servicebus" }}
type: pubsub.azure.servicebus.topics
metadata:
  - { name: connectionString, secretKeyRef: { name: {{ $pubsub.secret | quote }}, key: connection } }
  - { name: defaultMessageTimeToLiveInSec, value: "60" }
  - { name: maxDeliveryCount, value: "1" }
{{- else }}
type: pubsub.redis
metadata:
  - { name: redisHost, value: {{ $pubsub.redis.host | quote }} }
  {{- if $pubsub.redis.password }}
  - { name: redisPassword, secretKeyRef: { name: {{ $pubsub.secret | quote }}, key: password } }
  {{- end }}
  - { name: enableTLS, value: {{ $pubsub.redis.tls | quote }} }
  - { name: redeliverInterval, value: "0" }
  - { name: processingTimeout, value: "0" }
  - { name: streamTTL, value: 60s }
{{- end }}
  - { name: publishingScopes, value: {{ $publishing | join ";" | quote }} }
  - { name: subscriptionScopes, value: {{ $subscribing | join ";" | quote }} }
{{- end }}
