package mountinfo

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/internal/procfs"
)

func TestReadLinesGoesOnAfterABadLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mountinfo")
	text := "26 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw,prjquota\nbad\n" +
		"27 26 0:5 / /a\\040b rw - tmpfs  rw\n28 26 0:6 / a rw - tmpfs t rw"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	var got []string
	err := ReadLines(path, make([]byte, 128), func(l *Line) {
		got = append(got, strings.Join([]string{string(l.ID), string(l.Device), Unescape(l.Root), Unescape(l.MountPoint),
			string(l.FSType), string(l.Source), string(l.SuperOptions)}, "|"))
	})
	assert.Equal(t, []string{"26|8:1|/|/|ext4|/dev/sda1|rw,prjquota", "27|0:5|/|/a b|tmpfs||rw"}, got)
	var parse *procfs.ParseError
	require.ErrorAs(t, err, &parse)
	assert.Equal(t, path+":2: \"bad\": too few fields", parse.Error())
}

func TestReadLinesRefusesALineThatIsTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mountinfo")
	require.NoError(t, os.WriteFile(path, []byte("1 2 0:3 / / rw - x x rw\n"+strings.Repeat("x", 200)), 0o600))
	n := 0
	err := ReadLines(path, make([]byte, 128), func(*Line) { n++ })
	require.ErrorIs(t, err, bufio.ErrTooLong)
	require.Equal(t, 1, n)
	require.ErrorIs(t, ReadLines(path+"x", make([]byte, 128), nil), os.ErrNotExist)
}
