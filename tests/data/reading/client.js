const requests = ['{"execute":"query-name","id":1}', "{\"execute\":\"change\",\"arguments\":{\"device\":\"a\",\"target\":\"b\"}}"];
socket.write(`{"execute": "query-cpus"}`);
socket.write('{"execute": "blockdev-add", ' +
             '"arguments": {"driver": "null-co", "node-name": "js1"}}');
socket.write(`{"execute": "${command}"}`);
