"""The doors that belong to no single room: settings, addresses, commands, base pages and the example site."""
