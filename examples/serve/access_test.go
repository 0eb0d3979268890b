package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := &authority{key: key}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

// sign returns a certificate for 127.0.0.1 and its key.
func (a *authority) sign(t *testing.T, serial int64) (cert, key []byte) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "someone"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &own.PublicKey, a.key)
	require.NoError(t, err)
	text, err := x509.MarshalECPrivateKey(own)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: text})
}

// files are what flags name.
type files struct {
	*authority
	cert, key, ca, token string
}

func newFiles(t *testing.T) *files {
	t.Helper()
	dir := t.TempDir()
	f := &files{
		authority: newAuthority(t),
		cert:      filepath.Join(dir, "node.crt"), key: filepath.Join(dir, "node.key"),
		ca: filepath.Join(dir, "ca.crt"), token: filepath.Join(dir, "token"),
	}
	f.renew(t, 2)
	write(t, f.ca, f.pem)
	write(t, f.token, []byte("secret\n"))
	return f
}

// renew gives the server a certificate.
func (f *files) renew(t *testing.T, serial int64) {
	t.Helper()
	cert, key := f.sign(t, serial)
	write(t, f.cert, cert)
	write(t, f.key, key)
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(name, text, 0o600))
}

// client trusts the authority, and shows a certificate of another if there is one.
func (f *files) client(t *testing.T, from *authority) *http.Client {
	t.Helper()
	config := &tls.Config{RootCAs: x509.NewCertPool(), ClientSessionCache: tls.NewLRUClientSessionCache(8)}
	require.True(t, config.RootCAs.AppendCertsFromPEM(f.pem))
	if from != nil {
		cert, key := from.sign(t, 7)
		pair, err := tls.X509KeyPair(cert, key)
		require.NoError(t, err)
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true, ForceAttemptHTTP2: true}}
}

func TestAClientBearsTheToken(t *testing.T) {
	f := newFiles(t)
	s := start(t, "-root", fakeNode(t).Host(), "-tls-cert", f.cert, "-tls-key", f.key, "-token-file", f.token)
	client := f.client(t, nil)
	for authorization, want := range map[string]int{
		"Bearer secret": 200, "bearer secret": 200,
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer secre": 401, "Bearer secrets": 401, "Bearer  secret": 401, "Basic secret": 401, "secret": 401,
	} {
		answer, body := get(t, client, s.url+"/stats/summary", "Authorization", authorization)
		assert.Equal(t, want, answer.StatusCode, authorization)
		assert.Equal(t, want == 401, answer.Header.Get("WWW-Authenticate") != "", authorization)
		assert.NotContains(t, body, "secret")
	}
	answer, _ := get(t, client, s.url+"/healthz")
	assert.Equal(t, 200, answer.StatusCode, "a probe has no token")
	assert.Equal(t, 2, answer.ProtoMajor, "HTTP/2")
	_, err := http.Get(s.url + "/healthz")
	assert.ErrorContains(t, err, "certificate")
	plain, body := get(t, http.DefaultClient, "http"+s.url[len("https"):]+"/stats/summary", "Authorization", "Bearer secret")
	assert.Equal(t, 400, plain.StatusCode, body)
}

func TestATokenThatChangesIsReadAgain(t *testing.T) {
	f := newFiles(t)
	s := start(t, "-root", fakeNode(t).Host(), "-token-file", f.token)
	status := func(token string) int {
		answer, _ := get(t, http.DefaultClient, s.url+"/stats/summary", "Authorization", "Bearer "+token)
		return answer.StatusCode
	}
	require.Equal(t, 200, status("secret"))
	write(t, f.token, []byte("another"))
	require.Equal(t, 401, status("secret"))
	require.Equal(t, 200, status("another"))
	write(t, f.token, nil)
	for _, token := range []string{"another", "secret", "", " "} {
		require.Equal(t, 401, status(token), "a file without a token lets nobody in")
	}
	write(t, f.token, []byte("secret"))
	require.Equal(t, 200, status("secret"))
	log := s.log()
	require.Contains(t, log, `level=WARN msg=token error="`+f.token+`: there is no token in it"`)
	require.Contains(t, log, `level=INFO msg="token: well again"`)
}

// A client that shows no certificate is told what is wanted; one whose
// certificate is another's does not get past the handshake.
func TestAClientShowsACertificate(t *testing.T) {
	f := newFiles(t)
	friends := newAuthority(t)
	write(t, f.ca, friends.pem)
	s := start(t, "-root", fakeNode(t).Host(), "-tls-cert", f.cert, "-tls-key", f.key, "-client-ca", f.ca)
	answer, _ := get(t, f.client(t, friends), s.url+"/stats/summary")
	assert.Equal(t, 200, answer.StatusCode)
	answer, _ = get(t, f.client(t, nil), s.url+"/stats/summary")
	assert.Equal(t, 401, answer.StatusCode)
	answer, _ = get(t, f.client(t, nil), s.url+"/stats/summary", "Authorization", "Bearer ")
	assert.Equal(t, 401, answer.StatusCode, "there is no token")
	answer, _ = get(t, f.client(t, nil), s.url+"/healthz")
	assert.Equal(t, 200, answer.StatusCode, "a probe has no certificate")
	stranger := f.client(t, newAuthority(t))
	_, err := stranger.Get(s.url + "/healthz")
	assert.Error(t, err)
}

func TestATokenOrACertificateWillDo(t *testing.T) {
	f := newFiles(t)
	s := start(t, "-root", fakeNode(t).Host(), "-tls-cert", f.cert, "-tls-key", f.key, "-client-ca", f.ca, "-token-file", f.token)
	answer, _ := get(t, f.client(t, f.authority), s.url+"/stats/summary")
	assert.Equal(t, 200, answer.StatusCode)
	answer, _ = get(t, f.client(t, nil), s.url+"/stats/summary", "Authorization", "Bearer secret")
	assert.Equal(t, 200, answer.StatusCode)
	answer, _ = get(t, f.client(t, nil), s.url+"/stats/summary")
	assert.Equal(t, 401, answer.StatusCode)
}

// A certificate without its key, as when only one of them is written yet,
// leaves the last ones in use.
func TestCertificatesThatChangeAreReadAgain(t *testing.T) {
	f := newFiles(t)
	s := start(t, "-root", fakeNode(t).Host(), "-tls-cert", f.cert, "-tls-key", f.key)
	serial := func() int64 {
		answer, _ := get(t, f.client(t, nil), s.url+"/healthz")
		return answer.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	require.EqualValues(t, 2, serial())
	f.renew(t, 3)
	require.EqualValues(t, 3, serial())
	cert, key := f.sign(t, 4)
	write(t, f.cert, cert)
	require.EqualValues(t, 3, serial())
	write(t, f.key, key)
	require.EqualValues(t, 4, serial())
	require.NoError(t, os.Remove(f.key))
	require.EqualValues(t, 4, serial())
	log := s.log()
	require.Contains(t, log, "level=WARN msg=certificates error=")
	require.Contains(t, log, "private key does not match public key")
	require.Contains(t, log, "certificates: well again")
}

// Who was let in for an authority that is no more is not let in again, with a
// ticket of an earlier session neither.
func TestAnAuthorityThatIsGoneLetsNobodyIn(t *testing.T) {
	f := newFiles(t)
	s := start(t, "-root", fakeNode(t).Host(), "-tls-cert", f.cert, "-tls-key", f.key, "-client-ca", f.ca)
	client := f.client(t, f.authority)
	for range 2 {
		answer, _ := get(t, client, s.url+"/stats/summary")
		require.Equal(t, 200, answer.StatusCode)
	}
	write(t, f.ca, newAuthority(t).pem)
	_, err := client.Get(s.url + "/stats/summary")
	require.Error(t, err)
}

// A connection that is open is no way around it.
func TestAnAuthorityThatIsGoneEndsWhatAConnectionMay(t *testing.T) {
	f := newFiles(t)
	s := start(t, "-root", fakeNode(t).Host(), "-tls-cert", f.cert, "-tls-key", f.key, "-client-ca", f.ca)
	client := f.client(t, f.authority)
	client.Transport.(*http.Transport).DisableKeepAlives = false
	defer client.CloseIdleConnections()
	kept := false
	status := func() int {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { kept = c.Reused }})
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/stats/summary", nil)
		require.NoError(t, err)
		answer, err := client.Do(r)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, errors.Join(err, answer.Body.Close()))
		return answer.StatusCode
	}
	require.Equal(t, 200, status())
	require.Equal(t, 200, status())
	write(t, f.ca, newAuthority(t).pem)
	require.Equal(t, 401, status())
	require.True(t, kept)
	write(t, f.ca, f.pem)
	require.Equal(t, 200, status())
}

// Off loopback a request may be for any name; -insecure waives what is not given.
func TestOtherAddressesAnswerToAnyName(t *testing.T) {
	f := newFiles(t)
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"-insecure"}, 200},
		{[]string{"-insecure", "-token-file", f.token}, 401},
		{[]string{"-tls-cert", f.cert, "-tls-key", f.key, "-token-file", f.token}, 401},
	} {
		s := start(t, append([]string{"-root", fakeNode(t).Host(), "-listen", "0.0.0.0:0"}, c.args...)...)
		at, err := url.Parse(s.url)
		require.NoError(t, err)
		at.Host = net.JoinHostPort("127.0.0.1", at.Port())
		answer, _ := get(t, f.client(t, nil), at.String()+"/stats/summary", "Host", "node1.example")
		assert.Equal(t, c.want, answer.StatusCode, c.args)
	}
}
