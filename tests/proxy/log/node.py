"""A node that serves resumed streams from Redis: `python -m ... REDIS_PORT PORT`."""

import asyncio
import sys

import uvicorn
from redis.asyncio import Redis

from or_stream.proxy.log import RedisEventLog, resume_app


async def main(redis_port, port):
    async with Redis(port=int(redis_port)) as redis:
        app = resume_app(RedisEventLog(redis, lease=1.0))
        await uvicorn.Server(uvicorn.Config(app, port=int(port), log_level="critical", lifespan="off")).serve()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
