package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
)

// certs are the files of TLS. They are read for every handshake, which costs
// little beside it, and for every request of a client with a certificate; and
// used when they are others than the last time. As long
// as they make no sense, as between the writing of a certificate and of its
// key, the last ones stay. It is safe for concurrent use.
type certs struct {
	cert, key, clientCA string
	change              change

	mu    sync.Mutex
	files [3][]byte
	used  *tls.Config
}

// config is tls.Config.GetConfigForClient.
func (c *certs) config(*tls.ClientHelloInfo) (*tls.Config, error) {
	c.change.note(c.load())
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used, nil
}

// load reads the files.
func (c *certs) load() error {
	var files [3][]byte
	for i, name := range []string{c.cert, c.key, c.clientCA} {
		if name == "" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files[i] = text
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.used != nil && slices.EqualFunc(files[:], c.files[:], bytes.Equal) {
		return nil
	}
	used, err := c.make(files)
	if err != nil {
		return err
	}
	c.files, c.used = files, used
	return nil
}

// trusts reports whether a client has shown a certificate of an authority that
// is trusted now: a connection may be older than the file, and than the end of
// the certificate.
func (c *certs) trusts(client *tls.ConnectionState) bool {
	if len(client.PeerCertificates) == 0 {
		return false
	}
	config, _ := c.config(nil) // there is always one
	between := x509.NewCertPool()
	for _, cert := range client.PeerCertificates[1:] {
		between.AddCert(cert)
	}
	_, err := client.PeerCertificates[0].Verify(x509.VerifyOptions{
		Roots: config.ClientCAs, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err == nil
}

// make makes a configuration. A client may come without a certificate; guard
// decides what it may read.
func (c *certs) make(files [3][]byte) (*tls.Config, error) {
	pair, err := tls.X509KeyPair(files[0], files[1])
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", c.cert, c.key, err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{pair},
		NextProtos:   []string{"h2", "http/1.1"},
		MinVersion:   tls.VersionTLS12,
	}
	if c.clientCA != "" {
		config.ClientCAs, config.ClientAuth = x509.NewCertPool(), tls.VerifyClientCertIfGiven
		if !config.ClientCAs.AppendCertsFromPEM(files[2]) {
			return nil, errors.New(c.clientCA + ": there is no certificate in it")
		}
	}
	return config, nil
}
