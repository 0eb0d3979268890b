package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
)

// A door is where clients come in, and what they need for it.
//
// On loopback they need nothing, but must mean loopback: see guard. On any
// other address there is TLS, and a client bears the token or has a
// certificate; -insecure waives this, all of it or the part that is not there.
// What is given is in force on every address.
type door struct {
	address         string
	cert, key       string
	token, clientCA string
	insecure        bool
}

// An entry is an open door.
type entry struct {
	listener net.Listener
	hosts    []string // whom requests must be for; nil is anybody
	token    string   // file; "" asks for none
	tls      *certs   // nil is without
	change   change   // what goes wrong with that file
}

// open listens, if the door is safe.
func (d *door) open(log *slog.Logger) (*entry, error) {
	address, err := net.ResolveTCPAddr("tcp", d.address)
	if err != nil {
		return nil, err
	}
	isLoopback := address.IP.IsLoopback()
	if err := d.check(isLoopback); err != nil {
		return nil, err
	}
	e := &entry{token: d.token, change: change{log: log, what: "token"}}
	if isLoopback {
		e.hosts = []string{"localhost", "127.0.0.1", "::1", address.IP.String()}
	}
	if d.token != "" {
		if _, err := readToken(d.token); err != nil {
			return nil, err
		}
	}
	if d.cert != "" {
		e.tls = &certs{cert: d.cert, key: d.key, clientCA: d.clientCA, change: change{log: log, what: "certificates"}}
		if err := e.tls.load(); err != nil {
			return nil, err
		}
	}
	if e.listener, err = net.ListenTCP("tcp", address); err != nil {
		return nil, err
	}
	if e.tls != nil {
		e.listener = tls.NewListener(e.listener, &tls.Config{
			GetConfigForClient: e.tls.config,
			NextProtos:         []string{"h2", "http/1.1"},
			MinVersion:         tls.VersionTLS12,
		})
	}
	return e, nil
}

// check says what is missing.
func (d *door) check(isLoopback bool) error {
	switch {
	case (d.cert == "") != (d.key == ""):
		return errors.New("-tls-cert and -tls-key go together")
	case d.clientCA != "" && d.cert == "":
		return errors.New("-client-ca needs -tls-cert and -tls-key")
	case isLoopback || d.insecure:
		return nil
	case d.cert == "":
		return fmt.Errorf("-listen %s is not an address of loopback: it needs -tls-cert and -tls-key (or -insecure, and then whoever connects may read)", d.address)
	case d.token == "" && d.clientCA == "":
		return fmt.Errorf("-listen %s is not an address of loopback: it needs -token-file or -client-ca (or -insecure, and then whoever connects may read)", d.address)
	}
	return nil
}

// url is where the entry is.
func (e *entry) url() string {
	scheme := "http"
	if e.tls != nil {
		scheme = "https"
	}
	return scheme + "://" + e.listener.Addr().String()
}
