"""For proxies and gateways: know what passes through, change it when asked, relay it, share it, resume it."""
