"""Stands between clients and servers, and cuts them off from each other when it is told to."""
import asyncio
import threading


class Network:
    """Ports of this machine from which everything is passed on to others, by a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.passing = asyncio.Event()
        self.passing.set()
        self.connections = []  # both ends of each
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def listen(self, target):
        """A new port. What comes there goes on to (host, port) of target(), which is asked for each connection; None: nobody is there."""
        return self._run(self._listen(target))

    def cut(self, choose=lambda: True):
        """Ends the connections for which `choose` says so. How many."""
        return self._run(self._cut(choose))

    def hold(self):
        """From now on nothing comes through, and nobody hears of it: a cable was pulled."""
        self.loop.call_soon_threadsafe(self.passing.clear)

    def release(self):
        self.loop.call_soon_threadsafe(self.passing.set)

    def end(self):
        self.cut()
        self._run(self._await_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(60)

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    async def _listen(self, target):
        server = await asyncio.start_server(lambda reader, writer: self._connected(target(), reader, writer), "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def _cut(self, choose):
        chosen = [ends for ends in self.connections if choose()]
        for ends in chosen:
            for end in ends:
                end.transport.abort()
        return len(chosen)

    async def _await_all(self):
        self.passing.set()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=10)

    async def _connected(self, target, reader, writer):
        ends = [writer]
        self.connections.append(ends)
        try:
            if target:
                far_reader, far_writer = await asyncio.open_connection(*target)
                ends.append(far_writer)
                await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        except OSError:
            pass  # nobody is there, or one end broke off
        finally:
            self.connections.remove(ends)
            for end in ends:
                end.transport.abort()

    async def _pass_on(self, reader, writer):
        while data := await reader.read(1 << 16):
            await self.passing.wait()
            writer.write(data)
            await writer.drain()
        writer.close()
