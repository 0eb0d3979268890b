package cri

import (
	"context"
	"slices"
	"strings"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// imageOf returns the image as the pod asks for it, where the runtime says so
// (since Kubernetes 1.29 or so), or else what it says:
//
//	registry.example/web:1.0
//	sha256:267a5efa80a203d7baac172de8223306e1e6b70c0c1d07e6280e3cc34463ce34
func imageOf(c *runtimeapi.Container) string {
	for _, image := range []string{c.GetImage().GetUserSpecifiedImage(), c.GetImage().GetImage(), c.GetImageId(), c.GetImageRef()} {
		if image != "" {
			return image
		}
	}
	return ""
}

// imageID returns the 64 digits of a reference that is an ID and no name.
func imageID(image string) (string, bool) {
	id := strings.TrimPrefix(image, "sha256:")
	if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
		return "", false
	}
	return id, true
}

// imageName returns the image of a container as the pod asks for it, as far as
// that is known.
func (k *podState) imageName(c *container) string {
	if _, ok := imageID(c.image); ok {
		return k.images[c.id]
	}
	return c.image
}

// nameImages finds the names of images of which containers have the ID only. A
// container's image does not change, so the runtime is asked when there is a
// new container, and not again about one of which it knows no name.
func (s *Source) nameImages(ctx context.Context, _ *problems) error {
	k := &s.known
	names := make(map[string]string, len(k.containers)) // as k.images
	var unknown []*container
	for i := range k.containers {
		c := &k.containers[i]
		if _, ok := imageID(c.image); !ok {
			continue
		}
		if name, ok := k.images[c.id]; ok {
			names[c.id] = name
		} else {
			unknown = append(unknown, c)
		}
	}
	defer func() { k.images = names }()
	if len(unknown) == 0 {
		return nil
	}
	return s.line.call(ctx, "ListImages", func(ctx context.Context, conn *connection) error {
		reply, err := conn.images.ListImages(ctx, &runtimeapi.ListImagesRequest{})
		if err != nil {
			return err
		}
		byID := readImages(reply.GetImages())
		for _, c := range unknown {
			id, _ := imageID(c.image)
			names[c.id] = byID[id]
		}
		return nil
	})
}

// readImages returns the name of each image by its ID. Of several it is the
// first, which is the one that runtimes give as a container's.
func readImages(images []*runtimeapi.Image) map[string]string {
	names := make(map[string]string, len(images))
	for _, image := range images {
		id, ok := imageID(image.GetId())
		if !ok {
			continue
		}
		for _, name := range slices.Concat(image.GetRepoTags(), image.GetRepoDigests()) {
			if name != "" && !strings.Contains(name, "<none>") { // Docker's way to say that there is none
				names[id] = name
				break
			}
		}
	}
	return names
}
