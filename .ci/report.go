//go:build ignore

// Report reads the JSON of go test and prints what a person wants to see of it: a line for each package, the output
// of what failed, and each skipped test with its reason. It fails if a test failed, or was skipped and is not in
// skips.txt, and adds its counts to the file TOTALS.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
)

type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

type key struct{ pkg, test string }

type count struct {
	passed, failed, skipped int
	ended                   bool
}

func main() {
	if len(os.Args) != 3 {
		die("usage: report WHERE SKIPS <JSON")
	}
	where, allowed := os.Args[1], readSkips(os.Args[2])
	var (
		total  count
		bad    bool
		output = map[key][]string{}
		counts = map[string]*count{}
	)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil {
			fmt.Println(in.Text()) // what the go command itself has to say
			continue
		}
		if e.Package == "" { // what the compiler has to say
			fmt.Print(e.Output)
			continue
		}
		k := key{e.Package, e.Test}
		c := counts[e.Package]
		if c == nil {
			c = new(count)
			counts[e.Package] = c
		}
		c.ended = c.ended || e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip")
		switch e.Action {
		case "output":
			output[k] = append(output[k], e.Output)
			if strings.HasPrefix(e.Test, "Benchmark") && !strings.HasPrefix(e.Output, "=== ") && e.Output != e.Test+"\n" {
				fmt.Print(e.Output)
			}
		case "pass":
			if e.Test != "" {
				c.passed++
			} else {
				fmt.Printf("ok  \t%s\t%.2fs\t%d passed, %d skipped\n", e.Package, e.Elapsed, c.passed, c.skipped)
			}
			delete(output, k)
		case "fail":
			bad = true
			if e.Test != "" {
				fmt.Print(strings.Join(output[k], ""))
				delete(output, k)
			} else {
				printUnfinished(output, e.Package)
			}
			if e.Test != "" || c.failed == 0 { // a package can fail without a test: it does not build, or it panics
				c.failed++
			}
			if e.Test == "" {
				fmt.Printf("FAIL\t%s\t%.2fs\t%d failed\n", e.Package, e.Elapsed, c.failed)
			}
		case "skip":
			if e.Test == "" {
				fmt.Printf("?   \t%s\t[no tests]\n", e.Package)
				break
			}
			c.skipped++
			line := strings.Join([]string{where, e.Package, e.Test}, " ")
			verdict := "skip"
			if !allowed.MatchString(line) {
				verdict, bad = "NOT ALLOWED TO SKIP", true
			}
			fmt.Printf("%s: %s: %s\n", verdict, line, reason(output[k]))
			delete(output, k)
		}
	}
	if err := in.Err(); err != nil {
		die(err)
	}
	for pkg, c := range counts {
		if !c.ended { // its machine went away
			printUnfinished(output, pkg)
			fmt.Printf("FAIL\t%s\tdid not end\n", pkg)
			c.failed++
			bad = true
		}
		total.passed, total.failed, total.skipped = total.passed+c.passed, total.failed+c.failed, total.skipped+c.skipped
	}
	if len(counts) == 0 {
		die("no test said anything")
	}
	if name := os.Getenv("TOTALS"); name != "" {
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			die(err)
		}
		fmt.Fprintln(f, total.passed, total.failed, total.skipped)
		f.Close()
	}
	if bad {
		os.Exit(1)
	}
}

// printUnfinished prints what a package and its tests without an end have said.
func printUnfinished(output map[key][]string, pkg string) {
	for k, said := range output {
		if k.pkg == pkg {
			fmt.Print(strings.Join(said, ""))
			delete(output, k)
		}
	}
}

// readSkips makes one expression of a list with lines of WHERE PACKAGE TEST REASON.
func readSkips(name string) *regexp.Regexp {
	b, err := os.ReadFile(name)
	if err != nil {
		die(err)
	}
	list := []string{"$^"} // matches nothing
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) < 4 {
			die(name + ": a line without a reason: " + line)
		}
		list = append(list, "^"+strings.Join(f[:3], " ")+"$")
	}
	return regexp.MustCompile(strings.Join(list, "|"))
}

// reason is what a test said before it skipped.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "--- SKIP") && line != "" {
			said = append(said, line)
		}
	}
	return strings.Join(said, " ")
}

func die(why any) {
	fmt.Fprintln(os.Stderr, "report:", why)
	os.Exit(2)
}
