/**
 * The post's listener: prints every read and echoes it, and reads on when the echo was taken. A client that
 * never reads the echo stalls as soon as the system's buffers are full. Never used for a measurement that
 * counts.
 *
 *     <runtime> bench/as_published/echo_listener.ts
 *
 * Ends with its standard input. Prints the reads on standard output, and on standard error one line with its
 * address, so that the former can go where nobody has to read it.
 */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { endWithParent } from "../process/parent.ts";

endWithParent();
const server = createServer(echo);
server.listen(0, "127.0.0.1", () => {
  const { address, port } = server.address() as AddressInfo;
  process.stderr.write(`echo on ${address}:${port}\n`);
});

function echo(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Uint8Array) => {
    const text = new TextDecoder().decode(bytes);
    process.stdout.write(`received ${bytes.length} bytes, msg: ${text}\n`);
    socket.pause();
    socket.write(bytes, () => socket.resume());
  });
}
