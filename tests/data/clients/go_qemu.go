// A session of go-qemu's client with a server, printed line by line.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/digitalocean/go-qemu/qmp"
)

func main() {
	monitor, err := qmp.NewSocketMonitor("unix", os.Args[1], 10*time.Second)
	check(err)
	check(monitor.Connect())
	defer monitor.Disconnect()
	fmt.Println("version", monitor.Version.QEMU.Major)
	stream, err := monitor.Events(context.Background())
	check(err)
	// An event is taken before the client reads on.
	events := make(chan qmp.Event, 16)
	go func() {
		for event := range stream {
			events <- event
		}
	}()
	run := func(command string, arguments any) {
		text, err := json.Marshal(qmp.Command{Execute: command, Args: arguments})
		check(err)
		reply, err := monitor.Run(text)
		if err != nil {
			fmt.Println(command, "failed:", err)
			return
		}
		fmt.Println(command, string(reply))
	}
	run("stop", nil)
	fmt.Println("event", (<-events).Event)
	run("query-name", nil)
	run("no-such-command", nil)
	run("device_del", map[string]string{"id": "none"})
	run("device_add", map[string]string{})
	run("quit", nil)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
