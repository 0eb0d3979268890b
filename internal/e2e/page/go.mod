module github.com/nodegauge/nodegauge/internal/e2e/page

go 1.26.0

require (
	github.com/chromedp/cdproto v0.159.2
	github.com/chromedp/chromedp v0.23.0
	github.com/nodegauge/nodegauge v0.0.0
	github.com/nodegauge/nodegauge/examples/serve v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/tools v0.49.0 // indirect
)

replace (
	github.com/nodegauge/nodegauge => ../../..
	github.com/nodegauge/nodegauge/examples/serve => ../../../examples/serve
)
