package containerd

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
)

// image is the only image: busybox, which sleeps if it is told nothing. It is
// the sandboxes' too.
const image = "nodegauge.invalid/busybox:e2e"

// busybox returns the path of a statically linked busybox.
func busybox() (string, error) {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return "", err
	}
	f, err := elf.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return "", fmt.Errorf("%s: not linked statically", path)
		}
	}
	return path, nil
}

// writeImage writes the image as docker save does: a tar with a manifest, a
// configuration and one layer.
func writeImage(w io.Writer, program string) error {
	text, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	var layer bytes.Buffer
	t := tar.NewWriter(&layer)
	add(t, "bin/busybox", 0o755, text)
	for _, dir := range [...]string{"dev/", "etc/", "proc/", "sys/", "tmp/"} {
		add(t, dir, 0o755, nil)
	}
	if err := t.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(layer.Bytes())
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       map[string]any{"Cmd": []string{"/bin/busybox", "sleep", "2147483647"}},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{image}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return err
	}
	t = tar.NewWriter(w)
	add(t, "config.json", 0o644, config)
	add(t, "layer.tar", 0o644, layer.Bytes())
	add(t, "manifest.json", 0o644, manifest)
	return t.Close()
}

// add adds a file, or a folder if its name ends with a slash. An error shows
// when the archive is closed.
func add(t *tar.Writer, name string, mode int64, text []byte) {
	if t.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(text))}) == nil {
		_, _ = t.Write(text)
	}
}
