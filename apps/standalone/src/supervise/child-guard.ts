/**
 * Loaded before every service: when the supervisor is gone, however it went, the service ends as if it had been asked to,
 * so that no orphan keeps the data directory or a port.
 */
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
});
