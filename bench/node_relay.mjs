// A relay of the same few rules on Node's `ws`, as a peer to measure against: pairs two ends, pumps what begins with 1.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { WebSocketServer } from "ws";

const pem = process.argv[2] ? readFileSync(process.argv[2]) : null;
const server = pem ? createTlsServer({ key: pem, cert: pem }) : createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 131073 });
const rooms = new Map();

sockets.on("connection", (socket) => {
  socket.on("message", (data) => {
    if (data[0] === 1) {
      socket.other?.send(data);
      return;
    }
    const hello = JSON.parse(data.subarray(1).toString());
    const room = hello.nameplate ?? hello.ticket;
    const role = hello.kind === "join" ? "customer" : "technician";
    const other = rooms.get(room);
    if (other) {
      other.other = socket;
      socket.other = other;
    }
    rooms.set(room, socket);
    const joined = { kind: "joined", role, origin: "x", organisation: "x", resume: "x", expires_seconds: 600 };
    socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(JSON.stringify(joined))]));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
