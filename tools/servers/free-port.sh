#!/bin/sh
# Prints a TCP port of the loopback interface that is free now; below those that systems give to outgoing connections, so that
# none of these takes it before it is listened on.
exec node -e '
  const look = () => {
    const port = 10000 + Math.floor(Math.random() * 22000);
    const server = require("node:net").createServer();
    server.once("error", look).listen(port, "127.0.0.1", () => server.close(() => console.log(port)));
  };
  look();
'
