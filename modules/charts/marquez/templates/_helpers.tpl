{{- /* Labels of one component: (dict "root" $ "component" "api"). The selector's never change, the others follow the chart. */ -}}
{{- define "marquez.release" -}}
app.kubernetes.io/name: marquez
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "marquez.selector" -}}
{{ include "marquez.release" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "marquez.labels" -}}
{{ include "marquez.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- /* The name of a component's thing, <release>-<component>, or with a "suffix" of its own. */ -}}
{{- define "marquez.metadata" -}}
name: {{ .root.Release.Name }}-{{ .suffix | default .component }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "marquez.labels" . | nindent 2 }}
{{- end }}

{{- /* checkov's findings about a workload that are accepted, with the reasons: (dict "root" $ "images" (list "api" "proxy")). */ -}}
{{- define "marquez.accepted" -}}
{{- range .images }}{{ if not (contains "@sha256:" (get $.root.Values.images .)) }}{{ $_ := set $ "unpinned" true }}{{ end }}{{ end -}}
{{- if .unpinned -}}
checkov.io/skip1: CKV_K8S_15=what a version names need not be pulled again for every pod
checkov.io/skip2: CKV_K8S_43=digests are set by the deployment, image_digests; without one the version names the image
{{- end }}
{{- end }}

{{- /* What every pod has: no root and no token of the cluster. */ -}}
{{- define "marquez.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- /* Containers that are not given the pod's role, which EKS else gives to all: it is for what fetches secrets. */ -}}
{{- define "marquez.withoutRole" -}}
eks.amazonaws.com/skip-containers: {{ join "," . }}
{{- end }}

{{- /* Pods of one revision stand in different zones and on different nodes, as far as there are any. */ -}}
{{- define "marquez.spread" -}}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "marquez.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{- define "marquez.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* What fetches a secret before the other containers start: (dict "root" $ "what" "password"), or "keys". */ -}}
{{- define "marquez.fetch" -}}
image: {{ .root.Values.images.credentials }}
command: [/bin/sh, /etc/marquez/fetch-{{ .what }}.sh]
env:
  - {name: AWS_REGION, value: {{ .root.Values.region | quote }}}
  - {name: HOME, value: /tmp}
  {{- if eq .what "password" }}
  - {name: PASSWORD_SECRET, value: {{ .root.Values.database.passwordSecret | quote }}}
  - {name: PASSWORD_FILE, value: /run/marquez/password}
  {{- else }}
  - {name: KEY_SECRET, value: {{ .root.Values.ingestion.keySecret | quote }}}
  - {name: KEYS_FILE, value: /etc/proxy/keys/lineage.conf}
  {{- end }}
securityContext:
  {{- include "marquez.confined" . | nindent 2 }}
resources:
  {{- toYaml .root.Values.credentials.resources | nindent 2 }}
volumeMounts:
  - {name: files, mountPath: /etc/marquez, readOnly: true}
  - {name: {{ .what }}, mountPath: {{ if eq .what "password" }}/run/marquez{{ else }}/etc/proxy/keys{{ end }}}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- /* Marquez itself, but for its command and its resources. */ -}}
{{- define "marquez.java" -}}
image: {{ .Values.images.api }}
env:
  - {name: MARQUEZ_CONFIG, value: /etc/marquez/marquez.yml}
  - {name: PASSWORD_FILE, value: /run/marquez/password}
  - {name: JAVA_OPTS, value: "-XX:MaxRAMPercentage=70"}
securityContext:
  {{- include "marquez.confined" . | nindent 2 }}
volumeMounts:
  - {name: files, mountPath: /etc/marquez, readOnly: true}
  - {name: password, mountPath: /run/marquez, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "marquez.volumes" -}}
- name: files
  configMap: {name: {{ .root.Release.Name }}-{{ .component }}}
- name: password
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- end }}

{{- /* Marquez's configuration, the scripts that start it, and whom to believe that he is the database. */ -}}
{{- define "marquez.files" -}}
{{- $path := printf "files/rds-ca/%s.pem" .Values.region -}}
{{- $authorities := .Files.Get $path | required (printf "the chart has no certificate authority of RDS for %s: save AWS's bundle as %s (see tools/rds_ca/write.py)" .Values.region $path) -}}
marquez.yml: |
  {{- tpl (.Files.Get "files/marquez.yml") . | nindent 2 }}
start.sh: |
  {{- .Files.Get "files/start.sh" | nindent 2 }}
fetch-password.sh: |
  {{- .Files.Get "files/fetch-password.sh" | nindent 2 }}
rds-ca.pem: |
  {{- $authorities | nindent 2 }}
{{- end }}
