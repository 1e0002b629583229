virsh qemu-monitor-command vm '{"execute": "query-cpus"}'
virsh qemu-monitor-command vm --pretty "{\"execute\": \"query-block\"}"
virsh qemu-monitor-command vm '{"execute": "human-monitor-command", "arguments": {"command-line": "it'\''s"}}'
virsh qemu-monitor-command vm --hmp info block
virsh qemu-monitor-command vm "{\"execute\": \"device_add\", \"arguments\": {\"driver\": \"$DRIVER\", \"id\": \"d\"}}"
