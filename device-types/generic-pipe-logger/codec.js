// battery (percent), minutes between records, then records, the newest first: pressure (0.01 bar), flow (0.1 L/min); big endian.
function decodeUplink(input) {
  var frame = Buffer.from(input.bytes);
  if (frame.length < 6 || frame.length % 4 !== 2) return { errors: ['expected 2 bytes and 4 for each record, got ' + frame.length] };
  var log = [];
  for (var at = 2; at < frame.length; at += 4)
    log.push({ age: log.length * frame[1], pressure: frame.readUInt16BE(at) / 100, flow: frame.readUInt16BE(at + 2) / 10 });
  return { data: { battery: frame[0], log: log } };
}
