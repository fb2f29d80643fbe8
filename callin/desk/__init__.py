"""The desk: every verb of the show. Takes a Session, returns frozen dataclasses; no Flask, no network, no commit."""
