"""The phone doors: what Twilio asks about calls, and the documents that go back; hung by the application."""
