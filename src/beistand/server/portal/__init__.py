"""The pages and the JSON API: what browsers get. The relay's WebSocket is not here."""
