package cri

import (
	"context"
	"fmt"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats/storage"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// askLayers asks the runtime. As with pods, one call that fails takes nothing
// from the other.
func (s *Source) askLayers(ctx context.Context) answer[storage.Layers] {
	var p problems
	if p.goOn(s.imageFS(ctx)) {
		p.goOn(s.writableLayers(ctx, &p))
	}
	return answer[storage.Layers]{value: s.used, err: p.join(), current: !p.unanswered}
}

func (s *Source) imageFS(ctx context.Context) error {
	return s.line.call(ctx, "ImageFsInfo", func(ctx context.Context, c *connection) error {
		asked := s.o.Now()
		reply, err := c.images.ImageFsInfo(ctx, &runtimeapi.ImageFsInfoRequest{})
		if err == nil {
			s.used.Images = readFolders(reply.GetImageFilesystems(), asked)
			s.used.Containers = readFolders(reply.GetContainerFilesystems(), asked)
		}
		return err
	})
}

func (s *Source) writableLayers(ctx context.Context, p *problems) error {
	return s.line.call(ctx, "ListContainerStats", func(ctx context.Context, c *connection) error {
		asked := s.o.Now()
		reply, err := c.runtime.ListContainerStats(ctx, &runtimeapi.ListContainerStatsRequest{})
		if err == nil {
			s.used.Writable = readLayers(reply.GetStats(), asked, p)
		}
		return err
	})
}

func readFolders(usages []*runtimeapi.FilesystemUsage, asked time.Time) []storage.Folder {
	var folders []storage.Folder
	for _, u := range usages {
		folders = append(folders, folderOf(u, asked))
	}
	return folders
}

func readLayers(stats []*runtimeapi.ContainerStats, asked time.Time, p *problems) []storage.WritableLayer {
	layers := make([]storage.WritableLayer, 0, len(stats))
	for i, c := range stats {
		if c.GetWritableLayer() == nil {
			continue // not counted yet
		}
		id := c.GetAttributes().GetId()
		if id == "" {
			p.add(fmt.Errorf("ListContainerStats: container %d has no ID", i))
			continue
		}
		layers = append(layers, storage.WritableLayer{ContainerID: id, Folder: folderOf(c.GetWritableLayer(), asked)})
	}
	return layers
}

// folderOf takes the runtime's own time, or where it has none the one when it
// was asked.
func folderOf(u *runtimeapi.FilesystemUsage, asked time.Time) storage.Folder {
	f := storage.Folder{Path: u.GetFsId().GetMountpoint(), Used: storage.Used{
		Time:   timeOf(u.GetTimestamp()),
		Bytes:  number(u.GetUsedBytes()),
		Inodes: number(u.GetInodesUsed()),
	}}
	if f.Used.Time.IsZero() {
		f.Used.Time = asked
	}
	return f
}

func number(v *runtimeapi.UInt64Value) cgroupfs.Value {
	if v == nil {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(v.GetValue())
}
