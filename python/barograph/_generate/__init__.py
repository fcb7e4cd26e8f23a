"""How telemetry is made; the public names are those of :mod:`barograph.generate`."""
