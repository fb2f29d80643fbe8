"""The phones page: pretend phones in the browser, on top of the control API; served by the exchange's server."""
