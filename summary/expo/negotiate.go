package expo

func Negotiate(accept string) Format { return Text }
func (f Format) ContentType() string { return "text/plain; version=0.0.4; charset=utf-8" }
