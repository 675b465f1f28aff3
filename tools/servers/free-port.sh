#!/bin/sh
# Prints a TCP port of the loopback interface that is free now.
exec node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
