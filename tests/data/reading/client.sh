#!/bin/bash
# Sends requests with bash alone.
export PORT=${1:-4444}
set -eu
id=job0
exec 3<>/dev/tcp/127.0.0.1/$PORT
qmp() { printf '%s\n' "$1" >&3; read -r reply <&3; echo "<- $reply"; }
read -r greeting <&3
qmp '{"execute":"qmp_capabilities"}'
qmp "{\"execute\": \"query-block\", \"id\": \"$id\"}"
qmp '{ "execute": "blockdev-add", "arguments": { "driver": "null-co", "node-name": "sh0" } }'
while read -r line; do qmp "$line"; done <<END
{"execute": "query-cpus"}
{"execute": "query-named-block-nodes", "arguments": {"flat": true}}
END
if [ "$id" = job0 ]; then echo done; fi
