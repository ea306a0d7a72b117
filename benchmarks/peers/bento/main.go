// Bento with the components that its configuration names, and no others.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	_ "github.com/warpstreamlabs/bento/public/components/io"
	_ "github.com/warpstreamlabs/bento/public/components/kafka"
	_ "github.com/warpstreamlabs/bento/public/components/pure"
	"github.com/warpstreamlabs/bento/public/service"
)

//go:embed bento.yaml
var configuration string

func main() {
	builder := service.NewStreamBuilder()
	builder.SetEnvVarLookupFunc(lookUp)
	if err := builder.SetYAML(configuration); err != nil {
		log.Fatal(err)
	}
	stream, err := builder.Build()
	if err != nil {
		log.Fatal(err)
	}
	go sayReady(stream)
	go stopOnSignal(stream)
	if err := stream.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// lookUp adds to the environment how many pairs of calls may run at a time.
func lookUp(name string) (string, bool) {
	if name != "PAIRS" {
		return os.LookupEnv(name)
	}
	concurrency, err := strconv.Atoi(os.Getenv("PEER_CONCURRENCY"))
	return strconv.Itoa(max(1, concurrency/2)), err == nil
}

// sayReady tells the harness that both ends of the stream are connected.
func sayReady(stream *service.Stream) {
	for !stream.IsReady() {
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("ready")
}

func stopOnSignal(stream *service.Stream) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	<-asked
	if err := stream.StopWithin(10 * time.Second); err != nil {
		log.Print(err)
	}
}
