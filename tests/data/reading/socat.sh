#!/usr/bin/env bash
# Asks QEMU through socat, which prints what passes (-v).
request() { printf '%s\n' "$1"; sleep 0.3; }
{
    request '{"execute": "qmp_capabilities"}'
    request '{"execute": "query-status", "id": "bash-1"}'
    request '{"execute": "query-cpus"}'
    request '{"execute": "object-add", "arguments": {"qom-type": "secret", "id": "s0", "data": "hunter2"}}'
    request '{"execute": "stop"}'
    request '{"execute": "device_del", "arguments": {"id": "none"}}'
} | socat -v - "UNIX-CONNECT:$1"
