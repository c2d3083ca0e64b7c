// Command orders is a shop's order book under the stock pyroscope-go SDK: it sorts, hashes and contends on a lock, with
// CPU, heap, goroutine, mutex and block profiles, and the label "route" on its work.
//
//	BASALT_URL=http://127.0.0.1:4040 go run .
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sort"
	"sync"
	"syscall"
	"time"

	"github.com/grafana/pyroscope-go"
)

type order struct {
	id    int
	lines []string
}

func makeOrders(count int) []order {
	orders := make([]order, count)
	for i := range orders {
		orders[i].id = (i * 7919) % count
		for line := 0; line < 4; line++ {
			orders[i].lines = append(orders[i].lines, fmt.Sprintf("article %d of order %d", line, i))
		}
	}
	return orders
}

func sortOrders(orders []order) {
	sort.Slice(orders, func(a, b int) bool { return orders[a].id < orders[b].id })
}

func signOrders(orders []order) [32]byte {
	var sum [32]byte
	for _, one := range orders {
		for _, line := range one.lines {
			sum = sha256.Sum256(append(sum[:], line...))
		}
	}
	return sum
}

type book struct {
	lock   sync.Mutex
	totals map[int]int
}

func (b *book) add(id int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.totals[id%97]++
	time.Sleep(200 * time.Microsecond)
}

func serve(ctx context.Context, ledger *book) {
	pyroscope.TagWrapper(ctx, pyroscope.Labels("route", "/orders"), func(context.Context) {
		orders := makeOrders(3000)
		sortOrders(orders)
		signOrders(orders)
	})
	pyroscope.TagWrapper(ctx, pyroscope.Labels("route", "/ledger"), func(context.Context) {
		var group sync.WaitGroup
		for worker := 0; worker < 4; worker++ {
			group.Add(1)
			go func() {
				defer group.Done()
				ledger.add(worker)
			}()
		}
		group.Wait()
	})
}

func main() {
	runtime.SetMutexProfileFraction(5)
	runtime.SetBlockProfileRate(100_000)
	address := os.Getenv("BASALT_URL")
	if address == "" {
		address = "http://127.0.0.1:4040"
	}
	profiler, err := pyroscope.Start(pyroscope.Config{
		ApplicationName: "orders",
		ServerAddress:   address,
		UploadRate:      10 * time.Second,
		Tags:            map[string]string{"region": "eu-west"},
		ProfileTypes: []pyroscope.ProfileType{
			pyroscope.ProfileCPU, pyroscope.ProfileAllocObjects, pyroscope.ProfileAllocSpace,
			pyroscope.ProfileInuseObjects, pyroscope.ProfileInuseSpace, pyroscope.ProfileGoroutines,
			pyroscope.ProfileMutexCount, pyroscope.ProfileMutexDuration,
			pyroscope.ProfileBlockCount, pyroscope.ProfileBlockDuration,
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ledger := &book{totals: map[int]int{}}
	for ctx.Err() == nil {
		serve(ctx, ledger)
		time.Sleep(60 * time.Millisecond)
	}
	_ = profiler.Stop()
}
