"""A session of the client of QEMU's Python package, printed line by line."""

import asyncio, sys
from qemu.qmp import ExecuteError, QMPClient

async def main(path):
    qmp = QMPClient("test")
    await qmp.connect(path)
    print(qmp.greeting.QMP.version["qemu"]["major"], qmp.greeting.QMP.capabilities)
    with qmp.listener(["STOP", "RESUME"]) as events:
        print((await qmp.execute("query-status"))["status"])
        await qmp.execute("stop")
        print((await events.get())["event"])
        print((await qmp.execute("query-status"))["status"])
    for command, arguments in [
        ("no-such-command", {}),
        ("device_del", {"id": "none"}),
        ("device_add", {}),
    ]:
        try:
            await qmp.execute(command, arguments)
        except ExecuteError as error:
            print(error.error_class, error)
    print(len(await qmp.execute("query-qmp-schema")) > 100)
    await qmp.execute("quit")
    try:
        await qmp.disconnect()
    except EOFError:
        pass  # QEMU ended the connection first.

asyncio.run(main(sys.argv[1]))
