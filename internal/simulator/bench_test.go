package simulator

import (
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// Benchmark is what one request costs beside so many other objects, with the state on disk. It also says how large the
// heap and the resident memory are. The sizes take turns, because a busy disk slows what runs at the same time.
func Benchmark(b *testing.B) {
	sizes := []int{0, 1_000, 10_000, 100_000}
	simulators, known := map[int]*Simulator{}, map[int]string{}
	for _, size := range sizes {
		s := New(nil)
		s.Folder = b.TempDir()
		simulators[size], known[size] = s, crowd(b, s, size)
	}
	n := 0
	for name, request := range map[string]func(size int) (method, target, form string){
		"create": func(int) (method, target, form string) {
			n++
			return http.MethodPost, "/v1/customers", "name=Ada&email=ada" + strconv.Itoa(n) + "@example.com"
		},
		"get": func(size int) (method, target, form string) {
			return http.MethodGet, "/v1/subscriptions/" + known[size], ""
		},
		"list": func(int) (method, target, form string) {
			return http.MethodGet, "/v1/subscriptions", "limit=10"
		},
		"find": func(int) (method, target, form string) {
			return http.MethodGet, "/v1/customers", "email=ann36@example.com"
		},
	} {
		for _, size := range sizes {
			b.Run(name+"/"+strconv.Itoa(size), func(b *testing.B) {
				for b.Loop() {
					method, target, form := request(size)
					ask(b, simulators[size], method, target, form)
				}
				b.StopTimer()
				var memory runtime.MemStats
				runtime.ReadMemStats(&memory)
				b.ReportMetric(float64(memory.HeapInuse)/1e6, "heap-MB")
				b.ReportMetric(resident(), "rss-MB")
			})
		}
	}
}

// crowd makes at least ten customers who have a subscription, an invoice and an open session each, and answers that are remembered. It
// returns the id of a subscription.
func crowd(b *testing.B, s *Simulator, objects int) (subscription string) {
	b.Helper()
	const each, batch = 4, 50
	objects = max(objects, 10*each) // so that a page of a list is full in any case
	for done := 0; done < objects; {
		err := s.Update(func(a *Account) {
			for range batch {
				do := func(act func(*call) (Object, error), form string) Object {
					in, err := parseForm(form)
					if err != nil {
						b.Fatal(err)
					}
					made, err := act(&call{Account: a, in: in})
					if err != nil {
						b.Fatal(err)
					}
					return made
				}
				number := strconv.Itoa(done)
				owner := "customer=" + do((*call).createCustomer, "email=ann"+number+"@example.com").Text("id")
				subscription = do((*call).createSubscription, owner+"&items[0][price]=price_free_monthly_eur").Text("id")
				made := do((*call).createSession, owner+"&mode=payment&success_url=https://shop.example/&line_items[0][price]=price_tshirt_eur&line_items[0][quantity]=1")
				a.remember(number, answer{Status: http.StatusOK, Body: encoded(made), At: a.wall()}, 0)
				if done += each; done >= objects {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return subscription
}

// resident is what of this process is in memory, in MB; 0 where the system does not say.
func resident() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == "VmRSS:" {
			kilobytes, _ := strconv.ParseFloat(fields[1], 64)
			return kilobytes / 1e3
		}
	}
	return 0
}
