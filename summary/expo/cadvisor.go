package expo

// AppendCadvisor appends what /metrics/cadvisor says. Without a round it says
// that there was an error, and no more.
func (p *Printer) AppendCadvisor(b []byte, n *Node, o *Options) []byte {
	p.begin(b, o, nil)
	p.cadvisor(n, o)
	return p.finish()
}

// EachCadvisor yields what AppendCadvisor prints, for registries. It ends when
// yield returns false.
func (p *Printer) EachCadvisor(n *Node, o *Options, yield func(*Sample) bool) {
	p.begin(nil, o, yield)
	p.cadvisor(n, o)
	p.finish()
}

func (p *Printer) cadvisor(n *Node, o *Options) {
	p.scrape = scrape{Printer: p, n: n, compat: o.compat(), metrics: o.metrics(), levels: o.levels()}
	s := &p.scrape
	s.failed = n == nil || n.Snapshot == nil || len(n.Snapshot.Cgroups) == 0
	p.subjects = p.subjects[:0]
	if !s.failed {
		if read := n.Snapshot.Metrics; read != 0 {
			s.metrics &= read // of the others not even 0 is printed
		}
		s.listCgroups()
		s.nameDisks()
		s.indexLayers()
		s.nameMachine()
	}
	p.listFamilies()
	p.choose(len(p.families), o, func(i int) uint8 { return p.families[i].rank }, func(i int) { s.putFamily(p.families[i]) })
	for i, f := range p.families {
		if p.plan[i] {
			s.putFamily(f)
		}
	}
	p.putDropped()
}

// listFamilies makes one list of the tables.
func (p *Printer) listFamilies() {
	if p.families != nil {
		return
	}
	for _, table := range tables {
		for i := range table {
			p.families = append(p.families, &table[i])
		}
	}
}

func (s *scrape) putFamily(f *family) {
	s.out.begin(&f.Family)
	switch {
	case !s.metrics.Has(f.metrics):
	case f.node != nil:
		f.node(s)
	default:
		for i := range s.subjects {
			f.cgroup(s, &s.subjects[i])
		}
	}
}

func (s *scrape) nameMachine() {
	if m := s.n.Machine; m != nil {
		s.label(&s.machine, Label{"boot_id", m.BootID}, Label{"machine_id", m.ID}, Label{"system_uuid", m.SystemUUID})
	}
	s.out.text = s.text
}
