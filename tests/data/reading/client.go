package main

var requests = []string{
	`{"execute": "query-status"}`,
	"{\"execute\": \"query-cpus\"}",
	`{
		"execute": "blockdev-add",
		"arguments": {"driver": "null-co", "node-name": "go0"}
	}`,
}
