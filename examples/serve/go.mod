module github.com/nodegauge/nodegauge/examples/serve

go 1.26.0

require github.com/nodegauge/nodegauge v0.0.0

require (
	github.com/stretchr/testify v1.11.1 // indirect
	golang.org/x/sys v0.30.0 // indirect
)

replace github.com/nodegauge/nodegauge => ../..
