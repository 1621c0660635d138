"""Writes the first N events of the answer into a log on Redis, then dies: `python -m ... PORT RESPONSE_ID N LEASE`."""

import asyncio
import os
import signal
import sys

from redis.asyncio import Redis

from or_stream.proxy.log import RedisEventLog

from .told import ENTRIES


async def main(port, response_id, count, lease):
    async with Redis(port=int(port)) as redis:
        writer = await RedisEventLog(redis, lease=float(lease)).open(response_id)
        for entry in ENTRIES[: int(count)]:
            await writer.append(entry)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
