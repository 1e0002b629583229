socket.puts '{"execute": "query-status"}'
socket.puts({ "execute" => command }.to_json)
socket.puts "{\"execute\": \"cpu-add\", \"arguments\": {\"id\": #{id}}}"
socket.puts %q({"execute": "query-cpus"})
