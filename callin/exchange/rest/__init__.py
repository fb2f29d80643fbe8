"""Twilio's REST API of 2010-04-01, the part that voice queues and texts need; called by the server and http_client."""
