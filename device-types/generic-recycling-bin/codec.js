// time (s since 1970), level (percent), weight (10 g), temperature (0.01 K), lid (0 or 1), times emptied; big endian.
var LID = ['closed', 'open'];

function decodeUplink(input) {
  if (input.bytes.length !== 12) return { errors: ['expected 12 bytes, got ' + input.bytes.length] };
  var frame = Buffer.from(input.bytes);
  return {
    data: {
      measured_at: frame.readUInt32BE(0),
      level: frame[4] / 100,
      weight_g: frame.readUInt16BE(5) * 10,
      temp_k: frame.readUInt16BE(7) / 100,
      lid: LID[frame[9]],
      emptied: frame.readUInt16BE(10),
    },
  };
}
