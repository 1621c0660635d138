"""A gateway with a log on Redis, in a server of its own: `POST /` relays, `GET /v1/responses/{id}` resumes."""

import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import redis as sync_redis
from redis.asyncio import Redis

from or_stream.proxy import RedisEventLog, relay_asgi, resume_app
from tests.proxy.gateways import on_uvicorn, running, upstream_of


@dataclass
class Served:
    """A running gateway."""

    url: str
    redis_port: int
    key: str
    ends: list = field(default_factory=list)

    def wait_for_log(self, count):
        """Wait until the log has so many events."""
        deadline = time.monotonic() + 10
        with sync_redis.Redis(port=self.redis_port) as redis:
            while time.monotonic() < deadline:
                newest = redis.xrevrange(self.key, count=1)
                if newest and int(newest[0][0].split(b"-")[0]) >= count:
                    return True
                time.sleep(0.01)
        return False


def _app(redis_port, prefix, ends, client, url, options):
    redis = Redis(port=redis_port)
    log = RedisEventLog(redis, timeout=0.5, prefix=prefix)
    resume = resume_app(log)

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/v1/"):
            await resume(scope, receive, send)
        else:
            await relay_asgi(upstream_of(client, url), scope, receive, send, log=log, on_end=ends.append)

    app.aclose = redis.aclose
    return app


@contextmanager
def relay_and_log(upstream_url, redis_port, response_id, prefix="or:"):
    ends, made = [], []

    def make(client, url, options):
        made.append(_app(redis_port, prefix, ends, client, url, options))
        return made[0]

    serve = on_uvicorn(make, upstream_url, dict)

    async def serve_and_close(stop, ready, port):
        await serve(stop, ready, port)
        await made[0].aclose()

    with running(serve_and_close) as url:
        yield Served(url, redis_port, prefix + response_id, ends)
