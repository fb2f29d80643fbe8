"""The control API: pretend phones, the clock, faults and the log, over HTTP in JSON; called by the server."""
